"""The frame of a plain page, and the parts that more than one of them has: tables, and text that unfolds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dashboard.kit.wording import Words, escape

LEFT_OUT = "–"  # a number that is not known
BEGINNING = "index.html"
LESSONS, RUNS = "lessons.html", "runs.html"  # the lists of both
WAYS = {BEGINNING: "Home", LESSONS: "Lessons", RUNS: "Recorded runs"}


def page_html(title: str, body: str, *, up: str = "", here: str = "") -> str:
    """A whole page. `up` leads to the folder of the copy ("" or "../"), `here` is the one of `WAYS` that it is."""
    ways = "".join(_way(f"{up}{file}", name, file == here) for file, name in WAYS.items())
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}content="light dark"><title>{escape(title)} · Sequence Lab</title>'
        f'<link rel="stylesheet" href="{up}style.css"></head>\n<body><a class="skip" href="#text">To the text</a>'
        f'<header><nav aria-label="Parts of this copy"><b>Sequence Lab</b>{ways}</nav></header>\n'
        f'<main id="text"><h1>{escape(title)}</h1>\n{body}\n</main>\n'
        "<footer>A copy to read. The lab itself computes all of this anew, with your own pictures and settings.</footer></body></html>\n"
    )


def _way(file: str, name: str, here: bool) -> str:
    return f'<a href="{file}"{" aria-current=page" if here else ""}>{name}</a>'


def words_html(text: Words | str) -> str:
    """A sentence of the lab's own Markdown: bold words, and everything else letter by letter."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(re.sub(r"\\([^\w\s])", r"\1", text)))


def table_html(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a heading on every row. On a narrow screen it moves within its own frame, also by the arrow keys."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(_line([escape(cell) for cell in row]) for row in rows)
    return frame_html(caption, f"<thead><tr>{names}</tr></thead><tbody>{lines}</tbody>")


def _line(cells: Sequence[str]) -> str:
    return f'<tr><th scope="row">{cells[0]}</th>{"".join(f"<td>{cell}</td>" for cell in cells[1:])}</tr>'


def frame_html(caption: str, rows: str, kind: str = "") -> str:
    """The rows of a table within the frame that it moves in, below its caption. Captions of one page differ."""
    name = escape(caption)
    table = f'<table{f" class={kind}" if kind else ""} aria-label="{name}">{rows}</table>'
    return (
        f'<figure><figcaption>{name}</figcaption><div class="table" role="region" tabindex="0" aria-label="{name}">{table}</div></figure>'
    )


def folded_html(summary: str, body: str) -> str:
    """What is shown once somebody asks for it; a browser does that without a script."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 in percent; a dash for what is not known."""
    return LEFT_OUT if share is None or share != share else f"{100 * share:.{digits}f} %"


def number(value: float | None, digits: int = 4) -> str:
    """A number with so many digits behind the point; a dash for what is not known."""
    return LEFT_OUT if value is None or value != value else f"{value:.{digits}f}"
