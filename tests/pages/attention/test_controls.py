"""What the controls of the page Attention by hand take of a link and of what is typed, and what they say of what they do not take."""

import pytest

from dashboard.shell import state
from dashboard.shell.choices import links
from pages.attention.controls import (
    CUT,
    DIVISOR,
    HEADS,
    KIND,
    LENGTH,
    MASK,
    NUMBERS,
    SEED,
    TEMPERATURE,
    WIDTH,
    WORDS,
    choose,
)
from tests.pages.support import alone, made_by, run, texts, visit

ALL = (KIND, WORDS, NUMBERS, CUT, DIVISOR, TEMPERATURE, MASK, HEADS, WIDTH, SEED, LENGTH)
FIRST = tuple(WORDS.first.split())


@pytest.mark.parametrize(
    "query",
    [
        {
            "tokens": "pixels",
            "divide": "C",
            "temperature": "x",
            "mask": "padding",
            "heads": "0",
            "width": "9",
            "random": "-1",
            "length": "3",
        },
        {"temperature": "-1", "heads": "2.5", "width": "1e9", "random": "", "divide": "", "cut": "3"},
    ],
)
def test_what_a_link_says_that_makes_no_sense_is_told_and_not_taken(monkeypatch, query):
    visit(monkeypatch, **query)
    assert [choice.value for choice in ALL] == [choice.first for choice in ALL] and not any(links(*ALL).values())
    told = " ".join(state.messages())
    assert all(f"The link's {name} cannot be used" in told for name, text in query.items() if text)


def test_heads_that_do_not_divide_are_said_and_not_offered():
    app = alone(choose, heads="3")
    assert "The number of heads must divide 8, and 3 does not: 2 heads are shown." in texts(app) and made_by(app).hand.heads == 2
    app = alone(choose, heads="8")
    run(app.select_slider(key=WIDTH.key).set_value(12))
    assert "The number of heads must divide 12, and 8 does not: 6 heads are shown." in texts(app) and made_by(app).hand.heads == 6
    run(app)
    assert "it is" not in texts(app)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "these are 0"),
        ("a " * 13, "these are 13"),
        ("x" * 25, "20 letters"),
        ("   ", "these are 0"),
        ("<script>alert(1)</script> ok", "letters"),
    ],
)
def test_words_that_cannot_be_used_are_said_and_the_first_ones_stand_in(typed, message):
    app = alone(choose)
    run(app.text_input(key=WORDS.key).set_value(typed))
    assert message in texts(app) and made_by(app).tokens.names == FIRST


def test_numbers_that_cannot_be_used_are_said_and_the_first_ones_stand_in():
    app = alone(choose, tokens="numbers", numbers="1 zwei")
    assert "'zwei' is no number" in texts(app) and made_by(app).tokens.names == ("3", "−1", "0.5", "2", "10")


def test_a_decimal_comma_in_a_link_or_a_field_says_to_write_a_point():
    app = alone(choose, tokens="numbers", numbers="0,5 1,5", temperature="0,5")
    assert "Write a point: 0.5; or, for two, a space between them: 0 5" in texts(app)
    assert "The link's temperature cannot be used" in texts(app) and texts(app).count("Write a point: 0.5.") == 1
    run(app.text_input(key=NUMBERS.key).set_value("0.5, 1.5"))
    assert made_by(app).tokens.names == ("0.5", "1.5") and "may be one number" not in texts(app)
