"""What costs the server something can be asked for so often and no more: runs, measurements. Uploads and joins have tests of their own."""

import pytest

from core.classroom.pace import Pace
from core.classroom.rights import GUEST, INSTRUCTOR, STUDENT
from core.errors import BusyError, StoreError
from dashboard.shell import orders, visitor
from dashboard.training import background, starting

PEOPLE = {STUDENT: "a" * 32, GUEST: "b" * 32}


@pytest.fixture
def be(own_lab, monkeypatch):
    """Become somebody; nobody has asked for anything yet."""
    monkeypatch.setattr(orders, "OFTEN", Pace(3, 3600.0))
    monkeypatch.setattr(starting, "OFTEN", Pace(3, 3600.0))
    monkeypatch.setattr(background, "_lessons", {})
    for what in ("_check_limits", "_check_class"):  # which have tests of their own
        monkeypatch.setattr(orders, what, lambda given: None)

    def become(role, person):
        monkeypatch.setattr(visitor, "role", lambda: role)
        monkeypatch.setattr(visitor, "owner", lambda: person)

    return become


@pytest.mark.parametrize("role", PEOPLE)
def test_runs_are_started_and_resumed_so_often(own_lab, be, monkeypatch, role):
    begun = []
    monkeypatch.setattr(own_lab, "submit", lambda config, **more: begun.append(more["owner"]))
    monkeypatch.setattr(own_lab, "resume", lambda run_id: begun.append(run_id))
    monkeypatch.setattr(own_lab, "owner", lambda run_id: PEOPLE[role])
    be(role, PEOPLE[role])
    orders.submit(None)
    orders.submit(None)
    orders.resume("gru-1")
    for again in (lambda: orders.submit(None), lambda: orders.resume("gru-1")):
        with pytest.raises(BusyError, match=r"wait \d+ seconds"):
            again()
    assert begun == [PEOPLE[role], PEOPLE[role], "gru-1"]
    be(role, "c" * 32)
    orders.submit(None)
    assert begun[-1] == "c" * 32, "another one is not kept from it"


def test_what_ends_a_run_is_never_too_often(own_lab, be):
    be(STUDENT, PEOPLE[STUDENT])
    for _ in range(20):
        with pytest.raises(StoreError, match="no run"):
            orders.stop("gru-none")


@pytest.mark.parametrize("role", PEOPLE)
def test_measurements_are_begun_so_often(be, monkeypatch, role):
    begun = []
    monkeypatch.setattr(background, "lesson", lambda key, *_, owner: begun.append((key, owner)))
    be(role, PEOPLE[role])
    for number in range(3):
        starting.start_lesson(f"lesson {number}", lambda: 1)
    with pytest.raises(BusyError):
        starting.start_lesson("one too many", lambda: 1)
    assert begun == [(f"lesson {number}", PEOPLE[role]) for number in range(3)]


def test_who_asks_for_what_is_there_already_costs_nothing(be):
    be(STUDENT, PEOPLE[STUDENT])
    lesson = starting.start_lesson("the same", lambda: 1)
    assert all(starting.start_lesson("the same", lambda: 1) is lesson for _ in range(20))


def test_the_instructor_is_not_counted(own_lab, be, monkeypatch):
    begun = []
    monkeypatch.setattr(own_lab, "submit", lambda config, **more: begun.append(config))
    monkeypatch.setattr(background, "lesson", lambda key, *_, owner: begun.append(key))
    be(INSTRUCTOR, "i" * 32)
    for number in range(50):
        orders.submit(number)
        starting.start_lesson(str(number), lambda: 1)
    assert len(begun) == 100
