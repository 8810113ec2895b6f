"""The small picture of a page on the map of Home, as SVG of 96 by 56: drawn of numbers that the lab has recorded or computes at once.

    def small() -> str:                              # in a page's small.py
        return drawn(curve(losses), dots([(90, 50)], "b"))

Its inks are "a", the colour of a run, "b", that of what it is compared with, and "c", a faint one; they follow the theme. Pure, and without
torch: Home shows all of them at its first visit. A screen reader hears the title and the claim beside it instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from dashboard.kit.wording import escape
from dashboard.pictures.html import png_uri

WIDE, HIGH, EDGE = 96, 56, 4
LEVELS = 5  # of how full a colour is
MOST_DRAWN = 36  # points of a curve

Box = tuple[float, float, float, float]  # left, top, width, height
WHOLE: Box = (EDGE, EDGE, WIDE - 2 * EDGE, HIGH - 2 * EDGE)
SQUARE: Box = ((WIDE - HIGH) / 2 + EDGE, EDGE, HIGH - 2 * EDGE, HIGH - 2 * EDGE)


def drawn(*parts: str) -> str:
    """The picture of its parts, the last one on top."""
    return f'<svg class="small" viewBox="0 0 {WIDE} {HIGH}" aria-hidden="true">{"".join(parts)}</svg>'


def curve(values: Sequence[float], ink: str = "a", *, span: tuple[float, float] | None = None, box: Box = WHOLE) -> str:
    """A line through values from left to right; `span` is what lies at the bottom and at the top, by itself their least and greatest."""
    y = np.asarray(values, float)
    y = np.array([part.mean() for part in np.array_split(y, min(len(y), MOST_DRAWN))])
    low, high = span or (y.min(), y.max())
    heights = box[1] + box[3] * (1 - (np.clip(y, low, high) - low) / ((high - low) or 1))
    return path(zip(np.linspace(box[0], box[0] + box[2], len(y)), heights, strict=True), ink)


def path(points: Iterable[tuple[float, float]], ink: str = "a") -> str:
    """A line through points."""
    return f'<path class="line-{ink}" d="M{" ".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def grid(matrix: np.ndarray, ink: str = "a", *, below: str = "b", box: Box = SQUARE) -> str:
    """Cells of a matrix (rows, columns): the larger a number, the fuller its colour; numbers below 0 in another one."""
    rows, columns = matrix.shape
    wide, high = box[2] / columns, box[3] / rows
    most = np.abs(matrix).max() or 1
    levels, parts = np.rint(LEVELS * np.abs(matrix) / most).astype(int), []
    for look, chosen in ((ink, matrix > 0), (below, matrix < 0)):
        for level in range(1, LEVELS + 1):
            if cells := _cells(np.argwhere(chosen & (levels == level)), box, wide, high):
                parts.append(f'<path class="fill-{look}" opacity="{level / LEVELS:g}" d="{cells}"/>')
    return "".join(parts)


def _cells(places: np.ndarray, box: Box, wide: float, high: float) -> str:
    gap = min(1.0, wide / 6)
    cell = f"h{wide - gap:.1f}v{high - gap:.1f}h-{wide - gap:.1f}z"
    return "".join(f"M{box[0] + column * wide:.1f} {box[1] + row * high:.1f}{cell}" for row, column in places)


def bars(values: Sequence[float], ink: str = "a", *, span: tuple[float, float] = (0.0, 1.0), box: Box = WHOLE) -> str:
    """Upright bars side by side, from the bottom of the span."""
    wide = box[2] / len(values)
    shares = np.clip((np.asarray(values, float) - span[0]) / (span[1] - span[0]), 0, 1)
    foot = box[1] + box[3]
    cells = (f"M{box[0] + place * wide:.1f} {foot}v-{share * box[3]:.1f}h{wide * 0.7:.1f}V{foot}z" for place, share in enumerate(shares))
    return f'<path class="fill-{ink}" d="{"".join(cells)}"/>'


def dots(points: Iterable[tuple[float, float]], ink: str = "a") -> str:
    """A dot at each place."""
    return f'<path class="dot-{ink}" d="{"".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)}"/>'


def arrow(start: tuple[float, float], end: tuple[float, float], ink: str = "c") -> str:
    """A straight line with a head at its end."""
    (x, y), (to_x, to_y) = start, end
    back = np.array([x - to_x, y - to_y]) / (np.hypot(x - to_x, y - to_y) or 1)
    side = np.array([-back[1], back[0]])
    wings = [np.array(end) + 4 * back + turn * 2.5 * side for turn in (1, -1)]
    return path([start, end, tuple(wings[0])], ink) + path([end, tuple(wings[1])], ink)


def photo(pixels: np.ndarray, box: Box = SQUARE) -> str:
    """A picture (3, H, W) uint8."""
    left, top, wide, high = box
    return f'<image href="{png_uri(pixels)}" x="{left:g}" y="{top:g}" width="{wide:g}" height="{high:g}" preserveAspectRatio="none"/>'


def said(text: str, x: float, y: float, ink: str = "a") -> str:
    """A few letters, around their middle."""
    return f'<text class="fill-{ink}" x="{x:g}" y="{y:g}">{escape(text)}</text>'
