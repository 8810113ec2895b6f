"""Steering a run: play, pause, step, stop, resume, a new learning rate, and how the chart is drawn."""

from __future__ import annotations

import streamlit as st

from core.errors import LabError
from core.hparams import declared
from core.training.config import RunConfig, TrainingConfig
from core.training.history import Snapshot
from dashboard.runs.shown import shown
from dashboard.setup.controls import options
from dashboard.shell import services, show, state, visitor


def transport(config: RunConfig | None) -> None:
    """Buttons for the run on the page; Play and Step train a new one of `config` when it does not train."""
    run = shown()
    live = run.active
    playing = live and run.status != "paused"
    with st.container(horizontal=True, vertical_alignment="center", key="transport"):
        label, icon = ("Pause", ":material/pause:") if playing else ("Play", ":material/play_arrow:")
        told = "Space. Trains a new run as the controls say." if not live else "Space"
        disabled = config is None and not live
        st.button(
            show.label(label),
            icon=icon,
            key="play",
            type="primary",
            help=show.label(told),
            disabled=disabled,
            on_click=_play,
            args=(run, config),
        )
        st.button(
            "Step", icon=":material/skip_next:", key="step", help="The . key. One batch, then pause.",
            disabled=disabled, on_click=_step, args=(run, config),
        )  # fmt: skip
        st.button(
            "Stop", icon=":material/stop:", key="stop", disabled=not live, on_click=_command, args=("stop", run.run_id),
            help="Ends the run. Every complete epoch is kept, and Resume goes on from the last one.",
        )  # fmt: skip
        if run.resumable:
            st.button(
                "Resume", icon=":material/resume:", key="resume", on_click=_command, args=("resume", run.run_id),
                help="Goes on with this run from its last complete epoch.",
            )  # fmt: skip
        with st.popover("Learning rate", icon=":material/speed:", disabled=not live):
            _learning_rate(run)
        with st.popover("View", icon=":material/tune:"):
            st.toggle(
                "Published hand-in",
                key="reference",
                help="Lays the curves of the unit's published hand-in (62.0 % validation) under yours.",
            )
            if run.smoothing and run.knows_unsmoothed:
                st.toggle(
                    "Training loss as minimised",
                    key="minimised",
                    help=f"With labels smoothed by {run.smoothing:g}. Else it is the loss of the true labels, as that of the validation.",
                )
            st.slider("Smoothing", 0.0, 0.99, 0.9, 0.01, key="smoothing", help="Weight of the past in the smoothed training curve.")


def _learning_rate(run: Snapshot) -> None:
    h = declared(TrainingConfig)["lr"]
    st.select_slider("New learning rate", options(h, h.default), value=h.default, key="new_lr", format_func=lambda v: f"{v:g}")
    st.caption("What is left of the schedule scales with the new value; the change is marked on the curve.")
    st.button("Apply", key="apply_lr", on_click=lambda: _command("set_lr", run.run_id, st.session_state["new_lr"]))


def _play(run: Snapshot, config: RunConfig | None) -> None:
    if not run.active:
        _submit(config)
    else:
        _command("resume" if run.status == "paused" else "pause", run.run_id)


def _step(run: Snapshot, config: RunConfig | None) -> None:
    if run.active or _submit(config, paused=True):
        _command("step", state.shown_run())


def _submit(config: RunConfig | None, *, paused: bool = False) -> bool:
    if config is None:  # the button is off, but what is sent need not come from a browser
        return False
    try:
        state.show_run(services.manager().submit(config, owner=state.owner(), paused=paused))
        return True
    except LabError as error:
        state.say(visitor.told(error))
        return False


def _command(name: str, run_id: str, *arguments: object) -> None:
    """Pass a command on; a run that has just ended is no mistake of the user's, but it is said."""
    try:
        getattr(services.manager(), name)(run_id, *arguments)
    except LabError as error:
        state.say(visitor.told(error))
