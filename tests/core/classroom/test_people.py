"""People of a class: the code, names, pseudonyms, and what is there after a restart."""

import pytest

from core.classroom import people
from core.classroom.classroom import Classroom
from core.classroom.pace import Pace
from core.classroom.pseudonyms import FIRST, SECOND, pseudonym
from core.errors import BusyError, ConfigError
from core.training.runs.store import Store


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(people, "TRIES", Pace(10, 60.0))
    monkeypatch.setattr(people, "TRIES_OF_ALL", Pace(200, 60.0))
    made = Store(tmp_path)
    yield made
    made.close()


@pytest.fixture
def room(store):
    return Classroom(store, opened=True, secret="one")


def test_the_code_has_six_letters_that_nobody_confuses(room):
    assert len(room.people.code) == 6 and {*room.people.code}.isdisjoint("01IO" + "abcdefghijklmnopqrstuvwxyz")
    assert room.people.code == room.people.code


@pytest.mark.parametrize("written", ["{}", " {} ", "{0:.3}-{1}", "lower"])
def test_the_code_is_read_as_people_type_it(room, written):
    code = room.people.code
    typed = code.lower() if written == "lower" else written.format(code, code[3:])
    assert room.people.join("ann", code=typed, name="Ann").name == "Ann"


@pytest.mark.parametrize("typed", ["", "AAAAAA", "é" * 6, "\ud800", "x" * 100])
def test_a_wrong_code_lets_nobody_in(room, typed):
    with pytest.raises(ConfigError, match="not the code"):
        room.people.join("ann", code=typed, name="Ann")
    assert room.people.member("ann") is None


def test_the_code_cannot_be_guessed_by_trying(room):
    for _ in range(10):
        with pytest.raises(ConfigError):
            room.people.join("ann", code="AAAAAA", name="Ann")
    with pytest.raises(BusyError, match="too often"):
        room.people.join("ann", code=room.people.code, name="Ann")
    assert room.people.join("ben", code=room.people.code, name="Ben")


def test_people_and_code_are_there_after_a_restart(room, store):
    ann = room.people.join("ann", code=room.people.code, name="Ann")
    again = Classroom(store, opened=True, secret="one")
    assert again.people.all() == [ann] and again.people.code == room.people.code


def test_another_name_keeps_the_pseudonym_and_needs_no_code(room):
    first = room.people.join("ann", code=room.people.code, name="Ann", turn=3)
    second = room.people.join("ann", code="", name="  Anna \n Berg ")
    assert (second.pseudonym, second.joined, second.name) == (first.pseudonym, first.joined, "Anna Berg")


def test_a_name_is_needed_and_bounded(room):
    with pytest.raises(ConfigError, match="name"):
        room.people.join("ann", code=room.people.code, name=" \n ")
    assert len(room.people.join("ann", code=room.people.code, name="x" * 1000).name) == people.MOST_NAME


def test_each_has_a_pseudonym_of_its_own_and_the_one_that_was_offered(room, monkeypatch):
    monkeypatch.setattr(people, "TRIES_OF_ALL", Pace(1000, 60.0))
    for k in range(120):
        offered = room.people.offer(f"p{k}", turn=k % 3)
        assert room.people.join(f"p{k}", code=room.people.code, name="N", turn=k % 3).pseudonym == offered
    assert len({member.pseudonym for member in room.people.all()}) == 120


def test_all_pseudonyms_can_be_given_and_then_some():
    assert len({*FIRST}) == len(FIRST) and len({*SECOND}) == len(SECOND)
    every = {f"{first} {second}" for first in FIRST for second in SECOND}
    last = sorted(every)[17]
    assert pseudonym("ann", 0, every - {last}) == last
    assert pseudonym("ann", 0, every) not in every


def test_a_class_that_is_full_says_so(room, monkeypatch):
    monkeypatch.setattr(people, "MOST_PEOPLE", 1)
    room.people.join("ann", code=room.people.code, name="Ann")
    with pytest.raises(ConfigError, match="no room"):
        room.people.join("ben", code=room.people.code, name="Ben")


def test_who_leaves_needs_the_code_again(room):
    room.people.join("ann", code=room.people.code, name="Ann")
    room.people.remove("ann")
    with pytest.raises(ConfigError, match="not the code"):
        room.people.join("ann", code="", name="Ann")


def test_after_a_class_there_is_another_code(room):
    before = room.people.code
    room.people.join("ann", code=before, name="Ann")
    room.people.clear()
    assert room.people.all() == [] and room.people.code != before


def test_who_has_shown_the_secret_instructs_also_after_a_restart_and_not_with_another_secret(room, store):
    assert not room.instructs("ann") and not room.instructs("")
    room.let_instruct("ann")
    room.let_instruct("")
    assert room.instructs("ann") and not room.instructs("")
    assert Classroom(store, opened=True, secret="one").instructs("ann")
    assert not Classroom(store, opened=True, secret="two").instructs("ann")
