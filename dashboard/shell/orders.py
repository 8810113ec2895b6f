"""What people have done to runs: the one way from a page to the manager's runs. Who may do what is asked here, at the action."""

from __future__ import annotations

from contextlib import suppress

from core.classroom.pace import Pace
from core.classroom.rights import INSTRUCTOR, STUDENT, Act, act_on_run, require
from core.errors import ConfigError, LabError
from core.training.config import RunConfig
from dashboard.shell import services, visitor
from dashboard.shell.limited import limits

CLEARED = "Stopped: the instructor has cleared the queue. Press Continue to let it wait again."
OFTEN = Pace(20, 60.0)  # runs that one person starts or resumes


def submit(config: RunConfig, *, paused: bool = False, called: str = "") -> str:
    """Queue a new run of whoever looks at the page; returns its id. As `RunManager.submit`, and raises RightError, and BusyError when one
    person starts too many in a short time."""
    visitor.require(Act.START)
    _check_limits(config)
    _count()
    return services.manager().submit(config, owner=visitor.owner(), paused=paused, called=called)


def resume(run_id: str) -> None:
    """As `RunManager.resume`; raises RightError, as all that follow do, and BusyError."""
    _check(run_id)
    _check_class(run_id)
    _count()
    services.manager().resume(run_id)


def pause(run_id: str) -> None:
    _check(run_id)
    services.manager().pause(run_id)


def step(run_id: str) -> None:
    _check(run_id)
    _check_class(run_id)
    services.manager().step(run_id)


def stop(run_id: str) -> None:
    _check(run_id)
    services.manager().stop(run_id)


def set_lr(run_id: str, lr: float) -> None:
    _check(run_id)
    services.manager().set_lr(run_id, lr)


def delete(run_id: str) -> None:
    _check(run_id)
    services.manager().delete(run_id)


def end_class(*, sets: bool) -> None:
    """Delete all of the class with the runs of its people, but for those of its instructors, and the `sets` of drawings if asked; raises
    RightError."""
    visitor.require(Act.RESULTS)
    room, me = services.classroom(), visitor.owner()
    services.end_class(spared=lambda person: person == me or room.instructs(person), sets=sets)


def take_next(run_id: str) -> None:
    """As `RunManager.take_next`."""
    visitor.require(Act.QUEUE)
    services.manager().take_next(run_id)


def pause_all() -> None:
    """Give no run and no measurement a turn but those of instructors, until `resume_all`; new runs wait, too."""
    visitor.require(Act.QUEUE)
    services.classroom().halting.put(True)
    services.manager().halt(services.classroom().instructors())


def resume_all() -> None:
    """Let all go on; what somebody has paused himself stays paused."""
    visitor.require(Act.QUEUE)
    services.classroom().halting.put(False)
    services.manager().halt(None)


def clear() -> None:
    """Stop every run that waits and has not begun. Nothing is deleted."""
    visitor.require(Act.QUEUE)
    for run_id, run in services.manager().active().items():
        if run.status == "queued" and not run.step:
            with suppress(LabError):  # it has just ended
                services.manager().stop(run_id, CLEARED)


def _check_limits(config: RunConfig) -> None:
    """Raise ConfigError where a run is larger than whoever looks at the page may train."""
    for problem in limits().problems(config, services.manager().size).values():
        raise ConfigError(problem)


def _check_class(run_id: str) -> None:
    """Raise ConfigError where a run may not go on: while all are paused, when it has used up its time, or is larger than may be now."""
    if visitor.role() != STUDENT:
        return
    room = services.classroom()
    room.halting.check()
    if problem := room.limiting.time_problem(run_id):
        raise ConfigError(problem)
    _check_limits(RunConfig.of(**services.manager().snapshot(run_id).config))


def _count() -> None:
    """Raise BusyError when somebody has a run loaded too often: each takes seconds of a processor. The instructor's are not counted."""
    if visitor.role() != INSTRUCTOR:
        OFTEN.take(visitor.owner())


def _check(run_id: str) -> None:
    """Raise RightError unless whoever looks at the page may steer a run, StoreError when there is none."""
    require(visitor.role(), act_on_run(visitor.owner(), services.manager().owner(run_id)))
