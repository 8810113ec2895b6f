"""A button by which something on a page is taken along as a file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from dashboard.shell import show

TYPES = {
    ".csv": "text/csv",
    ".svg": "image/svg+xml",
    ".py": "text/x-python",
    ".json": "application/json",
    ".zip": "application/zip",
    ".safetensors": "application/octet-stream",
}


def download(label: str, content: Callable[[], str | bytes], file: str, *, key: str, help: str = "") -> None:
    """A button that saves what `content` makes as `file`, whose ending says of what kind it is. Nothing is made before the click."""
    st.download_button(
        show.label(label),
        _for_who_looks(content),
        file,
        TYPES[PurePath(file).suffix],
        icon=":material/download:",
        on_click="ignore",
        key=key,
        help=show.label(help) if help else None,
    )


def _for_who_looks(content: Callable[[], str | bytes]) -> Callable[[], str | bytes]:
    """What makes `content` as the person to whom the page is shown.

    Streamlit makes a file in a thread that is nobody's: there an instructor has no rights, and a stranger reads this machine's paths.
    """
    ctx = get_script_run_ctx()

    def made() -> str | bytes:
        with ThreadPoolExecutor(1, initializer=lambda: add_script_run_ctx(ctx=ctx)) as pool:
            return pool.submit(content).result()

    return made
