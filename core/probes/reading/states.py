"""States of a recurrent classifier after each patch: recorded while it reads, in any order of patches.

A network in one direction has one state h_t after t patches, and its head reads that, or the mean of h_1 ... h_t. One in both directions
reads the first t patches as a sequence of their own (as in `core.probes.reading.reading`): forwards it ends at patch t, backwards it starts
there and ends at patch 1; its head reads where each direction ends, or the means of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ConfigError
from core.models.cells import GRUStep, LSTMStep, RNNStep, gru_cell, lstm_cell, rnn_cell
from core.models.recurrent import RecurrentClassifier, SequenceClassifier
from core.probes.reading.reading import beliefs_of_tokens, read_both_ways
from core.probes.recording import recording

TOLERANCE = 1e-5  # of states and probabilities that are computed in float32
PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
Steps = RNNStep | LSTMStep | GRUStep


@dataclass(frozen=True, eq=False)
class StateRecord:
    """Record of a model that read S sequences of T tokens with H hidden units; at place 0 nothing has been read yet."""

    tokens: Tensor  # (S, T, C) as the recurrent layers got them
    states: Tensor  # (S, T + 1, H) of a layer in one direction; of both, what a head would read of each, (S, T + 1, 2H)
    read: Tensor  # (S, T + 1, H) or 2H: what the head got, of the last layer
    beliefs: Tensor  # (S, T + 1, K) float64, what it made of that
    layer: int  # whose states these are, from 0


def record_states(model: nn.Module, image: Tensor, orders: Sequence[np.ndarray], layer: int | None = None) -> StateRecord:
    """Let `model` read one normalised image (1, 3, H, W) in S orders (T,), each a permutation of its patches.

    What passes its recurrent layers and its head is recorded; others may use the model meanwhile (see core.probes.recording). `layer` is
    the one whose states are wanted, from 0; the last one unless given. torch does not tell those of a layer below: they are what its
    layers up to that one give. Raises ConfigError for a model without a state, or a layer that it has not, and what `beliefs_of_tokens`
    does.
    """
    if not isinstance(model, RecurrentClassifier):
        raise ConfigError(
            f"{type(model).__name__} carries no state from patch to patch, so there is none to show: choose a GRU, an LSTM or an RNN."
        )
    layer = _layer(model, layer)
    states, read = [], []

    def keep_states(_: nn.Module, __: tuple[Tensor, ...], output: tuple[Tensor, Tensor]) -> None:
        states.append(output[0])

    def keep_read(_: nn.Module, args: tuple[Tensor, ...], __: Tensor) -> None:
        read.append(args[0])

    with torch.no_grad():
        tokens = model.embed(image)[0][torch.from_numpy(np.stack(orders))]  # (1, 3, H, W) -> (T, C) -> (S, T, C)
        readings = len(tokens) if model.rnn.bidirectional else 1  # both directions: a sequence at a time
        with recording({model.rnn: keep_states, model.head: keep_read}, times=readings):
            beliefs = beliefs_of_tokens(model, tokens)
        got = torch.cat([part.reshape(-1, tokens.shape[1] + 1, part.shape[-1]) for part in read])
        if layer < model.rnn.num_layers - 1:
            shown = _states_below(model, tokens, layer)
        else:
            shown = got if model.rnn.bidirectional else _from_zeros(states[0])
    return StateRecord(tokens, shown, got, beliefs, layer)


def _layer(model: RecurrentClassifier, layer: int | None) -> int:
    """A layer of the model from 0, the last one for None. Raises ConfigError when there is no such layer."""
    count = model.rnn.num_layers
    if layer is not None and not 0 <= layer < count:
        raise ConfigError(f"There is no layer {layer + 1}: the model has {count}. Choose one of 1 to {count}.")
    return count - 1 if layer is None else layer


def _states_below(model: RecurrentClassifier, tokens: Tensor, layer: int) -> Tensor:
    """The states (S, T + 1, H) or (S, T + 1, 2H) of a layer below the last one."""
    rnn = first_layers(model.rnn, layer + 1)
    if not rnn.bidirectional:
        return _from_zeros(rnn(tokens)[0])
    return _from_zeros(torch.stack([read_both_ways(rnn, model.readout, sequence[None]) for sequence in tokens]))


def first_layers(rnn: nn.RNNBase, count: int) -> nn.RNNBase:
    """The first `count` layers of `rnn` as torch's own network, with the same weights."""
    kind = {"GRU": nn.GRU, "LSTM": nn.LSTM}.get(rnn.mode, nn.RNN)
    below = kind(rnn.input_size, rnn.hidden_size, num_layers=count, bidirectional=rnn.bidirectional, batch_first=True, device="meta")
    weights = rnn.state_dict()
    below.load_state_dict({name: weights[name] for name in below.state_dict()}, assign=True)
    return below


def _from_zeros(states: Tensor) -> Tensor:
    """States h_1 ... h_T (S, T, H) with h_0 before them, which is zeros: (S, T + 1, H)."""
    return nn.functional.pad(states, (0, 0, 1, 0))


@torch.no_grad()
def steps_by_hand(model: RecurrentClassifier, tokens: Tensor, layer: int | None = None) -> Steps:
    """Every gate and state of a layer, forwards, by the lab's own equations: tokens (S, T, C) -> fields (S, T, H).

    `layer` counts from 0; the last one unless given. All steps at once: each is given its token and the state before it, and must give the
    state after it. Raises ConfigError for a layer on top of another in both directions: it also reads what comes from the end of the
    sequence.
    """
    rnn, layer = model.rnn, _layer(model, layer)
    if rnn.bidirectional and layer:
        raise ConfigError(
            f"{rnn.num_layers} layers in both directions: the upper ones also read what comes from the end, so their gates at patch t "
            "change with where reading ends."
        )
    for place in range(layer + 1):
        weights = [getattr(rnn, f"{name}_l{place}") for name in PARAMETERS]
        inputs, tokens = tokens, _states_of(rnn.mode, weights, tokens)  # -> (S, T, H)
    before = nn.functional.pad(tokens[:, :-1], (0, 0, 1, 0))  # (S, T, H): zeros, then h_1 ... h_{T-1}
    if rnn.mode == "LSTM":
        return _with_cells(lstm_cell(inputs, (before, torch.zeros_like(before)), *weights))
    return (gru_cell if rnn.mode == "GRU" else rnn_cell)(inputs, before, *weights)


def _states_of(mode: str, weights: Sequence[Tensor], inputs: Tensor) -> Tensor:
    """The states of one layer in one direction, by torch: (S, T, C) -> (S, T, H)."""
    kind = {"GRU": nn.GRU, "LSTM": nn.LSTM}.get(mode, nn.RNN)
    layer = kind(inputs.shape[-1], weights[1].shape[1], batch_first=True, device="meta")
    layer.load_state_dict({f"{name}_l0": value for name, value in zip(PARAMETERS, weights, strict=True)}, assign=True)
    return layer(inputs)[0]


def _with_cells(steps: LSTMStep) -> LSTMStep:
    """Steps (S, T, H) of an LSTM whose cell state is carried along: c_t = f c_{t-1} + i g, from zeros."""
    cell, cells = torch.zeros_like(steps.forget[:, 0]), []
    for forget, new in zip(steps.forget.unbind(1), (steps.input * steps.candidate).unbind(1), strict=True):
        cell = forget * cell + new
        cells.append(cell)
    cells = torch.stack(cells, 1)
    return steps._replace(cell=cells, hidden=steps.output * cells.tanh())


@torch.no_grad()
def answers_in_order(model: RecurrentClassifier, images: Tensor, order: np.ndarray) -> Tensor:
    """Classes (B,) that `model` names for normalised images (B, 3, H, W) when their patches come in another order (T,)."""
    tokens = model.embed(images)[:, torch.from_numpy(order)]  # (B, T, C)
    return SequenceClassifier.forward(model, tokens).argmax(-1)  # (B, K) -> (B,)


@dataclass(frozen=True)
class StateCheck:
    """Largest differences of a state or a probability between a record and what it must be."""

    alone: float  # after a quarter, a half, three quarters and all of the patches, from torch's layers run on these patches alone
    whole: float  # the last belief in the order that patches are cut in, from the model's own answer
    by_hand: float | None  # forward states from the lab's own equations; None where the record has none to compare
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        return max(self.alone, self.whole, self.by_hand or 0.0) <= self.tolerance


@torch.no_grad()
def check_states(model: RecurrentClassifier, image: Tensor, record: StateRecord, hands: Steps | None) -> StateCheck:
    """Check a `record` whose first order is the one that patches are cut in, row by row, and the steps by hand for it, if there are any."""
    total = record.tokens.shape[1]
    alone = 0.0
    for t in sorted({max(1, total * k // 4) for k in (1, 2, 3, 4)}):
        beginning = record.tokens[:, :t]
        logits = SequenceClassifier.forward(model, beginning)  # (S, K)
        alone = max(
            alone,
            _apart(record.states[:, t], _end_of_layer(model, beginning, record.layer)),
            _apart(record.beliefs[:, t], logits.double().softmax(-1)),
        )
    whole = _apart(record.beliefs[0, -1], model(image)[0].double().softmax(-1))
    by_hand = None
    if hands is not None:
        forwards = hands.hidden  # (S, T, H)
        if model.rnn.bidirectional and model.readout == "mean":
            forwards = forwards.cumsum(1) / torch.arange(1, total + 1, dtype=forwards.dtype)[:, None]
        by_hand = _apart(record.states[:, 1:, : forwards.shape[-1]], forwards)
    return StateCheck(alone, whole, by_hand)


def _end_of_layer(model: RecurrentClassifier, beginning: Tensor, layer: int) -> Tensor:
    """What all layers together, run on a beginning (S, t, C) alone, leave in one of them: (S, H), or (S, 2H) of both directions."""
    rnn = model.rnn
    if rnn.bidirectional and model.readout == "mean":
        return first_layers(rnn, layer + 1)(beginning)[0].mean(1)  # torch tells the states in between of the last layer only
    final = rnn(beginning)[1]
    hidden = final[0] if rnn.mode == "LSTM" else final  # (layers * directions, S, H)
    ends = hidden.unflatten(0, (rnn.num_layers, -1))[layer]  # (directions, S, H)
    return torch.cat(ends.unbind(), dim=-1)


def _apart(one: Tensor, other: Tensor) -> float:
    return (one - other).abs().max().item()
