"""The road to the bar and the table of results, as HTML. Pure; escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from core.readable import percent, points
from core.records.results import BAR_TOP1, Result, spread
from dashboard.kit.wording import escape

LOW, HIGH = 0.4, 0.9  # of the axis
TIME = "Time of all epochs with validation; in brackets the number of CPU threads."
TICKS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Lane:
    """A line of the road: what it is called, what it reached (None while that is hidden) and what the line before had."""

    title: str
    result: Result | None = None
    before: float | None = None
    own: tuple[float, ...] = ()  # best validation accuracies of the viewer's own runs
    next: bool = False  # the one that is asked about
    timed: bool = True  # else its run was paused, and its time says nothing


def road_html(lanes: Sequence[Lane], *, caption: str) -> str:
    """Validation accuracy on one axis, a line a change: a bar from the line before, a dot a run, a ring an own run."""
    ticks = "".join(f'<span style="--at:{_at(tick)}">{percent(tick, 0)}</span>' for tick in TICKS)
    head = (
        '<tr><th scope="col">change</th>'
        f'<th scope="col" class="lane"><div class="lab-lane ticks">{ticks}</div></th>'
        f'<th scope="col">validation</th><th scope="col">gain</th><th scope="col" title="{TIME}">time</th></tr>'
    )
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-road"><caption>{escape(caption)}</caption>'
        f"<thead>{head}</thead><tbody>{''.join(map(_lane, lanes))}</tbody></table></div>"
    )


def _lane(lane: Lane) -> str:
    marks = "".join(f'<i class="own" style="--at:{_at(value)}" title="your run: {percent(value)}"></i>' for value in lane.own)
    if lane.result is None:
        row = '<td class="unknown">?</td><td></td><td></td>'
    else:
        values = lane.result.val_top1
        reached = mean(values)
        if lane.before is not None:
            low, high = sorted((_at(lane.before), _at(reached)))
            marks = f'<i class="{"gain" if reached >= lane.before else "loss"}" style="--at:{low}; --to:{high}"></i>{marks}'
        marks += "".join(f'<i class="dot" style="--at:{_at(value)}"></i>' for value in values)
        gain = "" if lane.before is None else points(reached - lane.before)
        time = time_of(lane.result) if lane.timed else "not measured"
        row = f"<td><b>{mean_percent(values)}</b></td><td>{gain}</td><td>{time}</td>"
    look = ' class="next"' if lane.next else ""
    return (
        f'<tr{look}><th scope="row">{escape(lane.title)}</th>'
        f'<td class="lane"><div class="lab-lane" style="--bar:{_at(BAR_TOP1)}">{marks}</div></td>{row}</tr>'
    )


def _at(value: float) -> float:
    """A place on the axis, 0 to 1."""
    return round(min(1.0, max(0.0, (value - LOW) / (HIGH - LOW))), 4)


COLUMNS = {
    "model": "The model and the preset that trains it.",
    "validation %": "Accuracy with the weights of the best epoch; ± standard deviation over seeds.",
    "test %": "Test accuracy of that epoch, measured once.",
    "seeds": "Runs that differ in nothing but their seed.",
    "time": TIME,
    "epochs": "Passes over the training images.",
    "parameters": "Number of weights of the model.",
    "MFLOP an image": "Million floating-point operations of matrix products, forward and backward.",
    "of the limit": "Share of what the same threads reach in a large float32 matrix product on the same machine.",
}


def results_html(rows: Sequence[tuple[str, Result]]) -> str:
    """One line a preset with all that is published of it; bold where every run is over the bar."""
    head = "".join(f'<th scope="col" title="{escape(meaning)}">{name}</th>' for name, meaning in COLUMNS.items())
    body = "".join(_result(title, result) for title, result in rows)
    return f'<div class="lab-scroll"><table class="lab-table lab-tight"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _result(title: str, result: Result) -> str:
    over = ' class="total"' if min(result.val_top1) > BAR_TOP1 else ""
    cells = (
        mean_percent(result.val_top1),
        mean_percent(result.test_top1),
        str(len(result.runs)),
        time_of(result),
        str(result.runs[0].total_epochs),
        f"{result.parameters:,}",
        f"{result.flops / 1e6:,.3g}",
        percent(result.share, 0),
    )
    return f'<tr{over}><th scope="row">{escape(title)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def mean_percent(values: Sequence[float]) -> str:
    """The mean in percent, with the spread where there is one."""
    deviation = spread(values)
    if deviation is None:
        return f"{100 * mean(values):.1f}"
    return f"{100 * mean(values):.1f} ± {100 * deviation:.1f}".replace("± 0.0", "± under 0.1")


def minutes(seconds: float) -> str:
    """A run's time in words."""
    return f"{seconds / 60:.1f} min" if seconds < 600 else f"{seconds / 60:.0f} min"


def time_of(result: Result) -> str:
    """A run's time and its threads."""
    return f"{minutes(result.seconds)} ({result.threads})"


def grid_html(reached: Sequence[Sequence[bool]], start: tuple[int, int], *, caption: str) -> str:
    """A grid of tokens: the one at `start`, and those that know of it."""
    cells = "".join(
        f'<i class="{"start" if (row, column) == start else "reached" if known else ""}"></i>'
        for row, line in enumerate(reached)
        for column, known in enumerate(line)
    )
    side = len(reached)
    return (
        f'<figure class="lab-grid"><div style="--side:{side}" role="img" aria-label="{escape(caption)}">{cells}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
