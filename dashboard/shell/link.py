"""The address of a page with what it shows, to be copied."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from core.records.recorded import RECORDED
from dashboard.web.guard import loopback


def lab_address() -> str:
    """Where this browser found the lab, with a "/" at its end; "" where others cannot find it so, for it is this machine's own name."""
    here = urlsplit(st.context.url or "")
    if not here.hostname or loopback(here.hostname):
        return ""
    return urlunsplit((here.scheme, here.netloc, f"{here.path.rpartition('/')[0]}/", "", ""))


def page_link(query: Mapping[str, str]) -> str:
    """The address of the page with a query string; empty values are left out."""
    here = urlsplit(st.context.url or "")
    said = urlencode({name: value for name, value in query.items() if value})
    return urlunsplit((here.scheme, here.netloc, here.path or "/", said, ""))


def link_of_run(run_id: str, epoch: int | None = None, *, best: int | None, first: str = "") -> dict[str, str]:
    """What a page's link says of its run and its epoch (from 0; None for the best one), so that it opens on the same for everybody.

    The page's `first` run goes without saying, and the best epoch of a recorded run. A run of this lab can still find a better one.
    """
    epoch = best if epoch is None else epoch
    plain = epoch is None or (epoch == best and run_id.startswith(RECORDED))
    return {"run": "" if run_id == first else run_id, "epoch": "" if plain else str(epoch + 1)}
