"""Which run feeds a page, and which of its epochs: the same choice on every page that looks inside a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.published import published_run
from core.recorded import RECORDED, recorded_names, recorded_run
from core.training.config import kind_of
from core.training.history import Snapshot
from dashboard.runs.labels import data_label, run_label
from dashboard.runs.opened import of_sequences
from dashboard.runs.shown import shown
from dashboard.shell import services, show, state

FOLLOW_SECONDS = 2.0
RUN_KEY, EPOCH_KEY, REFUSED = "feed_run", "feed_epoch", "feed_refused"


def known_runs(accept: Callable[[Mapping[str, Any]], bool] = lambda config: True, *, published: bool = False) -> dict[str, str]:
    """Run id -> what it is called in a list, of the runs that name images and whose config a page accepts: this lab's, newest first, then
    those that came with it, and the `published` one for pages that need no weights. A run that has not finished an epoch has nothing to
    show: it is in the list only while it is the session's own."""
    found = {}
    for row in services.manager().runs():
        begun = row.best_epoch is not None
        if kind_of(row.config) == "images" and accept(row.config) and (begun or row.run_id == state.shown_run()):
            best = f"{row.best_val_top1:.1%}" if begun else "no epoch yet"
            found[row.run_id] = f"{row.run_id} · {data_label(row.config)} · {best}"
    for run in [*map(recorded_run, recorded_names()), *([published_run()] if published else [])]:
        if run.kind == "images" and accept(run.config):
            found[run.run_id] = f"{run.run_id} · {run_label(run).partition(': ')[2]} · {run.best.val_top1:.1%}"
    return found


def choose_run(accept: Callable[[Mapping[str, Any]], bool] = lambda config: True, *, published: bool = False) -> Snapshot:
    """A list of the runs that a page can show, by their config; returns the chosen one.

    The choice is the session's: other pages show the same run. A run that another page showed and this one cannot gives way to the first
    that it can; of one on sequences it is said where to look instead, until another one is chosen.
    """
    titles, now = known_runs(accept, published=published), shown()
    if now.run_id not in titles:
        st.session_state[REFUSED] = of_sequences(state.shown_run())
        state.show_run(first_of(titles))
        now = shown()
    st.session_state[RUN_KEY] = now.run_id
    st.selectbox(
        "Run", list(titles), format_func=lambda run_id: show.plain(titles[run_id]), key=RUN_KEY, on_change=_take_run,
        help="Accuracy: validation, of its best epoch. Runs of this lab first, then those that came with it.",
    )  # fmt: skip
    if st.session_state.get(REFUSED):
        show.warning(st.session_state[REFUSED])
    return now


def first_of(runs: Iterable[str]) -> str:
    """The first of some runs that came with the lab, else the first: what somebody else trains must not change what a page opens on."""
    runs, first = list(runs), f"{RECORDED}{services.first_recorded()}"
    return first if first in runs else next((run_id for run_id in runs if run_id.startswith(RECORDED)), runs[0])


def choose_epoch(run: Snapshot, epochs: Sequence[int]) -> int:
    """A slider over `epochs` (from 0, ascending, not empty) of `run`, the best one at first; returns the chosen one."""
    epoch = state.shown_epoch(epochs, run.best.epoch)
    if len(epochs) == 1:
        show.caption(f"Epoch {epoch + 1}")
        return epoch
    st.session_state[EPOCH_KEY] = epoch
    st.select_slider(
        "Epoch", epochs, format_func=lambda e: f"{e + 1:d}", key=EPOCH_KEY, on_change=_take_epoch,
        help=show.label(f"Best by validation: {run.best.epoch + 1}."),
    )  # fmt: skip
    return epoch


def follow(run: Snapshot) -> None:
    """While `run` is active, run the page again at the end of each of its epochs, and at its end."""

    def look() -> None:
        now = services.run(run.run_id)
        if (len(now.epochs), now.status) != (len(run.epochs), run.status):
            st.rerun()

    if run.active:
        st.fragment(look, run_every=FOLLOW_SECONDS)()


def link_values(run: Snapshot, epoch: int | None = None) -> dict[str, str]:
    """What a page's link says of its run and epoch (from 0; None for the best one)."""
    return state.run_link(run.run_id, epoch, best=run.best and run.best.epoch, first=f"recorded-{services.first_recorded()}")


def _take_run() -> None:
    st.session_state[REFUSED] = ""
    state.show_run(st.session_state[RUN_KEY])
    state.show_epoch(None)


def _take_epoch() -> None:
    state.show_epoch(st.session_state[EPOCH_KEY])
