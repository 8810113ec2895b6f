"""Set-ups that are compared on one task on sequences: three models, and four kinds of positions. Small: a class can wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from core.data.seq_tasks import seq_task
from core.errors import unknown
from core.training.config import RunConfig
from core.training.presets import SEQUENCES
from core.training.set_ups import set_up as without

EMBED_DIM, FEWEST_EPOCHS = 32, 8
HIDDEN_SIZES, HIDDEN = (16, 48, 96, 192), 48
LETTERS = ("reverse", "copy", "sort", "drop-vowels")  # tasks for which one layer is enough
POSITIONS = ("none", "learned", "sinusoidal", "rotary")


class Contender(NamedTuple):
    """A model in the comparison: a row of `MODELS`, what it is called beside the others, and the learning rate that it is given."""

    model: str
    title: str
    lr: float


CONTENDERS = {
    "fixed": Contender("seq2seq-gru", "GRU, one fixed vector", 1e-2),
    "attention": Contender("seq2seq-gru-attention", "GRU with attention", 1e-2),
    "transformer": Contender("transformer", "Transformer", 5e-3),
}


def contender(name: str, task: str, *, hidden: int = HIDDEN, seed: int = 0) -> RunConfig:
    """The set-up of a contender on a task; `hidden` is the width of the GRUs' states. Raises ConfigError for unknown names."""
    if name not in CONTENDERS:
        raise unknown("model to compare", name, CONTENDERS)
    row = CONTENDERS[name]
    sizes = _layers(task) if row.model == "transformer" else {"hidden_size": hidden}
    return RunConfig.of(model=row.model, dataset=task, embed_dim=EMBED_DIM, lr=row.lr, epochs=_epochs(task), seed=seed, **sizes)


def with_positions(kind: str, task: str, *, seed: int = 0) -> RunConfig:
    """The set-up of the transformer of the comparison with positions of `kind`. Raises ConfigError for unknown names."""
    return RunConfig.of(**{**contender("transformer", task, seed=seed).flat(), "positions": kind})


def _layers(task: str) -> dict[str, int]:
    count = 1 if task in LETTERS else 2
    return {"encoder_layers": count, "decoder_layers": count}


def _epochs(task: str) -> int:
    seq_task(task)  # says what is wrong with its name
    return max(FEWEST_EPOCHS, SEQUENCES[task]["epochs"])


def same_set_up(config: Mapping[str, Any], wanted: RunConfig) -> bool:
    """Whether a run with this flat config was set up as `wanted`, whatever computed it."""
    return set_up(config) == set_up(wanted.flat())


def set_up(config: Mapping[str, Any]) -> dict[str, Any]:
    """A flat config without what computes, in 16 bits or in 32."""
    return without(config, "precision")
