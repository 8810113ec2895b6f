"""What a run has measured, as small plain data that a chart in the browser is drawn from. Pure: no Streamlit, no Plotly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from core.models import MODELS
from core.published import PUBLISHED_ID, published_run
from core.text import bare, taken
from core.training.history import EpochRecord, Snapshot

TAIL = 200  # points that are sent although the browser should have them: lost updates repair themselves
EPOCH_TAIL = 20


class Sent(NamedTuple):
    """What a browser has been sent of a run: `n` points of `stride` steps each."""

    run: str
    stride: int
    n: int


def live_data(
    snapshot: Snapshot,
    sent: Sent | None = None,
    *,
    smoothing: float = 0.9,
    reference: dict[str, Any] | None = None,
    replay: bool = False,
) -> dict[str, Any]:
    """The message that brings a live chart up to `snapshot`; see `components/live_chart`.

    Points are [loss, top1, lr] (point i lies at (i + 0.5) * stride / steps_per_epoch epochs), epochs are [epochs trained, training loss,
    training top1, validation loss, validation top1], top1 as a fraction; a number that is not finite is None. With `sent` only the tail is
    included, from point `start` on; without it, or when `sent` does not lead up to this snapshot, everything is.
    `smoothing` (0 to 0.99) is the weight of the past in the smoothed curve, `replay` plays the curve from its beginning.
    "accuracy" is what top1 is called: of sequences it is the share of tokens that are right, the right ones before them given.
    """
    n, start = len(snapshot.points), 0
    if sent is not None and (sent.run, sent.stride) == (snapshot.run_id, snapshot.stride) and sent.n <= n:
        start = max(0, min(sent.n, n - TAIL))
    epochs = snapshot.epochs[-EPOCH_TAIL:] if start else snapshot.epochs
    return {
        "run": snapshot.run_id,
        "label": run_label(snapshot) + smoothed_words(snapshot.config),
        "status": snapshot.status,
        "stride": snapshot.stride,
        "steps_per_epoch": snapshot.steps_per_epoch,
        "total_epochs": snapshot.total_epochs,
        "n": n,
        "start": start,
        "points": [_numbers(p) for p in snapshot.points[start:]],
        "epochs_n": len(snapshot.epochs),
        "epochs": [_epoch(e) for e in epochs],
        "best": snapshot.best.epoch + 1 if snapshot.best else None,
        "lr_changes": [_numbers((step / max(1, snapshot.steps_per_epoch), lr)) for step, lr in snapshot.lr_changes],
        "smoothing": smoothing,
        "reference": reference,
        "replay": replay,
        "accuracy": {"images": "top-1 accuracy", "sequences": "accuracy of tokens"}[snapshot.kind],
    }


def sent_with(data: dict[str, Any]) -> Sent:
    """What a browser has once it has received `data`."""
    return Sent(data["run"], data["stride"], data["n"])


def run_label(snapshot: Snapshot) -> str:
    """A run in a few words: "GRU on shapes", with "recorded: " or "published: " before it where it is one."""
    model, kind = snapshot.config["model"], "published: " if snapshot.run_id == PUBLISHED_ID else "recorded: "
    return f"{kind if snapshot.recorded else ''}{MODELS[model].title if model in MODELS else taken(model)} on {data_label(snapshot.config)}"


def smoothed_words(config: Mapping[str, Any]) -> str:
    """What the training loss of a run with label smoothing is, for who sees it beside the validation loss; "" for all other runs.

    A smoothed loss is higher than the plain one, most where a model is sure: the two curves are not of one measure.
    """
    share = config.get("label_smoothing") or 0
    return f"; training loss with label smoothing {share:g}, validation loss without: not to be compared" if share else ""


def data_label(config: Mapping[str, Any]) -> str:
    """The data set of a run in a word; a folder by its name."""
    return (config["dataset"] == "folder" and bare(config["data"])) or taken(config["dataset"])


def as_reference(run: Snapshot, label: str) -> dict[str, Any]:
    """The epochs of a run as the `reference` of `live_data`."""
    return {"label": label, "epochs": [_epoch(record) for record in run.epochs]}


@cache
def reference_epochs() -> dict[str, Any]:
    """The published hand-in's curves as the `reference` of `live_data`. Read once; not to be changed."""
    return as_reference(published_run(), "published hand-in")


def _epoch(record: EpochRecord) -> list[float | None]:
    return _numbers((record.epoch + 1, record.train_loss, record.train_top1, record.val_loss, record.val_top1))


def _numbers(values: tuple[float, ...]) -> list[float | None]:
    """`values` to five significant digits; None for what JSON cannot say (NaN, infinity)."""
    return [float(f"{v:.5g}") if math.isfinite(v) else None for v in values]
