"""The page Positions as a student goes through it, without a browser."""

import re
from base64 import b64decode
from html import unescape

import numpy as np
import pytest

from core.evaluation.kept_weights import read_positions
from core.probes.equivariance.permutations import PERMUTATIONS
from core.probes.positions.tables import KINDS, position_table
from core.records.recorded import recorded_epochs
from pages.positions import panels as position_panels
from pages.positions.controls import LENGTH, PERMUTATION, PERMUTATION_WORDS
from tests.pages.support import open_page, press, run, shown_code, texts

VIT = "recorded-cifar10-compare-vit-0"


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """What the browser was sent last."""
    found = {}
    monkeypatch.setattr(position_panels, "position_map", lambda data, key: (found.clear(), found.update(data)))
    return found


def open_positions(**query):
    return open_page("positions", **query)


def table_of(sent):
    return np.frombuffer(b64decode(sent["table"]), "<f4").reshape(sent["length"], sent["dim"])


def verdicts_of(app):
    """The verdict words of the shuffle panel, by kind."""
    html = next(e.proto.body for e in app.get("html") if "moved together" in e.proto.body)
    rows = re.findall(r"<th scope=\"row\">(.*?)</th>(.*?)</tr>", html)
    return {head: [unescape(re.sub("<[^>]+>", "", cell)).split(" ")[0] for cell in re.findall("<td.*?</td>", row)] for head, row in rows}


def test_every_permutation_of_core_can_be_chosen():
    assert list(PERMUTATION_WORDS) == list(PERMUTATIONS) and {PERMUTATION.key, LENGTH.key} == {"positions_p", "positions_length"}


def test_it_opens_on_sines_with_their_proof(sent):
    app = open_positions()
    assert table_of(sent) == pytest.approx(position_table("sinusoidal", 65, 64), abs=1e-6)
    assert "all 4,160 numbers" in texts(app) and "**passed**" in texts(app) and "the distance alone counts" in texts(app)
    assert dict(app.query_params) == {}
    found = verdicts_of(app)
    assert found["None"] == ["equivariant", "equivariant", "equivariant"]
    assert found["Bare index"] == ["equivariant", "order", "equivariant"]  # matters
    for kind in ("Sine and cosine", "Learned", "Sine and cosine, 2-D"):
        assert found[kind] == ["order", "order", "equivariant"]
    assert found["Rotary"] == ["order", "order", "cannot"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "learned"])
def test_every_kind_by_a_link_that_is_written_again(sent, kind):
    app = open_positions(kind=kind, length="17", width="16", p="shift")
    assert sent["kind"] == kind and table_of(sent) == pytest.approx(position_table(kind, 17, 16), abs=1e-6)
    assert "**passed**" in texts(app)
    wanted = {"length": "17", "width": "16", "p": "shift"} | ({} if kind == "sinusoidal" else {"kind": kind})
    assert {name: value[0] if isinstance(value, list) else value for name, value in dict(app.query_params).items()} == wanted
    link, code = shown_code(app)
    assert "length=17" in link
    *lines, last = code.splitlines()
    scope = {}
    exec("\n".join(lines), scope)
    assert np.array_equal(eval(last, scope), position_table(kind, 17, 16))


@pytest.mark.parametrize("epoch", [0, 3, 7])
def test_the_learned_table_of_a_run_at_an_epoch(sent, epoch):
    app = open_positions(kind="learned", run=VIT, epoch=str(epoch + 1))
    expected = read_positions(recorded_epochs(VIT.removeprefix("recorded-"))[epoch])
    assert table_of(sent) == pytest.approx(expected, abs=1e-6)
    assert f"4,160 learned weights of {VIT} after epoch {epoch + 1}" in texts(app) and f"is {expected.std():.3f} now" in texts(app)
    assert not app.number_input  # its sizes are settled


def test_the_kind_is_changed_and_the_sizes_stay(sent):
    app = open_positions(length="17", width="16")
    run(app.radio(key="positions_kind").set_value("learned"))
    assert sent["kind"] == "learned" and sent["length"] == 65
    run(app.radio(key="positions_kind").set_value("rotary"))
    assert sent["kind"] == "rotary" and (sent["length"], sent["dim"]) == (17, 16)
    assert [widget.label for widget in app.number_input] == ["Tokens", "Size of a head, D"]


def test_predict_then_reveal():
    app = open_positions()
    run(app.radio(key="positions_predict-choice").set_value("yes"))
    press(app, "positions_predict-reveal")
    assert "The answer is: no." in texts(app) and "LayerNorm" in texts(app)


def test_a_link_that_makes_no_sense_opens_the_page_as_at_first(sent):
    """What each control takes is tested in test_controls.py."""
    app = open_positions(kind="no such", length="many", width="1e3", p="?", epoch="x", run="gone")
    assert "all 4,160 numbers" in texts(app) and (sent["length"], sent["dim"]) == (65, 64)


def test_runs_are_told_and_what_is_missing_can_be_trained():
    app = open_positions()
    html = " ".join(e.proto.body for e in app.get("html"))
    assert VIT in html and "ViT on shapes" in html
    assert 'href="train?model=vit&amp;embed_dim=32&amp;mlp_ratio=2.0&amp;positions=rotary&amp;epochs=16' in html
