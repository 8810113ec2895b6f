"""What the controls of the page Try it take of a link and of what a browser sends, and what they refuse."""

import pytest
import streamlit as st

from core.errors import ConfigError
from dashboard.pictures.choose import from_set
from dashboard.shell import state
from pages.try_it.controls import BOARD, EDITS, PATCH, RUNS, choose_answering, edits_text_of
from tests.pages.support import alone, made_by, texts, visit

HEART = from_set("shapes", 6)
REFUSED = ("64", "x", "<script>", "1-2-3")


@pytest.mark.parametrize("sent", [None, 5, "5", [], {"edits": 3}, {"picture": "shapes 6", "patch": 4, "edits": ["5"]}])
def test_what_a_browser_should_not_send_does_nothing(monkeypatch, sent):
    visit(monkeypatch)
    st.session_state[BOARD] = {"edits": sent}
    assert edits_text_of(HEART, 4) == ""


@pytest.mark.parametrize("edits", REFUSED)
def test_edits_of_a_link_that_are_none_are_refused_once(monkeypatch, edits):
    visit(monkeypatch, edits=edits)
    with pytest.raises(ConfigError, match="edit|no patch"):
        edits_text_of(HEART, 4)
    assert edits_text_of(HEART, 4) == "", "the page goes on without them"


@pytest.mark.parametrize("edits", REFUSED)
def test_edits_of_a_browser_that_are_none_are_refused_and_change_nothing(monkeypatch, edits):
    visit(monkeypatch, edits="5")
    assert edits_text_of(HEART, 4) == "5"
    st.session_state[BOARD] = {"edits": {"picture": HEART.name, "patch": 4, "edits": edits}}
    with pytest.raises(ConfigError, match="edit|no patch"):
        edits_text_of(HEART, 4)
    assert EDITS.value == (HEART.name, 4, "5")


@pytest.mark.parametrize(("patch", "sentences"), [("5", 1), ("", 0)])
def test_a_patch_size_that_there_is_not_is_the_first_one(monkeypatch, patch, sentences):
    visit(monkeypatch, patch=patch)
    assert PATCH.value == 4 and PATCH.written() == "" and len(state.messages()) == sentences


def test_a_run_of_the_link_that_is_gone_is_explained():
    app = alone(choose_answering, runs="gru-000000.recorded-shapes-gru")
    assert "There is no run gru-000000" in texts(app) and [run.run_id for run in made_by(app)] == ["recorded-shapes-gru"]
    assert app.multiselect(key=RUNS.key).value == ["recorded-shapes-gru"]
