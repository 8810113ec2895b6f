"""Choosing runs: one, which other pages then show too, or several side by side. Of a run that a page cannot show it is said why.

WANTED = Wanted(lambda config: config["model"] == "vit", "has no attention to look at. Choose another run.")
run = choose_run("vit", WANTED, first="recorded-shapes-vit", help="Vision Transformers whose weights are kept.")

RUNS = several("reading", FIRST_RUNS)
runs = choose_runs(RUNS, WANTED, "Readers", first=FIRST_RUNS, most=3, help="Up to 3 runs.")
link = links(RUNS)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.classroom.rights import act_on_run
from core.errors import LabError
from core.models import MODELS
from core.records.published import published_run
from core.records.recorded import RECORDED, recorded_names, recorded_run
from core.training.flat_config import kind_of
from core.training.history import RunSummary, Snapshot
from dashboard.runs.opened import Weighted, weighted_runs
from dashboard.shell import services, show, state, visitor
from dashboard.shell.choices import Choice, Kept, Listed
from dashboard.shell.link import link_of_run
from dashboard.shell.page import fragment

FOLLOW_SECONDS = 2.0
MOST_NAMED = 100  # runs that a link names, whether or not they are here
EPOCH = Choice("run", "epoch")


@dataclass(frozen=True)
class Wanted:
    """The runs that a page can show: those on images whose config `fits`. `unfit` goes on after "Run ... (model)" of any other.

    Without `weights` all that have an epoch are, and this session's own; with `published` the one that came as figures alone, too.
    """

    fits: Callable[[Mapping[str, Any]], bool] = lambda config: True
    unfit: str = ""
    weights: bool = True
    published: bool = False

    def runs(self) -> dict[str, Weighted]:
        """All of them by id: one's own, newest first, then others', then those that came with the lab."""
        runs = weighted_runs() if self.weights else begun_runs(published=self.published)
        return mine_first({run_id: run for run_id, run in runs.items() if self.fits(run.config)})

    def why_not(self, run_id: str) -> str:
        """Why a run that somebody asks for is not among them."""
        try:
            run = services.run(run_id)
        except LabError:
            return no_such_run(run_id)
        model = run.config["model"]
        title = MODELS[model].title if model in MODELS else model
        if elsewhere := of_sequences(run_id):
            return elsewhere
        if not self.fits(run.config):
            return f"Run {run_id} ({title}) {self.unfit}"
        if self.weights:
            return f"Run {run_id} keeps no weights (any more): choose another run, or train it again."
        return f"Run {run_id} ({title}) has not finished an epoch yet: choose another run."


def mine_first(runs: Mapping[str, Weighted]) -> dict[str, Weighted]:
    """Runs by id, those of whoever looks at the page before others, with the names that he may know."""
    rows = {row.run_id: row for row in services.manager().runs() if row.run_id in runs}
    named = {run_id: replace(run, called=name_of(rows[run_id]) if run_id in rows else "") for run_id, run in runs.items()}
    mine = {run_id for run_id, row in rows.items() if row.owner == visitor.owner()}
    return {run_id: named[run_id] for run_id in sorted(named, key=lambda run_id: run_id not in mine)}


def name_of(row: RunSummary) -> str:
    """The name that somebody has given a run, for himself and for whoever leads the class; "" for all others."""
    return row.called if visitor.may(act_on_run(visitor.owner(), row.owner)) else ""


def no_such_run(run_id: str) -> str:
    """What is said where somebody asks for a run that is not there."""
    return f"There is no run {run_id[:40]} here (any more): choose another one."


def begun_runs(*, published: bool = False) -> dict[str, Weighted]:
    """Every run on images that has finished an epoch, by id, as `weighted_runs` gives them; one that has not, for its own session alone."""
    own = (
        Weighted(row.run_id, row.config, row.best_epoch or 0, math.nan if row.best_epoch is None else row.best_val_top1)
        for row in services.manager().runs()
        if row.best_epoch is not None or row.run_id == state.shown_run()
    )
    came = [*map(recorded_run, recorded_names()), *([published_run()] if published else [])]
    runs = [*own, *(Weighted(run.run_id, run.config, run.best.epoch, run.best.val_top1) for run in came)]
    return {run.run_id: run for run in runs if kind_of(run.config) == "images"}


def of_sequences(run_id: str) -> str:
    """Where to look instead at a run that names no images, in a sentence for a page that shows those; "" for all others."""
    try:
        run = services.run(run_id)
    except LabError:
        return ""
    if run.kind != "sequences":
        return ""
    title = MODELS[run.config["model"]].title
    return (
        f"Run {run_id} ({title}) is of another kind: it turns sequences into sequences and does not classify images. See it on Translate."
    )


def run_words(run: Weighted) -> str:
    """What a run is called in a list."""
    return f"{run.title} · {run.name}"


def first_of(runs: Iterable[str]) -> str:
    """The first of some runs that came with the lab, else the first: what somebody else trains must not change what a page opens on."""
    runs, first = list(runs), f"{RECORDED}{services.first_recorded()}"
    return first if first in runs else next((run_id for run_id in runs if run_id.startswith(RECORDED)), runs[0])


# ---- one run ----


def choose_run(page: str, wanted: Wanted, *, first: str = "", label: str = "Run", help: str = "") -> Weighted:
    """A list of the runs that a page can show, the session's own at first, else `first`; returns the chosen one.

    The choice is the session's: other pages show the same run. Why another one cannot be shown stands below until a choice is made.
    """
    runs, choice, refused = wanted.runs(), Choice(page, "run"), Kept(page, "refused", "")
    shown = state.shown_run()
    if shown and shown not in runs:
        if _gone(shown) or (not choice.started and shown == state.linked_run()):
            refused.keep(wanted.why_not(shown))  # kept: a page runs more than once before it is complete
            state.show_run("")
        else:
            refused.keep(of_sequences(shown) or refused.value)
    known = (run_id for run_id in (shown, choice.now) if run_id in runs)
    choice.set(next(known, first if first in runs else first_of(runs)))
    chosen = choice.among(runs).selectbox(
        label,
        help=f"{help} The percentage is the accuracy on validation images, of the best epoch.".strip(),
        format_func=lambda run_id: run_words(runs[run_id]),
        on_change=_take_run,
        args=(choice, refused),
    )
    if refused.value:
        show.warning(refused.value)
    return runs[chosen]


def _take_run(choice: Choice, refused: Kept) -> None:
    refused.keep("")
    state.show_run(choice.now)
    state.show_epoch(None)


def _gone(run_id: str) -> bool:
    try:
        services.run(run_id)
    except LabError:
        return True
    return False


# ---- several runs ----


def several(page: str, first: Sequence[str], name: str = "runs") -> Choice:
    """The control of several runs on a page; its link says nothing where they are the `first` ones."""
    return Choice(page, name, first=list(first), write=".".join, check=Listed(state.RUN_ID, MOST_NAMED))


def choose_runs(choice: Choice, wanted: Wanted, label: str, *, first: Sequence[str], most: int, help: str) -> list[Weighted]:
    """A list of the runs that a page can show, of which up to `most` are chosen; `first` where the link names none."""
    runs = wanted.runs()
    titles = {run_id: run_words(run) for run_id, run in runs.items()}
    help = f"{help} The percentage is the accuracy on validation images."
    return [runs[run_id] for run_id in choose_several(choice, titles, label, first=first, most=most, help=help, why_not=wanted.why_not)]


def choose_several(
    choice: Choice, titles: Mapping[str, str], label: str, *, first: Sequence[str], most: int, help: str, why_not: Callable[[str], str]
) -> list[str]:
    """A list of what `titles` names by id, of which up to `most` are chosen; returns their ids.

    Of one that the link names and the page cannot show, `why_not` says why until others are chosen.
    """
    refused, first = Kept(choice.page, "refused", ""), [name for name in first if name in titles]
    if not choice.started:
        linked = choice.linked or ()
        refused.keep(next((why_not(name) for name in linked if name not in titles), ""))
        choice.set([name for name in linked if name in titles] or first)
    choice.set([name for name in dict.fromkeys(choice.value) if name in titles][:most])  # one may have been deleted
    chosen = choice.multiselect(
        label, titles, most=most, help=help, format_func=titles.__getitem__, on_change=refused.keep, args=("",)
    )  # in a callback: the sentence goes with the choice
    if refused.value:
        show.warning(refused.value)
    return chosen


def classes_of(runs: Iterable[str]) -> list[str]:
    """All classes that some runs know, by their ids, each once."""
    return list(dict.fromkeys(name for run_id in runs for name in services.run(run_id).classes))


# ---- its epochs ----


def choose_epoch(run: Snapshot, epochs: Sequence[int]) -> int:
    """A slider over `epochs` (from 0, ascending, not empty) of `run`, the best one at first; returns the chosen one."""
    epoch = state.shown_epoch(epochs, run.best.epoch)
    if len(epochs) == 1:
        show.caption(f"Epoch {epoch + 1}")
        return epoch
    choice = EPOCH.among(epochs)
    choice.set(epoch)
    return choice.slider(
        "Epoch", format_func=lambda e: f"{e + 1:d}", on_change=_take_epoch, help=f"Best by validation: {run.best.epoch + 1}."
    )


def _take_epoch() -> None:
    state.show_epoch(EPOCH.now)


def follow(run: Snapshot) -> None:
    """While `run` is active, run the page again at the end of each of its epochs, and at its end."""

    def look() -> None:
        now = services.run(run.run_id)
        if (len(now.epochs), now.status) != (len(run.epochs), run.status):
            st.rerun()

    if run.active:
        fragment(look, run_every=FOLLOW_SECONDS)()


def run_link(run: Snapshot, epoch: int | None = None, *, first: str = "") -> dict[str, str]:
    """What a page's link says of its run and epoch (from 0; None for the best one); nothing of its `first` run."""
    first = first or f"{RECORDED}{services.first_recorded()}"
    return link_of_run(run.run_id, epoch, best=run.best and run.best.epoch, first=first)
