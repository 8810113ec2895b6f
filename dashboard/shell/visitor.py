"""Who looks at a page: the machine's own user, to whom nothing is hidden, or somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit import config
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import folders
from core.errors import LabError
from core.text import MOST_PATH, bare, taken
from core.training.config import command_of
from dashboard.web.guard import FORWARDED, loopback


def own_machine() -> bool:
    """Whether the visitor is this machine's own user: the server listens to this machine only, and no proxy passes others on to it.

    Behind a proxy everybody seems to come from this machine; so who was passed on, or calls the lab by another name, is a stranger.
    """
    if not loopback(config.get_option("server.address") or ""):
        return False
    address = st.context.ip_address  # None for who comes from this machine; no text at all in a test without a browser
    if isinstance(address, str) and not loopback(address):
        return False
    headers = st.context.headers
    if any(name in headers for name in FORWARDED):
        return False
    named = [urlsplit(f"//{headers['Host']}").hostname] if "Host" in headers else []
    named += [urlsplit(headers["Origin"]).hostname] if "Origin" in headers else []
    return all(loopback(name or "") for name in named)


def stranger() -> bool:
    """Whether a page is being made for somebody who is not the machine's own user; the lab's own threads are nobody's."""
    return get_script_run_ctx(suppress_warning=True) is not None and not own_machine()


folders.ask(stranger)


def told(error: LabError | str) -> str:
    """The words of an error, with paths of this machine for its own user only."""
    if isinstance(error, str):
        return error
    return str(error) if own_machine() else error.for_others


def path(folder: str) -> str:
    """A folder of this machine: its whole path for its own user, its last name for others."""
    return taken(folder, MOST_PATH) if own_machine() else bare(folder)


def command(values: Mapping[str, Any]) -> str:
    """The command line that trains a run with this flat config."""
    return command_of(values, paths=own_machine())
