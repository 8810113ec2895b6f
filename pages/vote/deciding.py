"""What decides a question, while all look on: a measurement behind the page, one run, or a variant for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import streamlit as st

from core.classroom.poll import AGAIN, EXPERIMENT, MEASURED_IN, REVEAL, Poll
from core.classroom.questions.question import ByProbe, ByRun, ByVariants, Truth
from core.classroom.rights import Act
from core.errors import LabError, StoreError
from core.training.config import RunConfig
from core.training.history import Snapshot
from dashboard.kit.wording import code, marked
from dashboard.navigation import PAGES
from dashboard.shell import orders, services, show, viewers, visitor
from dashboard.shell.notices import said_above
from dashboard.shell.page import fragment, guarded
from dashboard.shell.words import STATUS_WORDS
from dashboard.training import background
from dashboard.training.curve import live_data
from dashboard.training.lessons import measuring_status
from dashboard.training.live import figures_html
from dashboard.training.live_chart import last_sent, live_chart
from dashboard.training.starting import start_lesson
from pages.vote.view import variants_html

CHART = "vote_chart"
HEIGHT = 330  # pixels
NOT_YET = "The run that decides has not finished yet: wait for it, or train it again."


def deciding_part() -> None:
    """What is measured or trained. It looks by itself while something is under way, and has the page run again when that is over."""

    def part(ticking: bool) -> None:
        with guarded():
            _draw()
        if ticking != _active():
            st.rerun()

    now = _active()
    fragment(part, run_every=viewers.tick_seconds() if now else None)(now)


def _draw() -> None:
    poll = services.classroom().polls.now
    if poll is None or poll.phase not in (EXPERIMENT, AGAIN, REVEAL):
        return
    match poll.question.decides:
        case ByProbe():
            _probe(poll)
        case ByRun():
            _one_run(poll)
        case ByVariants():
            _variants(poll)
    if page := next((page for page in PAGES if poll.question.page and page.url_path == poll.question.page), None):
        show.markdown(marked("Look for yourself: [{}]({})", page.title, page.url_path if not page.default else "./"))


def _active() -> bool:
    """Whether something is under way that this page shows."""
    poll = services.classroom().polls.now
    if poll is None or poll.phase not in MEASURED_IN:
        return False
    if isinstance(poll.question.decides, ByProbe):
        lesson = background.known(_key(poll)) if visitor.may(Act.ASK) else None
        return lesson is not None and lesson.active
    return any(run.active for run in (_watched(poll) if isinstance(poll.question.decides, ByVariants) else _runs(poll)))


# ---- a probe ----


def _key(poll: Poll) -> str:
    return f"poll {poll.id}"


def _probe(poll: Poll) -> None:
    if poll.phase == REVEAL:
        return
    if not visitor.may(Act.ASK):
        show.caption("It has been measured: you will see it at the reveal." if poll.truth else "Your instructor is about to measure it.")
        return
    lesson = background.known(_key(poll))
    if poll.truth:
        st.success("Measured. It is shown to nobody before the reveal.")
    elif lesson is None or not lesson.active:
        label = "Read the recording" if poll.question.decides.recorded else "Measure it now"
        st.button(
            show.label(label), key=f"vote_measure_{poll.id}", type="primary", icon=":material/timer:", on_click=_measure, args=(poll,)
        )
    if lesson is not None and not poll.truth:
        measuring_status(lesson)


def _measure(poll: Poll) -> None:
    with said_above():
        visitor.require(Act.ASK)
        background.forget(_key(poll))
        start_lesson(_key(poll), lambda: None, _measuring(poll))


def _measuring(poll: Poll) -> Callable[[None], Iterator[int]]:
    polls = services.classroom().polls

    def run(_: None) -> Iterator[int]:
        polls.settle(poll.id, poll.question.decides.measure())
        yield 1

    return run


def _button(label: str, key: str, act: Callable[[Poll], None], poll: Poll, before: list[Snapshot]) -> None:
    """The button that trains; the most important one of the page while nothing has been trained."""
    look = {"type": "secondary" if before else "primary", "icon": ":material/play_arrow:"}
    st.button(show.label(label), key=key, on_click=act, args=(poll,), **look)


# ---- one run for all ----


def _one_run(poll: Poll) -> None:
    runs = _runs(poll)
    if visitor.may(Act.ASK) and poll.phase in MEASURED_IN and not any(run.active for run in runs):
        _button("Train it again" if runs else "Train the run that decides", f"vote_train_{poll.id}_{len(poll.runs)}", _train, poll, runs)
    for run in runs:
        _chart(run)
    if not runs:
        st.caption("The run that decides has not begun.")


def _train(poll: Poll) -> None:
    with said_above():
        visitor.require(Act.ASK)
        run = orders.submit(RunConfig.of(**poll.question.decides.config))
        services.classroom().polls.note_run(poll.id, run, visitor.owner())


def _chart(run: Snapshot) -> None:
    """The live chart of a run, and its figures."""
    if run.active:
        services.manager().attend(run.run_id)
        viewers.saw(visitor.session())
    place = f", place {run.place} in the queue" if run.place else ""
    show.caption(marked("{} · {}", code(run.run_id), STATUS_WORDS[run.status] + place))
    live_chart(live_data(run, last_sent(CHART)), key=CHART, height=HEIGHT)
    st.html(figures_html(run))


# ---- a variant for each ----


def _variants(poll: Poll) -> None:
    mine = _watched(poll)
    if visitor.may(Act.ANSWER) and poll.phase == EXPERIMENT and not any(run.active for run in mine):
        _button("Train another variant" if mine else "Train my variant", f"vote_variant_{poll.id}_{len(mine)}", _train_variant, poll, mine)
    st.html(variants_html(poll.question.decides, counted(poll)))
    if mine:
        own = next(run for run in reversed(poll.runs) if run.run == mine[-1].run_id)
        show.markdown(marked("Your variant: **{}**", poll.question.decides.variants[own.variant].name))
        _chart(mine[-1])


def _train_variant(poll: Poll) -> None:
    with said_above():
        visitor.require(Act.ANSWER)
        train = services.classroom().polls.train_variant
        train(poll.id, visitor.owner(), lambda config: orders.submit(RunConfig.of(**config)))


def counted(poll: Poll) -> dict[str, tuple[int, int]]:
    """Of each variant by its name, how many runs there are, and how many of them have finished."""
    finished = {run.run_id for run in _runs(poll) if run.status == "finished"}
    by_variant = [[run.run for run in poll.runs if run.variant == at] for at in range(len(poll.question.decides.variants))]
    names = [variant.name for variant in poll.question.decides.variants]
    return {name: (len(runs), len(finished & {*runs})) for name, runs in zip(names, by_variant, strict=True)}


def _watched(poll: Poll) -> list[Snapshot]:
    """One's own runs of a poll, in the order in which they began."""
    own = {run.run for run in poll.runs if run.person == visitor.owner()}
    return [run for run in _runs(poll) if run.run_id in own]


def _runs(poll: Poll) -> list[Snapshot]:
    """The runs of a poll that are still there, in the order in which they began."""
    found = []
    for run in poll.runs:
        try:
            found += [services.run(run.run)] if run.run else []
        except StoreError:  # somebody has deleted it
            continue
    return found


def read_runs(number: int) -> None:
    """Read the truth from the runs that have finished, where runs decide. Raises LabError while there are not enough."""
    polls = services.classroom().polls
    poll = polls.now
    if poll is not None and poll.id == number and (truth := _truth(poll)) is not None:
        polls.settle(number, truth)


def _truth(poll: Poll) -> Truth | None:
    decides, finished = poll.question.decides, [run for run in _runs(poll) if run.status == "finished"]
    match decides:
        case ByRun():
            if not finished:
                raise LabError(NOT_YET)
            return decides.read(finished[-1])
        case ByVariants():
            return decides.read(_by_variant(poll, finished))
    return None


def _by_variant(poll: Poll, finished: list[Snapshot]) -> Mapping[str, list[Any]]:
    """The finished runs of each variant, by its name."""
    known = {run.run_id: run for run in finished}
    return {
        variant.name: [known[run.run] for run in poll.runs if run.variant == at and run.run in known]
        for at, variant in enumerate(poll.question.decides.variants)
    }
