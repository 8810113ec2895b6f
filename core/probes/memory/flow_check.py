"""The gradients by hand against PyTorch's own cells and their autograd, step by step.

Each step is compared from where the way by hand stands: over many steps of an exploding network two computations part, because rounding
errors grow as gradients do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.probes.memory.gradient_flow import FlowSetup, ThereAndBack, way
from core.probes.memory.recall_task import FEATURES

CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}


@dataclass(frozen=True)
class FlowCheck:
    """The largest difference, relative to the norm of the vector that it is in, of all states and gradients."""

    steps: int  # compared, of all cells
    largest: float
    tolerance: float = 1e-12

    @property
    def passed(self) -> bool:
        return self.largest <= self.tolerance


def check_flow(setup: FlowSetup) -> FlowCheck:
    """Compare every step of the three cells, there and back, with nn.RNNCell, nn.LSTMCell and nn.GRUCell in float64."""
    return FlowCheck(len(CELLS) * setup.length, max(_check(kind, way(kind, setup), setup.units) for kind in CELLS))


def _check(kind: str, passes: ThereAndBack, units: int) -> float:
    cell = CELLS[kind](FEATURES, units).double()
    for name, value in passes.weights._asdict().items():
        getattr(cell, name).data = torch.from_numpy(value)
    inputs = torch.from_numpy(passes.inputs).transpose(0, 1).flatten(0, 1)  # (B, T, C) -> (T*B, C): all steps at a time
    state, at_state = (torch.from_numpy(values) for values in (passes.trace.states, passes.state))  # (T, B, H)
    before = [_before(state)]
    if kind == "lstm":
        before.append(_before(torch.from_numpy(passes.trace.inner)))
    with torch.enable_grad():
        before = [values.flatten(0, 1).requires_grad_() for values in before]
        after = cell(inputs, tuple(before)) if kind == "lstm" else (cell(inputs, before[0]),)
        coming = [at_state.flatten(0, 1)]
        if kind == "lstm":
            coming.append(_from_later(passes).flatten(0, 1))
        back = torch.autograd.grad(after, before, coming)
    there, handed = (values.detach().unflatten(0, state.shape[:2]) for values in (after[0], back[0]))  # (T*B, H) -> (T, B, H)
    return max(_apart(state, there), _apart(at_state[:-1], handed[1:]))  # what step t hands back arrives at state t - 1


def _before(states: Tensor) -> Tensor:
    """Each step's state before it, (T, B, H): zeros, then all but the last."""
    return torch.cat((torch.zeros_like(states[:1]), states[:-1]))


def _from_later(passes: ThereAndBack) -> Tensor:
    """What an LSTM's cell state c_t gets from the steps after it, (T, B, H): the gradient at c_{t+1} times the forget gate there."""
    gradient, forget = torch.from_numpy(passes.memory), torch.from_numpy(passes.trace.gates[:, :, 1])
    return torch.cat((gradient[1:] * forget[1:], torch.zeros_like(gradient[:1])))


def _apart(one: Tensor, other: Tensor) -> float:
    """The largest distance of two vectors (..., H) as a share of their length."""
    length = torch.maximum(one.norm(dim=-1), other.norm(dim=-1))
    measurable = length > 1e-150  # squares of shorter ones leave float64
    apart = (one - other).norm(dim=-1)[measurable] / length[measurable]
    return float(np.max(apart.numpy(), initial=0.0))
