"""A recurrent network unrolled by hand: one cell over a sequence, layers stacked, a second cell backwards. Equals nn.RNN, nn.LSTM, nn.GRU.

Arrays are torch tensors or NumPy's, as in `core.models.cells`, and sequences are batch first. Letters: B batch, T steps, C inputs, H hidden
units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.errors import ConfigError, unknown
from core.models.cells import CELLS, GRUStep, LSTMStep, RNNStep, join, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

    Array = Tensor | np.ndarray
    State = Array | tuple[Array, Array]  # (B, H); of an LSTM hidden and cell state
    Weights = Sequence[Array]  # weight_ih (G*H, C), weight_hh (G*H, H), bias_ih (G*H,), bias_hh (G*H,)
    Steps = RNNStep | LSTMStep | GRUStep


class Unrolled(NamedTuple):
    """What a stack of layers computed. `steps[layer][direction]` are records whose fields are (B, T, ...), in the order of the sequence."""

    steps: tuple[tuple[Steps, ...], ...]
    outputs: Array  # (B, T, H) of the last layer; (B, T, 2H) with two directions, the forward one first
    hidden: Array  # (layers * directions, B, H): the state that each direction of each layer ended with
    cell: Array | None  # likewise, of an LSTM


def unroll(cell: str, inputs: Array, weights: Weights, *, state: State | None = None, reverse: bool = False) -> Steps:
    """One cell over `inputs` (B, T, C), from the end with `reverse`: the record of all steps, each field (B, T, ...).

    It starts from zeros, or from `state`, which is what torch calls hx.

    Raises ConfigError for an unknown cell or a sequence without steps.
    """
    if cell not in CELLS:
        raise unknown("cell", cell, CELLS)
    length = inputs.shape[1]
    if not length:
        raise ConfigError("This sequence has no step, so there is no state to look at: give it at least one.")
    zeros = _zeros(inputs, weights[1].shape[1])
    hidden, memory = (zeros, zeros) if state is None else state if cell == "lstm" else (state, None)
    steps: list = [None] * length
    for t in reversed(range(length)) if reverse else range(length):
        steps[t] = CELLS[cell](inputs[:, t], (hidden, memory) if cell == "lstm" else hidden, *weights)
        hidden, memory = steps[t].hidden, getattr(steps[t], "cell", None)
    return type(steps[0])(*(stack(list(field), axis=1) for field in zip(*steps, strict=True)))  # T x (B, ...) -> (B, T, ...)


def unroll_layers(cell: str, inputs: Array, layers: Sequence[Sequence[Weights]]) -> Unrolled:
    """Layers on top of each other: `layers[layer]` holds the weights of the forward cell and, if bidirectional, of the backward one.

    Above the first layer the inputs of both are the outputs of both below, side by side.
    """
    steps, hidden, memory = [], [], []
    for directions in layers:
        found = tuple(unroll(cell, inputs, weights, reverse=backward) for backward, weights in enumerate(directions))
        inputs = join([one.hidden for one in found])  # (B, T, H), or (B, T, 2H)
        ends = [0 if backward else -1 for backward in range(len(found))]  # the backward cell ends at the first step
        hidden += [one.hidden[:, end] for one, end in zip(found, ends, strict=True)]
        memory += [one.cell[:, end] for one, end in zip(found, ends, strict=True) if cell == "lstm"]
        steps.append(found)
    return Unrolled(tuple(steps), inputs, stack(hidden, axis=0), stack(memory, axis=0) if memory else None)


def layers_of(rnn: nn.RNNBase) -> list[list[list[Tensor]]]:
    """The weights of nn.RNN, nn.LSTM or nn.GRU (with biases) for `unroll_layers`."""
    directions = 1 + rnn.bidirectional
    return [rnn.all_weights[at : at + directions] for at in range(0, len(rnn.all_weights), directions)]


def _zeros(like: Array, width: int) -> Array:
    shape = (like.shape[0], width)
    return np.zeros(shape, like.dtype) if isinstance(like, np.ndarray) else like.new_zeros(shape)
