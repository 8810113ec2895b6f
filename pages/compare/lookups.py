"""What the page Compare has computed once for all: the board's message, which of two runs is better, how often the test is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import streamlit as st

from core.evaluation.pairs import Verdict, false_alarms, verdict
from dashboard.runs.lines import run_line
from dashboard.shell import services
from pages.compare.view import board_data


def board_message(runs: Sequence[tuple[str, str]], view: Mapping[str, str]) -> bytes:
    """The board's message of `runs` (id, version); the same object for the same arguments, so that Streamlit sends it once."""
    return _message(tuple(runs), tuple(view.items()))


@lru_cache(maxsize=8)
def _message(runs: tuple[tuple[str, str], ...], view: tuple[tuple[str, str], ...]) -> bytes:
    return board_data(runs, [run_line(run_id, version) for run_id, version in runs], dict(view))


@st.cache_data(show_spinner=False, max_entries=200, ttl=600)
def verdict_on(a: str, b: str, version_a: int, version_b: int) -> Verdict:
    """Which of two runs is better; the versions are those of their snapshots."""
    return verdict(services.manager(), services.run(a), services.run(b))


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs={Verdict: repr})
def alarms_of(answer: Verdict) -> float:
    """How often the test of an answer calls equal models different."""
    return false_alarms(answer)
