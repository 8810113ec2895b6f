"""The gate before the scripts: so many at once, in the order of coming, and nobody waits for one that computes for long."""

import threading
import time

import pytest

from dashboard.shell.gate import Gate

NEVER = 600.0  # seconds: a moment that does not end within a test


class Visitors:
    """Threads that go through a gate and stay until they are let out; who is inside, in the order of coming in."""

    def __init__(self, gate):
        self.gate, self.inside, self.exits, self.threads = gate, [], {}, {}

    def come(self, name):
        def visit():
            with self.gate.through():
                self.inside.append(name)
                self.exits[name].wait(60)
                self.inside.remove(name)

        self.exits[name] = threading.Event()
        self.threads[name] = threading.Thread(target=visit, daemon=True)
        before = len(self.gate._waiting) + len(self.inside)
        self.threads[name].start()
        until(lambda: len(self.gate._waiting) + len(self.inside) > before)

    def leave(self, name):
        self.exits[name].set()
        self.threads[name].join(60)
        assert not self.threads[name].is_alive()


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def visitors():
    made = []

    def through(gate):
        made.append(Visitors(gate))
        return made[-1]

    yield through
    for some in made:
        for name in some.threads:
            some.leave(name)


def test_so_many_are_inside_and_the_others_follow_in_the_order_of_coming(visitors):
    here = visitors(Gate(places=2, moment=NEVER))
    for name in "abcde":
        here.come(name)
    assert here.inside == ["a", "b"]
    here.leave("b")
    until(lambda: here.inside == ["a", "c"])
    here.leave("a")
    until(lambda: here.inside == ["c", "d"])
    here.leave("d")
    here.leave("c")
    until(lambda: here.inside == ["e"])


def test_nobody_waits_longer_than_a_moment_for_one_that_computes(visitors):
    here = visitors(Gate(places=1, moment=0.05))
    for name in "abc":
        here.come(name)
    until(lambda: here.inside == ["a", "b", "c"])  # nobody has left


def test_a_part_of_a_page_goes_through_with_its_page():
    gate = Gate(places=1, moment=NEVER)
    with gate.through(), gate.through():
        pass
    with gate.through():  # both are out again
        pass


def test_who_ends_with_an_error_leaves_its_place():
    gate = Gate(places=1, moment=NEVER)
    with pytest.raises(ValueError), gate.through():
        raise ValueError
    with gate.through():
        pass
