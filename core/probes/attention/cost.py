"""Costs of attention in memory and time as a sequence grows: by hand, by the fused kernel, and a recurrent scan beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from core.errors import ConfigError, unknown
from core.models import building
from core.models.attention import scaled_dot_product_attention
from core.probes.clock import THREAD_CLOCK, median_seconds
from core.probes.compute import one_thread

KINDS = ("by hand", "fused", "gru scan")
MOST_TOKENS = 4096
MOST_BYTES = 2**30  # that one measurement may take
FLOAT = 4  # bytes of a float32
BLOCK = (256, 512)  # queries and keys that PyTorch's fused kernel scores at a time, at most, on a CPU


@dataclass(frozen=True)
class Cost:
    """One forward pass over `length` tokens: the median of its seconds by `THREAD_CLOCK`, and the bytes of `memory`."""

    kind: str
    length: int
    seconds: float
    memory: int


def attention_memory(length: int, width: int, *, heads: int, fused: bool) -> int:
    """Bytes that one image's attention takes at its peak beyond q, k, v and the output, in float32.

    By hand three matrices (heads, T, T) are there at once: scores, scaled scores, weights. The fused kernel keeps one number a row and
    head, and one block of scores, which stops growing at `BLOCK` (one thread).
    """
    _check_width(width, heads)
    if not fused:
        return 3 * heads * length**2 * FLOAT
    queries, keys = (min(length, most) for most in BLOCK)
    return (heads * length + queries * (keys + width // heads + 2)) * FLOAT


def scan_memory(length: int, width: int) -> int:
    """Bytes that nn.GRU takes beyond its tokens and states: three gates and a state a token, in float32."""
    return 4 * length * width * FLOAT


def memory(kind: str, length: int, width: int = 64, *, heads: int = 4, images: int = 1) -> int:
    """Bytes that one forward pass takes beyond what goes in and comes out. Raises ConfigError for an unknown kind."""
    if kind not in KINDS:
        raise unknown("kind of reading", kind, KINDS)
    one = scan_memory(length, width) if kind == "gru scan" else attention_memory(length, width, heads=heads, fused=kind == "fused")
    return images * one


def measure_cost(kind: str, length: int, width: int = 64, *, heads: int = 4, images: int = 1, rounds: int = 5) -> Cost:
    """Time one forward pass on random numbers: attention from q, k, v to its output, or nn.GRU from its tokens to its states.

    The median of `rounds`, after one that does not count; no gradients, one CPU thread, float32. Linear layers around attention, the same
    for every length per token, are not measured. Raises ConfigError for a length or a memory beyond the limits, and for heads that do not
    divide the width.
    """
    _check_width(width, heads)
    if not 1 <= length <= MOST_TOKENS:
        most = attention_memory(MOST_TOKENS, width, heads=heads, fused=False) / 1e6
        raise ConfigError(
            f"A cost is measured for 1 to {MOST_TOKENS:,} tokens, not {length:,}: by hand the memory grows with the square of the length, "
            f"and {MOST_TOKENS:,} tokens with {heads} heads take {most:,.0f} MB."
        )
    needed = memory(kind, length, width, heads=heads, images=images)
    if needed > MOST_BYTES:
        raise ConfigError(
            f"{length:,} tokens {kind} with {heads} heads and {images} image(s) take {needed / 1e6:,.0f} MB at once, and at most "
            f"{MOST_BYTES / 1e6:,.0f} MB are used here: choose fewer tokens, heads or images."
        )
    with one_thread(), torch.no_grad():
        (seconds,) = median_seconds(_pass(kind, length, width, heads, images), rounds=rounds, clock=THREAD_CLOCK)
    return Cost(kind, length, seconds, needed)


def exponent(lengths: Sequence[float], values: Sequence[float]) -> float:
    """The p of values ~ length^p: the slope of the straight line through their logarithms (least squares)."""
    x, y = ([math.log(number) for number in numbers] for numbers in (lengths, values))
    if len(set(x)) < 2:
        raise ConfigError("An exponent needs values at two lengths or more.")
    middle, mean = sum(x) / len(x), sum(y) / len(y)
    return sum((a - middle) * (b - mean) for a, b in zip(x, y, strict=True)) / sum((a - middle) ** 2 for a in x)


def _check_width(width: int, heads: int) -> None:
    if heads < 1 or width < 1 or width % heads:
        raise ConfigError(f"{heads} heads do not divide a width of {width}: choose a number of heads that does.")


def _pass(kind: str, length: int, width: int, heads: int, images: int) -> Callable[[], object]:
    """One forward pass, ready to be called."""
    generator = torch.Generator().manual_seed(0)
    if kind == "gru scan":
        with building(0):
            gru = nn.GRU(width, width, batch_first=True)
        tokens = torch.randn(images, length, width, generator=generator)
        return lambda: gru(tokens)
    q, k, v = torch.randn(3, images, heads, length, width // heads, generator=generator)
    attend = scaled_dot_product_attention if kind == "by hand" else F.scaled_dot_product_attention
    return lambda: attend(q, k, v)
