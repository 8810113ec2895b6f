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
    "A bidirectional network reads the first t patches as a sequence of their own: backwards it starts at patch t, because it has "
    "not seen a later one. "
)


EXPLAINED = {
    "recurrent last": "A network in one direction carries one state along: after t patches its head gets the state hₜ.",
    "recurrent mean": "Here the head of a network in one direction gets the mean of its states h₁ … hₜ.",
    "bidirectional last": f"{_BOTH}Its head gets the last states of both directions side by side: forwards at patch t, backwards at "
    f"patch 1.",
    "bidirectional mean": f"{_BOTH}Its head gets the mean of the states of both directions at patches 1 … t.",
    "attention": "In a ViT the class token and the first t patches attend to each other. The later patches are masked in every layer, "
    "which is the same as a shorter sequence.",
}


def knew(answer: str, known: int, total: int, *, right: bool) -> str:
    """From which patch on a reader's answer stays, in words: it knew if the answer is right."""
    if not known:
        return f"It says {answer} from before the first patch to the end."
    return f"From patch {known} of {total} on it says {answer}{', which is right' if right else ''}."
