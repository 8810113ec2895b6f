"""Curves and shaded tables as SVG and HTML that need no script. Their colours are those of the page that they stand in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from dashboard.kit.wording import escape
from dashboard.plain.frame import frame_html

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 240, 58, 8, 12, 40  # of a chart, in its own units
Points = Sequence[tuple[float, float]]


def curves_svg(curves: Mapping[str, Points], *, label: str, across: str, up: str, ends: tuple[float, float] | None = None) -> str:
    """Curves by their names over one axis. `label` says in words what they show; `across` and `up` name the axes; `ends` are those of the
    vertical one, else all points fit. Lines differ in how they are drawn and not in colour alone; a point that is not finite is left out.
    """
    known = {name: [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)] for name, points in curves.items()}
    known = {name: points for name, points in known.items() if points}
    flat = [point for points in known.values() for point in points]
    if not flat:
        return ""
    xs, ys = [x for x, _ in flat], [y for _, y in flat]
    plan = _Plan(min(xs), max(xs), *(ends or (min(0.0, min(ys)), max(ys))))
    lines = "".join(_line(plan, points, place) for place, points in enumerate(known.values()))
    key = "".join(f"<span>{_swatch(place)}{escape(name)}</span>" for place, name in enumerate(known))
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">{_axes(plan, across, up)}{lines}</svg>'
        f'<figcaption><span class="key">{key}</span> {escape(label)}</figcaption></figure>'
    )


class _Plan:
    """Where a point lies. An axis without a length is given one."""

    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self.left, self.right = left, right if right > left else left + 1
        self.low, self.high = low, high if high > low else low + 1

    def x(self, value: float) -> float:
        return LEFT + (value - self.left) / (self.right - self.left) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def _line(plan: _Plan, points: Points, place: int) -> str:
    drawn = " ".join(f"{plan.x(x):.1f},{plan.y(y):.1f}" for x, y in points)
    return f'<polyline class="line-{place}" points="{drawn}"/>'


def _swatch(place: int) -> str:
    return f'<svg viewBox="0 0 30 8" aria-hidden="true"><polyline class="line-{place}" points="1,4 29,4"/></svg>'


def _axes(plan: _Plan, across: str, up: str) -> str:
    """The two axes with their ends and names."""
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    ends = (
        (LEFT, bottom + 16, "start", f"{plan.left:g}"),
        (right, bottom + 16, "end", f"{plan.right:g}"),
        ((LEFT + right) / 2, HEIGHT - 6, "middle", across),
        (LEFT - 6, bottom, "end", f"{plan.low:.3g}"),
        (LEFT - 6, TOP + 10, "end", f"{plan.high:.3g}"),
    )
    texts = "".join(f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>' for x, y, anchor, text in ends)
    middle = (TOP + bottom) / 2
    name = f'<text x="14" y="{middle:g}" text-anchor="middle" transform="rotate(-90 14 {middle:g})">{escape(up)}</text>'
    return f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>{texts}{name}'


def confusion_html(matrix: np.ndarray, classes: Sequence[str], caption: str) -> str:
    """A confusion matrix of counts (K, K), rows true, columns predicted, each cell shaded by its share of the largest one."""
    most = max(1, int(matrix.max()))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in classes)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(_cell(int(count), most, i == j) for j, count in enumerate(row))}</tr>'
        for i, (name, row) in enumerate(zip(classes, matrix, strict=True))
    )
    table = f"<thead><tr><td>true \\ predicted</td>{head}</tr></thead><tbody>{rows}</tbody>"
    return frame_html(caption, table, "confusion")


def _cell(count: int, most: int, right: bool) -> str:
    return f'<td style="--v:{count / most:.3f}"{" class=right" if right else ""}>{count}</td>'


def shaded_html(values: np.ndarray, label: str) -> str:
    """Numbers (rows, columns) as a field of colours, blue above 0 and orange below. `label` says in words what it shows."""
    rows, columns = values.shape
    most = float(np.abs(values).max()) or 1.0
    cells = "".join(
        f'<rect x="{j}" y="{i}" width="1" height="1" class="{"above" if values[i, j] >= 0 else "below"}" '
        f'fill-opacity="{abs(values[i, j]) / most:.2f}"/>'
        for i in range(rows)
        for j in range(columns)
    )
    return f'<svg class="field" viewBox="0 0 {columns} {rows}" role="img" aria-label="{escape(label)}">{cells}</svg>'
