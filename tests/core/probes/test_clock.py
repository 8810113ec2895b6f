"""Seconds by a clock that only the works themselves move on."""

import sys
import time

from core.probes.clock import THREAD_CLOCK, WALL_CLOCK, median_seconds


class Works:
    """A clock, and works that take the seconds they are given, one after the other."""

    def __init__(self):
        self.now, self.done = 100.0, []

    def work(self, name, *seconds):
        left = list(seconds)

        def work():
            self.done.append(name)
            self.now += left.pop(0)

        return work

    def clock(self):
        return self.now


def test_the_median_of_rounds_in_turn_without_the_first():
    works = Works()
    seconds = median_seconds(works.work("a", 50, 3, 1, 8), works.work("b", 0, 5, 5, 6), rounds=3, clock=works.clock)
    assert seconds == [3, 5] and works.done == ["a", "b"] * 4


def test_one_round_is_its_own_median():
    works = Works()
    assert median_seconds(works.work("a", 9, 2), rounds=1, clock=works.clock) == [2]


def test_a_thread_that_waits_takes_no_time_of_its_own():
    wall, own = (clock() for clock in (WALL_CLOCK, THREAD_CLOCK))
    time.sleep(0.2)
    assert WALL_CLOCK() - wall >= 0.19
    assert sys.platform == "win32" or THREAD_CLOCK() - own < 0.1
