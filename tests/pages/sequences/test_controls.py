"""What the controls of the page Sequences take of a link, of the drawing and of what is typed, and what they say of the rest."""

import pytest
import streamlit as st

from core.probes.recurrence.task_sizes import MOST, Sizes
from core.probes.recurrence.word_vectors import WORDS
from dashboard.shell import state
from dashboard.shell.choices import links
from pages.sequences.controls import CELL, EXAMPLE, KERNEL, LAYERS, LENGTHS, MAP, SIZES, TASK, VECTOR, WORD, choose, take
from pages.sequences.panels import padding_panel
from tests.pages.support import alone, html_of, run, texts, visit


def test_the_sliders_offer_what_core_can_run():
    assert {name: size.options[-1] for name, size in SIZES.items()} == MOST
    assert vars(Sizes()) == {name: size.first for name, size in SIZES.items()}


@pytest.mark.parametrize(
    "query",
    [
        {"task": "many", "T": "0", "S": "-1", "B": "99", "C": "x", "H": "1e9", "K": "", "cell": "GRU", "example": "sound", "vector": "3"},
        {"T": "10000", "k": "2", "layers": "0", "word": "<b>", "H": "2.5"},
    ],
)
def test_what_a_link_says_that_makes_no_sense_is_told_and_not_taken(monkeypatch, query):
    visit(monkeypatch, **query)
    every = (TASK, EXAMPLE, CELL, *SIZES.values(), VECTOR, WORD.among(WORDS), KERNEL, LAYERS)
    assert [choice.value for choice in every] == [choice.first for choice in every] and not any(links(*every).values())
    told = " ".join(state.messages())
    assert all(f"The link's {name} cannot be used" in told for name, text in query.items() if text and name != WORD.name)


@pytest.mark.parametrize(
    ("typed", "told"),
    [("3 0", "length 0 has no last state"), ("two", "'two' is no length"), ("<b>", "no length"), ("99", "does not fit")],
)
def test_lengths_that_make_no_batch_are_explained(typed, told):
    app = alone(choose, padding_panel)
    run(app.text_input(key=LENGTHS.key).set_value(typed))
    assert told in texts(app) and "[2, 2, 2, 1, 1]" in html_of(app, "lab-padding")


@pytest.mark.parametrize(
    ("sent", "task", "example"),
    [
        ({"choices": "other-length", "switch": "picture"}, "other-length", "picture"),
        ({"choices": "<b>", "switch": 7}, "many-to-one", "words"),
        ("many-to-one", "many-to-one", "words"),
        (None, "many-to-one", "words"),
    ],
)
def test_what_the_browser_has_chosen_is_taken_over_and_nonsense_is_not(sent, task, example, monkeypatch):
    known = {TASK.key: "many-to-one", EXAMPLE.key: "words", MAP: {"choice": sent}}
    monkeypatch.setattr(st, "session_state", known)
    take()
    assert (known[TASK.key], known[EXAMPLE.key]) == (task, example)
