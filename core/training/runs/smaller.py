"""What would be small enough where a run is not: the first change of one hyperparameter with which it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.errors import ConfigError
from core.hparams import Hyperparameter
from core.training.config import RunConfig

LESS = ("batch_size", "patch_size", "embed_dim", "hidden_size", "width", "num_layers", "encoder_layers", "blocks", "mlp_ratio")
MORE = ("patch_size",)  # of which more takes less memory
SMALLEST = 16  # of a width that is halved for it, more is left than one part in so many: else it is another model
NOTHING_FITS = "choose a smaller model: no single change is enough"


def remedy(config: RunConfig, fits: Callable[[RunConfig], bool]) -> str:
    """The first change of one hyperparameter with which a run `fits`, as what to do: a smaller batch before a smaller model."""
    known, values = RunConfig.hyperparameters(config.model), config.flat()
    for name in LESS:
        if name in known and (found := _largest(config, name, _smaller(known[name], values[name]), fits)) is not None:
            return f"choose {name} = {found} instead of {values[name]}, for example"
    return NOTHING_FITS


def _largest(config: RunConfig, name: str, values: Sequence[Any], fits: Callable[[RunConfig], bool]) -> Any:
    """The first of `values`, each of which takes less than the one before, that fits; None if not even the last does. By bisection."""
    possible = [one for value in values if (one := _with(config, name, value))]
    if not possible or not fits(possible[-1]):
        return None
    low, high = 0, len(possible) - 1  # `high` fits
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(possible[middle]) else (middle + 1, high)
    return possible[high].flat()[name]


def _with(config: RunConfig, name: str, value: Any) -> RunConfig | None:
    """The config with one other value; None where that contradicts the rest."""
    try:
        return RunConfig.of(**{**config.flat(), name: value})
    except ConfigError:
        return None


def _smaller(h: Hyperparameter, value: Any) -> list[Any]:
    """Values of a hyperparameter that take less memory, those that take most of it first."""
    if named := h.choices or h.stops:
        return [v for v in named if v > value] if h.name in MORE else [v for v in reversed(named) if v < value]
    found, least = [], h.low if h.name == "batch_size" else max(h.low, value / SMALLEST)
    while value / 2 >= least:
        value = value / 2 if h.kind is float else value // 2
        found.append(value)
    return found
