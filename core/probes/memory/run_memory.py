"""The memory of a trained recurrent classifier on one image: what of a loss reaches each state, and which inputs moved which output.

Both go back through the layers of the model by `core.probes.memory.through_time`, in float64. Letters: T patches, C features of a token, L
layers, D directions (2 if it reads both ways), H hidden units, K classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import NOT_FINITE, ConfigError, DataError
from core.models.recurrent import RecurrentClassifier
from core.probes.memory.through_time import NAMES, Trace, Weights, backward, forward, norms
from core.probes.room import room

MOST_PATCHES = 256  # T * T influences, each of K x C numbers
CHUNK = 32  # outputs whose gradients go back at the same time
KINDS = {"RNN_TANH": "rnn", "LSTM": "lstm", "GRU": "gru"}  # by nn.RNNBase.mode
KEPT = 8  # numbers that the way forward and back keep of a state: itself, its gates, their slopes
TOLERANCE = 1e-4  # relative: the model computes in float32


@dataclass(frozen=True)
class StatePath:
    """Norms of a loss's gradient at the states of one direction of the top layer, by patch: (T,), entry t - 1 for patch t."""

    state: np.ndarray
    memory: np.ndarray | None  # at the cell states of an LSTM
    backwards: bool  # reads from the last patch to the first


def recurrent_only(model: nn.Module) -> RecurrentClassifier:
    """The model, if it hands a state from patch to patch; else ConfigError says why there is nothing to see."""
    if not isinstance(model, RecurrentClassifier):
        raise ConfigError(
            f"{type(model).__name__} hands no hidden state from patch to patch in one sequence, so there is none on which a gradient "
            "could fade: choose an RNN, an LSTM or a GRU."
        )
    if model.embed.num_patches > MOST_PATCHES:
        raise ConfigError(
            f"This run reads {model.embed.num_patches:,} patches; every one on every output is followed for up to {MOST_PATCHES}. Choose a "
            "run with larger patches."
        )
    return model


def loss_paths(model: nn.Module, image: Tensor, label: int, *, readout: str) -> list[StatePath]:
    """Paths of the gradient of the cross-entropy of class `label`, for a normalised image (1, 3, H, W), one a direction.

    `readout` "mean" lets the loss read the mean of all states, "last" the last one of each direction alone, whatever the model was
    trained with. Raises ConfigError for a model without hidden states and DataError when its numbers are not finite.
    """
    with _room(model, losses=1):
        return _loss_paths(_passes(model, image), model.head, label, readout)


def _loss_paths(passes: list[list[Direction]], head: nn.Linear, label: int, readout: str) -> list[StatePath]:
    states = _states(passes[-1])  # (T, D*H)
    read = read_by(states, readout, len(passes[-1]))
    logits = read @ _array(head.weight).T + _array(head.bias)  # (K,)
    if not np.isfinite(logits).all():
        raise DataError(NOT_FINITE)
    pull = (_softmax(logits) - np.eye(len(logits))[label]) @ _array(head.weight)  # (K,) -> (D*H,)
    incoming = _spread(pull[None], len(states), readout, len(passes[-1]))  # (T, 1, D*H)
    paths = []
    for direction, part in zip(passes[-1], np.split(incoming, len(passes[-1]), axis=-1), strict=True):
        steps = list(direction.back(part))
        state = norms(np.concatenate([step.state for step in steps]))
        memory = norms(np.concatenate([step.memory for step in steps])) if steps[0].memory is not None else None
        order = np.argsort([direction.patch(step.t) for step in steps])
        paths.append(StatePath(state[order], None if memory is None else memory[order], direction.backwards))
    return paths


def influence(model: nn.Module, image: Tensor) -> np.ndarray:
    """Influence of each input on each output: (T, T) float64, row s the output after patch s, column t the token of patch t.

    The norm (Frobenius) of the Jacobian of the head's K logits at output s, were it asked there, by the C features of token t. 0 where
    nothing leads from t to s: after s, unless the model reads both ways. Raises as `loss_paths`.
    """
    with _room(model, losses=CHUNK * model.head.out_features):
        return _influence(_passes(model, image), _array(model.head.weight))


def _influence(passes: list[list[Direction]], weight: np.ndarray) -> np.ndarray:
    """`influence`, after the way forward; the head's `weight` is (K, D*H)."""
    length = len(_states(passes[-1]))
    influence = np.zeros((length, length))
    one_way = not any(one.backwards for one in passes[-1])
    for start in range(0, length, CHUNK):
        outputs = range(start, min(start + CHUNK, length))
        seen = outputs.stop if one_way else length  # later patches move none of these outputs
        incoming = np.zeros((seen, len(outputs) * len(weight), weight.shape[1]))
        for row, s in enumerate(outputs):
            incoming[s, row * len(weight) : (row + 1) * len(weight)] = weight
        at_tokens = norms(_through(passes, incoming))  # (seen, n*K, C) -> (seen, n*K)
        influence[outputs.start : outputs.stop, :seen] = norms(at_tokens.reshape(seen, len(outputs), len(weight))).T
    if not np.isfinite(influence).all():
        raise DataError("These weights give no finite influences: choose a run or an epoch whose training did not fail.")
    return influence


def _room(model: nn.Module, losses: int) -> AbstractContextManager[None]:
    """Memory for weights and states in float64, and for the gradients of so many losses at the states of two layers at a time."""
    model = recurrent_only(model)
    width = model.head.in_features  # D*H
    states = model.embed.num_patches * width * model.rnn.num_layers * KEPT
    gradients = 3 * model.embed.num_patches * losses * max(width, model.rnn.input_size)
    return room(sum(weight.numel() for weight in model.parameters()) + states + gradients, size=8)


def reach(row: np.ndarray, output: int, share: float = 0.9) -> int:
    """Number of the latest patches up to `output` (from 0) from which this share of the influence on it comes, by the sum of its norms."""
    until = row[: output + 1][::-1].cumsum()
    return int(np.searchsorted(until, share * until[-1])) + 1 if until[-1] else 0


# ---- the way forward and back through all layers ----


@dataclass(frozen=True)
class Direction:
    """One direction of a layer on one image, after its way forward."""

    weights: Weights
    trace: Trace
    backwards: bool

    def patch(self, step: int) -> int:
        """The patch that it read at a step."""
        return len(self.trace.states) - 1 - step if self.backwards else step

    def back(self, incoming: np.ndarray) -> Iterator:
        """`backward` for gradients (T, B, H) in the order of the patches."""
        return backward(self.trace, self.weights, incoming[::-1] if self.backwards else incoming)


def _passes(model: nn.Module, image: Tensor) -> list[list[Direction]]:
    """Every direction of every layer after the model has read the image (1, 3, H, W)."""
    model = recurrent_only(model)
    with torch.no_grad():
        tokens = _array(model.embed(image))  # (1, T, C)
    kind, layers = KINDS[model.rnn.mode], []
    for layer in range(model.rnn.num_layers):
        directions = []
        for suffix in ("", "_reverse")[: 1 + model.rnn.bidirectional]:
            weights = Weights(*(_array(getattr(model.rnn, f"{name}_l{layer}{suffix}")) for name in NAMES))
            directions.append(Direction(weights, forward(kind, tokens[:, ::-1] if suffix else tokens, weights), bool(suffix)))
        layers.append(directions)
        tokens = _states(directions)[None]  # (1, T, D*H)
    return layers


def _states(layer: list[Direction]) -> np.ndarray:
    """The states of all directions side by side, by patch: (T, D*H)."""
    return np.concatenate([one.trace.states[::-1, 0] if one.backwards else one.trace.states[:, 0] for one in layer], axis=-1)


def _through(passes: list[list[Direction]], incoming: np.ndarray) -> np.ndarray:
    """What gradients at the top layer's states, (T, B, D*H), are at the tokens, (T, B, C)."""
    for layer in reversed(passes):
        below = 0.0
        for one, part in zip(layer, np.split(incoming, len(layer), axis=-1), strict=True):
            gradient = np.zeros((*incoming.shape[:2], one.weights.weight_ih.shape[1]))
            for step in one.back(part):
                gradient[one.patch(step.t)] = step.gates @ one.weights.weight_ih  # (B, G*H) -> (B, C)
            below = below + gradient
        incoming = below
    return incoming


def read_by(states: np.ndarray, readout: str, directions: int) -> np.ndarray:
    """Features that the head reads of the states (T, D*H): their mean, or the last of each direction; (D*H,)."""
    if readout == "mean":
        return states.mean(axis=0)
    ends = (states[-1], states[0])[:directions]  # backwards it ends at the first patch
    return np.concatenate([np.split(end, directions)[which] for which, end in enumerate(ends)])


def _spread(pull: np.ndarray, length: int, readout: str, directions: int) -> np.ndarray:
    """The gradient (B, D*H) of what the head reads, where it comes in: (T, B, D*H)."""
    if readout == "mean":
        return np.repeat(pull[None] / length, length, axis=0)
    incoming = np.zeros((length, *pull.shape))
    units = pull.shape[-1] // directions
    incoming[-1, :, :units] = pull[:, :units]
    if directions == 2:
        incoming[0, :, units:] = pull[:, units:]
    return incoming


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max())
    return shifted / shifted.sum()


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().double().numpy()


# ---- proof ----


@dataclass(frozen=True)
class MemoryCheck:
    """Largest relative differences of the way back by hand from PyTorch's own autograd through the model."""

    outputs: float  # of the influence on some outputs
    answer: float  # of the gradient of the answer's loss at every token
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        return max(self.outputs, self.answer) <= self.tolerance


def check_run(model: nn.Module, image: Tensor, influences: np.ndarray) -> MemoryCheck:
    """Compare `influences`, the influences (T, T), on two outputs and the loss of class 0 with autograd through the model itself."""
    model = recurrent_only(model)
    tokens = model.embed(image).detach().requires_grad_()  # (1, T, C)
    with torch.enable_grad():
        states, _ = model.rnn(tokens)
        logits = model.head(states[0])  # (T, K)
    length = len(influences)
    apart = []
    for s in sorted({length // 2, length - 1}):
        jacobian = [torch.autograd.grad(logit, tokens, retain_graph=True)[0][0] for logit in logits[s]]  # K x (T, C)
        apart.append(_apart(influences[s], torch.stack(jacobian).double().square().sum(dim=(0, 2)).sqrt().numpy()))
    return MemoryCheck(max(apart), _apart(*_loss_at_tokens(model, image)))


def _loss_at_tokens(model: RecurrentClassifier, image: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Norms of the gradient of the model's own loss of class 0 at its tokens, (T,): by hand, and by autograd."""
    tokens = model.embed(image).detach().requires_grad_()
    with torch.enable_grad():
        answer = super(RecurrentClassifier, model).forward(tokens)  # (1, T, C) -> (1, K)
        loss = nn.functional.cross_entropy(answer, torch.tensor([0]))
    (gradient,) = torch.autograd.grad(loss, tokens)  # not backward(): it would add to the gradients of a model that others use
    passes = _passes(model, image)
    states = _states(passes[-1])
    weight = _array(model.head.weight)
    logits = read_by(states, model.readout, len(passes[-1])) @ weight.T + _array(model.head.bias)
    pull = (_softmax(logits) - np.eye(len(logits))[0]) @ weight
    ours = _through(passes, _spread(pull[None], len(states), model.readout, len(passes[-1])))  # (T, 1, C)
    return norms(ours[:, 0]), gradient[0].double().norm(dim=1).numpy()


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference, as a share of the largest number."""
    return float(np.abs(one - other).max() / max(np.abs(other).max(), 1e-300))
