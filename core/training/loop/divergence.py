"""When a run has no finite numbers any more: how that is noticed, and what is said."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from core.errors import TrainingError


def finite(weights: Mapping[str, Tensor]) -> bool:
    """Whether all numbers are finite; read back from the device once."""
    found = [value.isfinite().all() for value in weights.values() if value.is_floating_point()]
    return not found or bool(torch.stack(found).all())


def diverged(what: str, lr: float) -> TrainingError:
    """The error for a run that ends because of `what`, at the learning rate `lr`."""
    return TrainingError(
        f"{what} (learning rate {lr:.3g}). Lower the learning rate or switch on gradient clipping (clip_norm = 1), then start again or "
        "resume from the last epoch."
    )
