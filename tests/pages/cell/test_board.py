"""What the browser gets of a cell and its sequence, and what is believed of what it sends."""

from base64 import b64decode

import numpy as np
import pytest
import streamlit as st

from core.models.cells import GATES
from core.probes.recurrence.cell_by_hand import MOST_EDITS, Cell, Edit, Reading, sequence
from pages.cell.board import cell_data, edits_sent, view_sent


def reading(kind="gru", length=6, width=3, hidden=4):
    return Reading(Cell.random(kind, width, hidden), sequence("noise", length, width))


def unpacked(sent):
    numbers, found, at = np.frombuffer(b64decode(sent["numbers"]), "<f4"), {}, 0
    for name, count in sent["parts"]:
        found[name] = numbers[at : at + count]
        at += count
    assert at == len(numbers)
    return found


@pytest.mark.parametrize("kind", GATES)
def test_the_message_holds_every_number_once(kind):
    found = reading(kind)
    sent = cell_data(found, setup="s", edits=[Edit("weight_hh", 2, 1, 0.5)], view={"t": 2})
    parts = unpacked(sent)
    assert parts.pop("x") == pytest.approx(found.inputs.ravel(), rel=1e-6)
    for name, weight in zip(("wi", "wh", "bi", "bh"), found.cell.weights, strict=True):
        assert parts.pop(name) == pytest.approx(weight.ravel(), rel=1e-6)
    assert parts.pop("h0").tolist() == [0] * 4 and (kind != "lstm" or parts.pop("c0").tolist() == [0] * 4)
    assert parts.keys() == found.steps._asdict().keys()
    for name, values in parts.items():
        assert values == pytest.approx(getattr(found.steps, name).ravel(), rel=1e-5, abs=1e-7)
    assert (sent["kind"], sent["T"], sent["C"], sent["H"], sent["setup"]) == (kind, 6, 3, 4, "s") and sent["edits"] == [["wh", 2, 1, 0.5]]


def test_the_second_row_of_a_batch():
    found = reading()
    other = unpacked(cell_data(found, second=found.second(), setup="s", edits=(), view={})["second"])
    assert other["x"] == pytest.approx(found.second().inputs.ravel()) and other.keys() == {"x", *found.steps._asdict()}
    assert other["hidden"] == pytest.approx(found.second().steps.hidden.ravel(), rel=1e-5, abs=1e-7)


def test_the_longest_message_is_small():
    sent = cell_data(reading("lstm", 256, 8, 16), setup="s", edits=(), view={})
    assert len(sent["numbers"]) < 400_000


@pytest.fixture
def sent(monkeypatch):
    def send(**state):
        monkeypatch.setattr(st, "session_state", {"board": state})

    return send


def test_edits_of_a_browser(sent):
    sent(edits={"setup": "s", "edits": [["x", 1, 0, 0.5], ["bh", 3, 0, -2]]})
    assert edits_sent(key="board", setup="s") == (Edit("inputs", 1, 0, 0.5), Edit("bias_hh", 3, 0, -2.0))
    assert edits_sent(key="board", setup="another") is None and edits_sent(key="nothing", setup="s") is None


@pytest.mark.parametrize(
    "edit", [None, 3, [], ["x"], ["x", 1, 0], ["q", 1, 0, 1], ["x", "a", 0, 1], ["x", 1, 0, float("nan")], ["x", 1, 0, 1e9], [{}, 1, 0, 1]]
)
def test_edits_that_make_no_sense_are_left_out(sent, edit):
    sent(edits={"setup": "s", "edits": [edit, ["x", 1, 0, 0.5]]})
    assert edits_sent(key="board", setup="s") == (Edit("inputs", 1, 0, 0.5),)


def test_what_else_a_browser_may_send(sent):
    sent(edits={"setup": "s", "edits": [["x", 0, 0, 1]] * 1000}, view={"t": 2})
    assert len(edits_sent(key="board", setup="s")) == MOST_EDITS and view_sent(key="board") == {"t": 2}
    for nonsense in ("text", 3, None, []):
        sent(edits=nonsense, view=nonsense)
        assert edits_sent(key="board", setup="s") is None and view_sent(key="board") == {}
    sent(edits={"setup": "s", "edits": "x"})
    assert edits_sent(key="board", setup="s") is None
