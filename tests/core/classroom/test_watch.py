"""Who leaves a class frees the place after the grace time, and nobody trains longer than is allowed; a clock of the test's own."""

from types import SimpleNamespace

import pytest

from core.classroom.classroom import Classroom
from core.classroom.watch import Watch
from core.errors import StoreError
from core.training.runs.store import Store

NO_LIMITS = {"weights": 0, "epochs": 0, "batch_size": 0, "memory": 0, "seconds": 0, "datasets": []}


class Runs:
    """Runs as a manager has them: a status each, whose they are, and why they were stopped."""

    def __init__(self):
        self.states, self.owners, self.stopped = {}, {}, {}

    def add(self, run_id, owner, status="running", epochs=()):
        self.owners[run_id] = owner
        self.states[run_id] = SimpleNamespace(run_id=run_id, status=status, epochs=[SimpleNamespace(seconds=s) for s in epochs])

    def active(self):
        return dict(self.states)

    def owner(self, run_id):
        if run_id not in self.states:
            raise StoreError("There is no such run.")
        return self.owners[run_id]

    def stop(self, run_id, why):
        assert run_id not in self.stopped, "once is enough"
        self.stopped[run_id] = why


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def room(tmp_path, clock):
    store = Store(tmp_path)
    made = Classroom(store, opened=True, secret="secret")
    made.presence._clock = lambda: clock[0]
    made.let_instruct("teacher")
    made.limiting.set(NO_LIMITS)
    yield made
    store.close()


@pytest.fixture
def runs():
    return Runs()


@pytest.fixture
def watch(room, runs, clock):
    return Watch(room, runs, 180.0, clock=lambda: clock[0])


def passing(seconds, watch, clock, *here, room=None):
    """Let time pass, with a look each second, while some people are here."""
    for _ in range(seconds):
        clock[0] += 1
        for person in here:
            room.presence.saw(f"tab of {person}", person)
        watch.look()


def test_a_run_whose_owner_has_left_is_stopped_after_the_grace_time_whether_it_trains_or_waits(watch, runs, room, clock):
    for run, owner, status in [("a", "ann", "running"), ("b", "bob", "queued"), ("c", "cy", "paused"), ("d", "dee", "queued")]:
        runs.add(run, owner, status)
    runs.add("t", "teacher")
    runs.add("line", "")
    passing(60, watch, clock, "ann", "bob", "cy", "dee", "teacher", room=room)
    passing(180, watch, clock, "dee", room=room)
    assert runs.stopped == {}
    passing(1, watch, clock, "dee", room=room)
    assert {*runs.stopped} == {"a", "b", "c"} and "away from the class for 3 minutes" in runs.stopped["a"]
    passing(1000, watch, clock, "dee", room=room)
    assert len(runs.stopped) == 3, "those of the instructor and of the command line go on"


def test_whose_wireless_drops_for_a_minute_or_nearly_three_finds_the_run_as_it_was(watch, runs, room, clock):
    runs.add("a", "ann")
    passing(5, watch, clock, "ann", room=room)
    for away in (60, 179):
        passing(away, watch, clock)
        passing(1, watch, clock, "ann", room=room)
    assert runs.stopped == {}


def test_who_was_never_seen_has_the_grace_time_from_the_first_look_on(watch, runs, clock):
    runs.add("a", "ann")
    passing(181, watch, clock)
    assert runs.stopped == {}
    passing(1, watch, clock)
    assert [*runs.stopped] == ["a"]


def test_no_grace_time_stops_nobody(room, runs, clock):
    runs.add("a", "ann")
    passing(5000, Watch(room, runs, 0.0, clock=lambda: clock[0]), clock)
    assert runs.stopped == {}


def test_seconds_are_those_of_its_own_turns(watch, runs, room, clock):
    room.limiting.set({**NO_LIMITS, "seconds": 20})
    for run in ("a", "t"):
        runs.add(run, {"a": "ann", "t": "teacher"}[run])
    here = {"room": room}
    watch.look()
    for status, seconds in [("running", 12), ("queued", 500), ("paused", 300), ("loading", 60), ("running", 7)]:
        runs.states["a"].status = status
        passing(seconds, watch, clock, "ann", **here)
    assert runs.stopped == {}
    passing(1, watch, clock, "ann", **here)
    assert [*runs.stopped] == ["a"] and "limit of 20 seconds" in runs.stopped["a"] and room.limiting.time_problem("a")


def test_a_run_that_goes_on_brings_the_time_of_its_epochs_with_it(watch, runs, room, clock):
    room.limiting.set({**NO_LIMITS, "seconds": 20})
    runs.add("a", "ann", epochs=(6.0, 6.5))
    watch.look()
    passing(7, watch, clock, "ann", room=room)
    assert runs.stopped == {}
    passing(1, watch, clock, "ann", room=room)
    assert [*runs.stopped] == ["a"]


def test_a_run_that_was_stopped_for_its_time_has_what_was_added_to_the_limit(watch, runs, room, clock):
    room.limiting.use_up("a", 20.0)
    room.limiting.set({**NO_LIMITS, "seconds": 30})
    runs.add("a", "ann", epochs=(15.0,))
    watch.look()
    passing(9, watch, clock, "ann", room=room)
    assert runs.stopped == {}
    passing(1, watch, clock, "ann", room=room)
    assert [*runs.stopped] == ["a"]


def test_a_run_that_has_gone_between_keeps_nobody_from_the_others(watch, runs, clock):
    for run, owner in (("a", "ann"), ("b", "bob")):
        runs.add(run, owner)
    states = dict(runs.states)
    runs.active = lambda: states
    del runs.states["a"]
    passing(200, watch, clock)
    assert [*runs.stopped] == ["b"]
