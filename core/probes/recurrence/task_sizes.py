"""Sizes of the networks of `core.probes.recurrence.task_shapes`, and how large each may be. Without torch: a page says them first."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import ConfigError

MOST = {"B": 8, "T": 10, "S": 8, "C": 64, "H": 64, "K": 20}


@dataclass(frozen=True)
class Sizes:
    """B sequences of T inputs with C features, H numbers in a state, K classes; S outputs where a task has a length of its own for them."""

    B: int = 2
    T: int = 5
    S: int = 7
    C: int = 3
    H: int = 50
    K: int = 7

    def check(self) -> None:
        """Raise ConfigError for a size below 1 or above `MOST`."""
        for name, most in MOST.items():
            if not 1 <= getattr(self, name) <= most:
                raise ConfigError(f"{name} = {getattr(self, name)}: choose 1 to {most}.")
