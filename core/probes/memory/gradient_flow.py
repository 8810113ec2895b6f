"""Gradients of a loss at the state h_t, for every t, in cells at random weights: why a plain RNN forgets.

The three cells read the same sequences of the recall task. Each H x H block of their W_hh has the spectral radius that is asked for, and
the plain RNN's block is that of the other cells' candidates. The loss is a fixed direction of the last state, the same for all: its
gradient there has length 1, so that a norm is the factor by which the way back has changed it. Needs no torch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from core.errors import ConfigError
from core.probes.memory.recall_task import FEATURES, MOST_STEPS, recall_batch
from core.probes.memory.through_time import GATES, Trace, Weights, backward, forward, norms

KINDS = ("rnn", "lstm", "gru", "linear")
CANDIDATE = {"linear": 0, "rnn": 0, "lstm": 2, "gru": 2}  # which gate of a cell is its candidate
KEEPING = {"lstm": 1, "gru": 1}  # which gate says how much of the old state is kept: f of the LSTM, z of the GRU
BATCH = 8
MOST_UNITS, MOST_RADIUS, MOST_BIAS, MOST_STRENGTH = 128, 4.0, 8.0, 4.0
SINGLE = (1.4e-45, 3.4e38)  # the smallest and the largest positive float32: outside them a training finds 0 or infinity


@dataclass(frozen=True)
class FlowSetup:
    """Set-up that the cells have in common. Raises ConfigError for a value out of range."""

    length: int = 60
    radius: float = 1.0  # spectral radius of each H x H block of W_hh
    bias: float = 1.0  # of the LSTM's forget gate and the GRU's update gate; all others are 0
    units: int = 32
    strength: float = 0.5  # standard deviation of W_ih
    seed: int = 0

    def __post_init__(self):
        limits = {
            "length": (1, MOST_STEPS, "steps"),
            "radius": (0.0, MOST_RADIUS, "as spectral radius"),
            "bias": (-MOST_BIAS, MOST_BIAS, "as bias"),
            "units": (1, MOST_UNITS, "hidden units"),
            "strength": (0.0, MOST_STRENGTH, "as strength of the input"),
        }
        for name, (low, high, what) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigError(f"{value:,} {what} cannot be: choose {low:g} to {high:g}.")


@dataclass(frozen=True)
class Flow:
    """Norms of the gradient at every step of one cell, mean over the sequences; step t = 1 is entry 0."""

    kind: str
    state: np.ndarray  # (T,): at h_t
    memory: np.ndarray | None  # (T,): at c_t, of an LSTM
    gate: float  # mean of what multiplies the old state: f, z, or the slope of tanh

    @property
    def arrives(self) -> float:
        """The share of the gradient at the last state that reaches the first; infinite when it overflows."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(self.state[0] / self.state[-1]) if self.state[-1] else 0.0

    @property
    def factor(self) -> float:
        """Factor by which a step back multiplies the norm, in the geometric mean of all steps; NaN of a single step."""
        steps = len(self.state) - 1
        return self.arrives ** (1 / steps) if steps else float("nan")


class ThereAndBack(NamedTuple):
    """The way there and back of the sequences through one cell."""

    weights: Weights
    inputs: np.ndarray  # (B, T, C)
    trace: Trace
    state: np.ndarray  # (T, B, H): the gradient at h_t
    memory: np.ndarray | None  # (T, B, H): at c_t, of an LSTM


def gradient_flow(kind: str, setup: FlowSetup) -> Flow:
    """The norms of one kind of cell; infinite where they overflow float64, 0 where they fall below it."""
    return _flow(kind, _without_gate(kind, setup))


def way(kind: str, setup: FlowSetup) -> ThereAndBack:
    """All numbers behind `gradient_flow`."""
    return _way(kind, _without_gate(kind, setup))


def _without_gate(kind: str, setup: FlowSetup) -> FlowSetup:
    return setup if kind in KEEPING else replace(setup, bias=0.0)  # its bias changes nothing: not computed again


@lru_cache(maxsize=256)
def _flow(kind: str, setup: FlowSetup) -> Flow:
    passes = _way(kind, setup)
    gate = passes.trace.gates[:, :, KEEPING.get(kind, 0)]
    if kind not in KEEPING:
        gate = 1 - gate**2 if kind == "rnn" else np.ones(1)
    memory = None if passes.memory is None else norms(passes.memory).mean(axis=1)
    return Flow(kind, norms(passes.state).mean(axis=1), memory, float(gate.mean()))  # norms (T, B, H) -> (T, B)


@lru_cache(maxsize=8)  # some 10 MB each, for what is proved after the picture
def _way(kind: str, setup: FlowSetup) -> ThereAndBack:
    weights = drawn_weights(kind, setup)
    inputs = recall_batch(BATCH, setup.length, np.random.default_rng(setup.seed)).inputs
    trace = forward(kind, inputs, weights)
    incoming = np.zeros_like(trace.states)
    incoming[-1] = loss_direction(setup)
    state, memory = np.zeros_like(incoming), np.zeros_like(incoming)
    for step in backward(trace, weights, incoming):
        state[step.t] = step.state
        if step.memory is not None:
            memory[step.t] = step.memory
    return ThereAndBack(weights, inputs, trace, state, memory if kind == "lstm" else None)


def loss_direction(setup: FlowSetup) -> np.ndarray:
    """The loss is this direction (H,), of length 1, times the last state."""
    direction = np.random.default_rng((setup.seed, setup.units, 1)).normal(size=setup.units)
    return direction / np.linalg.norm(direction)


def drawn_weights(kind: str, setup: FlowSetup) -> Weights:
    """The weights of a cell of this kind: the same draws for all kinds, gate by gate, candidate by candidate."""
    blocks, inputs = _draws(setup.units, setup.seed)
    order = [1, 2, 3]  # the draws of the gates; the first one is every candidate's
    order.insert(CANDIDATE[kind], 0)
    order = order[: GATES[kind]]
    bias = np.zeros((GATES[kind], setup.units))
    if kind in KEEPING:
        bias[KEEPING[kind]] = setup.bias
    return Weights(
        np.concatenate([inputs[i] for i in order]) * setup.strength,
        np.concatenate([blocks[i] for i in order]) * setup.radius,
        bias.ravel(),
        np.zeros(bias.size),
    )


@lru_cache(maxsize=32)
def _draws(units: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Four random blocks (4, H, H) of spectral radius 1 and four of input weights (4, H, C) of deviation 1."""
    generator = np.random.default_rng((seed, units))
    blocks = generator.normal(size=(4, units, units))
    blocks /= spectral_radius(blocks)[:, None, None]
    return blocks, generator.normal(size=(4, units, FEATURES))


def spectral_radius(matrices: np.ndarray) -> np.ndarray:
    """The largest absolute eigenvalue of each matrix, (..., H, H) -> (...)."""
    return np.abs(np.linalg.eigvals(matrices)).max(axis=-1)
