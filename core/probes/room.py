"""Memory for looks into models: what a look will take is told before it takes it, and promised to it while it lasts."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from core import memory

SMALL = 8 * 10**6  # bytes that are taken without a question, which itself takes a moment: what the lab leaves free covers them
REMEDY = "choose a run of a smaller model, or one with larger patches, or fewer images at a time"


def room(numbers: float, size: int = 4) -> AbstractContextManager[None]:
    """While it lasts, as many `numbers` of `size` bytes are promised to a look. Raises ConfigError when they are not there."""
    need = round(numbers * size)
    return memory.claim(need, "This look into the model", REMEDY) if need > SMALL else nullcontext()
