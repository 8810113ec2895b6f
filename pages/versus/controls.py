"""The page GRU against transformer: three models on one task, how they learn, and at which length of the input each gives up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data.seq_tasks import SEQ_TASKS, SeqTask
from core.errors import LabError, unknown
from core.evaluation.contests import CONTENDERS, HIDDEN, HIDDEN_SIZES, contender
from core.evaluation.lengths import LengthCurve
from core.models import MODELS
from core.training.config import RunConfig
from dashboard.shell import services, show, state
from dashboard.shell.choice import segmented_control
from dashboard.training import contest
from dashboard.training.contest import Standing
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.versus.view import finding

TASK, SIZE, SEED, SHOWN = "versus_task", "versus_hidden", "versus_seed", "versus_shown"
FIRST_TASK = "reverse"
SEEDS = (0, 1, 2)
SHOW = {"exact": "exact match", "loss": "loss"}
LOOKS = {"fixed": "wrong", "attention": "run", "transformer": "right"}
LEAST = 1e-4  # nats, the lowest loss that the chart shows


@dataclass(frozen=True)
class Asked:
    """What the controls say."""

    task: str
    hidden: int
    seed: int
    shown: str

    @property
    def row(self) -> SeqTask:
        """The row of the task."""
        return SEQ_TASKS[self.task]

    @property
    def set_ups(self) -> dict[str, RunConfig]:
        """What each contender is trained with."""
        return {name: contender(name, self.task, hidden=self.hidden, seed=self.seed) for name in CONTENDERS}

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        said = {"task": (self.task, FIRST_TASK), "H": (self.hidden, HIDDEN), "seed": (self.seed, 0), "show": (self.shown, "exact")}
        return {name: "" if now == first else str(now) for name, (now, first) in said.items()}

    @property
    def code(self) -> str:
        """The commands that train the three from the command line."""
        return "\n".join(config.command() for config in self.set_ups.values())


def begin() -> None:
    """Give the controls their first values, and say what of the link could not be used."""
    if TASK in st.session_state:
        return
    options = {"task": SEQ_TASKS, "H": [*map(str, HIDDEN_SIZES)], "seed": [*map(str, SEEDS)], "show": SHOW}
    for name, known in options.items():
        if (asked := state.linked(name)) and asked not in known:
            state.refuse(name, str(unknown({"H": "size of the vector", "show": "curve"}.get(name, name), asked, known)))
    state.start(TASK, "task", SEQ_TASKS, _task_of(state.linked_run()) or FIRST_TASK)
    state.start(SIZE, "H", HIDDEN_SIZES, HIDDEN)
    state.start(SEED, "seed", SEEDS, 0)
    state.start(SHOWN, "show", SHOW, "exact")


def _task_of(run_id: str) -> str:
    """The task of a run that a link names; says why this page cannot show the run itself."""
    if not run_id:
        return ""
    try:
        run = services.run(run_id)
    except LabError:
        state.say(f"There is no run {run_id[:40]} here (any more). This page chooses its runs by task, size and seed.")
        return ""
    title = MODELS[run.config["model"]].title if run.config["model"] in MODELS else run.config["model"]
    if run.kind != "sequences":
        state.say(f"Run {run_id} ({title}) is of another kind: it names images. This page compares runs of a task on sequences.")
        return ""
    state.say(f"This page chooses its runs by task, size and seed, so it does not open {run_id} ({title}) itself, but its task.")
    return run.config["dataset"]


def choose() -> Asked:
    """All controls."""
    st.selectbox(
        "Task", list(SEQ_TASKS), format_func=lambda name: SEQ_TASKS[name].title, key=TASK, persist_state="session",
        help="The same pairs for all three models.",
    )  # fmt: skip
    st.select_slider(
        "Numbers in the vector, H", HIDDEN_SIZES, key=SIZE, persist_state="session",
        help="The width of both GRUs' states. Without attention this is all that the decoder ever learns of the input. The transformer has "
        "no such vector: it stays as it is.",
    )  # fmt: skip
    segmented_control("Seed", SEEDS, key=SEED, persist_state="session", width="stretch")
    return current()


def current() -> Asked:
    """What the controls say, whether they have been drawn or not."""
    return Asked(*(st.session_state[key] for key in (TASK, SIZE, SEED, SHOWN)))


def stand(asked: Asked) -> dict[str, Standing]:
    """What stands for each contender."""
    found = contest.standings((CONTENDERS[name].title, config) for name, config in asked.set_ups.items())
    return dict(zip(CONTENDERS, found, strict=True))


# ---- the pictures ----


def lengths_panel(asked: Asked, shown: dict[str, Standing]) -> None:
    """Exact match by the length of the input."""
    curves = {name: one.curve for name, one in shown.items() if one.curve}
    unit = asked.row.unit
    if not curves:
        show.info(
            f"Nobody has trained these three on “{asked.row.title}” yet ({asked.row.help}) Train them: about a minute each on this "
            "computer, one after the other, and watch. What is measured by length comes at the end of each."
        )
        return
    lengths = sorted({length for curve in curves.values() for length in curve.lengths})
    axis = range(lengths[0], lengths[-1] + 1)
    longest = next(iter(curves.values())).longest
    data = chart_data(
        f"Exact match by length of the input: {asked.row.title}", [_line(name, shown[name], axis) for name in CONTENDERS],
        x=f"length of the input ({unit})", y="inputs written without a mistake", first=axis[0], height=300, pinned=(0, 1),
        shade=(axis[0], min(longest, axis[-1]), "lengths that were trained" if longest < axis[-1] else "all lengths were trained"),
        counts=[_count(curves, length) for length in axis], at=len(axis) // 3,
        note="Bands: 95 % intervals by the choice of the inputs. No input was trained on. Best epoch of each.",
    )  # fmt: skip
    time_chart(data, key="versus_lengths")
    if told := finding(*(shown[name].curve for name in ("fixed", "attention")), unit):
        show.markdown(told)


def _line(name: str, one: Standing, axis: range) -> Line:
    """A contender's line over all lengths of the axis; it has gaps where there were no inputs, and is none while it is not measured."""
    curve, title = one.curve, one.title
    known = dict(zip(curve.lengths, curve.exact, strict=True)) if curve else {}
    values, low, high = (
        np.array([getattr(known[length], part) if length in known else np.nan for length in axis]) for part in ("value", "low", "high")
    )
    if not curve:
        return Line(f"{title} ({'training' if one.active else 'not yet'})", LOOKS[name], values)
    return Line(title, LOOKS[name], values, low=low, high=high)


def _count(curves: dict[str, LengthCurve], length: int) -> int:
    """Inputs of a length: the same for all that were measured."""
    curve = next(iter(curves.values()))
    return dict(zip(curve.lengths, curve.n, strict=True)).get(length, 0)


def learning_panel(asked: Asked, shown: dict[str, Standing]) -> None:
    """How the three learn, epoch by epoch."""
    total = max(config.training.epochs for config in asked.set_ups.values())
    if not any(one.epochs for one in shown.values()):
        return
    segmented_control("Curves", list(SHOW), format_func=SHOW.get, key=SHOWN, persist_state="session", label_visibility="collapsed")
    exact = st.session_state[SHOWN] == "exact"
    lines = []
    for name, one in shown.items():
        values = [epoch.exact if exact else epoch.loss for epoch in one.epochs][:total]
        lines.append(Line(one.title, LOOKS[name], np.array(values + [np.nan] * (total - len(values)))))
    done = max(len(one.epochs) for one in shown.values())
    look = {"pinned": (0, 1), "marks": [(0.95, "95 %")]} if exact else {"log": True, "limits": (LEAST, 10.0)}
    data = chart_data(
        f"{'Exact match' if exact else 'Loss'} on validation inputs, epoch by epoch", lines, x="epoch",
        y="inputs written without a mistake" if exact else "nats a token, log axis", height=230, at=min(done, total) - 1, **look,
    )  # fmt: skip
    time_chart(data, key="versus_learning")


def status(shown: dict[str, Standing]) -> None:
    """Where each run stands while something is to come, and what went wrong."""
    moving = [f"{one.title}: {contest.stands(one)}" for one in shown.values() if one.active or contest.waits(one)]
    if moving:
        show.caption(" · ".join(moving))
    for sentence in contest.problems(shown.values()):
        show.error(sentence)


def said(asked: Asked, shown: dict[str, Standing]) -> str:
    """A text that differs when what stands around the pictures has to."""
    return str((asked.link, [(one.run and (one.run.run_id, one.run.status), len(one.epochs), one.found is None) for one in shown.values()]))
