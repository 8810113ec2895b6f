"""The list of runs that a page can look inside, those whose weights are kept; it opens with the session's run, if that is one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import streamlit as st

from core.errors import LabError
from core.models import MODELS
from dashboard.runs.opened import Weighted, of_sequences, weighted_runs
from dashboard.shell import services, show, state


def runs_of(models: Collection[str], first: str) -> dict[str, Weighted]:
    """Every run with weights of one of some models, by id; the one that is shown first is the first."""
    found = {run_id: run for run_id, run in weighted_runs().items() if run.config["model"] in models}
    return {first: found[first], **found}


def choose_weighted(label: str, runs: Mapping[str, Weighted], *, key: str, help: str, why_not: Callable[[str], str]) -> Weighted:
    """A list of `runs`, by id, the first one at first; returns the chosen one.

    The choice is the session's: other pages show the same run. `why_not` says why a run that a link asks for is not in the list, which
    stands below it until another one is chosen.
    """
    refused = f"{key}_refused"
    asked = state.linked_run() if key not in st.session_state else ""
    if asked and asked not in runs:
        st.session_state[refused] = why_not(asked)  # kept: a page runs more than once before it is complete
        state.show_run("")
    now = (state.shown_run(), st.session_state.get(key))  # the run of the other pages, if it fits
    st.session_state[key] = next((run_id for run_id in now if run_id in runs), next(iter(runs)))
    chosen = st.selectbox(
        show.label(label), list(runs), format_func=lambda run_id: show.plain(f"{runs[run_id].name}: {runs[run_id].title}"), key=key,
        on_change=_take, args=(key,), persist_state="session",
        help=show.label(f"{help} The percentage is the accuracy on validation images."),
    )  # fmt: skip
    if st.session_state.get(refused):
        show.warning(st.session_state[refused])
    return runs[chosen]


def _take(key: str) -> None:
    st.session_state[f"{key}_refused"] = ""
    state.show_run(st.session_state[key])
    state.show_epoch(None)


def why_not(run_id: str, models: Collection[str], unfit: str) -> str:
    """Why a page for some models cannot show a run that a link asks for; `unfit` goes on after "Run ... (model)" of another model."""
    if told := of_sequences(run_id):
        return told
    try:
        model = services.run(run_id).config["model"]
    except LabError:
        return f"There is no run {run_id[:40]} here (any more): choose another one."
    if model in models:
        return f"Run {run_id} keeps no weights (any more): choose another run, or train it again."
    return f"Run {run_id} ({MODELS[model].title if model in MODELS else model}) {unfit}"
