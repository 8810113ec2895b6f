"""Judging a model on a split: the mean loss over images, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.splits import Split
from core.metrics import ConfusionMatrix

BATCH = 500


@torch.no_grad()
def evaluate(
    logits: Callable[[Tensor], Tensor],
    split: Split,
    num_classes: int,
    *,
    after_batch: Callable[[], None] = lambda: None,
) -> tuple[float, ConfusionMatrix]:
    """Mean cross-entropy over the images of `split`, and its confusion matrix.

    `logits` maps (B, 3, H, W) uint8 images to (B, K); the model behind it must be in eval mode. Everything stays on the
    split's device until the end; `after_batch` is called after each batch.
    """
    device = split.labels.device
    confusion = ConfusionMatrix(num_classes, device=device)
    loss_sum = torch.zeros((), dtype=torch.float64 if device.type != "mps" else torch.float32, device=device)
    for images, labels in zip(split.images.split(BATCH), split.labels.split(BATCH), strict=True):
        scores = logits(images)  # (B, K)
        loss_sum += F.cross_entropy(scores, labels, reduction="sum")
        confusion.update(scores.argmax(1), labels)
        after_batch()
    return loss_sum.item() / len(split), confusion
