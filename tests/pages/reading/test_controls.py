"""What the controls of the page Recurrence against attention take of a link and of what a browser sends."""

import pytest
import streamlit as st

from dashboard.pictures.choose import from_set
from dashboard.shell import state
from pages.reading.controls import BOARD, ReadingChoices, view_of
from tests.pages.support import visit

FIRST = {"t": 32, "of": 64, "path": []}


@pytest.mark.parametrize(
    "view",
    [
        None,
        5,
        [],
        {},
        {"t": 65, "of": 64},
        {"t": "<b>", "of": 64, "path": "1-2-3"},
        {"t": 3.5, "of": 64, "path": 7},
        {"t": 9, "of": 16},
        {"t": None, "of": 64, "path": "64-1"},
    ],
)
def test_what_a_browser_should_not_send_does_nothing(monkeypatch, view):
    visit(monkeypatch)
    st.session_state[BOARD] = {"view": view}
    assert view_of(64) == FIRST
    assert not any(ReadingChoices(from_set("ship", 0, first="ship"), []).link(view_of(64)).values())


@pytest.mark.parametrize("query", [{"t": "65"}, {"t": "-1"}, {"t": "half"}, {"path": "1"}, {"path": "1-64"}, {"path": "a-b"}])
def test_a_nonsense_link_opens_at_the_middle(monkeypatch, query):
    """A data set that there is not is tested in tests/dashboard/test_picture_choice.py."""
    visit(monkeypatch, **query)
    assert view_of(64) == FIRST


@pytest.mark.parametrize("query", [{"t": "65"}, {"t": "-1"}, {"t": "half"}, {"path": "1-64"}, {"path": "a-b"}])
def test_what_a_link_says_that_makes_no_sense_is_told(monkeypatch, query):
    visit(monkeypatch, **query)
    view_of(64)
    (name,) = query
    assert [sentence.split(" cannot")[0] for sentence in state.messages()] == [f"The link's {name}"]
