"""Runs of set-ups that are compared: which run stands for each, training those that are missing, and measuring them behind the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import LabError
from core.evaluation.sequences.contests import set_up
from core.evaluation.sequences.lengths import Learned, LengthCurve, learned
from core.evaluation.sequences.long_inputs import LongInputs, LongInputsRecord, kept_long_inputs, long_inputs, recorded_of
from core.training.config import RunConfig
from core.training.history import ACTIVE, RunSummary, Snapshot
from dashboard.kit.wording import code, marked
from dashboard.shell import orders, services, show, viewers, visitor
from dashboard.shell.notices import said_above
from dashboard.shell.words import STATUS_WORDS
from dashboard.training import background
from dashboard.training.background import FAILED, NOBODY
from dashboard.training.starting import start_lesson


@dataclass(frozen=True)
class Standing:
    """A set-up that is compared: the run of this lab that was set up so, else what is recorded of one, else nothing."""

    title: str
    wanted: RunConfig
    run: Snapshot | None = None
    record: LongInputsRecord | None = None
    measured: LongInputs | None = None
    problem: str = ""  # why its weights could not be measured

    @property
    def epochs(self) -> tuple[Learned, ...]:
        """How it has learned so far."""
        return learned(self.run) if self.run else self.record.epochs if self.record else ()

    @property
    def curve(self) -> LengthCurve | None:
        """How often it is right by length, if that is known."""
        return self.measured.curve if self.measured else None

    @property
    def best(self) -> int | None:
        """The epoch (from 0) whose weights are measured."""
        return (self.run.best.epoch if self.run.best else None) if self.run else self.record.best if self.record else None

    @property
    def parameters(self) -> int:
        """Weights of its model; 0 where that is not known yet."""
        return self.run.parameters if self.run else self.record.parameters if self.record else 0

    @property
    def active(self) -> bool:
        """Whether it trains now, or waits."""
        return self.run is not None and self.run.active

    @property
    def missing(self) -> bool:
        """Whether nothing is known of it."""
        return self.run is None and self.record is None

    @property
    def weights(self) -> str:
        """The run whose weights can be looked into; "" where there is none."""
        return self.run.run_id if self.run and self.best is not None else self.record.run if self.record and not self.run else ""


def standings(set_ups: Iterable[tuple[str, RunConfig]]) -> list[Standing]:
    """What stands for each set-up, by its title: the newest run that trains or has an epoch, before what is recorded."""
    own = services.manager().runs()
    return [_standing(title, wanted, own) for title, wanted in set_ups]


def _standing(title: str, wanted: RunConfig, own: Sequence[RunSummary]) -> Standing:
    same = set_up(wanted.flat())
    like = [row for row in own if set_up(row.config) == same]
    some = next((row for row in like if row.status in ACTIVE or row.epochs_done), None)
    if some is None:
        record = recorded_of(wanted)
        problem = next((row.message for row in like[:1] if row.status == "failed"), "")
        return Standing(title, wanted, record=record, measured=record.found if record else None, problem=problem)
    run = services.run(some.run_id)
    if run.active or run.best is None:
        return Standing(title, wanted, run)
    measured, key = kept_long_inputs(services.manager(), run.run_id, run.best.epoch), _key(run)
    lesson = background.known(key)
    given_up = lesson and lesson.status == FAILED and lesson.problem != NOBODY  # what ended unseen is simply measured again
    problem = lesson.problem if given_up else ""
    return Standing(title, wanted, run, measured=measured, problem="" if measured else problem)


def _key(run: Snapshot) -> str:
    return f"long inputs {run.run_id} {run.best.epoch}"


def measure(shown: Iterable[Standing]) -> None:
    """Begin to measure the runs that have ended and have not been, behind the page; one that cannot be says so in its `problem`."""
    for one in shown:
        if waits(one):
            start_lesson(_key(one.run), lambda: None, _measuring(one.run.run_id, one.best))


def _measuring(run_id: str, epoch: int) -> Callable[[None], Iterator[int]]:
    def run(_: None) -> Iterator[int]:
        long_inputs(services.manager(), run_id, epoch)
        yield 1

    return run


def waits(one: Standing) -> bool:
    """Whether a run has ended, and is still to be measured."""
    return one.run is not None and not one.active and one.best is not None and one.measured is None and not one.problem


def moving(shown: Iterable[Standing]) -> bool:
    """Whether something is still to come: training, or measuring."""
    return any(one.active or waits(one) for one in shown)


def attend(shown: Iterable[Standing]) -> None:
    """Note that somebody watches the runs that train."""
    for one in shown:
        if one.active:
            services.manager().attend(one.run.run_id)
            viewers.saw(visitor.session())


def steer(shown: Sequence[Standing], *, key: str) -> None:
    """Buttons: train what is missing (or, if nothing is, what is only recorded); pause and stop while something trains."""
    missing = [one for one in shown if one.missing]
    lacking = missing or [one for one in shown if one.run is None]
    running = [one.run for one in shown if one.active]
    mine = [run for run in running if visitor.may_steer(run.run_id)]
    halted = [one.run.run_id for one in shown if one.run and one.run.resumable and visitor.may_steer(one.run.run_id)]
    with st.container(horizontal=True, vertical_alignment="center"):
        if lacking or not running:
            st.button(
                show.label(_label(shown, missing, lacking)),
                key=f"{key}_train",
                type="primary",
                icon=":material/play_arrow:",
                disabled=not lacking,
                on_click=_submit,
                args=([one.wanted for one in lacking],),
                help="They are trained one after the other, in this lab's queue. You find them on the page Train, too.",
            )
        if mine:
            paused = all(run.status == "paused" for run in mine)
            word, icon, order = ("Go on", ":material/play_arrow:", orders.resume) if paused else ("Pause", ":material/pause:", orders.pause)
            ids = [run.run_id for run in mine]
            st.button(show.label(word), icon=icon, key=f"{key}_pause", on_click=_command, args=(order, ids))
            st.button("Stop", icon=":material/stop:", key=f"{key}_stop", on_click=_command, args=(orders.stop, ids))
        elif halted and not running:
            st.button("Continue", icon=":material/resume:", key=f"{key}_resume", on_click=_command, args=(orders.resume, halted))


def _label(shown: Sequence[Standing], missing: Sequence[Standing], lacking: Sequence[Standing]) -> str:
    if not lacking:
        return "Trained here"
    if not missing:
        return f"Train {'all' if len(lacking) == len(shown) else 'the other'} {len(lacking)} here"
    return f"Train {'all' if len(missing) == len(shown) else 'the missing'} {len(missing)}"


def _submit(configs: Sequence[RunConfig]) -> None:
    with said_above():
        for config in configs:
            orders.submit(config)


def _command(order: Callable[[str], None], run_ids: Sequence[str]) -> None:
    """Give an order for each of some runs."""
    for run_id in run_ids:
        try:
            order(run_id)
        except LabError:  # it has ended meanwhile
            continue


def stands(one: Standing) -> str:
    """Where a standing comes from, or how far it is, in a few words."""
    if one.missing:
        return "not trained yet"
    if one.run is None:
        return "recorded"
    run = one.run
    place = f", place {run.place} in the queue" if run.place else ""
    words = f"{run.run_id}, {STATUS_WORDS[run.status]}{place}"
    if one.active:
        return f"{words}, epoch {run.epoch:.1f} of {run.total_epochs}"
    return f"{words}, being measured" if waits(one) else words


def problems(shown: Iterable[Standing]) -> list[str]:
    """What went wrong with runs that are shown, a sentence each."""
    runs = [(one.title, one.run) for one in shown if one.run and one.run.status == "failed"]
    failed = [marked("{} ({}): {}", title, code(run.run_id), run.message) for title, run in runs]
    return [f"{one.title}: {one.problem}" for one in shown if one.problem] + failed
