"""Controls that are declared once: what they take of a link, and how they follow each other."""

import pytest
import streamlit as st

from core.checks import Many, Text, Whole
from dashboard.shell import state
from dashboard.shell.choices import Choice, Listed, none_named


@pytest.fixture
def link(monkeypatch):
    """The query string of a new session."""
    query = {}
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", query)
    return query


def why_not(choice, text):
    return f"{text} steps are too few: {choice.first}." if text == "0" else ""


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("3", 3, []),
        ("0", 8, ["0 steps are too few: 8."]),
        ("many", 8, ["The link's steps cannot be used, and the page opens without it: possible is a whole number from 1 to 9."]),
    ],
)
def test_a_control_says_why_it_does_not_take_what_a_link_asks_for(link, text, value, words):
    link["steps"] = text
    assert Choice("p", "steps", range(1, 10), first=8, why_not=why_not).value == value and state.messages() == words


def test_older_names_of_a_link_are_read_and_the_new_one_counts(link):
    seed = Choice("p", "seed", range(9), first=0, old=("random",))
    link["random"] = "5"
    assert seed.linked == seed.value == 5 and seed.written() == "5"
    link["seed"] = "7"
    assert seed.linked == 7 and seed.value == 5  # a session goes on with what it began with


def test_a_value_follows_until_somebody_changes_it(link):
    field = Choice("p", "field", check=Text(20))
    assert field.following("0 0").value == "0 0" and field.following("0 0 0").value == "0 0 0"
    field.set("1 2")
    assert field.following("0").value == "1 2" and field.following("0").written() == "1 2"


def test_what_a_link_says_does_not_follow(link):
    link["field"] = "1 2"
    field = Choice("p", "field", check=Text(20))
    assert field.following("0 0").value == "1 2" and field.following("0").value == "1 2"


@pytest.mark.parametrize("text", ["a.b", "a,b", "a,.b,,a", "a,b."])
def test_lists_are_read_as_links_write_and_wrote_them(text):
    assert Listed(Text(100), 2).read(text) == ("a", "b")


def test_a_list_that_cannot_be_used_is_refused_whole(link):
    names = Choice("p", "runs", check=Listed(Text(100), 2), first=("a",), write=".".join)
    assert names.check.read("") == () and names.check.read("a.b.c") is None and names.check(7) is None
    link["runs"] = "a" * 101 + ".b"
    assert names.value == ("a",)
    (sentence,) = state.messages()
    assert "The link's runs cannot be used" in sentence and "at most 2 values with “.” between them" in sentence


def test_what_is_in_no_link_is_not_read_from_one(link):
    link["steps"] = "3"
    assert Choice("p", "steps", range(1, 10), first=8, in_link=False).value == 8 and state.messages() == []


def test_what_cannot_be_chosen_any_more_gives_way_and_is_said_where_there_are_words_for_it(link):
    link["class"] = "cot"
    choice = Choice("p", "class", why_not=none_named("class"))
    words = "There is no class named 'cot'. Did you mean 'cat'? Choose one of: cat, dog."
    assert choice.among(["", "cat", "dog"]).value == "" and state.messages() == [words]
    choice.set("dog")
    assert choice.among(["", "cat", "dog"]).value == "dog" and state.messages() == []
    assert choice.among(["", "cat"]).value == "" and state.messages() == ["There is no class named 'dog'. Choose one of: cat."]
    wordless = Choice("p", "kind")
    wordless.set("dog")
    assert wordless.among(["cat"]).value == "cat" and state.messages() == []


def test_options_are_named_whatever_they_are(link):
    link["seed"] = "5"
    assert Choice("p", "seed", (0, 1, 2), first=0, why_not=none_named("seed")).value == 0
    assert state.messages() == ["There is no seed named '5'. Choose one of: 0, 1, 2."]


def test_a_check_that_depends_on_other_choices_lets_go_of_what_it_does_not_pass(link):
    link["cell"] = "3-4"
    cell = Choice("p", "cell", first=None)
    assert cell.within(Many(Whole(0, 9), 2, between="-")).value == (3, 4)
    assert cell.within(Many(Whole(0, 4), 2, between="-")).value == (3, 4) and cell.within(Many(Whole(0, 3), 2, between="-")).value is None
    link["cell"] = "3-40"
    other = Choice("q", "cell", first=None).within(Many(Whole(0, 9), 2, between="-"))
    assert other.value is None and len(state.messages()) == 1


def test_a_text_that_was_sent_to_a_list_of_numbers_is_not_chosen(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", {})
    number = Choice("page", "units", (1, 2, 4), first=2, write="{:g}".format)
    number.set("no such option")
    assert number.value == 2 and number.written() == ""
    number.set(4)
    assert number.value == 4 and number.written() == "4"
    name = Choice("page", "name", ("a", "b"), first="a")
    name.set("b")
    assert name.value == "b"
