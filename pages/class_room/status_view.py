"""The status of class and server as HTML, made of plain lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.troubles import Trouble
from dashboard.kit.wording import escape

MOST_TROUBLES = 10  # kinds that are shown
SLOW = 1.0  # seconds of lag from which on a line is marked


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person: `lag` in seconds, NaN where it is not known."""

    who: str
    name: str = ""
    page: str = ""
    lag: float = math.nan
    here: bool = True
    runs: int = 0


def figures_html(figures: Mapping[str, str]) -> str:
    """Numbers of the server with what they are."""
    inner = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in figures.items())
    return f'<dl class="lab-figures lab-status">{inner}</dl>'


def people_html(lines: Sequence[Line]) -> str:
    """A row a person."""
    if not lines:
        return "<p>Nobody has joined.</p>"
    named = any(line.name for line in lines)
    head = "".join(f'<th scope="col">{title}</th>' for title in ("who", *(("name",) if named else ()), "page", "lag", "active runs"))
    body = "".join(_row(line, named) for line in lines)
    return f'<div class="lab-scroll"><table class="lab-table lab-status"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(line: Line, named: bool) -> str:
    lag = "–" if math.isnan(line.lag) else f"{100 * round(10 * line.lag):,} ms"  # so that it does not change with every look
    cells = [*([line.name] if named else []), line.page if line.here else "away", lag, str(line.runs)]
    look = "away" if not line.here else "slow" if line.lag >= SLOW else ""
    shown = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{look}"><th scope="row">{escape(line.who)}</th>{shown}</tr>'


def troubles_html(troubles: Sequence[Trouble]) -> str:
    """What went wrong within the last hour."""
    if not troubles:
        return "<p>No warning and no error within the last hour.</p>"
    items = "".join(
        f"<li><b>{one.count}</b> {escape(one.level.lower())}: {escape(one.said)} <small>{escape(one.module)}</small></li>"
        for one in troubles[:MOST_TROUBLES]
    )
    more = f" and {len(troubles) - MOST_TROUBLES} more kinds" if len(troubles) > MOST_TROUBLES else ""
    return f"<p>Within the last hour{more}; all of it stands in the log of the lab:</p><ul>{items}</ul>"
