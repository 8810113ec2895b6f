"""The dose-response of trained runs on the page Shuffle test: what is recorded at once, the rest measured at a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import LabError
from core.evaluation.shuffled import KINDS, PATCH
from core.readable import percent
from dashboard.runs import outputs
from dashboard.runs.labels import data_label
from dashboard.runs.opened import Weighted, weighted_runs
from dashboard.shell import services, show
from dashboard.shell.download import download
from dashboard.shell.plotly_figure import plotly_figure
from pages.shuffle.controls import DOSES
from pages.shuffle.view import model_name

if TYPE_CHECKING:
    from core.evaluation.dose_records import Response

COMPARED = tuple(f"recorded-cifar10-{name}-0" for name in ("compare-gru", "vit-none", "compare-vit", "compare-cnn"))
COUNT = 500  # images of a run that is measured here


def choose_doses() -> str:
    """Which way to shuffle in the figure."""
    st.header("How much shuffling can a trained model take?")
    return DOSES.segmented("Shuffle", format_func=lambda kind: KINDS[kind].title, label_visibility="collapsed")


def dose_panel(kind: str, models: Sequence[str]) -> None:
    """The figure of the recorded runs and of the chosen models that are trained; a button for what has not been measured yet."""
    from core.evaluation.dose_records import kept_response

    runs = weighted_runs()
    shown = [runs[name] for name in dict.fromkeys((*COMPARED, *models)) if name in runs]
    found = {run.run_id: kept_response(services.manager(), run.run_id) for run in shown}
    missing = [run for run in shown if found[run.run_id] is None]
    if missing and _measured_now(missing):
        st.rerun()
    counts = {len(services.run(run.run_id).classes) for run in shown}
    chance = 1 / counts.pop() if len(counts) == 1 else None
    figure(kind, {label(run): response for run in shown if (response := found[run.run_id])}, chance)


def label(run: Weighted) -> str:
    """A run in the legend: model, data set, name."""
    return f"{model_name(run)}, {data_label(run.config)} · {run.name}"


def _measured_now(missing: Sequence[Weighted]) -> bool:
    """A button that measures these runs; whether all of it was done."""
    from core.evaluation.dose_records import measure_response

    names = ", ".join(run.name for run in missing)
    show.caption(f"Not in the figure yet: {names}.")
    if not st.button(
        f"Measure {'it' if len(missing) == 1 else 'them'} on {COUNT} validation images", key="shuffle_measure", icon=":material/timer:",
        help="About ten seconds for each run.",
    ):  # fmt: skip
        return False
    try:
        with outputs.progress() as report:
            for run in missing:
                data = outputs.moved_to(services.run(run.run_id))
                measure_response(services.manager(), run.run_id, count=COUNT, data=data, progress=report)
    except LabError as error:
        show.warning(error)
        return False
    return True


def figure(kind: str, responses: dict[str, Response], chance: float | None) -> None:
    """The figure, what it says, and its numbers to take along."""
    from pages.shuffle.doses_view import dose_csv, dose_figure

    if not responses:
        st.info("No run has been measured yet. Choose trained runs above.")
        return
    n = " or ".join(f"{n:,}" for n in sorted({response.n for response in responses.values()}))
    names = ", ".join(responses)
    caption = f"{names}: best weights of each run on {n} of its validation images, {KINDS[kind].title}."
    plotly_figure(dose_figure(kind, responses, chance), key="shuffle_dose_figure", alt=summary(kind, responses), caption=caption)
    show.caption(
        f"{summary(kind, responses)} The more a model uses position, the more a shuffle costs it. n = {n} validation images of each run, "
        f"shuffled in the same way for all models, in patches of {PATCH} × {PATCH}; bars are 95 % intervals."
    )
    download(
        "Numbers as CSV",
        lambda: dose_csv(responses),
        "shuffle-dose-response.csv",
        key="shuffle_dose_csv",
        help="One line for each dose of each kind of shuffle.",
    )


def summary(kind: str, responses: dict[str, Response]) -> str:
    """What each model names rightly before, and at the largest dose."""
    ends = {name: (doses[0].accuracy.value, doses[-1].accuracy.value) for name, r in responses.items() if (doses := r.doses[kind])}
    told = "; ".join(f"{name.partition(' · ')[0]}: {percent(first, 0)} → {percent(last, 0)}" for name, (first, last) in ends.items())
    return f"Accuracy on whole pictures → on the most shuffled ones: {told}."
