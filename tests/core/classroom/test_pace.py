"""How often somebody may ask: against a count by hand, on a clock of the test."""

import pytest

from core.classroom.pace import REMEMBERED, Pace
from core.errors import BusyError


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_so_many_at_once_and_then_one_for_each_part_of_the_time():
    clock = Clock()
    pace = Pace(3, 30.0, clock=clock)
    assert [pace.wait("ann") for _ in range(3)] == [0, 0, 0]
    assert pace.wait("ann") == pytest.approx(10)
    clock.now = 4
    assert pace.wait("ann") == pytest.approx(6), "who asks too early waits no longer for it"
    assert pace.wait("ben") == 0, "others do not wait"
    clock.now = 10.001
    assert pace.wait("ann") == 0 and pace.wait("ann") == pytest.approx(9.999, abs=1e-6)
    clock.now = 1000
    assert [pace.wait("ann") for _ in range(4)] == [0, 0, 0, pytest.approx(10)]


def test_too_often_is_a_sentence_with_the_seconds():
    pace = Pace(1, 30.0, clock=Clock())
    pace.take("ann")
    with pytest.raises(BusyError, match="wait 30 seconds"):
        pace.take("ann")


def test_what_is_remembered_is_bounded():
    pace = Pace(1, 30.0, clock=Clock())
    for k in range(REMEMBERED + 5):
        pace.wait(str(k))
    assert len(pace._left) == REMEMBERED
