"""What students may do to runs in a class, asked at the action: limits, pause all, take the next, clear, leaving."""

import pytest

from core.classroom.rights import GUEST, INSTRUCTOR, OUTSIDER, ROLES, STUDENT
from core.errors import ConfigError, RightError
from core.training.config import RunConfig
from dashboard.shell import orders, services, visitor
from tests.support import LONG_TINY, ended, wait_for

LIMITS = {"weights": 0, "epochs": 0, "batch_size": 0, "memory": 0, "seconds": 0, "datasets": []}


@pytest.fixture
def room(own_lab, monkeypatch):
    """An open class with a teacher, Ann and Bob; `act_as` says who asks from now on."""
    monkeypatch.setenv("LAB_SLICE_SECONDS", "0.05")
    monkeypatch.setenv("LAB_ONE_EACH", "1")
    services.shutdown()
    services.open_class("secret")
    made = services.classroom()
    made.limiting.set(LIMITS)
    made.let_instruct("teacher")
    for person in ("ann", "bob"):
        made.people.join(person, code=made.people.code, name=person)
    yield made
    services.shutdown()


@pytest.fixture
def act_as(monkeypatch):
    def act(person):
        monkeypatch.setattr(visitor, "owner", lambda: person)

    return act


def begin(**values):
    return orders.submit(RunConfig.of(**{**LONG_TINY, **values}))


def test_only_an_instructor_orders_the_runs_of_all(room, monkeypatch):
    for role in ROLES:
        monkeypatch.setattr(visitor, "role", lambda role=role: role)
        for order in (orders.pause_all, orders.resume_all, orders.clear, lambda: orders.take_next("gru-1")):
            if role == INSTRUCTOR:
                continue
            with pytest.raises(RightError):
                order()
        assert not room.halting.on
    assert {STUDENT, GUEST, OUTSIDER} == {*ROLES} - {INSTRUCTOR}


def test_a_limit_holds_for_students_alone_when_a_run_begins_and_when_it_goes_on(room, act_as):
    act_as("teacher")
    own = begin()
    orders.stop(own)
    act_as("ann")
    run = begin()
    wait_for(services.manager(), run, lambda s: len(s.epochs) > 0)
    orders.stop(run)
    wait_for(services.manager(), run, ended)
    for limit, named in (({"epochs": 999}, "epochs"), ({"batch_size": 31}, "batch_size"), ({"datasets": ["shapes"]}, "data set"),
                         ({"weights": 100}, "weights"), ({"memory": 61}, "MB of memory")):  # fmt: skip
        room.limiting.set({**LIMITS, **limit})
        for order in (begin, lambda: orders.resume(run)):
            with pytest.raises(ConfigError, match=f"{named}.* in this class"):
                order()
    act_as("teacher")
    orders.resume(wait_for(services.manager(), own, ended).run_id)
    orders.stop(own)
    assert len(services.manager().runs()) == 2


def test_pause_all_lets_students_wait_and_resume_all_lets_them_go_on(room, act_as):
    lab = services.manager()
    act_as("ann")
    run = begin()
    act_as("bob")
    own = begin()
    wait_for(lab, own, lambda s: s.step > 0)
    orders.pause(own)
    wait_for(lab, own, lambda s: s.status == "paused")
    act_as("teacher")
    orders.pause_all()
    wait_for(lab, run, lambda s: s.status == "queued")
    teachers = begin()
    wait_for(lab, teachers, lambda s: s.step > 0)  # by now whoever was in the middle of a batch has let go
    step = lab.snapshot(run).step
    wait_for(lab, teachers, lambda s: s.step > 100)
    act_as("bob")
    for order in (orders.resume, orders.step):
        with pytest.raises(ConfigError, match="paused all runs"):
            order(own)
    act_as("ann")
    late = begin()  # it may be asked for, and waits
    assert lab.snapshot(run).step == step and lab.snapshot(late).status == "queued"
    with pytest.raises(RightError):
        orders.resume_all()
    act_as("teacher")
    orders.resume(own)  # the instructor may
    orders.pause(own)
    orders.resume_all()
    wait_for(lab, run, lambda s: s.step > step)
    assert not room.halting.on and lab.snapshot(own).status in ("queued", "paused")


def test_pause_all_outlives_the_server(room, act_as):
    act_as("teacher")
    orders.pause_all()
    services.shutdown()
    services.open_class("secret")
    act_as("ann")
    assert services.classroom().halting.on and services.classroom().people.member("ann")
    run = begin()
    act_as("teacher")
    teachers = begin()
    wait_for(services.manager(), teachers, lambda s: s.step > 50)
    assert services.manager().snapshot(run).status == "queued"
    orders.resume_all()
    wait_for(services.manager(), run, lambda s: s.step > 0)


def test_clear_stops_what_waits_and_has_not_begun_and_deletes_nothing(room, act_as):
    lab = services.manager()
    act_as("ann")
    first, second = begin(), begin()
    wait_for(lab, first, lambda s: s.step > 0)
    act_as("bob")
    own = begin()
    wait_for(lab, own, lambda s: s.step > 0)
    act_as("teacher")
    orders.clear()
    stopped = wait_for(lab, second, ended)
    assert stopped.status == "stopped" and "cleared the queue" in stopped.message and stopped.resumable
    assert lab.snapshot(first).active and lab.snapshot(own).active and len(lab.runs()) == 3


def test_the_instructor_takes_a_run_next(room, act_as):
    lab = services.manager()
    act_as("ann")
    first, second = begin(), begin()
    wait_for(lab, first, lambda s: s.step > 5)
    act_as("teacher")
    orders.take_next(second)
    wait_for(lab, second, lambda s: s.step > 0)


def test_a_run_is_stopped_after_its_seconds_and_goes_on_when_the_limit_is_raised(room, act_as):
    lab = services.manager()
    room.limiting.set({**LIMITS, "seconds": 1})
    act_as("ann")
    run = begin()
    stopped = wait_for(lab, run, ended)
    assert stopped.status == "stopped" and "limit of 1 seconds" in stopped.message and stopped.epochs
    with pytest.raises(ConfigError, match=r"as long as is allowed in this class \(1 seconds\)"):
        orders.resume(run)
    room.limiting.set({**LIMITS, "seconds": 1000})
    orders.resume(run)
    wait_for(lab, run, lambda s: len(s.epochs) > len(stopped.epochs))


def test_who_leaves_frees_the_place(monkeypatch, act_as, room):
    services.shutdown()
    monkeypatch.setenv("LAB_AWAY_MINUTES", "0.03")
    services.open_class("secret")
    lab, here = services.manager(), services.classroom()
    act_as("ann")
    left = begin()
    act_as("teacher")
    stays = begin()
    stopped = wait_for(lab, left, ended)
    assert "away from the class" in stopped.message and lab.snapshot(stays).active and here.opened
    assert lab._viewers.away_seconds is None, "a closed page is none of a class's business"
