"""What somebody types or pastes on the page The cell, and why it cannot be read; and how links carry it."""

import re

import numpy as np
import pytest

from core.errors import LabError
from dashboard.shell import state
from pages.cell.choices import LENGTH, STEPS, WEIGHTS
from pages.cell.typed import parsed, parsed_inputs
from tests.pages.support import visit

SHAPES = {"weight_ih": (12, 3), "weight_hh": (12, 4), "bias_ih": (12, 1), "bias_hh": (12, 1)}  # of a GRU, C = 3, H = 4


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("weight_ih", "1 2 3", "must be 12 × 3, and this is 1 × 3: add 11 rows"),
        ("weight_ih", "1 2 x\n" * 12, "'x' is no number"),
        ("weight_hh", "1 2 3\n" * 12, "its row 1 has 3 numbers instead of 4"),
        ("bias_ih", "1 2 3", "its row 1 has 3 numbers instead of 12"),
        ("bias_hh", "1e999 " * 12, "is not between -1,000 and 1,000"),
        ("x", "", "is empty"),
        ("weight_ih", "", "weight_ih is empty: type 12 × 3 numbers"),
        ("weight_hh", "1e308 0 0 0\n" * 12, "1e308 is not between -1,000 and 1,000"),
        ("weight_hh", "🙂", "'🙂' is no number"),
        ("bias_ih", "one two", "'one' is no number"),
        ("x", "1 2 3\n" * 10_000, "10,000 rows, and this page shows 256 at most"),
        ("x", "<b>1</b> 2 3", "'<b>1</b>' is no number"),
    ],
)
def test_a_matrix_that_cannot_be_read_says_why(name, text, message):
    with pytest.raises(LabError, match=re.escape(message)):
        if name == "x":
            parsed_inputs(text, 3)
        else:
            parsed(text, name, *SHAPES[name], vector=name.startswith("bias"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2", "its row 1 has 2 numbers instead of 4"),
        ("1 2 x 4", "'x' is no number"),
        ("🙂", "'🙂' is no number"),
        ("1e308 0 0 0", "is not between -1,000 and 1,000"),
        ("nan 0 0 0", "is not between"),
    ],
)
def test_a_start_that_cannot_be_read_says_why(text, message):
    with pytest.raises(LabError, match=re.escape(message)):
        parsed(text, "h₀", 4, 1, vector=True)


def test_a_vector_is_one_line_or_one_number_a_line():
    for text in ("1 2 3", "1\n2\n3\n"):
        assert parsed(text, "bias", 3, 1, vector=True).tolist() == [1, 2, 3]
    assert not parsed("", "bias", 3, 1, vector=True).any() and np.array_equal(parsed_inputs("1 2\n3 4", 2), [[1, 2], [3, 4]])


def test_a_link_has_lines_told_apart_and_an_emptied_field():
    field = WEIGHTS["bias_ih"]
    assert field.check.read("1 2|3 4") == "1 2\n3 4" and field.write("1 2\n3 4") == "1 2|3 4"
    assert field.write("") == "|" and STEPS.name == "x" and list(WEIGHTS) == list(SHAPES)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("0", "A sequence of 0 steps has nothing to read: this one has 8 steps."),
        ("-3", "A sequence of -3 steps"),
        ("10000", "10,000 steps are too many to tell apart on a page: this sequence has 8; at most 256 are possible."),
        ("9" * 18, "So many"),
        ("9" * 400, "The link's steps cannot be used"),
        ("13", "13 steps are not on the slider"),
        ("eight", "The link's steps cannot be used"),
    ],
)
def test_lengths_that_cannot_be_shown_are_explained(monkeypatch, steps, words):
    visit(monkeypatch, steps=steps)
    assert LENGTH.value == 8 and LENGTH.written() == ""
    (message,) = state.messages()
    assert message.startswith(words)
