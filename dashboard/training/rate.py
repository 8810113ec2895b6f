"""The learning rate of a run that trains: a slider under its chart, applied when it is let go."""

from __future__ import annotations

import streamlit as st

from core.hparams import declared
from core.training.config import TrainingConfig
from core.training.history import Snapshot
from dashboard.setup.controls import options
from dashboard.shell import orders, visitor
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.notices import said_above

RATE = declared(TrainingConfig)["lr"]
NEW_LR = Choice("chart", "new_lr", options(RATE, RATE.default), first=RATE.default, in_link=False)
SET_FOR = Kept("chart", "rate_of")  # the run for which the slider was set last
HELP = "Applied when you let go. The rest of the schedule is rescaled to the new rate, and a dotted line in the chart marks the change."


def steered(run: Snapshot) -> bool:
    """Whether a run is active and whoever looks at the page may steer it."""
    return run.active and visitor.may_steer(run.run_id)


def rate_slider(run: Snapshot) -> None:
    """The slider; it begins where the run's own rate stands, and rests while nobody here may steer the run."""
    rate = _rate_of(run)
    if SET_FOR.value != run.run_id:  # never while somebody has hold of it
        SET_FOR.keep(run.run_id)
        NEW_LR.set(rate)
    with st.container(key="rate"):
        NEW_LR.among(options(RATE, rate), first=rate).slider(
            "Rate of this run",
            help=HELP if steered(run) else f"Can be moved while a run of yours trains. {HELP}",
            format_func=lambda lr: f"{lr:g}",
            disabled=not steered(run),
            on_change=_change,
            args=(run.run_id,),
        )


def _rate_of(run: Snapshot) -> float:
    """The learning rate that a run was set to last: by hand, or in its set-up."""
    rate = run.lr_changes[-1][1] if run.lr_changes else run.config.get("lr", RATE.default)
    return min(max(rate, RATE.low), RATE.high)


def _change(run_id: str) -> None:
    with said_above():
        orders.set_lr(run_id, NEW_LR.value)
