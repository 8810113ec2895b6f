"""A recurrent cell taken apart over a short sequence: weights and inputs that a page shows, and every number that they make. NumPy only.

The numbers come from `core.models.unrolled`; `core.probes.recurrence.cell_proof` compares them with torch's own cells. Letters: T steps, C
inputs, H hidden units, G gates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.checks import Number, Whole
from core.errors import ConfigError, unknown
from core.models.cells import GATES, GRUStep, LSTMStep, RNNStep
from core.models.unrolled import unroll, unroll_layers

LARGEST = 1000.0  # of a weight or an input: float64 then still gives the same ten digits in whatever order a sum is made
ARRAYS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
STARTS = ("hidden0", "cell0")
MOST_EDITS = 40
SECOND_SEED = 1000  # of the second row of a batch: no seed that a page offers


@dataclass(frozen=True, eq=False)
class Cell:
    """A kind of cell ("rnn", "lstm", "gru", "gru2014") and its weights, as nn.GRUCell and its like have them."""

    kind: str
    weight_ih: np.ndarray  # (G*H, C)
    weight_hh: np.ndarray  # (G*H, H)
    bias_ih: np.ndarray  # (G*H,)
    bias_hh: np.ndarray  # (G*H,)

    @classmethod
    def random(cls, kind: str, inputs: int, hidden: int, *, seed: int = 0, scale: float = 1.0) -> Cell:
        """Uniform in ±`scale`/sqrt(H), as PyTorch starts its cells if `scale` is 1, and rounded to two decimals: what a page shows is all
        there is, so that who computes by hand gets the same numbers."""
        if kind not in GATES:
            raise unknown("cell", kind, GATES)
        rows, bound = GATES[kind] * hidden, scale * hidden**-0.5
        rng = np.random.default_rng([5, seed])
        return cls(kind, *(_rounded(rng.uniform(-bound, bound, size)) for size in ((rows, inputs), (rows, hidden), rows, rows)))

    @property
    def inputs(self) -> int:
        return self.weight_ih.shape[1]

    @property
    def hidden(self) -> int:
        return self.weight_hh.shape[1]

    @property
    def weights(self) -> tuple[np.ndarray, ...]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def shifted(self, gate: int, by: float) -> Cell:
        """With `by` added to the input's bias of one gate (0 is the first)."""
        bias = self.bias_ih.copy()
        bias[gate * self.hidden : (gate + 1) * self.hidden] += by
        return replace(self, bias_ih=bias)

    def turned(self, gate: int) -> Cell:
        """With the sign of everything that makes one gate turned: a sigmoid becomes 1 minus itself."""
        weights = [weight.copy() for weight in self.weights]
        for weight in weights:
            weight[gate * self.hidden : (gate + 1) * self.hidden] *= -1
        return Cell(self.kind, *weights)


@dataclass(frozen=True, eq=False)
class Reading:
    """A cell and a sequence (T, C) that it reads, from zeros unless a state to start from is given."""

    cell: Cell
    inputs: np.ndarray  # (T, C)
    hidden0: np.ndarray | None = None  # (H,)
    cell0: np.ndarray | None = None  # (H,), of an LSTM

    @property
    def start(self) -> dict[str, np.ndarray]:
        """State that the first step finds, by name, each (H,): "hidden0", and of an LSTM "cell0"."""
        given = {"hidden0": self.hidden0} | ({"cell0": self.cell0} if self.cell.kind == "lstm" else {})
        return {name: np.zeros(self.cell.hidden) if state is None else state for name, state in given.items()}

    @cached_property
    def steps(self) -> RNNStep | LSTMStep | GRUStep:
        """The record of all steps: each field (T, ...)."""
        states = tuple(state[None] for state in self.start.values())  # (H,) -> (1, H)
        batch = unroll(self.cell.kind, self.inputs[None], self.cell.weights, state=states if len(states) > 1 else states[0])
        return type(batch)(*(field[0] for field in batch))  # (1, T, ...) -> (T, ...)

    def before(self, name: str = "hidden") -> np.ndarray:
        """The state, "hidden" or "cell", that each step found, (T, H): the one it starts from, then those of the steps before it."""
        return np.concatenate([self.start[f"{name}0"][None], getattr(self.steps, name)[:-1]])

    def edited(self, edits: Iterable[Edit]) -> Reading:
        """With single numbers replaced, in turn; those that have no place here are left out."""
        arrays = {"inputs": self.inputs.copy(), **{name: getattr(self.cell, name).copy() for name in ARRAYS}}
        arrays |= {name: state.copy() for name, state in self.start.items()}
        for edit in edits:
            if edit.fits(arrays):
                arrays[edit.array][edit.place] = edit.value
        weights = [arrays.pop(name) for name in ARRAYS]
        return Reading(Cell(self.cell.kind, *weights), **arrays)

    def second(self) -> Reading:
        """A second row of a batch: noise, as long as this sequence, through the same cell from the same start."""
        return replace(self, inputs=sequence("noise", *self.inputs.shape, SECOND_SEED))


def inside(
    kind: str, layers: Sequence[Sequence[Sequence[np.ndarray]]], tokens: np.ndarray, layer: int = 0, *, backward: bool = False
) -> Reading:
    """Reading of one cell of a stack: the tokens (T, E) in the first layer, above it the states of both directions of the layer below; of
    the backward cell from the last one to the first.

    `layers[layer][direction]` are weights as in `Cell`. A stack of "gru2014" has torch's GRU below: so it was trained.
    """
    below = unroll_layers(kind.removesuffix("2014"), tokens[None], layers[:layer]).outputs[0] if layer else tokens  # (T, H) or (T, 2H)
    return Reading(Cell(kind, *layers[layer][backward]), below[::-1] if backward else below)


# ---- edits ----


@dataclass(frozen=True)
class Edit:
    """One number of the inputs, of a weight or of the state at the start, replaced. `array` is "inputs" or one of `ARRAYS` or `STARTS`."""

    array: str
    row: int
    column: int  # 0 in a bias and a state
    value: float

    @property
    def place(self) -> tuple[int, ...]:
        return (self.row,) if self.array.startswith("bias") or self.array in STARTS else (self.row, self.column)

    def fits(self, arrays: Mapping[str, np.ndarray]) -> bool:
        """Whether there is such a number."""
        if self.array not in arrays:
            return False
        shape = arrays[self.array].shape
        return len(self.place) == len(shape) and all(0 <= at < size for at, size in zip(self.place, shape, strict=True))

    def __str__(self) -> str:
        return f"{SHORT[self.array]}.{self.row}.{self.column}:{self.value:g}"


SHORT = {"inputs": "x", "weight_ih": "wi", "weight_hh": "wh", "bias_ih": "bi", "bias_hh": "bh", "hidden0": "h", "cell0": "c"}  # in a link


def parse_edits(text: str) -> tuple[Edit, ...]:
    """The edits of a link, "x.3.0:0.5,wh.2.1:-1"; what makes no sense is left out, and so is what comes after `MOST_EDITS`."""
    names = {short: name for name, short in SHORT.items()}
    edits = []
    for piece in re.split(r",(?![0-9])", text)[:MOST_EDITS]:  # "x.3.0:0,5" is one edit, and none that can be read
        place, _, value = piece.partition(":")
        short, *at = place.split(".", 3)
        at, number = [Whole().read(text) for text in at], Number(-LARGEST, LARGEST).read(value)
        if short in names and len(at) == 2 and None not in (*at, number):
            edits.append(Edit(names[short], *at, number))
    return tuple(edits)


# ---- sequences ----


def noise(length: int, width: int, seed: int) -> np.ndarray:
    """Normal numbers."""
    return np.random.default_rng([6, seed]).normal(size=(length, width))


def pulse(length: int, width: int, seed: int) -> np.ndarray:
    """Ones at the first step and zeros after it: what is then in the state is memory."""
    return np.where(np.arange(length)[:, None] == 0, 1.0, np.zeros((length, width)))


def wave(length: int, width: int, seed: int) -> np.ndarray:
    """A sine of eight steps, each input an eighth of a turn behind the one before it."""
    return np.sin(2 * np.pi * (np.arange(length)[:, None] - np.arange(width)) / 8)


SEQUENCES: dict[str, Callable[[int, int, int], np.ndarray]] = {"noise": noise, "pulse": pulse, "wave": wave}


def sequence(kind: str, length: int, width: int, seed: int = 0) -> np.ndarray:
    """Inputs (T, C) of one of `SEQUENCES`, rounded to two decimals. Raises ConfigError for another name or no step."""
    if kind not in SEQUENCES:
        raise unknown("sequence", kind, SEQUENCES)
    if length < 1:
        raise ConfigError(f"A sequence of {length} steps leaves nothing to read: choose at least 1.")
    return _rounded(SEQUENCES[kind](length, width, seed))


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.round(values, 2) + 0.0  # no -0
