"""The one place that puts text on a page which is no literal of ours. All of it is shown letter by letter, but for `Words`.

show.error(error)                                           # a LabError: its sentences, with paths for those who may know them
show.caption(f"{run.message} · {n} images")                 # plain text, whatever is in it
show.markdown(marked("**{}** on {}", run_id, data))          # Markdown of ours around values from elsewhere
messages.warning(...)  ->  show.warning(..., at=messages)
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import LabError
from core.text import MOST_SENTENCE, taken
from dashboard.kit.wording import ProofLine
from dashboard.kit.wording import markdown as escaped
from dashboard.shell.visitor import told

Text = str | LabError


def title(text: Text, *, at: Any = st, **options: Any) -> None:
    at.title(escaped(told(text)), **options)


def markdown(text: Text, *, at: Any = st, **options: Any) -> None:
    at.markdown(escaped(told(text)), **options)


def caption(text: Text, *, at: Any = st, **options: Any) -> None:
    at.caption(escaped(told(text)), **options)


def proof(line: ProofLine, *, at: Any = st) -> None:
    """A proof line; its figures open at the mark behind it."""
    at.caption(line.words, help=escaped(line.figures))


def error(text: Text, *, at: Any = st, **options: Any) -> None:
    at.error(escaped(told(text)), **options)


def warning(text: Text, *, at: Any = st, **options: Any) -> None:
    at.warning(escaped(told(text)), **options)


def info(text: Text, *, at: Any = st, **options: Any) -> None:
    at.info(escaped(told(text)), **options)


def success(text: Text, *, at: Any = st, **options: Any) -> None:
    at.success(escaped(told(text)), **options)


def header(text: Text, *, at: Any = st, **options: Any) -> None:
    at.header(escaped(told(text)), **options)


def label(text: object) -> str:
    """`text` for what draws Markdown by itself: labels and `help` of widgets, options of radios, pills and segmented controls."""
    return escaped(told(text) if isinstance(text, LabError) else text)


def plain(text: object) -> str:
    """`text` for what draws it letter by letter and reads no Markdown: options of selectboxes and multiselects."""
    return taken(told(text) if isinstance(text, LabError) else text, MOST_SENTENCE)
