"""What a run has measured, as small plain data that a chart in the browser is drawn from. Pure: no Streamlit, no Plotly."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

from core.data import DATASETS
from core.records.published import published_run
from core.scores import by_chance
from core.training.history import EpochRecord, Snapshot
from dashboard.runs.labels import run_label
from dashboard.runs.losses import drawn_loss, minimised_words, shows_minimised, smoothed_words

TAIL = 200  # points that are sent although the browser should have them: lost updates repair themselves
EPOCH_TAIL = 20


class Sent(NamedTuple):
    """What a browser has been sent of a run: `n` points of `stride` steps each, and whether their loss is the one that is minimised."""

    run: str
    stride: int
    n: int
    minimised: bool = False


def live_data(
    snapshot: Snapshot,
    sent: Sent | None = None,
    *,
    smoothing: float = 0.9,
    reference: dict[str, Any] | None = None,
    replay: bool = False,
    minimised: bool = False,
) -> dict[str, Any]:
    """The message that brings a live chart (`dashboard/training/live_chart`) up to `snapshot`.

    The training loss is that of true labels; where only the smoothed one is known, or with `minimised`, it is that, and "training" says so.
    Points are [loss, top1, lr] (point i lies at (i + 0.5) * stride / steps_per_epoch epochs), epochs are [epochs trained, training loss,
    training top1, validation loss, validation top1], top1 as a fraction; a number that is not finite is None. With `sent` only the tail is
    included, from point `start` on; without it, or when `sent` does not lead up to this snapshot, everything is.
    `smoothing` (0 to 0.99) is the weight of the past in the smoothed curve, `replay` plays the curve from its beginning.
    "accuracy" is what top1 is called: of sequences it is the share of tokens that are right, the right ones before them given.
    "chance" is what guessing among K classes of images reaches, [K, loss, top1]; None of sequences, or while nobody knows the classes.
    """
    smoothed = shows_minimised(snapshot, minimised)
    start = _start(snapshot, sent, smoothed)
    return {
        "run": snapshot.run_id,
        "label": run_label(snapshot) + (smoothed_words(snapshot.config) if smoothed else ""),
        **{name: getattr(snapshot, name) for name in ("status", "stride", "steps_per_epoch", "total_epochs")},
        "n": len(snapshot.points),
        "start": start,
        "points": [_point(p, smoothed) for p in snapshot.points[start:]],
        "epochs_n": len(snapshot.epochs),
        "epochs": [_epoch(e, smoothed) for e in (snapshot.epochs[-EPOCH_TAIL:] if start else snapshot.epochs)],
        "best": snapshot.best.epoch + 1 if snapshot.best else None,
        "lr_changes": [_numbers((step / max(1, snapshot.steps_per_epoch), lr)) for step, lr in snapshot.lr_changes],
        "smoothing": smoothing,
        "reference": reference,
        "sizes": dict(snapshot.sizes),
        "replay": replay,
        "accuracy": {"images": "accuracy", "sequences": "accuracy of tokens"}[snapshot.kind],
        "chance": _chance(snapshot),
        **({"training": minimised_words(snapshot)} if smoothed else {}),
    }


def _chance(snapshot: Snapshot) -> list[float] | None:
    spec = DATASETS.get(snapshot.config.get("dataset", ""))
    count = len(snapshot.classes) or (len(spec.classes) if spec else 0)
    return [count, *_numbers(by_chance(count))] if count and snapshot.kind == "images" else None


def _start(snapshot: Snapshot, sent: Sent | None, minimised: bool) -> int:
    """From which point on a browser needs the curve that has been `sent` so much; 0 where that does not lead up to this snapshot."""
    n, same = len(snapshot.points), (snapshot.run_id, snapshot.stride, minimised)
    if sent is None or (sent.run, sent.stride, sent.minimised) != same or sent.n > n:
        return 0
    return max(0, min(sent.n, n - TAIL))


def sent_with(data: dict[str, Any]) -> Sent:
    """What a browser has once it has received `data`."""
    return Sent(data["run"], data["stride"], data["n"], "training" in data)


def as_reference(run: Snapshot, label: str) -> dict[str, Any]:
    """The epochs of a run as the `reference` of `live_data`."""
    smoothed = shows_minimised(run)
    reference = {"label": label, "epochs": [_epoch(record, smoothed) for record in run.epochs]}
    return {**reference, "training": minimised_words(run)} if smoothed else reference


@cache
def reference_epochs() -> dict[str, Any]:
    """The published hand-in's curves as the `reference` of `live_data`. Read once; not to be changed."""
    return as_reference(published_run(), "published hand-in")


def _epoch(record: EpochRecord, minimised: bool) -> list[float | None]:
    return _numbers((record.epoch + 1, drawn_loss(record, minimised), record.train_top1, record.val_loss, record.val_top1))


def _point(point: tuple[float, ...], minimised: bool) -> list[float | None]:
    loss, top1, lr, *unsmoothed = point
    return _numbers((loss if minimised or not unsmoothed else unsmoothed[0], top1, lr))


def _numbers(values: tuple[float, ...]) -> list[float | None]:
    """`values` to five significant digits; None for what JSON cannot say (NaN, infinity)."""
    return [float(f"{v:.5g}") if math.isfinite(v) else None for v in values]
