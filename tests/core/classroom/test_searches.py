"""Searches begin, end and are kept, also in another process."""

import pytest

from core.classroom.facts import Facts
from core.classroom.searches import MOST_KEPT, Searches
from core.errors import ConfigError
from core.training.runs.store import Store


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def row(title, accuracy, data="shapes"):
    return {"run": title, "title": title, "accuracy": accuracy, "data": data, "curve": []}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def searches(tmp_path, clock):
    return Searches(Facts(Store(tmp_path)), clock=clock)


def test_a_search_begins_ends_and_its_record_is_there_after_a_restart(tmp_path, searches, clock):
    assert searches.now is None and not searches.under_way and searches.end([]) is None
    searches.begin("  Learning\n rate ", [row("before", 0.9)], seconds=120)
    assert (searches.now.name, searches.now.since, searches.now.seconds, searches.kept()) == ("Learning rate", 1000.0, 120, [])
    clock.now = 1100.0
    rows = [row("Quiet Otter", 0.25), row("Amber Wolf", 0.75), row("Calm Seal", None)]
    searches.end(rows)
    again = Searches(Facts(Store(tmp_path)))
    (kept,) = again.kept()
    assert kept == searches.now == again.now and not again.under_way
    assert (kept.until, kept.best, kept.accuracy) == (1100.0, "Amber Wolf", 0.75)
    assert again.rows(kept.number) == rows and again.rows(99) == []


def test_one_that_is_under_way_survives_a_killed_process(tmp_path, searches):
    searches.begin("Width", [])
    assert Searches(Facts(Store(tmp_path))).now == searches.now and searches.under_way


def test_ending_twice_keeps_one_record(searches):
    searches.begin("Width", [])
    assert searches.end([row("a", 0.5)]) and searches.end([row("b", 0.6)]) is None
    assert [search.best for search in searches.kept()] == ["a"]


def test_beginning_the_next_one_keeps_the_record_of_the_one_under_way(searches, clock):
    searches.begin("Width", [])
    clock.now = 1050.0
    searches.begin("Depth", [row("a", 0.5)])
    assert [(search.name, search.until, search.best) for search in searches.kept()] == [("Width", 1050.0, "a")]
    assert (searches.now.name, searches.now.since, searches.now.number) == ("Depth", 1050.0, 2)


def test_a_name_has_letters_and_not_too_many(searches):
    with pytest.raises(ConfigError, match="Give the search a name"):
        searches.begin(" \n ", [])
    assert searches.now is None
    assert len(searches.begin("x" * 5000, []).name) == 60


def test_records_are_bounded_and_can_be_forgotten(tmp_path, searches):
    for number in range(MOST_KEPT + 2):
        searches.begin(f"search {number}", [])
        searches.end([row(str(number), 0.5)])
    kept = searches.kept()
    assert len(kept) == MOST_KEPT and searches.rows(1) == [] and searches.rows(3) == [row("2", 0.5)]
    searches.clear()
    facts = Facts(Store(tmp_path))
    assert Searches(facts).kept() == [] and Searches(facts).now is None and not any(name.startswith("wall") for name in facts._known)
