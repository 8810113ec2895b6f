"""Positions as tables, and what the browser is sent of them."""

import json
import re
from base64 import b64decode
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl

import numpy as np
import pytest

from core.evaluation.by_positions import by_positions
from core.probes.positions.tables import KINDS, loudness, position_table, similarity
from core.records.recorded import recorded_run
from core.training.config import RunConfig
from dashboard.shell.state import LEFT_OUT, parse_query
from pages.positions.board import map_data
from pages.positions.panels import train_link
from pages.positions.view import (
    FORMULAS,
    TITLES,
    WHY,
    Verdict,
    index_words,
    loudness_html,
    reached_html,
    table_csv,
    verdicts_html,
)

VIT = recorded_run("cifar10-compare-vit-0")


def rows(html):
    """The text of each row of a table, by what stands at its head."""
    found = re.findall(r"<tr[^>]*><th scope=\"row\">(.*?)</th>(.*?)</tr>", html)
    return {unescape(head): [unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td.*?</td>", cells)] for head, cells in found}


def test_every_kind_has_its_words():
    assert set(TITLES) == set(FORMULAS) == set(WHY) == set(KINDS)


def test_a_table_and_its_similarities_arrive_as_they_were():
    table = position_table("grid", 17, 6)
    sent = json.loads(json.dumps(map_data("grid", table, similarity(table))))
    assert (sent["kind"], sent["length"], sent["dim"], sent["side"], sent["lead"]) == ("grid", 17, 6, 4, 1)
    assert np.frombuffer(b64decode(sent["table"]), "<f4").reshape(17, 6) == pytest.approx(table, abs=1e-6)
    assert np.frombuffer(b64decode(sent["like"]), "<i2").reshape(17, 17) / 10_000 == pytest.approx(similarity(table), abs=5.1e-5)
    assert map_data("none", np.zeros((60, 4)), np.zeros((60, 60)))["side"] == 0  # no square


def test_lengths_stand_beside_that_of_a_token():
    found = {kind: loudness(position_table(kind, 65, 64)) for kind in KINDS} | {"rotary": "adds <nothing>"}
    html = loudness_html(found, chosen="index", length=65, dim=64)
    assert rows(html)["Bare index"] == ["0.00", "512.00", "64.00", "0.00"]
    assert rows(html)["Sine and cosine"][:2] == ["5.66", "5.66"]
    assert rows(html)["Rotary"] == ["adds <nothing>"] and "<nothing>" not in html
    assert html.count('class="chosen"') == 1 and "65 tokens of 64 features" in html
    assert "64 × √64 = 512.0, **64 times** as long" in index_words(65, 64, found["index"])
    assert "nothing is added" in index_words(1, 64, loudness(position_table("index", 1, 64)))


def test_verdicts_and_why_there_is_none():
    three = [Verdict("neither", 0.123, 1e-9, 5), Verdict(moved=0), Verdict(why="cannot be")]
    html = verdicts_html({"rotary": three}, chosen="none", caption="a <b>")
    assert rows(html) == {"Rotary": ["order matters 0.12", "nothing moved", "cannot be"]} and "a &lt;b&gt;" in html


def test_what_runs_reached_and_links_to_train_what_is_missing():
    twice = [replace(VIT, run_id=name, config={**VIT.config, "positions": "rotary", "seed": seed}) for seed, name in enumerate("ab")]
    (setup,) = by_positions([VIT, *twice])
    html = reached_html(setup, chosen="learned", train=train_link)
    found = rows(html)
    assert list(found) == list(TITLES.values())
    assert found["Learned"][0] == "63.3 %" and found["Learned"][2:] == ["8", "63.7 %", VIT.run_id]
    low, high = map(float, found["Learned"][1].split(" to "))
    half = 196 * (0.6328 * 0.3672 / 5000) ** 0.5  # the normal approximation, in percent
    assert (low, high) == pytest.approx((63.28 - half, 63.28 + half), abs=0.2)
    assert found["Rotary"][1] == "2 runs, 63.3 to 63.3" and found["Rotary"][4] == "a, b"
    assert found["None"] == ["no run yet: train it"]
    assert "5,000 validation and 5,000 test images: epochs 8" in html


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_trains_the_same_with_other_positions(kind):
    (setup,) = by_positions([VIT])
    address, _, query = train_link(setup, kind).partition("?")
    values, problems = parse_query(dict(parse_qsl(query)))
    assert address == "train" and not problems
    assert RunConfig.of(**{**LEFT_OUT["images"], **values}).flat() == {**VIT.config, "positions": kind}


def test_the_table_as_csv():
    lines = table_csv(position_table("index", 3, 2)).splitlines()
    assert lines == ["position,feature 0,feature 1", "0,0,0", "1,1,1", "2,2,2"]
