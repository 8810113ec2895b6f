"""The type in which a probe computes."""

from __future__ import annotations

import torch
from torch import nn

from core.probes.recording import copied


def in_dtype(model: nn.Module, dtype: torch.dtype) -> nn.Module:
    """The model itself where all its numbers are of `dtype`, else a copy that computes in it."""
    numbers = (value for value in (*model.parameters(), *model.buffers()) if value.is_floating_point())
    return model if all(value.dtype == dtype for value in numbers) else copied(model).to(dtype)
