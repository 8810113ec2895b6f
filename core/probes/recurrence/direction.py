"""Depth and direction of recurrent networks, measured: which state depends on which input, what a head reads, and three ways to get it
wrong without an error message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ConfigError, unknown
from core.models import building
from core.models.recurrent import CELLS, last_state, recurrent_layers
from core.probes.compute import one_thread
from core.probes.recurrence.unrolled import HEADS, stack_graph

TOLERANCE = 1e-12  # float64: the same sums in another order
MOST_STEPS, MOST_LAYERS, MOST_HIDDEN = 10, 3, 16
FEATURES = 4


@dataclass(frozen=True, eq=False)
class StackReport:
    """Dependencies of a stack of recurrent layers, by Jacobians, and its difference from torch's own stack."""

    norms: np.ndarray  # (layers, directions, T, T): Frobenius norm of d state / d input; the last axis is the input
    max_abs_diff: float  # between layers one by one and torch's num_layers, bidirectional
    shapes: tuple[tuple[str, tuple[int, ...]], ...]  # states and h, as torch returns them
    reads: dict[str, tuple[int, ...]]  # the shape that each head of `HEADS` reads of them
    weights: int
    tolerance: float = TOLERANCE

    def differing(self) -> int:
        """Number of pairs of state and input that are connected in the unrolled graph and have a Jacobian of 0, or the other way round."""
        layers, directions, length, _ = self.norms.shape
        graph = stack_graph(length, layers, bidirectional=directions == 2, head="every")
        wrong = 0
        for layer, way, t in np.ndindex(layers, directions, length):
            before = graph.before(f"{'fb'[way]}{layer + 1}.{t + 1}")
            wrong += sum((f"x{s + 1}" in before) != (self.norms[layer, way, t, s] > 0) for s in range(length))
        return wrong

    @property
    def passed(self) -> bool:
        return self.max_abs_diff <= self.tolerance and not self.differing()


@dataclass(frozen=True, eq=False)
class HeadReport:
    """A head that reads a stack in one of the ways of `HEADS`: what it gets, and what learns from it."""

    shape: tuple[int, ...]
    norms: np.ndarray  # (directions, T): Jacobian of what is read of a direction, by input
    unused: int  # weights of the recurrent layers whose gradient is exactly 0
    weights: int


@dataclass(frozen=True)
class BiasReport:
    """Trap 1: what nn.GRU(a, b, layers, True) makes, beside what was meant."""

    kind: str
    bias: bool
    bidirectional: bool
    shape: tuple[int, ...]  # of the states
    weights: int


@dataclass(frozen=True, eq=False)
class LeakReport:
    """Trap 2: how far the output of one sample (row) changes when another sample (column) is replaced."""

    shape: tuple[int, ...]
    changes: np.ndarray  # (B, B) largest absolute change

    @property
    def leaks(self) -> int:
        """Number of pairs of different samples that touch each other."""
        return int((self.changes[~np.eye(len(self.changes), dtype=bool)] > 0).sum())


def measure_stack(*, cell: str, length: int, layers: int, bidirectional: bool, hidden: int, seed: int = 0) -> StackReport:
    """Jacobians of every state of a stack at random weights with respect to every input of one drawn sequence, in float64.

    Raises ConfigError for sizes that are not on offer, or another cell.
    """
    rnn, x = _made(cell, length, layers, bidirectional, hidden, seed)
    count = layers * (1 + bidirectional) * length * hidden
    with one_thread():
        copies = x.expand(count, -1, -1).clone().requires_grad_()  # (N, T, C): one for each number of each state
        states = torch.stack([state for layer in _one_by_one(rnn, copies) for state in layer])  # (layers * directions, N, T, H)
        counted = states.permute(1, 0, 2, 3).reshape(count, -1).diagonal()  # number n of copy n
        (jacobian,) = torch.autograd.grad(counted.sum(), copies)  # (N, T, C): copies do not touch each other
        with torch.no_grad():
            own = torch.cat(_one_by_one(rnn, x)[-1], dim=-1)
            outputs, final = rnn(x)
    norms = jacobian.reshape(layers, 1 + bidirectional, length, hidden, length, FEATURES).square().sum((3, 5)).sqrt()
    hidden_last = final[0] if isinstance(final, tuple) else final
    weights = sum(parameter.numel() for parameter in rnn.parameters())
    shapes = (("states", tuple(outputs.shape)), ("h", tuple(hidden_last.shape)))
    reads = {head: tuple(read_states(rnn, outputs, final, head).shape) for head in HEADS}
    return StackReport(norms.numpy(), (own - outputs).abs().max().item(), shapes, reads, weights)


def measure_heads(*, cell: str, length: int, layers: int, bidirectional: bool, hidden: int, seed: int = 0) -> dict[str, HeadReport]:
    """Report on what each head of `HEADS` reads of the same stack, and how many weights a loss on that leaves without any gradient."""
    rnn, x = _made(cell, length, layers, bidirectional, hidden, seed)
    weights = tuple(rnn.parameters())
    reports = {}
    with one_thread():
        plain = rnn(x)
        for head in HEADS:
            read = read_states(rnn, *plain, head)
            norms = np.zeros((1 + bidirectional, length))
            norms[int(bidirectional and head == "h[-1]") :] = _norms_read(rnn, x, head, read.numel(), alone=head == "h[-1]")
            gradients = torch.autograd.grad(read.square().sum(), weights, retain_graph=True, allow_unused=True)
            unused = sum(w.numel() for w, gradient in zip(weights, gradients, strict=True) if gradient is None or not gradient.any())
            reports[head] = HeadReport(tuple(read.shape), norms, unused, sum(w.numel() for w in weights))
    return reports


def _norms_read(rnn: nn.RNNBase, x: Tensor, head: str, count: int, *, alone: bool) -> np.ndarray:
    """Frobenius norms of the Jacobian of the `count` numbers that a head reads, by direction and input; of one direction if `alone`."""
    copies = x.expand(count, -1, -1).clone().requires_grad_()  # (N, T, C): one for each number
    read = read_states(rnn, *rnn(copies), head).flatten(1)  # (N, N)
    (jacobian,) = torch.autograd.grad(read.diagonal().sum(), copies)
    ways = 1 if alone else 1 + rnn.bidirectional
    return jacobian.reshape(-1, ways, rnn.hidden_size, *x.shape[1:]).square().sum((0, 2, 4)).sqrt().numpy()  # -> (ways, T)


def read_states(rnn: nn.RNNBase, states: Tensor, final: Tensor | tuple[Tensor, Tensor], head: str) -> Tensor:
    """States that a head of `HEADS` reads of what `rnn` returned, right or wrong: (B, H), (B, 2H), or (B, T, ...) for "every"."""
    if head not in HEADS:
        raise unknown("head", head, HEADS)
    match head:
        case "every":
            return states
        case "both":
            return last_state(rnn, final)
        case "h[-1]":
            return (final[0] if isinstance(final, tuple) else final)[-1]
        case "mean":
            return states.mean(1)
    return states[:, -1]


def positional_bias(*, hidden: int = 5, layers: int = 2) -> tuple[BiasReport, BiasReport]:
    """nn.GRU with `True` as the fourth positional argument, and with bidirectional=True; both read (2, 10, 7)."""
    with building(0):
        wrong = nn.GRU(7, hidden, layers, True, batch_first=True)
        right = nn.GRU(7, hidden, num_layers=layers, bidirectional=True, batch_first=True)
    calls = ("nn.GRU(7, {}, {}, True)", "nn.GRU(7, {}, num_layers={}, bidirectional=True)")
    return tuple(
        BiasReport(
            words.format(hidden, layers),
            made.bias,
            made.bidirectional,
            tuple(made(torch.zeros(2, 10, 7))[0].shape),
            sum(parameter.numel() for parameter in made.parameters()),
        )
        for words, made in zip(calls, (wrong, right), strict=True)
    )


@torch.no_grad()
def measure_leaks(kind: str, *, batch_first: bool, samples: int = 4, length: int = 6, seed: int = 0) -> LeakReport:
    """Give a (B, T, C) batch to a layer ("gru" or "encoder") that was made with or without batch_first, and replace one sample at a time.

    No dropout, in float64. Raises ConfigError for another layer, or fewer than two samples.
    """
    if kind not in ("gru", "encoder"):
        raise unknown("layer", kind, ("gru", "encoder"))
    if samples < 2:
        raise ConfigError(f"{samples} sample cannot leak into another one: take two or more.")
    with building(seed):
        made: nn.Module = (
            nn.GRU(FEATURES, FEATURES, batch_first=batch_first)
            if kind == "gru"
            else nn.TransformerEncoderLayer(FEATURES, 2, 8, dropout=0.0, batch_first=batch_first)
        )
    model: Callable = made.double().eval()
    generator = torch.Generator().manual_seed(seed)
    x, other = torch.randn(2, samples, length, FEATURES, dtype=torch.float64, generator=generator)

    def answer(batch: Tensor) -> Tensor:
        output = model(batch)
        return output[0] if isinstance(output, tuple) else output

    plain, changes = answer(x), torch.zeros(samples, samples, dtype=torch.float64)
    for sample in range(samples):
        replaced = x.clone()
        replaced[sample] = other[sample]
        changes[:, sample] = (answer(replaced) - plain).abs().amax((1, 2))
    return LeakReport(tuple(plain.shape), changes.numpy())


def _made(cell: str, length: int, layers: int, bidirectional: bool, hidden: int, seed: int) -> tuple[nn.RNNBase, Tensor]:
    """A stack at random weights and a drawn sequence (1, T, C), in float64."""
    for name, value, most in (("T", length, MOST_STEPS), ("layers", layers, MOST_LAYERS), ("H", hidden, MOST_HIDDEN)):
        if not 1 <= value <= most:
            raise ConfigError(f"{name} = {value}: choose 1 to {most}.")
    with building(seed):
        rnn = recurrent_layers(cell, input_size=FEATURES, hidden_size=hidden, num_layers=layers, bidirectional=bidirectional).double()
    generator = torch.Generator().manual_seed(seed)
    return rnn, torch.randn(1, length, FEATURES, dtype=torch.float64, generator=generator)


def _one_by_one(rnn: nn.RNNBase, x: Tensor) -> list[tuple[Tensor, ...]]:
    """The states of each layer and direction of a stack, (B, T, H) each: every layer as a one-way network by itself, on the same weights.

    The backward one is given the sequence in reverse, and its states are turned round again.
    """
    kind = next(made for made in CELLS.values() if isinstance(rnn, made))
    finals = []
    for layer in range(rnn.num_layers):
        states = []
        for suffix in ("", "_reverse")[: 1 + rnn.bidirectional]:
            one = kind(x.shape[-1], rnn.hidden_size, batch_first=True).double()
            weights = {f"{name}_l0": getattr(rnn, f"{name}_l{layer}{suffix}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
            one.load_state_dict(weights)
            read = one(x.flip(1) if suffix else x)[0]  # (B, T, C) -> (B, T, H)
            states.append(read.flip(1) if suffix else read)
        finals.append(tuple(states))
        x = torch.cat(states, dim=-1)  # -> (B, T, H), 2H if bidirectional
    return finals
