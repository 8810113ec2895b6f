"""One step of each recurrent cell by hand, on given weights, with every gate kept for looking at.

Weights have PyTorch's names and order: `weight_ih` (G*H, C) and `weight_hh` (G*H, H) hold the G gates of a cell one
above the other, `bias_ih` and `bias_hh` (G*H,) likewise.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F


class RNNStep(NamedTuple):
    """What one Elman step computed, (B, H)."""

    hidden: Tensor


class LSTMStep(NamedTuple):
    """What one LSTM step computed, each (B, H)."""

    input: Tensor  # i: how much of the candidate is written
    forget: Tensor  # f: how much of the old cell state is kept
    candidate: Tensor  # g: what could be written
    output: Tensor  # o: how much of the cell state is shown
    cell: Tensor  # c: the path on which gradients survive
    hidden: Tensor  # h


class GRUStep(NamedTuple):
    """What one GRU step computed, each (B, H)."""

    reset: Tensor  # r: how much of the old state the candidate sees
    update: Tensor  # z: how much of the old state is kept
    candidate: Tensor  # n: what could replace it
    hidden: Tensor  # h


def rnn_cell(input: Tensor, state: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor) -> RNNStep:
    """One step of an Elman network (Elman 1990): h' = tanh(W_ih x + b_ih + W_hh h + b_hh), as nn.RNNCell.

    `input` (B, C) and `state` (B, H).
    """
    return RNNStep((F.linear(input, weight_ih, bias_ih) + F.linear(state, weight_hh, bias_hh)).tanh())  # -> (B, H)


def lstm_cell(
    input: Tensor,
    state: tuple[Tensor, Tensor],
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> LSTMStep:
    """One step of an LSTM (Hochreiter & Schmidhuber 1997; forget gate Gers et al. 2000), as nn.LSTMCell.

    `input` (B, C); `state` is (hidden, cell), each (B, H). c' = f c + i g and h' = o tanh(c').
    """
    hidden, cell = state
    gates = F.linear(input, weight_ih, bias_ih) + F.linear(hidden, weight_hh, bias_hh)  # (B, C), (B, H) -> (B, 4H)
    i, f, g, o = gates.chunk(4, dim=-1)  # (B, 4H) -> 4 x (B, H)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * cell + i * g
    return LSTMStep(input=i, forget=f, candidate=g, output=o, cell=cell, hidden=o * cell.tanh())


def gru_cell(input: Tensor, state: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor) -> GRUStep:
    """One step of a GRU, as nn.GRUCell: h' = (1 - z) n + z h. `input` (B, C) and `state` (B, H).

    PyTorch's form: the reset gate acts after the hidden matmul. The paper (Cho et al. 2014) has it before, and swaps z
    and 1 - z.
    """
    from_input = F.linear(input, weight_ih, bias_ih)  # (B, C) -> (B, 3H)
    from_state = F.linear(state, weight_hh, bias_hh)  # (B, H) -> (B, 3H)
    (input_r, input_z, input_n), (state_r, state_z, state_n) = (
        from_input.chunk(3, -1),
        from_state.chunk(3, -1),
    )  # (B, H)
    r = (input_r + state_r).sigmoid()
    z = (input_z + state_z).sigmoid()
    n = (input_n + r * state_n).tanh()
    return GRUStep(reset=r, update=z, candidate=n, hidden=(1 - z) * n + z * state)
