"""Steering a run: play, pause, step, stop, resume, and how the chart is drawn; its learning rate has a slider of its own (rate.py)."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.checks import Text
from core.training.config import RunConfig
from core.training.history import Snapshot
from dashboard.shell import orders, show, state, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.notices import said_above
from dashboard.training.live import MINIMISED, REFERENCE, SMOOTHING
from dashboard.training.rate import steered

MOST_CALLED = 40  # letters of a name
NAMED = "By it you find the run in every list. In a class your instructor sees it, too, and nobody else."
CALLED = Choice("train", "called", check=Text(MOST_CALLED), first="", in_link=False)


def transport(run: Snapshot, config: RunConfig | None) -> None:
    """Buttons for `run`; what trains a new one of `config` does so when it does not train, or is somebody else's."""
    halted = main_button(run) == "resume"
    with st.container(horizontal=True, vertical_alignment="center", key="transport"):
        if halted:
            _continue(run)
        _play_button(run, config, second=halted)
        more = {"disabled": config is None and not steered(run), "on_click": _step, "args": (run, config)}
        st.button("Step", icon=":material/skip_next:", key="step", help="The . key. One batch, then pause.", **more)
        st.button(
            "Stop",
            icon=":material/stop:",
            key="stop",
            disabled=not steered(run),
            on_click=_command,
            args=(lambda: orders.stop(run.run_id),),
            help="Ends the run. Every complete epoch is kept, and Continue goes on from the last one.",
        )
        with st.popover("Name", icon=":material/edit:"):
            CALLED.text_input("Name of the next run", max_chars=MOST_CALLED, placeholder="Anna, patch 8", help=NAMED)
        with st.popover("View", icon=":material/tune:"):
            _view(run)


def main_button(run: Snapshot) -> str:
    """The key of the button that comes first, and that Space presses: the run on the page goes on, where it has ended before its time."""
    return "resume" if run.resumable and visitor.may_steer(run.run_id) else "play"


def _play_button(run: Snapshot, config: RunConfig | None, *, second: bool) -> None:
    """What plays and pauses a run, or begins one; `second` where another button lets the run on the page go on."""
    live = steered(run)
    playing = live and run.status != "paused"
    label, icon = ("Pause", ":material/pause:") if playing else ("Play", ":material/play_arrow:")
    if second:
        label, icon = "New run", ":material/add:"
    key = "" if second else "Space. "
    help = f"{key}Trains a new run as the controls say." if not live else "Space"
    more = {"type": "secondary" if second else "primary", "disabled": config is None and not live, "on_click": _play, "args": (run, config)}
    st.button(show.label(label), icon=icon, key="play", help=show.label(help), **more)


def _continue(run: Snapshot) -> None:
    st.button(
        "Continue",
        icon=":material/resume:",
        key="resume",
        type="primary",
        on_click=_command,
        args=(lambda: orders.resume(run.run_id),),
        help="Space. Goes on with this run from its last complete epoch.",
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
