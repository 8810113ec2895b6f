"""The charts of the page GRU against transformer: exact match by length, learning epoch by epoch, and where each run stands."""

from __future__ import annotations

import numpy as np

from core.evaluation.sequences.contests import CONTENDERS
from core.evaluation.sequences.lengths import LengthCurve
from dashboard.shell import show
from dashboard.training import contest
from dashboard.training.contest import Standing
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.versus.controls import SHOW, SHOWN, VersusChoices
from pages.versus.view import finding

LOOKS = {"fixed": "wrong", "attention": "run", "transformer": "right"}
LEAST = 1e-4  # nats, the lowest loss that the chart shows


def standing(choices: VersusChoices) -> dict[str, Standing]:
    """What stands for each contender."""
    stands = contest.standings((CONTENDERS[name].title, config) for name, config in choices.set_ups.items())
    return dict(zip(CONTENDERS, stands, strict=True))


def lengths_panel(choices: VersusChoices, shown: dict[str, Standing]) -> None:
    """Exact match by the length of the input."""
    curves = {name: one.curve for name, one in shown.items() if one.curve}
    unit = choices.row.unit
    if not curves:
        show.info(
            f"Nobody has trained these three on “{choices.row.title}” yet ({choices.row.help}) Train them: about a minute each on this "
            f"computer, one after the other, and watch. The figure by length appears after each training."
        )
        return
    lengths = sorted({length for curve in curves.values() for length in curve.lengths})
    axis = range(lengths[0], lengths[-1] + 1)
    longest = next(iter(curves.values())).longest
    shaded = "lengths that were trained" if longest < axis[-1] else "all lengths were trained"
    data = chart_data(
        f"Exact match by length of the input: {choices.row.title}",
        [_line(name, shown[name], axis) for name in CONTENDERS],
        x=f"length of the input ({unit})",
        y="share of inputs without a mistake",
        first=axis[0],
        height=300,
        pinned=(0, 1),
        shade=(axis[0], min(longest, axis[-1]), shaded),
        counts=[_count(curves, length) for length in axis],
        at=len(axis) // 3,
        note="Bands are 95 % intervals for the choice of the inputs, which were not used for training. Each run is shown at its best "
        "epoch.",
    )
    time_chart(data, key="versus_lengths")
    if sentence := finding(*(shown[name].curve for name in ("fixed", "attention")), unit):
        show.markdown(sentence)


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


def learning_panel(choices: VersusChoices, shown: dict[str, Standing]) -> None:
    """How the three learn, epoch by epoch."""
    total = max(config.training.epochs for config in choices.set_ups.values())
    if not any(one.epochs for one in shown.values()):
        return
    exact = SHOWN.segmented("Curves", format_func=SHOW.get, label_visibility="collapsed") == "exact"
    lines = []
    for name, one in shown.items():
        values = [epoch.exact if exact else epoch.loss for epoch in one.epochs][:total]
        lines.append(Line(one.title, LOOKS[name], np.array(values + [np.nan] * (total - len(values)))))
    done = max(len(one.epochs) for one in shown.values())
    look = {"pinned": (0, 1), "marks": [(0.95, "95 %")]} if exact else {"log": True, "limits": (LEAST, 10.0)}
    title = f"{'Exact match' if exact else 'Loss'} on validation inputs, epoch by epoch"
    y = "share of inputs without a mistake" if exact else "nats per token, log axis"
    data = chart_data(title, lines, x="epoch", y=y, height=230, at=min(done, total) - 1, **look)
    time_chart(data, key="versus_learning")


def status(shown: dict[str, Standing]) -> None:
    """Where each run stands while something is to come, and what went wrong."""
    moving = [f"{one.title}: {contest.stands(one)}" for one in shown.values() if one.active or contest.waits(one)]
    if moving:
        show.caption(" · ".join(moving))
    for sentence in contest.problems(shown.values()):
        show.error(sentence)


def name_of(choices: VersusChoices, shown: dict[str, Standing]) -> str:
    """A text that differs when what stands around the pictures has to."""
    stood = [(one.run and (one.run.run_id, one.run.status), len(one.epochs), one.measured is None) for one in shown.values()]
    return str((choices.link, stood))
