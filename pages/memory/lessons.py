"""The recall task on the page Memory: three cells learn it side by side behind the page; before anybody trains, the recorded lesson."""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.probes.gradient_flow import FlowSetup
from core.probes.recall_recorded import COMMAND, recorded_lesson
from core.probes.recall_task import CHANCE, JUDGE_EVERY, JUDGED, STEPS, Recalled, recall_batch
from dashboard.kit.wording import code, marked
from dashboard.shell import show, state
from dashboard.training import background
from dashboard.training.lessons import lesson_status
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.memory import flow as memory
from pages.memory.view import COLORS, NAMES, columns_csv, recall_verdict, task_html

if TYPE_CHECKING:
    from core.probes.recall import RecallLesson

FAR, RATE, LESSON = "memory_far", "memory_rate", "memory_lesson"
MOST_FAR, FIRST_FAR = 60, 20
RATES, FIRST_RATE = (0.001, 0.003, 0.01, 0.03), 0.01
TICK_SECONDS = 1.0


def choose_task() -> None:
    """The controls of the task, and one sequence of it."""
    state.start(FAR, "far", range(1, MOST_FAR + 1), FIRST_FAR)
    state.start(RATE, "rate", RATES, FIRST_RATE)
    columns = st.columns([3, 2, 2], vertical_alignment="bottom")
    columns[0].slider(
        "Symbols in a row", 1, MOST_FAR, key=FAR, persist_state="session",
        help="The marked one is anywhere among them: up to one less than so many steps back.",
    )  # fmt: skip
    columns[1].select_slider("Learning rate", RATES, key=RATE, persist_state="session", help="Adam; gradients clipped to norm 1.")
    columns[2].button(
        "Train the three cells", icon=":material/play_arrow:", key="memory_train", on_click=_start, type="primary", width="stretch"
    )
    st.html(task_html(recall_batch(1, st.session_state[FAR], np.random.default_rng(1))))


def link_values() -> dict[str, str]:
    """What a link says of the task, empty where the page opens so anyway."""
    far, rate = st.session_state.get(FAR, FIRST_FAR), st.session_state.get(RATE, FIRST_RATE)
    return {"far": "" if far == FIRST_FAR else str(far), "rate": "" if rate == FIRST_RATE else f"{rate:g}"}


def _task() -> FlowSetup:
    """The cells and the task that the controls describe."""
    return replace(memory.setup(), length=st.session_state[FAR])


def _key(task: FlowSetup, rate: float) -> str:
    return f"recall {astuple(task)} {rate:g}"


def active() -> bool:
    """Whether the lesson that this session looks at is still to come."""
    lesson = background.known(st.session_state.get(LESSON, ""))
    return lesson is not None and lesson.active


def _start() -> None:
    task, rate = _task(), st.session_state[RATE]

    def make() -> RecallLesson:
        from core.probes.recall import RecallLesson

        return RecallLesson(task, rate)

    st.session_state[LESSON] = _key(task, rate)
    background.lesson(st.session_state[LESSON], make, lambda made: made.run(), owner=state.owner())


def recall_panel() -> None:
    """The lesson and its curves, before anybody trains the recorded one; a fragment that repeats itself while a lesson is active."""
    st.fragment(_draw, run_every=TICK_SECONDS if active() else None)(active())


def _draw(ticking: bool) -> None:
    lesson = background.known(st.session_state.get(LESSON, ""))
    if lesson is None:
        record = recorded_lesson()
        show.caption(
            marked(
                "Recorded · {} · torch {} · made by {}. Train the three cells to see it happen, some ten seconds: "
                "they start from the weights whose gradients are drawn above, so radius and bias count here, too.",
                _words(record.setup, record.rate),
                record.torch,
                code(COMMAND),
            )
        )
        _charts(record.setup, record.recalled)
        return
    lesson_status(lesson, STEPS)
    if lesson.made is not None:
        show.caption(_words(lesson.made.setup, lesson.made.rate))
        if lesson.made.recalled.steps:
            _charts(lesson.made.setup, lesson.made.recalled)
    if ticking and not active():
        st.rerun()  # the whole page: nothing ticks now, and its button is another one


def _words(task: FlowSetup, rate: float) -> str:
    return (
        f"{task.length} symbols, radius {task.radius:g}, forget-gate bias {task.bias:g}, H = {task.units}, learning rate {rate:g}, "
        f"seed {task.seed}"
    )


def _charts(task: FlowSetup, now: Recalled) -> None:
    mark = ((CHANCE, "guessing: 1 of 8"),)
    left, right = st.columns(2)
    learned = [Line(NAMES[kind], COLORS[kind], np.array(shares)) for kind, shares in now.right.items()]
    back = [Line(NAMES[kind], COLORS[kind], shares) for kind, shares in now.by_distance.items()]
    with left:
        time_chart(
            chart_data(
                "Right answers while they learn", learned, x="training step", y="Right answers", first=0, step=JUDGE_EVERY, height=260,
                marks=mark, pinned=(0, 1), at=len(now.steps) - 1, note=f"n = {JUDGED:,} sequences that none learns from.",
            ),
            key="memory_learned",
        )  # fmt: skip
    with right:
        time_chart(
            chart_data(
                f"How far back they recall after step {now.steps[-1]}", back, x="steps back", y="Right answers", first=0, height=260,
                marks=mark, pinned=(0, 1), at=task.length - 1,
                note=f"The same sequences by how far back the mark was: about {JUDGED // task.length} each.",
            ),
            key="memory_back",
        )  # fmt: skip
    told = [recall_verdict(kind, now.by_distance[kind], now.right[kind][-1], JUDGED) for kind in NAMES if kind in now.right]
    show.markdown("; ".join(told) + ".")
    columns = {f"{kind} by steps back": values for kind, values in now.by_distance.items()}
    st.download_button(
        "Numbers as CSV", lambda: columns_csv("steps back", range(task.length), columns), "recall.csv", "text/csv",
        icon=":material/download:", on_click="ignore", key="memory_recall_csv",
    )  # fmt: skip
