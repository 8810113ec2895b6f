"""The panel "Long inputs" of the page Translate: exact match by length of one small transformer for each kind of positions.

breaking_panel(task)            # inside a fragment
active()                        # whether it has to look again by itself
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data.seq_tasks import SEQ_TASKS
from core.evaluation.sequences.contests import POSITIONS, with_positions
from core.evaluation.sequences.lengths import lengths_rows
from core.frames import rows_csv
from dashboard.kit.wording import code, marked
from dashboard.shell import show
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.download import download
from dashboard.training import contest
from dashboard.training.contest import Standing
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.translate.long_inputs_view import TITLES, why

TASK = Choice("translate", "long_task", first="reverse", in_link=False)
LAST = Kept("translate", "long_last")  # the task of the page for which it was set
OFFERED = ("reverse", "copy", "sort")
LOOKS = {"none": ("ink", "2 3"), "learned": ("wrong", ""), "sinusoidal": ("right", ""), "rotary": ("run", "7 4")}


def breaking_panel(task: str) -> None:
    """Controls, figure, and a sentence for each kind; `task` is the one that the page shows."""
    st.header("Long inputs: at which length does each kind of position fail?")
    offered = [name for name in dict.fromkeys((*OFFERED, task)) if name in SEQ_TASKS and SEQ_TASKS[name].longer]
    if LAST.value != task or TASK.now not in offered:  # the page has turned to another task
        TASK.set(_first(LAST.keep(task), offered))
    left, right = st.columns([1, 3], gap="medium")
    with left:
        chosen = TASK.among(offered).segmented("Task", format_func=lambda name: SEQ_TASKS[name].title, width="stretch")
        shown = stand(chosen)
        contest.attend(shown.values())
        contest.measure(shown.values())
        contest.steer(list(shown.values()), key="breaking")
        show.caption(f"{_layers(chosen)}, as on the page GRU against transformer; about half a minute each, in this lab's queue.")
    with right:
        _figure(chosen, shown)
    for name, one in shown.items():
        if one.measured:
            show.markdown(marked("**{}** ({}). {}", TITLES[name], contest.stands(one), why(name, one.measured, SEQ_TASKS[chosen].unit)))
    for sentence in contest.problems(shown.values()):
        show.error(sentence)
    _numbers(chosen, shown)


def active() -> bool:
    """Whether something of what the panel shows is still to come."""
    return TASK.started and contest.moving(stand(TASK.value).values())


def stand(task: str) -> dict[str, Standing]:
    """What stands for each kind of positions."""
    found = contest.standings((TITLES[kind], with_positions(kind, task)) for kind in POSITIONS)
    return dict(zip(POSITIONS, found, strict=True))


def _first(task: str, offered: list[str]) -> str:
    """The page's task if something is known of it, else one that is recorded."""
    known = task in offered and any(not one.missing for one in stand(task).values())
    return task if known else TASK.first


def _layers(task: str) -> str:
    config = with_positions("none", task)
    layers = config.model_config.encoder_layers
    return f"C = {config.model_config.embed_dim}, {layers} + {layers} layer{'s' * (layers > 1)}, {config.training.epochs} epochs, seed 0"


def _figure(task: str, shown: dict[str, Standing]) -> None:
    """Exact match by length, the trained part tinted."""
    row = SEQ_TASKS[task]
    curves = [one.curve for one in shown.values() if one.curve]
    coming = " · ".join(f"{one.title}: {contest.stands(one)}" for one in shown.values() if one.active or contest.waits(one))
    if coming:
        show.caption(coming)
    if not curves:
        show.info(f"Nobody has trained these four on “{row.title}” yet. The figure by length appears after each training.")
        return
    axis = range(min(curve.lengths[0] for curve in curves), max(curve.lengths[-1] for curve in curves) + 1)
    longest, counts = curves[0].longest, dict(zip(curves[0].lengths, curves[0].n, strict=True))
    data = chart_data(
        f"Exact match by length of the input: {row.title}", [_line(kind, one, axis) for kind, one in shown.items()],
        x=f"length of the input ({row.unit})", y="inputs written without a mistake", first=axis[0], height=280, pinned=(0, 1),
        shade=(axis[0], longest, "lengths that were trained"), counts=[counts.get(length, 0) for length in axis],
        at=max(0, min(len(axis) - 1, longest + 1 - axis[0])), note="Bands are 95 % intervals for the choice of the inputs, which were "
            "not used for training.",
    )  # fmt: skip
    time_chart(data, key="breaking_lengths")


def _line(kind: str, one: Standing, axis: range) -> Line:
    color, dash = LOOKS[kind]
    known = dict(zip(one.curve.lengths, one.curve.exact, strict=True)) if one.curve else {}
    values, low, high = (
        np.array([getattr(known[length], part) if length in known else np.nan for length in axis]) for part in ("value", "low", "high")
    )
    return Line(one.title, color, values, dash, low, high)


def _numbers(task: str, shown: dict[str, Standing]) -> None:
    """Where recorded numbers come from, and all of them to take along."""
    recorded = [one.record for one in shown.values() if one.run is None and one.record]
    if recorded:
        made = "; ".join(sorted({row.made for row in recorded}))
        show.caption(
            marked("Recorded: {}, seed 0. For example {}, then `python -m core runs lengths RUN`.", made, code(recorded[0].command))
        )
    rows = lengths_rows({one.title: one.curve for one in shown.values() if one.curve})
    if rows:
        download("By length (CSV)", lambda: rows_csv(rows), f"positions-by-length-{task}.csv", key="breaking_csv")
