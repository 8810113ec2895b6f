"""The recall task on the page Memory: three cells learn it side by side, in a thread of their own, while somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.probes.gradient_flow import FlowSetup
from core.probes.recall_task import CHANCE
from dashboard import memory, state
from dashboard.components.time_chart import Line, chart_data, time_chart
from dashboard.memory_words import COLORS, NAMES, columns_csv, recall_verdict

if TYPE_CHECKING:
    from core.probes.recall import Progress, RecallStudy

FAR, RATE, STUDY = "memory_far", "memory_rate", "memory_study"
MOST_FAR, FIRST_FAR = 60, 20
RATES, FIRST_RATE = (0.001, 0.003, 0.01, 0.03), 0.01
TICK_SECONDS = 1.0
STATUS_WORDS = {
    "waiting": "Waiting: others are training", "training": "Training", "finished": "Finished", "stopped": "Stopped", "failed": "Failed",
}  # fmt: skip


def choose_task() -> None:
    """The controls of the task."""
    state.start(FAR, "far", range(1, MOST_FAR + 1), FIRST_FAR, int)
    state.start(RATE, "rate", RATES, FIRST_RATE, float)
    columns = st.columns([3, 2, 2], vertical_alignment="bottom")
    columns[0].slider(
        "Symbols in a row", 1, MOST_FAR, key=FAR, persist_state="session",
        help="The marked one is anywhere among them: up to one less than so many steps back.",
    )  # fmt: skip
    columns[1].select_slider("Learning rate", RATES, key=RATE, persist_state="session", help="Adam; gradients clipped to norm 1.")
    running = study() is not None and study().progress.active
    with columns[2]:
        if running:
            st.button("Stop", icon=":material/stop:", key="memory_stop", on_click=_stop, width="stretch")
        else:
            st.button(
                "Train the three cells", icon=":material/play_arrow:", key="memory_train", on_click=_start, type="primary", width="stretch"
            )


def link_values() -> dict[str, str]:
    """What a link says of the task, empty where the page opens so anyway."""
    far, rate = st.session_state.get(FAR, FIRST_FAR), st.session_state.get(RATE, FIRST_RATE)
    return {"far": "" if far == FIRST_FAR else str(far), "rate": "" if rate == FIRST_RATE else f"{rate:g}"}


def study() -> RecallStudy | None:
    """This session's study, if it has begun one."""
    return st.session_state.get(STUDY)


def _start() -> None:
    from core.probes.recall import RecallStudy
    from core.training.device import use_threads

    chosen = memory.setup()
    task = FlowSetup(st.session_state[FAR], chosen.radius, chosen.bias, chosen.units, chosen.strength, chosen.seed)
    st.session_state[STUDY] = RecallStudy(task, st.session_state[RATE], prepare=lambda: use_threads(1))
    st.session_state[STUDY].start()


def _stop() -> None:
    if study() is not None:
        study().stop()


def recall_panel() -> None:
    """The state of the study and its curves; a fragment that repeats itself while the study is active."""
    running = study() is not None and study().progress.active
    st.fragment(_draw, run_every=TICK_SECONDS if running else None)()


def _draw() -> None:
    now = study()
    if now is None:
        st.info(
            "Not trained yet: some ten seconds for all three. They start from the weights whose gradients are drawn above, so its spectral "
            "radius and forget-gate bias count here, too."
        )
        return
    was_active = st.session_state.get("memory_was_active", False)
    progress = now.attend()
    st.session_state["memory_was_active"] = progress.active
    _status(now, progress)
    if progress.steps:
        _charts(now, progress)
    if was_active and not progress.active:
        st.rerun()  # the whole page: its button is another one now


def _status(now: RecallStudy, progress: Progress) -> None:
    words = f"{STATUS_WORDS[progress.status]} · step {progress.step} of {now.total}, {progress.seconds:.0f} s"
    task = now.setup
    words += f" · radius {task.radius:g}, forget-gate bias {task.bias:g}, H = {task.units}, learning rate {now.rate:g}, seed {task.seed}"
    if progress.status == "failed":
        st.error(f"{words}. {progress.message}")
    else:
        st.caption(f"{words}. {progress.message}" if progress.message else words)


def _charts(now: RecallStudy, progress: Progress) -> None:
    from core.probes.recall import JUDGE_EVERY, JUDGED

    mark = ((CHANCE, "guessing: 1 of 8"),)
    left, right = st.columns(2)
    learned = [Line(NAMES[kind], COLORS[kind], np.array(values)) for kind, values in progress.right.items()]
    back = [Line(NAMES[kind], COLORS[kind], values) for kind, values in progress.by_distance.items()]
    with left:
        time_chart(
            chart_data(
                "Right answers while they learn", learned, x="training step", y="Right answers", first=0, step=JUDGE_EVERY, height=260,
                marks=mark, pinned=(0, 1), at=len(progress.steps) - 1, note=f"n = {JUDGED:,} sequences that none learns from.",
            ),
            key="memory_learned",
        )  # fmt: skip
    with right:
        time_chart(
            chart_data(
                "How far back they recall now", back, x="steps back", y="Right answers", first=0, height=260, marks=mark, pinned=(0, 1),
                at=now.setup.length - 1, note=f"The same sequences by how far back the mark was: about {JUDGED // now.setup.length} each.",
            ),
            key="memory_back",
        )  # fmt: skip
    st.markdown(
        "; ".join(
            recall_verdict(kind, progress.by_distance[kind], progress.right[kind][-1], JUDGED) for kind in NAMES if kind in progress.right
        )
        + "."
    )
    if not progress.active:
        columns = {f"{kind} by steps back": values for kind, values in progress.by_distance.items()}
        st.download_button(
            "Numbers as CSV", lambda: columns_csv("steps back", range(now.setup.length), columns), "recall.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="memory_recall_csv",
        )  # fmt: skip
