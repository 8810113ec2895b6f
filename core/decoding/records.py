"""What is kept of a decoding, as plain numbers for pages. No torch here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.symbols import EOS


@dataclass(frozen=True, eq=False)
class Step:
    """One token that was written, and what it was chosen from."""

    token: int
    log_probs: np.ndarray  # (V,) float64, natural logarithms of what the model gave
    chosen_from: np.ndarray  # (V,) float64: the model's probabilities, or sharpened and cut for drawing

    @property
    def probabilities(self) -> np.ndarray:
        """What the model gave, (V,) float64."""
        return np.exp(self.log_probs)

    @property
    def probability(self) -> float:
        """The model's probability of the token."""
        return float(np.exp(self.log_probs[self.token]))

    def top(self, count: int = 5) -> tuple[tuple[int, float], ...]:
        """The `count` most probable tokens, each with its probability."""
        order = np.argsort(-self.log_probs, kind="stable")[:count]
        return tuple((int(token), float(np.exp(self.log_probs[token]))) for token in order)


@dataclass(frozen=True, eq=False)
class Decoded:
    """An output, step by step. `limit`: how many tokens might have been written."""

    steps: tuple[Step, ...]
    limit: int

    @property
    def tokens(self) -> tuple[int, ...]:
        """All that was written, EOS too, BOS not."""
        return tuple(step.token for step in self.steps)

    @property
    def ended(self) -> bool:
        """Whether the model itself came to an end, rather than being stopped."""
        return self.tokens[-1:] == (EOS,)

    @property
    def log_prob(self) -> float:
        """The natural logarithm of the model's probability of the whole."""
        return float(sum(step.log_probs[step.token] for step in self.steps))

    @property
    def end(self) -> str:
        """Why it ended, in a sentence."""
        return why_ended(self.ended, len(self.steps), self.limit)


def why_ended(ended: bool, length: int, limit: int) -> str:
    """Why an output of `length` tokens is not longer."""
    if ended:
        return f"The model wrote the end after {length - 1} token{'s' * (length != 2)}."
    return f"Stopped at {limit} token{'s' * (limit != 1)} without an end: a model that never writes the end would go on for ever."
