"""Numbers of pairs of a query and a key that one layer reads, head by head: attention in full, and what published systems read instead.

Two ways to the same number: `pairs` by a formula, for any length, and `patterns`, the matrices themselves, to look at and to count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import ConfigError, unknown

MOST_DRAWN = 1024  # tokens of a matrix that is made cell by cell


@dataclass(frozen=True, kw_only=True)
class AttentionSizes:
    """Sizes that keep an attention small; each kind uses one or two of them."""

    window: int = 256  # keys of a window; queries of a block, and as many keys before it
    global_tokens: int = 1  # tokens that read all and are read by all
    rank: int = 256  # rows that keys and values are projected to
    reduction: int = 8  # side of the squares that become one key
    frames: int = 8
    neighbors: int = 16

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < (0 if name == "global_tokens" else 1):
                raise ConfigError(f"{name} = {value} is too small: choose {0 if name == 'global_tokens' else 1} or more.")


Sizes = AttentionSizes  # the name in code that the page Where it went has printed


@dataclass(frozen=True)
class AttentionKind:
    """One way to attend: what it is called, in a sentence, how its pairs grow, and which of `AttentionSizes` count."""

    title: str
    told: str
    grows: str
    sizes: tuple[str, ...] = ()


KINDS = {
    "full": AttentionKind("full", "Every query reads every key.", "T²"),
    "subsequent": AttentionKind("full, subsequent mask", "Every query reads itself and what came before it.", "T² / 2"),
    "banded": AttentionKind(
        "full and banded in turn",
        "Subsequent mask; every second layer reads no further back than a band. The mean of two layers.",
        "T² / 4 + T·w / 2",
        ("window",),
    ),
    "window": AttentionKind(
        "window and global tokens",
        "Every query reads w / 2 keys on each side and itself; a few global tokens read all, and all read them.",
        "T·w + 2·T·g",
        ("window", "global_tokens"),
    ),
    "blocks": AttentionKind(
        "blocks in raster order",
        "Queries come in blocks of w; each reads its own block and the w keys before it, up to itself.",
        "3/2 T·w",
        ("window",),
    ),
    "projected": AttentionKind(
        "projected to k keys", "Keys and values of all tokens are mixed into k rows, by learned weights.", "T·k", ("rank",)
    ),
    "reduced": AttentionKind("spatially reduced keys", "Squares of R × R tokens become one key and one value.", "T² / R²", ("reduction",)),
    "divided": AttentionKind(
        "time, then space",
        "A patch reads the same patch of all F frames, then all N patches of its own frame.",
        "T·(F + N), N = T / F",
        ("frames",),
    ),
    "neighbors": AttentionKind("nearest neighbours", "Every point reads its k nearest points, itself among them.", "T·k", ("neighbors",)),
    "rasterised": AttentionKind("none: grids instead", "Points are written onto small grids, convolved there and read back.", "no pairs"),
}


def pairs(kind: str, length: int, sizes: AttentionSizes | None = None) -> float | None:
    """Pairs (query, key) that one head of one layer reads of `length` tokens; None where points are never compared.

    A mean over layers where they take turns, and so possibly a half. Raises ConfigError for an unknown kind, fewer than one token, and a
    number of frames that does not divide the tokens.
    """
    sizes = sizes or AttentionSizes()
    _check(kind, length, sizes)
    match kind:
        case "full":
            return length**2
        case "subsequent":
            return _triangle(length)
        case "banded":
            return (_triangle(length) + _band(length, sizes.window)) / 2
        case "window":
            half = min(sizes.window // 2, length - 1)
            near = length + half * (2 * length - half - 1)
            beyond = sum(max(0, length - 1 - i - sizes.window // 2) for i in range(min(sizes.global_tokens, length)))
            return near + 2 * beyond
        case "blocks":
            blocks, rest = divmod(length, sizes.window)
            before = max(0, blocks - 1) * sizes.window**2 + (rest * sizes.window if blocks else 0)
            return before + blocks * _triangle(sizes.window) + _triangle(rest)
        case "projected":
            return length * min(sizes.rank, length)
        case "reduced":
            return length * reduced_keys(length, sizes.reduction)
        case "divided":
            return length * (sizes.frames + length // sizes.frames)
        case "neighbors":
            return length * min(sizes.neighbors, length)
    return None


def patterns(kind: str, length: int, sizes: AttentionSizes | None = None) -> tuple[np.ndarray, ...]:
    """Pairs that are read: boolean matrices (T, S), row = query, column = key, True = read; two of them where there are two attentions.

    Neighbors are those of points drawn at random with seed 0. Raises ConfigError as `pairs`, and beyond 1,024 tokens.
    """
    sizes = sizes or AttentionSizes()
    _check(kind, length, sizes)
    if length > MOST_DRAWN:
        raise ConfigError(
            f"A matrix is made for {MOST_DRAWN:,} tokens at most, not {length:,}: core.probes.attention.pairs.pairs counts without one."
        )
    query, key = np.indices((length, length))
    match kind:
        case "full":
            return (np.ones((length, length), bool),)
        case "subsequent":
            return (key <= query,)
        case "banded":
            return key <= query, (key <= query) & (query - key < sizes.window)
        case "window":
            near = abs(query - key) <= sizes.window // 2
            return (near | (query < sizes.global_tokens) | (key < sizes.global_tokens),)
        case "blocks":
            first = query // sizes.window * sizes.window - sizes.window
            return ((key >= first) & (key <= query),)
        case "projected":
            return (np.ones((length, min(sizes.rank, length)), bool),)
        case "reduced":
            return (np.ones((length, reduced_keys(length, sizes.reduction)), bool),)
        case "divided":
            patches = length // sizes.frames  # of a frame
            return query % patches == key % patches, query // patches == key // patches
        case "neighbors":
            points = np.random.default_rng(0).random((length, 3))
            distance = ((points[:, None] - points[None]) ** 2).sum(2)  # (T, 3) -> (T, T)
            rank = distance.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
            return (rank < sizes.neighbors,)
    return ()


def reduced_keys(length: int, reduction: int) -> int:
    """Keys that are left of `length` tokens on the most square grid they fit, by squares of `reduction`; at least one."""
    rows = next(n for n in range(int(length**0.5), 0, -1) if length % n == 0)
    return max(1, rows // reduction) * max(1, length // rows // reduction)


@dataclass(frozen=True)
class CountReport:
    """Every kind counted pair by pair against its formula."""

    length: int
    counted: dict[str, float]
    max_abs_diff: float

    @property
    def passed(self) -> bool:
        """Whether all are the same number."""
        return self.max_abs_diff == 0


def count_test(length: int, sizes: AttentionSizes) -> CountReport:
    """Count the matrices of every kind at `length` tokens, and compare with `pairs`: a mean where layers take turns, else a sum."""
    counted = {}
    for kind in KINDS:
        if made := patterns(kind, length, sizes):
            total = sum(int(matrix.sum()) for matrix in made)
            counted[kind] = total / 2 if kind == "banded" else total
    worst = max(abs(counted[kind] - pairs(kind, length, sizes)) for kind in counted)
    return CountReport(length, counted, float(worst))


def _check(kind: str, length: int, sizes: AttentionSizes) -> None:
    if kind not in KINDS:
        raise unknown("kind of attention", kind, KINDS)
    if length < 1:
        raise ConfigError(f"A sequence has at least one token, not {length}.")
    if kind == "divided" and length % sizes.frames:
        raise ConfigError(f"{length} tokens are not {sizes.frames} frames of as many patches: choose a multiple of {sizes.frames}.")


def _triangle(length: int) -> int:
    return length * (length + 1) // 2


def _band(length: int, width: int) -> int:
    """Pairs of a query with itself and the `width` - 1 keys before it."""
    short = min(width, length)  # the first rows, whose band is cut off
    return _triangle(short) + (length - short) * width
