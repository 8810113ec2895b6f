"""The page Memory in words: what is claimed, and what is admitted."""

import re
from base64 import b64decode

import numpy as np
import pytest

from core.probes.memory.gradient_flow import KINDS, Flow, FlowSetup, gradient_flow
from core.probes.memory.recall_task import recall_batch
from core.readable import number
from dashboard.training.time_chart import Line, chart_data
from pages.memory.view import (
    changed,
    columns_csv,
    flow_chart,
    flow_csv,
    flow_html,
    flow_verdict,
    influence_card,
    influence_message,
    influences_csv,
    lost,
    recall_verdict,
    task_html,
)


def flows_of(setup):
    return {kind: gradient_flow(kind, setup) for kind in KINDS}


def made(kind, first, length=10):
    """A flow that goes evenly from 1 back to `first`."""
    return Flow(kind, np.geomspace(first, 1, length), np.ones(length), 0.5)


def verdict(rnn, lstm, gru):
    return flow_verdict({"rnn": made("rnn", rnn), "lstm": made("lstm", lstm), "gru": made("gru", gru)}, FlowSetup(length=10))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.5324, "0.532"),
        (4.12e-8, "4.1·10⁻⁸"),
        (2.7e26, "2.7·10²⁶"),
        (0, "0"),
        (np.inf, "∞"),
        (np.nan, "–"),
        (1234.4, "1234"),
        (1, "1"),
    ],
)
def test_numbers_as_a_person_reads_them(value, told):
    assert number(value) == told


def test_the_claim_is_made_where_it_holds_and_taken_back_where_not():
    assert "**The plain RNN forgets, the gated cells do not.**" in verdict(1e-8, 0.6, 0.1)
    assert "**All gradients fade, that of the plain RNN fastest.**" in verdict(1e-8, 1e-4, 1e-5)
    failed = verdict(1e-4, 1e-9, 0.5)
    assert "**Here the claim fails**: LSTM lose" in failed and "forgets, the gated" not in failed
    assert "**The plain RNN keeps the gradient here**" in verdict(0.4, 0.5, 0.6)
    assert "**Exploding**" in verdict(1e9, 0.5, 0.6) and "keeps the gradient here" not in verdict(1e9, 0.5, 0.6)
    assert "has nothing to forget" in flow_verdict(flows_of(FlowSetup(length=1)), FlowSetup(length=1))
    assert changed(float("inf")) == "overflows" and changed(2.0) == "grows to 2"


def test_at_the_settings_of_the_page_the_words_fit_the_measurement():
    assert "the gated cells do not" in flow_verdict(flows_of(FlowSetup(bias=3)), FlowSetup(bias=3))
    half = flow_verdict(flows_of(FlowSetup(bias=0)), FlowSetup(bias=0))
    assert "**Here the claim fails**: LSTM and GRU lose more" in half and "keeps 0.5" in half


def test_when_most_of_it_is_lost():
    assert lost(Flow("rnn", np.array([1e-9, 0.001, 0.5, 1]), None, 1)) == "after 2 steps"
    assert lost(Flow("rnn", np.array([1e-9, 0.5, 1, 1]), None, 1)) == "after 3 steps"
    assert lost(Flow("rnn", np.array([0.2, 0.5, 1]), None, 1)) == "never here"
    assert lost(Flow("rnn", np.array([np.inf, 1]), None, 1)) == "never here"


def test_chart_table_and_csv_hold_the_same_numbers():
    setup = FlowSetup(length=12)
    flows = flows_of(setup)
    chart = flow_chart(flows, setup)
    assert [line["name"] for line in chart["lines"]] == ["plain RNN", "LSTM", "LSTM cell state c", "GRU", "RNN without tanh"]
    assert np.array_equal(np.frombuffer(b64decode(chart["lines"][2]["values"]), "<f8"), flows["lstm"].memory)
    assert chart["note"] == ""
    table = flow_html(flows, setup)
    assert number(flows["gru"].arrives) in table and "mean update gate z" in table
    head, *rows = flow_csv(flows).splitlines()
    assert head == "t,rnn,lstm,gru,linear,lstm cell state" and len(rows) == 12
    assert [float(cell) for cell in rows[0].split(",")[:3]] == pytest.approx([1, flows["rnn"].state[0], flows["lstm"].state[0]])


def test_what_float32_cannot_hold_is_said():
    setup = FlowSetup(length=200, radius=3)
    assert "▲ Above 3.4·10³⁸ a float32 is infinite" in flow_chart(flows_of(setup), setup)["note"]
    setup = FlowSetup(length=200, radius=0.2)
    assert "▼ Below 1.4·10⁻⁴⁵ a float32 is exactly 0" in flow_chart(flows_of(setup), setup)["note"]


def test_a_chart_says_where_its_points_are():
    data = chart_data("t", [Line("a", "run", np.array([0.5, np.inf]))], x="x", y="y", first=0.25, step=0.25, log=True, limits=(1e-3, 1e3))
    assert (data["first"], data["step"], data["limits"], data["pinned"]) == (0.25, 0.25, [1e-3, 1e3], [])
    assert np.frombuffer(b64decode(data["lines"][0]["values"]), "<f8").tolist() == [0.5, np.inf]


def test_a_name_with_a_comma_does_not_break_a_table():
    assert columns_csv("t", [1], {"a, b": np.array([2.0])}) == 't,"a, b"\n1,2\n'


def test_the_message_of_the_influence_board():
    found = np.tril(np.arange(16.0).reshape(4, 4))
    card = influence_card("run", "told", 16, found, [1, 1, 2, 2])
    assert np.array_equal(np.frombuffer(b64decode(card["map"]), "<f4").reshape(4, 4), found)
    assert (card["tokens"], card["patch"], card["problem"]) == (4, 16, "")
    pixels = np.arange(3 * 32 * 32, dtype=np.uint32).reshape(3, 32, 32).astype(np.uint8)
    sent = np.frombuffer(b64decode(influence_message(pixels, [card])["pixels"]), np.uint8).reshape(32, 32, 3)
    assert np.array_equal(sent[5, 9], pixels[:, 5, 9])


def test_influences_to_take_along():
    lines = influences_csv({"a": np.array([[1.5, 0], [2, 3]]), "b": np.array([[4.0]])}).splitlines()
    assert lines == ["run,output,input 1,input 2", "a,1,1.5,0", "a,2,2,3", "b,1,4,"]


def test_recall_in_words():
    assert recall_verdict("rnn", np.full(20, 0.13), 0.13, 1000) == "plain RNN 13.0 %: no better than guessing (12.5 %)"
    assert recall_verdict("gru", np.ones(20), 1.0, 1000) == "GRU 100.0 %: recalls every distance, 0 to 19"
    assert recall_verdict("lstm", np.array([1, 1, 1, 0.2]), 0.8, 1000) == "LSTM 80.0 %: recalls up to 2 steps back"
    assert recall_verdict("lstm", np.array([0.5, 0.5]), 0.5, 1000).endswith("is no better than chance at any distance")


def test_one_sequence_of_the_task_as_letters():
    batch = recall_batch(1, 5, np.random.default_rng(0))
    told = task_html(batch)
    letters = re.findall(r"<(?:b|span)>([A-H])</", told)
    assert letters == ["ABCDEFGH"[one] for one in batch.inputs[0, :, :8].argmax(1)] and len(letters) == 5
    (marked,) = re.findall(r"<b>([A-H])</b>", told)
    assert marked == "ABCDEFGH"[batch.targets[0]] and f"({marked}, {batch.distances[0]} step" in told
    assert "0 steps back" in task_html(recall_batch(1, 1, np.random.default_rng(0)))
