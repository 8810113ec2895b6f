"""The recall task on the page Memory: three cells learn it side by side behind the page; before anybody trains, the recorded lesson."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.probes.memory.gradient_flow import FlowSetup
from core.probes.memory.recall_task import CHANCE, JUDGE_EVERY, JUDGED, STEPS, Recalled, recall_batch
from core.records.recall import COMMAND, recorded_lesson
from dashboard.kit.wording import code, marked
from dashboard.shell import show
from dashboard.shell.choices import Kept
from dashboard.shell.download import download
from dashboard.shell.notices import said_above
from dashboard.training import background
from dashboard.training.lessons import lesson_status
from dashboard.training.starting import start_lesson
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.memory.controls import FAR, RATE, chosen
from pages.memory.view import COLORS, NAMES, columns_csv, recall_verdict, task_html

if TYPE_CHECKING:
    from core.probes.memory.recall import RecallLesson

TASK = (
    "In a row of random symbols (8 kinds) one is marked, and after the last symbol the cell must name it. Guessing is right in 1 of 8 "
    "cases. **A plain RNN writes every symbol into its only state; a gate can close to what comes later.** A small gradient at the start "
    "does not decide everything: an LSTM that starts at bias −2, where less than 10⁻⁹ of the gradient passes 20 steps, still learns the "
    "task, because near marks teach its gates first. The plain RNN, with 10⁻³, does not."
)
LESSON = Kept("memory", "lesson", "")  # the name of the lesson that this session has begun


def task_panel() -> None:
    """The task, its controls, and one sequence of it."""
    st.header("Can they recall?")
    st.markdown(TASK)
    columns = st.columns([3, 2, 2], vertical_alignment="bottom")
    with columns[0]:
        help = "The marked one is anywhere among them: up to one less than so many steps back."
        far = FAR.slider("Symbols in a row", help=help)
    with columns[1]:
        RATE.slider("Learning rate", help="Adam; gradients clipped to norm 1.")
    columns[2].button(
        "Train the three cells", icon=":material/play_arrow:", key="memory_train", on_click=_start, type="primary", width="stretch"
    )
    st.html(task_html(recall_batch(1, far, np.random.default_rng(1))))


def _task() -> FlowSetup:
    """The cells and the task that the controls describe."""
    return replace(chosen().setup, length=FAR.value)


def _key(task: FlowSetup, rate: float) -> str:
    return f"recall {astuple(task)} {rate:g}"


def active() -> bool:
    """Whether the lesson that this session looks at is still to come."""
    lesson = background.known(LESSON.value)
    return lesson is not None and lesson.active


def _start() -> None:
    task, rate = _task(), RATE.value

    def make() -> RecallLesson:
        from core.probes.memory.recall import RecallLesson

        return RecallLesson(task, rate)

    with said_above():
        start_lesson(LESSON.keep(_key(task, rate)), make, lambda made: made.run())


def recall_panel() -> None:
    """The lesson and its curves; before anybody trains, the recorded one."""
    lesson = background.known(LESSON.value)
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


def _words(task: FlowSetup, rate: float) -> str:
    return (
        f"{task.length} symbols, radius {task.radius:g}, forget-gate bias {task.bias:g}, H = {task.units}, learning rate {rate:g}, "
        f"seed {task.seed}"
    )


def _charts(task: FlowSetup, now: Recalled) -> None:
    left, right = st.columns(2)
    learned = [Line(NAMES[kind], COLORS[kind], np.array(shares)) for kind, shares in now.right.items()]
    back = [Line(NAMES[kind], COLORS[kind], shares) for kind, shares in now.by_distance.items()]
    with left:
        note = f"n = {JUDGED:,} sequences that are not used for training."
        look = {"x": "training step", "step": JUDGE_EVERY, "at": len(now.steps) - 1, "note": note}
        time_chart(_chart("Accuracy during training", learned, **look), key="memory_learned")
    with right:
        note = f"The same sequences, sorted by how far back the mark was: about {JUDGED // task.length} for each distance."
        title = f"Accuracy by distance of the mark, after step {now.steps[-1]}"
        time_chart(_chart(title, back, x="steps back", at=task.length - 1, note=note), key="memory_back")
    verdicts = [recall_verdict(kind, now.by_distance[kind], now.right[kind][-1], JUDGED) for kind in NAMES if kind in now.right]
    show.markdown("; ".join(verdicts) + ".")
    columns = {f"{kind} by steps back": values for kind, values in now.by_distance.items()}
    download("Numbers as CSV", lambda: columns_csv("steps back", range(task.length), columns), "recall.csv", key="memory_recall_csv")


def _chart(title: str, lines: Sequence[Line], **look: Any) -> dict[str, Any]:
    """A chart of right answers, with a mark at what guessing gets."""
    mark = ((CHANCE, "guessing: 1 of 8"),)
    return chart_data(title, lines, y="Accuracy", first=0, height=260, marks=mark, pinned=(0, 1), **look)
