"""The five shapes of sequence tasks as small networks that run: the shape of each step, and which output depends on which input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import unknown
from core.models import building
from core.models.recurrent import SequenceClassifier, SequenceTagger
from core.models.writing import ManyToMany, OneToMany
from core.probes.compute import one_thread
from core.probes.recording import Hook, recording
from core.probes.recurrence.task_sizes import Sizes
from core.probes.recurrence.unrolled import TASKS, task_graph


@dataclass(frozen=True, eq=False)
class TaskRun:
    """Record of a network of a task while it computed."""

    shapes: tuple[tuple[str, tuple[int, ...], int], ...]  # step, shape of what comes out, how many times the step was done
    reach: np.ndarray  # (outputs, inputs) bool: whether the gradient of an output with respect to an input is other than 0
    weights: int

    def differing(self, task: str, sizes: Sizes) -> int:
        """Number of pairs of output and input that are connected in the unrolled graph and not here, or here and not there."""
        graph = task_graph(task, sizes.T, sizes.S)
        inputs = graph.named("input")
        drawn = np.array([[name in graph.before(output) for name in inputs] for output in graph.named("output")])
        return int((drawn != self.reach).sum())


def run_task(task: str, sizes: Sizes, *, cell: str = "gru", seed: int = 0) -> TaskRun:
    """Build the network of a task of `TASKS` at random weights, and let it compute once, in float64.

    Raises ConfigError for another task or cell, and for sizes that are not on offer.
    """
    if task not in TASKS:
        raise unknown("task", task, TASKS)
    sizes.check()
    with building(seed):
        model = _model(task, sizes, cell).double()
    alone = task in ("one-to-one", "one-to-many")
    generator = torch.Generator().manual_seed(seed)
    shape = (sizes.B, sizes.C) if alone else (sizes.B, sizes.T, sizes.C)
    x = torch.randn(shape, dtype=torch.float64, generator=generator)
    seen: list[tuple[str, tuple[int, ...]]] = [("inputs x", shape)]
    steps = (sizes.S,) if task in ("one-to-many", "other-length") else ()
    parts = _parts(task, model)
    times = {part: sizes.S if name.endswith("of a step") else 1 for name, part in parts.items()}
    with one_thread():
        with recording({part: _watch(seen, name) for name, part in parts.items()}, times=times):
            y = model(x, *steps).detach()
        reach = _reach(lambda inputs: model(inputs, *steps), x, y.shape[1] if y.dim() == 3 else 1)
    seen.append(("logits y", tuple(y.shape)))
    return TaskRun(_counted(seen), reach, sum(parameter.numel() for parameter in model.parameters()))


def _model(task: str, sizes: Sizes, cell: str) -> nn.Module:
    if task == "one-to-one":
        return nn.Sequential(nn.Linear(sizes.C, sizes.H), nn.Tanh(), nn.Linear(sizes.H, sizes.K))
    kind = {
        "one-to-many": OneToMany,
        "many-to-one": SequenceClassifier,
        "same-length": SequenceTagger,
        "other-length": ManyToMany,
    }[task]
    return kind(cell=cell, input_size=sizes.C, hidden_size=sizes.H, num_classes=sizes.K)


def _parts(task: str, model: nn.Module) -> dict[str, nn.Module]:
    """What to watch on the way from the inputs to the logits, by what it is called."""
    match task:
        case "one-to-one":
            return {"hidden layer h": model[1]}
        case "one-to-many":
            return {"first state": model.first, "state of a step": model.decoder.rnn, "logits of a step": model.decoder.head}
        case "other-length":
            return {
                "states h of the encoder": model.encoder,
                "state d of a step": model.decoder.rnn,
                "logits of a step": model.decoder.head,
            }
        case "many-to-one":
            return {"states h": model.rnn, "the last state": model.dropout}
    return {"states h": model.rnn}


def _watch(seen: list[tuple[str, tuple[int, ...]]], name: str) -> Hook:
    def hook(module: nn.Module, args: tuple, output: Tensor | tuple) -> None:
        seen.append((name, tuple((output[0] if isinstance(output, tuple) else output).shape)))
        if name.endswith("encoder"):
            final = output[1][0] if isinstance(output[1], tuple) else output[1]
            seen.append(("handed over", tuple(final.shape)))

    return hook


def _counted(seen: list[tuple[str, tuple[int, ...]]]) -> tuple[tuple[str, tuple[int, ...], int], ...]:
    """Equal steps together, in the order in which they came first."""
    return tuple((*step, seen.count(step)) for step in dict.fromkeys(seen))


def _reach(model: Callable[[Tensor], Tensor], x: Tensor, outputs: int) -> np.ndarray:
    """Whether the gradient of each output with respect to each input of (B, T, C), or (B, C), is other than 0: (outputs, T).

    All outputs at once: the batch is repeated, and of repetition s only output s counts.
    """
    copies = x.repeat(outputs, *[1] * (x.dim() - 1)).requires_grad_()  # (S * B, ...)
    y = model(copies).unflatten(0, (outputs, len(x)))  # (S, B, K) or (S, B, S, K)
    counted = y.diagonal(dim1=0, dim2=2) if y.dim() == 4 else y
    (gradient,) = torch.autograd.grad(counted.sum(), copies)
    return (gradient.abs().reshape(outputs, len(x), -1, x.shape[-1]).sum((1, 3)) > 0).numpy()  # (S, B, T, C) -> (S, T)
