"""The right way to do the shuffle test, and the wrong ones, each with what it proves (COURSE, trap 6)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.probes.equivariance.shuffling import ShuffleReport, shuffle_test
from core.probes.equivariance.subjects import Subject
from core.probes.recording import copied


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to do the shuffle test; the defaults are the right one."""

    places: str = "before"  # tokens are shuffled before positions are added, or "after"
    undo: str = "inverse"
    training: bool = False
    dtype: torch.dtype = torch.float32


@torch.no_grad()
def examine(subject: Subject, image: Tensor, permutation: Tensor, way: Way, *, plain: Tensor | None = None) -> ShuffleReport:
    """The shuffle test of `subject` on a normalised image (1, 3, 32, 32) whose patches take the order of `permutation` (N,).

    Shuffled "after" positions are added, token and position move together: what is tested is the model without its positions. `plain`:
    that of an earlier report on the same image in the same way. Raises what `shuffle_test` does: ConfigError in train mode, DataError for
    outputs that are not finite.
    """
    tokens, module = subject.embed(image), subject.whole
    if way.places == "after":
        tokens, module = subject.positions(tokens), subject.body
    if way.training:
        module = copied(module).train()
    return shuffle_test(module, tokens, subject.order(permutation), dtype=way.dtype, undo=way.undo, plain=plain)


@torch.no_grad()
def answers(subject: Subject, report: ShuffleReport) -> tuple[Tensor, Tensor] | None:
    """The probabilities (K,) before and after the shuffle; None of a model that knows no classes."""
    if subject.head is None:
        return None
    before, after = (subject.head(outputs.float())[0].double().softmax(0) for outputs in (report.plain, report.shuffled))
    return before, after
