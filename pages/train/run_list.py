"""The list of runs: open, resume, delete, take weights and curves along."""

from __future__ import annotations

import math
import time
from typing import Any

import streamlit as st

from core import folders
from core.classroom import rights
from core.models import MODELS
from core.readable import percent
from core.records.recorded import recorded_epochs, recorded_names, recorded_run
from core.text import bare
from core.training.config import RunConfig
from core.training.history import ACTIVE, RunSummary, Snapshot
from core.training.runs.export import curve_csv, epochs_csv
from dashboard.kit.wording import marked
from dashboard.runs.choose import name_of
from dashboard.runs.labels import data_label
from dashboard.shell import orders, services, show, state, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.download import download
from dashboard.shell.notices import said_above
from pages.train.next_steps import step_buttons
from pages.train.workers import workers_panel

SHOWN = 8
ALL_RUNS = Choice("train", "all_runs", (False, True), first=False, in_link=False)
ALL_RECORDED = Choice("train", "all_recorded", (False, True), first=False, in_link=False)


def runs_panel() -> None:
    """Every run of this lab, one's own before others' and newest first, and the recorded ones."""
    st.header("Runs")
    for notice in services.manager().notices:
        show.warning(notice)
    rows = sorted(services.manager().runs(), key=lambda row: row.owner != visitor.owner())  # one's own first
    shown = rows if len(rows) <= SHOWN or ALL_RUNS.value else rows[:SHOWN]
    for row in shown:
        _row(row)
    if len(rows) > SHOWN:
        ALL_RUNS.toggle(f"Show all {len(rows)} runs")
    recorded = recorded_names()
    with_weights = [name for name in recorded if recorded_epochs(name)]
    for name in recorded if ALL_RECORDED.value else with_weights:
        _recorded_row(recorded_run(name))
    if len(with_weights) < len(recorded):
        ALL_RECORDED.toggle(f"Show all {len(recorded)} recorded runs", help="Also lists the runs of “What passes the bar?”.")
    workers_panel()


def _row(row: RunSummary) -> None:
    place = f", place {row.place}" if row.place else ""
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{row.run_id}"):
        _open_button(row.run_id)
        best = f"val {percent(row.best_val_top1)}" if math.isfinite(row.best_val_top1) else "no epoch yet"
        best += _whole(row.best_val_exact)
        test = f", test {percent(row.test_top1)}" if math.isfinite(row.test_top1) else ""
        when = time.strftime("%d %b %H:%M", time.localtime(row.created))
        called = f"{name} · {row.run_id}" if (name := name_of(row)) else row.run_id
        epochs = f"{row.epochs_done} of {row.config['epochs']} epochs"
        show.markdown(
            marked("**{}** on {} · {}{} · {} · {}{} · {}", called, data_label(row.config), row.status, place, epochs, best, test, when),
            width="stretch",
        )
        mine = visitor.may(rights.act_on_run(visitor.owner(), row.owner))
        if mine and row.status not in ACTIVE and (row.epochs_done < row.config["epochs"] or math.isnan(row.test_top1)):
            st.button("Continue", key=f"resume-{row.run_id}", icon=":material/resume:", on_click=_resume, args=(row.run_id,))
        with st.popover("Use", key=f"use-{row.run_id}"):
            _uses(row)
        if not mine:
            return
        with st.popover("Delete", key=f"delete-{row.run_id}", icon=":material/delete:"):
            show.markdown(marked("Delete **{}**, its curves and its checkpoints? This cannot be undone.", row.run_id))
            st.button("Delete for good", key=f"really-{row.run_id}", type="primary", on_click=_delete, args=(row.run_id,))


def _recorded_row(run: Snapshot) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{run.run_id}"):
        _open_button(run.run_id)
        what = f"{MODELS[run.config['model']].title} on {data_label(run.config)}"
        best = f"val {percent(run.best.val_top1)}{_whole(run.best.val_exact)}"
        test = f"test {percent(run.test.top1)}{_whole(run.test.exact)}"
        show.markdown(marked("**{}** · {} · {} epochs · {}, {}", run.run_id, what, len(run.epochs), best, test), width="stretch")


def _whole(exact: float | None) -> str:
    """The share of sequences without a mistake, said after that of tokens; nothing of images."""
    return f" of tokens ({percent(exact)} of sequences)" if exact is not None else ""


def _open_button(run_id: str) -> None:
    more = {"disabled": state.shown_run() == run_id, "on_click": state.show_run, "args": (run_id,)}
    st.button("Open", key=f"open-{run_id}", help="Show it on the chart.", **more)


def _uses(row: RunSummary) -> None:
    manager, run_id = services.manager(), row.run_id
    st.button("Set the controls as they were", key=f"setup-{run_id}", icon=":material/tune:", on_click=_set_up, args=(row.config,))
    if row.best_epoch is None:
        st.caption("Weights and curves come with the first epoch.")
        return
    step_buttons(row.run_id, row.config, at="use")
    files = {
        "Best weights (safetensors)": (f"{run_id}.safetensors", lambda: manager.weights(run_id).read_bytes()),
        "Epochs (CSV)": (f"{run_id}-epochs.csv", lambda: epochs_csv(manager.snapshot(run_id))),
        "Training curve (CSV)": (f"{run_id}-curve.csv", lambda: curve_csv(manager.snapshot(run_id))),
    }
    for label, (name, content) in files.items():
        download(label, content, name, key=f"file-{name}")


def _set_up(config: dict[str, Any]) -> None:
    with said_above():
        values = RunConfig.of(**config).changed()
        if "data" in values and not folders.may_open(values["data"]):  # nor may who cannot open it know where it lies
            values["data"] = bare(values["data"])
        state.load(values)


def _resume(run_id: str) -> None:
    with said_above():
        orders.resume(run_id)
        state.show_run(run_id)


def _delete(run_id: str) -> None:
    with said_above():
        orders.delete(run_id)
        if state.shown_run() == run_id:
            state.show_run("")
