"""Gradients through time by hand: the chain rule along a recurrent layer, step by step from the last one back, in NumPy and float64.

Weights have PyTorch's names, shapes and order of gates. Letters: T steps, B sequences, C inputs, H hidden units, G gates of a cell. The
chain rule is linear in what comes in from the loss, so that many losses of one sequence go back at the same time: they take the place of B.
No torch here: the page Memory draws its first picture with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from core.errors import unknown

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
GATES = {"linear": 1, "rnn": 1, "lstm": 4, "gru": 3}  # of each kind of cell; "linear" is an RNN without its tanh


class Weights(NamedTuple):
    """One direction of one recurrent layer."""

    weight_ih: np.ndarray  # (G*H, C)
    weight_hh: np.ndarray  # (G*H, H)
    bias_ih: np.ndarray  # (G*H,)
    bias_hh: np.ndarray  # (G*H,)


class Trace(NamedTuple):
    """Values that the way forward leaves for the way back."""

    kind: str
    states: np.ndarray  # (T, B, H)
    gates: np.ndarray  # (T, B, G, H): after their sigmoid or tanh, in PyTorch's order
    inner: np.ndarray  # (T, B, H): an LSTM's cell states; of a GRU W_hn h + b_hn, which r multiplies; else nothing


class Back(NamedTuple):
    """The gradients that arrive at step `t` (from 0): at its state, at an LSTM's cell state, and at its gates as the input feeds them."""

    t: int
    state: np.ndarray  # (B, H)
    memory: np.ndarray | None  # (B, H)
    gates: np.ndarray  # (B, G*H): times weight_ih, what arrives at the input


def forward(kind: str, inputs: np.ndarray, weights: Weights) -> Trace:
    """Run a layer over (B, T, C) from a state of zeros. Raises ConfigError for a kind of cell that does not exist."""
    if kind not in GATES:
        raise unknown("cell", kind, GATES)
    step = {"linear": _linear, "rnn": _rnn, "lstm": _lstm, "gru": _gru}[kind]
    (batch, length, _), units = inputs.shape, weights.weight_hh.shape[1]
    states, inner = np.zeros((2, length, batch, units))
    gates = np.zeros((length, batch, GATES[kind] * units))
    state = kept = np.zeros((batch, units))
    with np.errstate(over="ignore", invalid="ignore"):
        given = inputs.transpose(1, 0, 2) @ weights.weight_ih.T + weights.bias_ih  # (B, T, C) -> (T, B, G*H)
        back = np.ascontiguousarray(weights.weight_hh.T)
        for t in range(length):
            gates[t], state, kept = step(given[t], state @ back + weights.bias_hh, state, kept)
            states[t], inner[t] = state, kept
    return Trace(kind, states, gates.reshape(length, batch, -1, units), inner)


def backward(trace: Trace, weights: Weights, incoming: np.ndarray) -> Iterator[Back]:
    """The gradients at steps T - 1, ..., 0. `incoming` (T, B, H) is what each state gets from the loss directly, past the recurrence.

    A trace of one sequence, (T, 1, H), goes with any number B of losses.
    """
    length, batch, units = incoming.shape
    lstm = trace.kind == "lstm"
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        slopes, past, inward = _slopes(trace)
        later = later_memory = np.zeros((batch, units))
        for t in reversed(range(length)):
            state = incoming[t] + later
            if lstm:
                memory = later_memory + state * inward[t]
                gates = memory[:, None] * slopes[t]  # (B, 1, H), (B, 4, H) -> (B, 4, H)
                gates[:, 3] = state * slopes[t, :, 3]  # the output gate lies behind the cell state
                later_memory = memory * past[t]
            else:
                memory, gates = None, state[:, None] * slopes[t]  # -> (B, G, H)
            at_input = at_state = gates.reshape(batch, -1)
            if trace.kind == "gru":  # the reset gate multiplies what the state gives the candidate
                at_state = (gates * inward[t]).reshape(batch, -1)
            later = at_state @ weights.weight_hh
            if trace.kind == "gru":
                later += state * past[t]
            yield Back(t, state, memory, at_input)


def norms(values: np.ndarray) -> np.ndarray:
    """Euclidean norm over the last axis, for numbers whose squares would overflow or vanish, too; infinite where one of them is."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        largest = np.abs(values).max(axis=-1, keepdims=True)
        scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
        lengths = scale[..., 0] * np.sqrt(np.square(values / scale).sum(axis=-1))
    return np.where(np.isnan(lengths), np.inf, lengths)  # inf - inf on the way: too large to be told


# ---- one step forward: (B, G*H) from the input, as much from the state; gates, state and what is kept beside it ----


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (np.tanh(0.5 * x) + 1.0)  # overflows nowhere


def _linear(given: np.ndarray, from_state: np.ndarray, _: np.ndarray, kept: np.ndarray):
    h = given + from_state
    return h, h, kept


def _rnn(given: np.ndarray, from_state: np.ndarray, _: np.ndarray, kept: np.ndarray):
    h = np.tanh(given + from_state)
    return h, h, kept


def _lstm(given: np.ndarray, from_state: np.ndarray, _: np.ndarray, cell: np.ndarray):
    units = cell.shape[1]
    gates = given + from_state
    candidate = np.tanh(gates[:, 2 * units : 3 * units])
    gates = _sigmoid(gates)
    gates[:, 2 * units : 3 * units] = candidate
    i, f, o = gates[:, :units], gates[:, units : 2 * units], gates[:, 3 * units :]
    cell = f * cell + i * candidate
    return gates, o * np.tanh(cell), cell


def _gru(given: np.ndarray, from_state: np.ndarray, state: np.ndarray, _: np.ndarray):
    units = state.shape[1]
    gates = _sigmoid(given + from_state)
    r, z = gates[:, :units], gates[:, units : 2 * units]
    seen = from_state[:, 2 * units :]
    gates[:, 2 * units :] = n = np.tanh(given[:, 2 * units :] + r * seen)
    return gates, n + z * (state - n), seen


# ---- back: what a gradient is multiplied with, for all steps at a time ----


def _slopes(trace: Trace) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """By what the gradient at a state (of an LSTM at its cell state) is multiplied on its way to each gate, (T, B, G, H), and to the state
    before, past all gates, (T, B, H); the last is the LSTM's way from state to cell state (T, B, H), or what lies between a GRU's gates
    and their product with the state (T, B, 3, H)."""
    if trace.kind == "linear":
        return np.ones_like(trace.gates), None, None
    if trace.kind == "rnn":
        return 1 - trace.gates**2, None, None
    if trace.kind == "lstm":
        i, f, g, o = np.moveaxis(trace.gates, 2, 0)
        before, shown = _before(trace.inner), np.tanh(trace.inner)
        slopes = (g * i * (1 - i), before * f * (1 - f), i * (1 - g * g), shown * o * (1 - o))
        return np.stack(slopes, axis=2), f, o * (1 - shown * shown)
    r, z, n = np.moveaxis(trace.gates, 2, 0)
    candidate = (1 - z) * (1 - n * n)
    slopes = (candidate * trace.inner * r * (1 - r), (_before(trace.states) - n) * z * (1 - z), candidate)
    return np.stack(slopes, axis=2), z, np.stack((np.ones_like(r), np.ones_like(r), r), axis=2)


def _before(states: np.ndarray) -> np.ndarray:
    """Each step's state before it: zeros, then all but the last."""
    return np.concatenate((np.zeros_like(states[:1]), states[:-1]))
