"""Models and steps without values: what is allocated, when, and how much at a time, followed on tensors of PyTorch's "meta" device.

A step of any size takes a fraction of a second, holds no memory to speak of and draws no random number. Two things are told from outside:
recurrent layers, which are thousands of small steps and would take seconds even so, and attention, for which this device would choose
another kernel than a CPU or a GPU.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from core.models import build_model

# Numbers a token, hidden unit and direction that a recurrent layer holds, measured on a CPU: kept for the way back (outputs among them,
# the compiled scan holds less), beyond these while it computes, forward without a way back and on the way back; one layer at a time.
KEPT = {"gru": 9.0, "lstm": 9.0, "rnn_tanh": 3.5}
FORWARD = {"gru": 4.5, "lstm": 1.5, "rnn_tanh": 2.5}
BACKWARD = {"gru": 3.0, "lstm": 6.0, "rnn_tanh": 1.5}


def build_weightless(name: str, task: Any, **hyperparameters: Any) -> nn.Module:
    """A model as `build_model` makes it, without values: it holds no memory, however large it is."""
    with torch.device("meta"):
        model = build_model(name, task, **hyperparameters)
    return model.to("meta")  # tables that are computed elsewhere


def size_of(model: nn.Module) -> int:
    """Bytes of all weights and tables of a model."""
    return sum(value.numel() * value.element_size() for value in model.state_dict().values())


class Ledger(TorchDispatchMode):
    """Counts the bytes of all tensors that are made while it is active: those that live now (`live`), and the most so far (`peak`).

    The weights of `model` were there before: what is only a view of them does not count.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.live = self.peak = 0
        self._known: dict[int, Any] = {}
        for value in model.state_dict(keep_vars=True).values():
            self._known[value.untyped_storage()._cdata] = value  # held: another storage could get its place

    def restart(self) -> int:
        """Let `peak` count from now on; returns what lives now."""
        self.peak = self.live
        return self.live

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor):
                self._note(tensor.untyped_storage())
        return made

    def _note(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key not in self._known:
            self.live += size
            self.peak = max(self.peak, self.live)
            self._known[key] = weakref.ref(storage, lambda _: self._forget(key, size))

    def _forget(self, key: int, size: int) -> None:
        self._known.pop(key, None)
        self.live -= size


@contextmanager
def following(model: nn.Module) -> Iterator[Ledger]:
    """A ledger of what is computed in here with a model without values."""
    with StandIns(), Ledger(model) as ledger:
        yield ledger


class NoValues(TorchFunctionMode):
    """Answers what PyTorch asks of values: "Is this mask a causal one?", which only chooses a kernel."""

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if getattr(func, "__name__", "") == "__bool__" and args[0].is_meta:
            return False
        return func(*args, **(kwargs or {}))


class StandIns(NoValues):
    """Answers for recurrent layers and attention with tensors of the size that the real ones have, and holds what they hold."""

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        name = getattr(func, "__name__", "")
        kwargs = kwargs or {}
        if name in KEPT and len(args) == 9:  # sequence, first state, weights, biases, layers, dropout, training, directions, batch first
            return _recurrent(name, *args[:3], args[4], args[7])
        if name == "scaled_dot_product_attention":
            return _attention(*args, **kwargs)
        return super().__torch_function__(func, types, args, kwargs)


def _recurrent(kind: str, sequence: Tensor, state: Any, weights: Any, layers: int, both: bool) -> Any:
    """The states (B, T, H), 2H if `both`, and the last ones (layers * directions, B, H); for an LSTM three."""
    first = state[0] if isinstance(state, (tuple, list)) else state
    states, last = Recurrence.apply(kind, layers, 1 + both, torch.is_grad_enabled(), sequence, first, *weights)
    return (states, last, torch.empty_like(last)) if kind == "lstm" else (states, last)


class Recurrence(torch.autograd.Function):
    """Tensors of the sizes that a recurrent module makes, forward and backward."""

    @staticmethod
    def forward(
        ctx: Any, kind: str, layers: int, directions: int, learning: bool, sequence: Tensor, state: Tensor, *weights: Tensor
    ) -> Any:
        batch, steps, _ = sequence.shape
        ctx.kind, ctx.layer = kind, batch * steps * state.shape[-1] * directions  # numbers a layer
        held = sequence.new_empty(round((layers * KEPT[kind] - 1 if learning else FORWARD[kind]) * ctx.layer))
        if learning:
            ctx.save_for_backward(held, sequence, state, *weights)
        return sequence.new_empty(batch, steps, directions * state.shape[-1]), torch.empty_like(state)

    @staticmethod
    def backward(ctx: Any, *_: Tensor) -> Any:
        held, *inputs = ctx.saved_tensors
        scratch = held.new_empty(round(BACKWARD[ctx.kind] * ctx.layer))
        found = [torch.empty_like(one) if needed else None for one, needed in zip(inputs, ctx.needs_input_grad[4:], strict=True)]
        del scratch
        return None, None, None, None, *found


def _attention(q: Tensor, k: Tensor, v: Tensor, attn_mask: Tensor | None = None, dropout_p: float = 0.0, *_: Any, **__: Any) -> Tensor:
    """By the fused kernel of a CPU, which keeps no weights but a number a row; or by hand where that does not apply."""
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        attn_mask = torch.empty(attn_mask.shape, dtype=q.dtype, device=q.device)
    if dropout_p or not (q.dim() == k.dim() == v.dim() == 4) or (attn_mask is not None and attn_mask.dim() not in (2, 4)):
        scores = q @ k.transpose(-2, -1)
        return (scores if attn_mask is None else scores + attn_mask).softmax(-1) @ v
    return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, False, attn_mask=attn_mask)[0]
