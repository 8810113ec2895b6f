"""Judging a model on a split: what it says of every image, the mean loss over them, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.splits import Split
from core.metrics import ConfusionMatrix

BATCH = 500


@dataclass(frozen=True, eq=False)
class Judgement:
    """Mean cross-entropy over the images, their confusion matrix, and the logits (N, K) float32 on the CPU, in the split's order.

    Of sequences: over the tokens, theirs, no logits, and the share of outputs that are right from the first token to the last.
    """

    loss: float
    confusion: ConfusionMatrix
    logits: Tensor | None
    exact: float | None = None


@torch.no_grad()
def evaluate(
    logits: Callable[[Tensor], Tensor],
    split: Split,
    num_classes: int,
    *,
    after_batch: Callable[[], None] = lambda: None,
) -> Judgement:
    """Judge a model on the images of `split`.

    `logits` maps (B, 3, H, W) uint8 images to (B, K); the model behind it must be in eval mode. Everything stays on the
    split's device until the end; `after_batch` is called after each batch.
    """
    device = split.labels.device
    confusion = ConfusionMatrix(num_classes, device=device)
    loss_sum = torch.zeros((), dtype=torch.float64 if device.type != "mps" else torch.float32, device=device)
    outputs = [torch.zeros(0, num_classes, device=device)]
    for images, labels in zip(split.images.split(BATCH), split.labels.split(BATCH), strict=True):
        outputs.append(logits(images))  # (B, K)
        loss_sum += F.cross_entropy(outputs[-1], labels, reduction="sum")
        confusion.update(outputs[-1].argmax(1), labels)
        after_batch()
    return Judgement(loss_sum.item() / len(split), confusion, torch.cat(outputs).float().cpu())
