"""The two losses of a run: which training loss is shown, and what it has in common with that of the validation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from core.training.history import EpochRecord, Snapshot


def shows_minimised(snapshot: Snapshot, wanted: bool = False) -> bool:
    """Whether the training loss that is shown of a run is the smoothed one: because it is `wanted`, or no other is known."""
    return bool(snapshot.smoothing) and (wanted or not snapshot.knows_unsmoothed)


def minimised_words(snapshot: Snapshot) -> str:
    """What the training loss with label smoothing is called in a legend."""
    return f"training loss as minimised (smoothed labels {snapshot.smoothing:g})"


def losses_words(snapshot: Snapshot, *, minimised: bool = False) -> str:
    """What the two losses of a run have in common and what not, in sentences."""
    config = snapshot.config
    had = [
        "with dropout" * any(value for name, value in config.items() if "dropout" in name),
        "on images that are shifted and mirrored" * bool(config.get("augment")),
        "with parts cut out" * bool(config.get("cutout")),
    ]
    averaged = ", with the weights' average" if config.get("ema") else ""
    both = (
        f"Training is a running mean over the epoch while the weights change{''.join(f', {words}' for words in had if words)}; validation "
        f"is measured after the epoch{averaged}{', without any of that' if any(had) else ''}."
    )
    if not snapshot.smoothing:
        return both
    if shows_minimised(snapshot, minimised):
        least = f" and cannot fall below {least_smoothed(snapshot):.2f}" if len(snapshot.classes) > 1 else ""
        why = "" if snapshot.knows_unsmoothed else " Its loss with the true labels was not kept."
        return (
            f"{both} The training loss is shown as it is minimised: its labels are smoothed by {snapshot.smoothing:g}, so it is "
            f"higher{least}. It cannot be compared with the validation loss, which uses the true labels.{why}"
        )
    return (
        f"{both} Both losses are those of the true labels. Training minimises another one, with labels smoothed by {snapshot.smoothing:g}."
    )


def least_smoothed(snapshot: Snapshot) -> float:
    """The least value that a cross-entropy with smoothed labels can have: the entropy of such a label over all classes."""
    share, classes = snapshot.smoothing, len(snapshot.classes)
    true, other = 1 - share + share / classes, share / classes
    return -true * math.log(true) - (classes - 1) * other * math.log(other)


def smoothed_words(config: Mapping[str, Any]) -> str:
    """What the training loss of a run with label smoothing is, for who sees it beside the validation loss; "" for all other runs.

    A smoothed loss is higher than the plain one, most where a model is sure: the two curves are not of one measure.
    """
    share = config.get("label_smoothing") or 0
    return f"; training loss with label smoothing {share:g}, validation loss without: not to be compared" if share else ""


def drawn_loss(record: EpochRecord, minimised: bool) -> float:
    """The training loss of an epoch as it is shown; NaN where the one without label smoothing is not known."""
    loss = record.train_loss if minimised else record.train_loss_unsmoothed
    return math.nan if loss is None else loss
