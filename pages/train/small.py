"""The small picture of the page on the map of Home: the losses of the recorded run with which the page opens."""

from __future__ import annotations

from core.records.recorded import recorded_run
from dashboard.pictures.small import curve, drawn, path


def small() -> str:
    """Training loss, and validation loss, by epoch."""
    epochs = recorded_run("shapes-gru").epochs
    losses, validation = [one.train_loss for one in epochs], [one.val_loss for one in epochs]
    span = (0.0, max(losses))
    return drawn(path([(4, 4), (4, 52), (92, 52)], "c"), curve(validation, "b", span=span), curve(losses, span=span))
