"""Steering a run: play, pause, step, stop, resume, a new learning rate, and how the chart is drawn."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.checks import Text
from core.hparams import declared
from core.training.config import RunConfig, TrainingConfig
from core.training.history import Snapshot
from dashboard.setup.controls import options
from dashboard.shell import orders, show, state, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.notices import said_above
from dashboard.training.live import MINIMISED, REFERENCE, SMOOTHING

MOST_CALLED = 40  # letters of a name
NAMED = "By it you find the run in every list. In a class your instructor sees it, too, and nobody else."
RATE = declared(TrainingConfig)["lr"]
CALLED = Choice("train", "called", check=Text(MOST_CALLED), first="", in_link=False)
NEW_LR = Choice("chart", "new_lr", options(RATE, RATE.default), first=RATE.default, in_link=False)


def transport(run: Snapshot, config: RunConfig | None) -> None:
    """Buttons for `run`; Play and Step train a new one of `config` when it does not train, or is somebody else's."""
    live = steered(run)
    playing = live and run.status != "paused"
    with st.container(horizontal=True, vertical_alignment="center", key="transport"):
        label, icon = ("Pause", ":material/pause:") if playing else ("Play", ":material/play_arrow:")
        help = "Space. Trains a new run as the controls say." if not live else "Space"
        off = config is None and not live
        more = {"type": "primary", "disabled": off, "on_click": _play, "args": (run, config)}
        st.button(show.label(label), icon=icon, key="play", help=show.label(help), **more)
        more = {"disabled": off, "on_click": _step, "args": (run, config)}
        st.button("Step", icon=":material/skip_next:", key="step", help="The . key. One batch, then pause.", **more)
        _stop_and_resume(run)
        with st.popover("Learning rate", icon=":material/speed:", disabled=not live):
            _learning_rate(run)
        with st.popover("Name", icon=":material/edit:"):
            CALLED.text_input("Name of the next run", max_chars=MOST_CALLED, placeholder="Anna, patch 8", help=NAMED)
        with st.popover("View", icon=":material/tune:"):
            _view(run)


def steered(run: Snapshot) -> bool:
    """Whether a run is active and whoever looks at the page may steer it."""
    return run.active and visitor.may_steer(run.run_id)


def _stop_and_resume(run: Snapshot) -> None:
    """The button that ends a run, and where it can go on the one that lets it."""
    st.button(
        "Stop",
        icon=":material/stop:",
        key="stop",
        disabled=not steered(run),
        on_click=_command,
        args=(lambda: orders.stop(run.run_id),),
        help="Ends the run. Every complete epoch is kept, and Resume goes on from the last one.",
    )
    if run.resumable and visitor.may_steer(run.run_id):
        st.button(
            "Resume",
            icon=":material/resume:",
            key="resume",
            on_click=_command,
            args=(lambda: orders.resume(run.run_id),),
            help="Goes on with this run from its last complete epoch.",
        )


def _view(run: Snapshot) -> None:
    """How the chart is drawn."""
    help = "Lays the curves of the unit's published hand-in (62.0 % validation) under yours."
    REFERENCE.toggle("Published hand-in", help=help)
    if run.smoothing and run.knows_unsmoothed:
        help = (
            f"The loss with labels smoothed by {run.smoothing:g}, as training minimises it. Otherwise the loss of the true labels is "
            f"shown, as for validation."
        )
        MINIMISED.toggle("Training loss as minimised", help=help)
    help = "Weight of the past in the smoothed training curve."
    SMOOTHING.slider("Smoothing", min_value=0.0, max_value=0.99, step=0.01, help=help)


def _learning_rate(run: Snapshot) -> None:
    NEW_LR.slider("New learning rate", format_func=lambda lr: f"{lr:g}")
    st.caption("The rest of the schedule is rescaled to the new rate. A dashed line marks the change.")
    st.button("Apply", key="apply_lr", on_click=_command, args=(lambda: orders.set_lr(run.run_id, NEW_LR.value),))


def _play(run: Snapshot, config: RunConfig | None) -> None:
    if not steered(run):
        _submit(config)
    else:
        paused = run.status == "paused"
        _command(lambda: (orders.resume if paused else orders.pause)(run.run_id))


def _step(run: Snapshot, config: RunConfig | None) -> None:
    if steered(run) or _submit(config, paused=True):
        _command(lambda: orders.step(state.shown_run()))


def _submit(config: RunConfig | None, *, paused: bool = False) -> bool:
    if config is None:  # the button is off, but what is sent need not come from a browser
        return False
    with said_above():
        state.show_run(orders.submit(config, paused=paused, called=str(CALLED.value)[:MOST_CALLED]))
        return True
    return False


def _command(order: Callable[[], None]) -> None:
    """Do what `order` says. A run that has just ended is no mistake of the user's, but it is said."""
    with said_above():
        order()
