"""Every matrix of a small attention, from tokens to output, in NumPy: a page shows them before torch is loaded.

Equal to `core.models.attention.attention_stages` head by head, and to nn.MultiheadAttention (`core.probes.attention.proof`). Letters: T
tokens, C features of a token, D = C / heads the size of a query or key.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from core.errors import ConfigError, unknown
from core.models.embedding import EPS, Embedding
from core.typed_numbers import pieces

WIDTHS = (4, 6, 8, 12, 16, 64)
MOST_TOKENS = 12  # typed ones; more cannot be read as numbers on a page
MOST_LETTERS = 20  # of a word
LARGEST = 1e6  # number that can be a token
DIVISORS = ("none", "sqrt(D)", "sqrt(T)")
MASKS = ("none", "causal", "earlier")
GREY = np.full(3, 0.5), np.full(3, 0.25)  # mean and deviation that patches are normalised with


@dataclass(frozen=True, eq=False)
class Projections:
    """The four matrices (C, C) of one attention, as nn.Linear has them: row r makes feature r. Without biases."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    output: np.ndarray

    @classmethod
    def random(cls, width: int, seed: int) -> Projections:
        """Normal numbers of variance 1 / C: a feature of q or k then has variance 1, if those of the tokens have."""
        rng = np.random.default_rng([1, seed])
        return cls(*rng.normal(0, width**-0.5, (4, width, width)))


@dataclass(frozen=True, eq=False)
class ByHand:
    """One attention taken apart. Rows of (T, T) matrices are queries (who reads), columns are keys (what is read)."""

    tokens: np.ndarray  # (T, C)
    projections: Projections
    heads: int
    factor: float  # that scores are multiplied by: 1 / (divisor * temperature)
    mask: np.ndarray  # (T, T) bool, True where reading is allowed
    q: np.ndarray  # (T, C), head h in columns h * D to (h + 1) * D - 1; so k and v
    k: np.ndarray
    v: np.ndarray
    scores: np.ndarray  # (heads, T, T), q k^T
    scaled: np.ndarray  # times `factor`
    masked: np.ndarray  # what may not be read has the lowest finite number
    weights: np.ndarray  # softmax of each row; a row without anything to read is 0
    joined: np.ndarray  # (T, C), the heads' outputs weights v side by side
    output: np.ndarray  # (T, C), joined times the output matrix

    @property
    def size(self) -> int:
        """D, the size of a query or key."""
        return self.tokens.shape[1] // self.heads

    @property
    def reads(self) -> np.ndarray:
        """Rows that have something to read, (T,) bool."""
        return self.mask.any(-1)

    @property
    def entropy(self) -> np.ndarray:
        """Entropy of each row of weights, (heads, T), in nats: 0 reads one token, ln n reads n of them alike; 0 where nothing is read."""
        return entropy(self.weights)

    @property
    def jacobian(self) -> np.ndarray:
        """Sensitivity of each row of the weights to its scaled scores, (heads, T): see `softmax_slope`."""
        return softmax_slope(self.weights)


def attention_by_hand(
    tokens: np.ndarray, projections: Projections, heads: int, *, mask: np.ndarray | None = None, factor: float | None = None
) -> ByHand:
    """softmax(factor q k^T) v for each head, joined and multiplied by the output matrix: (T, C) -> (T, C).

    `factor` is 1 / sqrt(D) unless given; `mask` (T, T) is True where reading is allowed. Raises ConfigError for heads that do not divide C.
    """
    length, width = tokens.shape
    check_heads(width, heads)
    mask = np.ones((length, length), bool) if mask is None else mask
    factor = (width // heads) ** -0.5 if factor is None else factor
    q, k, v = (tokens @ matrix.T for matrix in (projections.query, projections.key, projections.value))  # (T, C) @ (C, C)
    split_q, split_k, split_v = (_split(x, heads) for x in (q, k, v))  # (heads, T, D)
    scores = split_q @ split_k.transpose(0, 2, 1)  # (heads, T, D) @ (heads, D, T) -> (heads, T, T)
    scaled = scores * factor
    masked = np.where(mask, scaled, np.finfo(scaled.dtype).min)
    weights = np.where(mask, _softmax(masked), 0.0)
    joined = (weights @ split_v).transpose(1, 0, 2).reshape(length, width)  # -> (heads, T, D) -> (T, heads, D) -> (T, C)
    return ByHand(tokens, projections, heads, factor, mask, q, k, v, scores, scaled, masked, weights, joined, joined @ projections.output.T)


def entropy(weights: np.ndarray) -> np.ndarray:
    """-sum w ln w of each row (..., T), in nats; a weight of 0 adds nothing."""
    return -(weights * np.log(np.where(weights > 0, weights, 1.0))).sum(-1)


def softmax_slope(weights: np.ndarray) -> np.ndarray:
    """The Frobenius norm of softmax's Jacobian, diag(w) - w w^T, of each row w of (..., T).

    What a gradient on its way back from the weights to the scaled scores is multiplied by: 0 where one weight has become 1 (saturation),
    at most 0.5. From the entries: sum w^2 - 2 sum w^3 + (sum w^2)^2.
    """
    squares = np.square(weights).sum(-1)
    return np.sqrt(np.maximum(squares - 2 * (weights**3).sum(-1) + squares**2, 0.0))


def divisor_of(name: str, *, size: int, length: int) -> float:
    """The divisor of scores: 1, sqrt(D) or sqrt(T). Raises ConfigError for another name."""
    if name not in DIVISORS:
        raise unknown("divisor", name, DIVISORS)
    return {"none": 1.0, "sqrt(D)": math.sqrt(size), "sqrt(T)": math.sqrt(length)}[name]


def make_mask(name: str, length: int) -> np.ndarray:
    """Mask, (T, T) bool, of who may read whom: "none" all, "causal" itself and earlier ones, "earlier" only those, so that the first row
    is empty. Raises ConfigError for another name."""
    if name not in MASKS:
        raise unknown("mask", name, MASKS)
    everything = np.ones((length, length), bool)
    return {"none": everything, "causal": np.tril(everything), "earlier": np.tril(everything, -1)}[name]


def possible_heads(width: int, most: int = 8) -> list[int]:
    """The numbers of heads, up to `most`, that a width can be split into."""
    return [heads for heads in range(1, most + 1) if width % heads == 0]


def check_heads(width: int, heads: int) -> None:
    """Raise ConfigError for heads that do not divide the width."""
    if heads < 1 or width % heads:
        possible = ", ".join(map(str, possible_heads(width)))
        raise ConfigError(
            f"{heads} heads do not divide a width of {width}: each gets D = C / heads features, a whole number. Choose one of {possible}."
        )


@dataclass(frozen=True)
class Saturation:
    """Effect of a divisor on the rows that read something: means over all heads and rows."""

    divisor: str
    value: float
    spread: float  # standard deviation of the scaled scores that may be read
    largest: float  # weight of a row
    entropy: float  # nats
    slope: float  # softmax_slope


def saturation(hand: ByHand, temperature: float = 1.0) -> list[Saturation]:
    """The same tokens and projections with each of `DIVISORS`, all at one temperature. Empty where no row reads anything."""
    if not hand.reads.any():
        return []
    cases = []
    for name in DIVISORS:
        value = divisor_of(name, size=hand.size, length=len(hand.tokens))
        other = attention_by_hand(hand.tokens, hand.projections, hand.heads, mask=hand.mask, factor=1 / (value * temperature))
        rows = other.reads
        cases.append(
            Saturation(
                name,
                value,
                float(other.scaled[:, other.mask].std()),
                float(other.weights.max(-1)[:, rows].mean()),
                float(other.entropy[:, rows].mean()),
                float(other.jacobian[:, rows].mean()),
            )
        )
    return cases


def score_spread(size: int, length: int, *, pairs: int = 100_000, seed: int = 0) -> float:
    """The standard deviation of q . k over all pairs of `length` queries and keys of `size` standard normal numbers.

    As many sequences are drawn as give about `pairs` pairs. It is sqrt(size), whatever the length.
    """
    rng = np.random.default_rng([2, seed, size, length])
    sequences = max(1, pairs // length**2)
    q, k = rng.normal(size=(2, sequences, length, size))
    return float((q @ k.transpose(0, 2, 1)).std())


# ---- tokens ----


def parse_words(text: str) -> tuple[str, ...]:
    """The words of a typed line. Raises ConfigError when there are none or too many, or one is too long."""
    words = tuple(text.split())
    _check_count(len(words), "word")
    if long := next((word for word in words if len(word) > MOST_LETTERS), None):
        raise ConfigError(f"A word may have {MOST_LETTERS} letters, and {long[:MOST_LETTERS]}… has {len(long)}: shorten it.")
    return words


def parse_numbers(text: str) -> tuple[float, ...]:
    """The numbers of a typed line; between them spaces, commas or semicolons (see core.typed_numbers).

    Raises ConfigError when there are none or too many, or one is no number or too large, or may be written with a decimal comma.
    """
    typed = pieces(text)
    _check_count(len(typed), "number")
    return tuple(_number(piece) for piece in typed)


def _number(piece: str) -> float:
    try:
        value = float(piece.replace("−", "-"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ConfigError(f"{piece[:MOST_LETTERS]!r} is no number between -{LARGEST:,.0f} and {LARGEST:,.0f}: type for example 3 -1 0.5")
    return value


def _check_count(count: int, kind: str) -> None:
    if not 1 <= count <= MOST_TOKENS:
        raise ConfigError(
            f"Type 1 to {MOST_TOKENS} {kind}s with spaces between them; these are {count}. (More would make matrices that nobody can read.)"
        )


def word_tokens(words: Sequence[str], width: int, seed: int = 0) -> np.ndarray:
    """An untrained embedding of words: normal numbers from a generator that the word itself seeds, LayerNorm; (T, C). Equal words, equal
    vectors."""
    drawn = [np.random.default_rng([3, seed, *sha256(word.encode()).digest()]).normal(size=width) for word in words]
    return norm(np.stack(drawn))


def number_tokens(values: Sequence[float], width: int, seed: int = 0) -> np.ndarray:
    """A linear embedding of numbers, x a + b with normal a and b of C numbers each, then LayerNorm; (T, C)."""
    slope, offset = np.random.default_rng([4, seed]).normal(size=(2, width))
    return norm(np.asarray(values, np.float64)[:, None] * slope + offset)  # (T, 1) * (C,) + (C,) -> (T, C)


def patch_tokens(pixels: np.ndarray, side: int, width: int, seed: int = 0) -> np.ndarray:
    """An untrained patch embedding of a picture (3, H, H) uint8: side x side tokens, row by row; (T, C)."""
    mean, std = GREY
    return Embedding.untrained(pixels.shape[-1] // side, width, mean=mean, std=std, seed=seed).tokens(pixels)


def norm(features: np.ndarray) -> np.ndarray:
    """LayerNorm of each token (T, C) without gain and shift: mean 0 and deviation 1 over its features."""
    centred = features - features.mean(-1, keepdims=True)
    return centred / np.sqrt(np.square(centred).mean(-1, keepdims=True) + EPS)


def _split(features: np.ndarray, heads: int) -> np.ndarray:
    return features.reshape(len(features), heads, -1).transpose(1, 0, 2)  # (T, C) -> (T, heads, D) -> (heads, T, D)


def _softmax(scores: np.ndarray) -> np.ndarray:
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)
