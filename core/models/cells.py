"""One step of each recurrent cell by hand, on given weights, with everything on the way kept for looking at.

Arrays are torch tensors or NumPy's, all of one kind: the same lines run in a model, in a test against torch's cells, and on a page before
torch is loaded. Weights have PyTorch's names and order: `weight_ih` (G*H, C) and `weight_hh` (G*H, H) hold the G gates of a cell one above
the other, `bias_ih` and `bias_hh` (G*H,) likewise. Letters: B batch, C inputs, H hidden units, G gates.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    Array = Tensor | np.ndarray


class RNNStep(NamedTuple):
    """What one Elman step computed, each (B, H)."""

    from_input: Array  # W_ih x + b_ih
    from_state: Array  # W_hh h + b_hh
    hidden: Array


class LSTMStep(NamedTuple):
    """What one LSTM step computed, each (B, H) but the two affine maps, which hold i, f, g and o side by side."""

    from_input: Array  # (B, 4H), W_ih x + b_ih
    from_state: Array  # (B, 4H), W_hh h + b_hh
    input: Array  # i: how much of the candidate is written
    forget: Array  # f: how much of the old cell state is kept
    candidate: Array  # g: what could be written
    output: Array  # o: how much of the cell state is shown
    cell: Array  # c: the path on which gradients survive
    hidden: Array  # h


class GRUStep(NamedTuple):
    """What one GRU step computed, each (B, H) but the two affine maps, which hold r, z and n side by side."""

    from_input: Array  # (B, 3H), W_ih x + b_ih
    from_state: Array  # (B, 3H), W_hh h + b_hh; in the form of 2014 its last third is W_hn (r h) + b_hn
    reset: Array  # r: how much of the old state the candidate sees
    update: Array  # z: how much of the old state is kept; in the form of 2014, how much of the candidate is taken
    candidate: Array  # n: what could replace it
    hidden: Array  # h


def rnn_cell(input: Array, state: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array) -> RNNStep:
    """One step of an Elman network (Elman 1990): h' = tanh(W_ih x + b_ih + W_hh h + b_hh), as nn.RNNCell.

    `input` (B, C) and `state` (B, H).
    """
    from_input = affine(input, weight_ih, bias_ih)  # (B, C) -> (B, H)
    from_state = affine(state, weight_hh, bias_hh)  # (B, H) -> (B, H)
    return RNNStep(from_input, from_state, hidden=tanh(from_input + from_state))


def lstm_cell(
    input: Array,
    state: tuple[Array, Array],
    weight_ih: Array,
    weight_hh: Array,
    bias_ih: Array,
    bias_hh: Array,
) -> LSTMStep:
    """One step of an LSTM (Hochreiter & Schmidhuber 1997; forget gate Gers et al. 2000), as nn.LSTMCell.

    `input` (B, C); `state` is (hidden, cell), each (B, H). c' = f c + i g and h' = o tanh(c').
    """
    hidden, cell = state
    from_input = affine(input, weight_ih, bias_ih)  # (B, C) -> (B, 4H)
    from_state = affine(hidden, weight_hh, bias_hh)  # (B, H) -> (B, 4H)
    i, f, g, o = split(from_input + from_state, 4)  # (B, 4H) -> 4 x (B, H)
    i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
    cell = f * cell + i * g
    return LSTMStep(from_input, from_state, input=i, forget=f, candidate=g, output=o, cell=cell, hidden=o * tanh(cell))


def gru_cell(
    input: Array, state: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array, *, original: bool = False
) -> GRUStep:
    """One step of a GRU, as nn.GRUCell: n = tanh(W_in x + b_in + r (W_hn h + b_hn)) and h' = (1 - z) n + z h.

    `input` (B, C) and `state` (B, H). With `original` the form of 2014: the reset gate acts before the hidden matmul, W_hn (r h) + b_hn
    (Cho et al. 2014, arXiv:1406.1078v3), and z has the other role, h' = z n + (1 - z) h (Chung et al. 2014, arXiv:1412.3555).
    """
    from_input = affine(input, weight_ih, bias_ih)  # (B, C) -> (B, 3H)
    from_state = affine(state, weight_hh, bias_hh)  # (B, H) -> (B, 3H)
    (input_r, input_z, input_n), (state_r, state_z, state_n) = split(from_input, 3), split(from_state, 3)  # 6 x (B, H)
    r, z = sigmoid(input_r + state_r), sigmoid(input_z + state_z)
    if original:
        state_n = affine(r * state, split(weight_hh, 3, axis=0)[2], split(bias_hh, 3)[2])  # (B, H) -> (B, H)
        n = tanh(input_n + state_n)
        from_state = join([state_r, state_z, state_n])  # -> (B, 3H)
        return GRUStep(from_input, from_state, reset=r, update=z, candidate=n, hidden=z * n + (1 - z) * state)
    n = tanh(input_n + r * state_n)
    return GRUStep(from_input, from_state, reset=r, update=z, candidate=n, hidden=(1 - z) * n + z * state)


CELLS: dict[str, Callable] = {"rnn": rnn_cell, "lstm": lstm_cell, "gru": gru_cell, "gru2014": partial(gru_cell, original=True)}
GATES = {"rnn": 1, "lstm": 4, "gru": 3, "gru2014": 3}  # rows of weight_ih are so many times H


# ---- the few operations, for both kinds of arrays ----


def affine(input: Array, weight: Array, bias: Array) -> Array:
    """(B, C) -> (B, O) with `weight` (O, C) and `bias` (O,)."""
    return input @ weight.T + bias


def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), by tanh in NumPy: it does not overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x)) if isinstance(x, np.ndarray) else x.sigmoid()


def tanh(x: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(x) if isinstance(x, np.ndarray) else x.tanh()


def split(x: Array, count: int, *, axis: int = -1) -> list[Array]:
    """So many equal parts side by side."""
    return np.split(x, count, axis) if isinstance(x, np.ndarray) else list(x.chunk(count, axis))


def join(parts: list[Array], *, axis: int = -1) -> Array:
    """Parts side by side, the inverse of `split`."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts, axis)
    import torch

    return torch.cat(parts, axis)


def stack(parts: list[Array], *, axis: int) -> Array:
    """Equal arrays along a new axis."""
    return join([part.reshape(*part.shape[:axis], 1, *part.shape[axis:]) for part in parts], axis=axis)
