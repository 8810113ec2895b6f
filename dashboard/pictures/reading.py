"""Reading a picture patch by patch: which models do, what they are given, and their beliefs in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from core.training.runs.checkpoint import OpenedModel

READERS = ("gru", "lstm", "rnn", "vit")  # models that read one sequence of patches


def normalized(opened: OpenedModel, images: np.ndarray) -> Tensor:
    """Pictures (N, 3, 32, 32) uint8 as their model wants them; what computes on them uses one thread."""
    import torch

    from core.data.splits import normalize
    from core.training.loop.device import use_threads

    use_threads(1)  # as in core.evaluation.pictures.probabilities: more are no faster, and slow a run that trains
    return normalize(torch.from_numpy(images), opened.mean, opened.std)


_BOTH = (
    "A network in both directions reads the first t patches as a sequence of their own: backwards it starts at patch t, for it has seen no "
    "later one; "
)


EXPLAINED = {
    "recurrent last": "A network in one direction carries one state along: after t patches its state hₜ is put to its head.",
    "recurrent mean": "A network in one direction that reads out the mean puts the mean of its states h₁ … hₜ to its head.",
    "bidirectional last": f"{_BOTH}its head gets the last state of each side by side, forwards at patch t and backwards at patch 1.",
    "bidirectional mean": f"{_BOTH}its head gets the mean of both directions' states at patches 1 … t.",
    "attention": "Of a ViT the class token and the first t patches attend to one another, the later ones are masked out of every layer: "
    "the same as the shorter sequence, every patch with its own position.",
}


def knew(answer: str, known: int, total: int, *, right: bool) -> str:
    """From which patch on a reader's answer stays, in words: it knew if the answer is right."""
    if not known:
        return f"Said {answer} before the first patch, and to the end."
    return f"{'Knew it' if right else 'Settled'} at patch {known} of {total}: {answer} from there on."
