"""Several runs side by side on a page: chosen from those that it can show, at the first visit from its link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.checks import Many
from dashboard.runs.opened import Weighted, of_sequences, weighted_runs
from dashboard.shell import services, show, state

MOST_NAMED = 100  # runs that a link names, whether or not they are here


def choose_several(
    label: str, runs: Mapping[str, Weighted], first: Sequence[str], *, key: str, most: int, help: str, unfit: str = ""
) -> list[Weighted]:
    """A list of `runs` (by id) of which up to `most` are chosen; `first` where the link names none.

    Of a run that the link names and the page cannot show, it is said why until others are chosen: the page may run more than once before
    it is complete. `unfit` is that reason for a run that is here, "its model ...".
    """
    said = f"{key}_refused"
    if key not in st.session_state:
        asked = [run_id for run_id in state.read("runs", Many(state.RUN_ID, MOST_NAMED)) or () if run_id]
        st.session_state[said] = next((_why_not(run_id, unfit) for run_id in asked if run_id not in runs), "")
        st.session_state[key] = [run_id for run_id in dict.fromkeys(asked) if run_id in runs][:most] or list(first)
    chosen = dict.fromkeys(st.session_state[key])
    st.session_state[key] = [run_id for run_id in chosen if run_id in runs][:most]  # one may have been deleted
    chosen = st.multiselect(
        show.label(label), list(runs), format_func=lambda run_id: show.plain(f"{runs[run_id].title} · {runs[run_id].name}"),
        key=key, max_selections=most, persist_state="session", help=show.label(help), on_change=lambda: st.session_state.update({said: ""}),
    )  # fmt: skip
    if st.session_state.get(said):
        show.warning(st.session_state[said])
    return [runs[run_id] for run_id in chosen]


def _why_not(run_id: str, unfit: str) -> str:
    if told := of_sequences(run_id):
        return told
    found = weighted_runs().get(run_id)
    if found is None:
        return f"There is no run {run_id[:40]} with weights here (any more): choose others."
    return f"{run_id[:40]} is a {found.config['model']}: {unfit}. Choose others."


def classes_of(runs: Sequence[Weighted]) -> list[str]:
    """All classes that some of the runs know, each once."""
    return list(dict.fromkeys(name for run in runs for name in services.run(run.run_id).classes))
