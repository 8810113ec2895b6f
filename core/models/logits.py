"""The layer that makes logits, as a kind of its own: what treats it differently knows it by that, not by its name."""

from __future__ import annotations

from torch import nn


class Logits(nn.Linear):
    """The last linear layer of a model, (..., C) -> (..., K): a row of its weights is a class or a symbol, not a feature."""
