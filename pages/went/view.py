"""Published systems as a map, a table and a drawing. Pure: rows of core in, plain data, CSV and SVG out; escaped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from core.frames import rows_csv
from core.probes.attention.pairs import KINDS, AttentionSizes, pairs, patterns
from core.records.published_systems import FIELDS, MASKS, PARTS, SYSTEMS, System
from dashboard.kit.wording import escape

YEARS = tuple(range(2017, 2022))
LENGTHS = tuple(2**power for power in range(4, 17))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
DRAWN, DRAWN_SIZES = 12, AttentionSizes(window=4, global_tokens=1, rank=4, reduction=2, frames=3, neighbors=4)  # of the small matrices
LOOKS = {"encoder": ("●", "#0072b2"), "decoder": ("▲", "#d55e00"), "both": ("◆", "#009e73")}


def map_data(shown: Collection[str], chosen: str, length: int, sizes: AttentionSizes) -> dict[str, Any]:
    """What the browser needs: every system, whether it is among those `shown`, and the pairs of each kind at `LENGTHS`."""
    lanes = [
        {"title": title, "cells": [[name for name, s in SYSTEMS.items() if (s.field, s.published[0]) == (field, year)] for year in YEARS]}
        for field, title in FIELDS.items()
    ]
    return {
        "systems": {name: _system_data(system, length, sizes, name in shown) for name, system in SYSTEMS.items()},
        "lanes": lanes,
        "years": [str(year) for year in YEARS],
        "parts": [list(part) for part in PARTS.items()],
        "curves": curves(sizes),
        "tokens": length,
        "chosen": chosen,
    }


def curves(sizes: AttentionSizes) -> dict[str, dict[str, Any]]:
    """Pairs by length of every kind that has pairs."""
    return {
        kind: {"title": row.title, "grows": row.grows, "points": [[length, pairs(kind, length, sizes)] for length in LENGTHS]}
        for kind, row in KINDS.items()
        if pairs(kind, LENGTHS[0], sizes) is not None
    }


def _system_data(system: System, length: int, sizes: AttentionSizes, on: bool) -> dict[str, Any]:
    year, month = system.published
    return {
        "name": system.name,
        "when": f"{MONTHS[month - 1]} {year}",
        "part": system.part,
        "title": PARTS[system.part],
        "kind": system.kind,
        "told": f"{PARTS[system.part]}, attention {KINDS[system.kind].title}",
        "glyph": [_glyph(matrix) for kind in _drawn(system) for matrix in patterns(kind, DRAWN, DRAWN_SIZES)],
        "rows": [
            ["Goes in", system.goes_in],
            ["Comes out", system.comes_out],
            ["Mask", system.mask_words],
            ["Cheaper by", system.cheaper],
            ["And yours?", system.differs],
        ],
        "cost": cost_words(system, length, sizes),
        "paper": system.paper,
        "on": on,
    }


def cost_words(system: System, length: int, sizes: AttentionSizes) -> str:
    """What one layer of a system reads at `length`, and what that is of full attention."""
    read, full = pairs(system.kind, length, sizes), pairs("full", length, sizes)
    if read is None:
        return f"{system.name} at T = {length:,}: no pairs; points are never compared with each other."
    if read == full:
        return f"{system.name} at T = {length:,}: {read:,} pairs per layer and head, which are all pairs."
    return (
        f"{system.name} at T = {length:,}: {read:,.0f} pairs per layer and head, {share_words(read / full)} of full attention ({full:,})."
    )


def share_words(share: float) -> str:
    """A share in percent, to two digits."""
    return "100 %" if share == 1 else f"{100 * share:.2g} %"


def _drawn(system: System) -> tuple[str, ...]:
    """The kinds of attention whose matrices stand for a system: of encoder and decoder where a mask makes them differ."""
    return ("full", "subsequent") if system.kind == "full" and "subsequent" in system.masks else (system.kind,)


def _glyph(matrix: Any) -> dict[str, Any]:
    rows, columns = matrix.shape
    path = "".join(f"M{k} {q}h1v1h-1z" for q in range(rows) for k in range(columns) if matrix[q, k])
    return {"rows": rows, "columns": columns, "path": path}


# ---- to take along ----


def costs_html(length: int, sizes: AttentionSizes, chosen: str) -> str:
    """Every kind of attention at `length`: pairs, share of full, how it grows, and who uses it."""
    full = pairs("full", length, sizes)
    rows = []
    for kind, row in KINDS.items():
        read = pairs(kind, length, sizes)
        users = ", ".join(system.name for system in SYSTEMS.values() if system.kind == kind)
        cells = ("–", "–") if read is None else (f"{read:,.0f}", share_words(read / full))
        look = "chosen" if kind == chosen else ""
        rows.append(
            f'<tr class="{look}"><th scope="row" title="{escape(row.told)}">{escape(row.title)}</th><td>{cells[0]}</td><td>{cells[1]}</td>'
            f'<td class="text">{escape(row.grows)}</td><td class="text">{escape(users)}</td></tr>'
        )
    titles = {"attention": "", "pairs": "", "of full": "", "grows as": "text", "used by": "text"}
    head = "".join(f'<th scope="col" class="{look}">{title}</th>' for title, look in titles.items())
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight lab-went"><caption>One layer, one head, T = {length:,}: pairs '
        f"(query, key) that are read</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def systems_csv(length: int, sizes: AttentionSizes) -> str:
    """The whole table, one line a system, with its pairs at `length`."""
    return rows_csv(
        [
            {
                "system": system.name,
                "year": system.published[0],
                "month": system.published[1],
                "field": FIELDS[system.field],
                "part": PARTS[system.part],
                "goes_in": system.goes_in,
                "comes_out": system.comes_out,
                "masks": " + ".join(MASKS[mask] for mask in system.masks),
                "mask": system.mask_words,
                "attention": KINDS[system.kind].title,
                "cheaper_by": system.cheaper,
                f"pairs_at_{length}": "" if (read := pairs(system.kind, length, sizes)) is None else f"{read:g}" if read % 1 else int(read),
                "differs": system.differs,
                "paper": system.paper,
            }
            for system in SYSTEMS.values()
        ]
    )


def map_svg(shown: Collection[str]) -> str:
    """The map as a drawing of its own: fields down, years across, a mark for the part of the transformer."""
    left, line, head = 110, 24, 40
    widths = {2017: 130, 2018: 170, 2019: 50, 2020: 190, 2021: 150}
    starts = {year: left + sum(widths[other] for other in YEARS if other < year) for year in YEARS}
    parts, y = [], head
    for year in YEARS:
        parts.append(f'<text x="{starts[year]}" y="{head - 14}" class="year">{year}</text>')
    for field, title in FIELDS.items():
        parts.append(
            f'<line x1="0" x2="800" y1="{y - 6}" y2="{y - 6}" stroke="#bbb"/><text x="4" y="{y + 12}" class="field">{title}</text>'
        )
        cells: Mapping[int, list[str]] = {
            year: [name for name, s in SYSTEMS.items() if (s.field, s.published[0]) == (field, year)] for year in YEARS
        }
        for year, names in cells.items():
            for at, name in enumerate(names):
                mark, color = LOOKS[SYSTEMS[name].part]
                faint = "" if name in shown else ' opacity="0.25"'
                parts.append(
                    f'<text x="{starts[year]}" y="{y + 12 + at * line}"{faint}><tspan fill="{color}">{mark}</tspan> '
                    f"{escape(SYSTEMS[name].name)}</text>"
                )
        y += line * max(len(names) for names in cells.values()) + 12
    key = "    ".join(f'<tspan fill="{LOOKS[part][1]}">{LOOKS[part][0]}</tspan> {title}' for part, title in PARTS.items())
    style = "text{font:14px sans-serif;fill:#222} .year{font-size:12px;fill:#666} .field{font-weight:600}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {y + 24}" role="img" aria-label="Published systems by field and year">'
        f"<style>{style}</style><rect width='800' height='{y + 24}' fill='white'/>{''.join(parts)}"
        f"<text x='4' y='{y + 14}'>{key}</text></svg>"
    )
