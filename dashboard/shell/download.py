"""A button by which something on a page is taken along as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

from dashboard.shell import show

TYPES = {".csv": "text/csv", ".svg": "image/svg+xml", ".py": "text/x-python", ".json": "application/json"}


def download(label: str, content: Callable[[], str], file: str, *, key: str, help: str = "") -> None:
    """A button that saves what `content` makes as `file`, whose ending says what kind of text it is. Nothing is made before the click."""
    st.download_button(
        show.label(label),
        content,
        file,
        TYPES[PurePath(file).suffix],
        icon=":material/download:",
        on_click="ignore",
        key=key,
        help=show.label(help) if help else None,
    )
