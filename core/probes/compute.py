"""Computing in probes: in one type, and on one thread, for with a busy neighbour threads that wait for each other make tiny steps slow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from core.probes.recording import copied


def in_dtype(model: nn.Module, dtype: torch.dtype) -> nn.Module:
    """The model itself where all its numbers are of `dtype`, else a copy that computes in it."""
    numbers = (value for value in (*model.parameters(), *model.buffers()) if value.is_floating_point())
    return model if all(value.dtype == dtype for value in numbers) else copied(model).to(dtype)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread in here. OpenMP keeps the number per thread: others are left as they are."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
