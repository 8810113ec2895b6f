"""Teacher forcing against free running: the same weights and source, fed the right tokens or those that the model wrote itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.decoding.greedy import greedy
from core.errors import ConfigError
from core.probes.compute import in_dtype

TOLERANCE = 1e-9  # float64, of log-probabilities: the same sums in another order


@dataclass(frozen=True, eq=False)
class FreeRunning:
    """Two runs of one model, step by step from 0 on; step t writes token t of the answer."""

    correct: tuple[int, ...]  # the right answer, EOS too
    forced: tuple[int, ...]  # the most probable token at each step, the right ones before it given
    free: tuple[int, ...]  # greedy decoding, up to its own EOS or the limit
    forced_log_probs: np.ndarray  # (T, V) float64
    free_log_probs: np.ndarray  # (steps of `free`, V)
    tolerance: float = TOLERANCE

    @property
    def first_mistake(self) -> int | None:
        """The first step at which the free run is wrong, or at which it or the answer has come to an end alone; None if they are alike."""
        if self.free == self.correct:
            return None
        shorter = min(len(self.free), len(self.correct))
        return next((t for t in range(shorter) if self.free[t] != self.correct[t]), shorter)

    @property
    def fed_otherwise(self) -> int | None:
        """The first step that is given other tokens than with teacher forcing: the one after the first mistake; None if there is none."""
        mistake = self.first_mistake
        return None if mistake is None or mistake + 1 >= min(len(self.correct), len(self.free)) else mistake + 1

    @property
    def first_divergence(self) -> int | None:
        """The first step at which the two runs write another token; None if they never do while both go on."""
        return next((t for t, (a, b) in enumerate(zip(self.forced, self.free, strict=False)) if a != b), None)

    @property
    def differences(self) -> np.ndarray:
        """The largest difference of probabilities between the runs at each step that both have, (steps,)."""
        steps = min(len(self.forced), len(self.free))
        return np.abs(np.exp(self.forced_log_probs[:steps]) - np.exp(self.free_log_probs[:steps])).max(1)

    @property
    def same_before(self) -> float:
        """The largest difference of probabilities before the runs are fed other tokens. Without a causal mask they differ from the start:
        teacher forcing then shows the model what it is to predict."""
        return float(self.differences[: self.fed_otherwise].max())

    @property
    def passed(self) -> bool:
        """Whether the two are one until the free run is fed a mistake of its own."""
        return self.same_before <= self.tolerance

    @property
    def forced_right(self) -> int:
        """Number of tokens of the answer that are right with teacher forcing."""
        return sum(a == b for a, b in zip(self.correct, self.forced, strict=True))

    @property
    def free_right(self) -> int:
        """Number of tokens of the answer that are right, each in its place, when running free."""
        return sum(a == b for a, b in zip(self.correct, self.free, strict=False))


@torch.no_grad()
def compare_free_running(
    model: nn.Module, source: Tensor, target: Tensor, *, limit: int | None = None, dtype: torch.dtype = torch.float64
) -> FreeRunning:
    """Both runs for one source, (S,) tokens or (S, 3, P, P) images; `target` (T,) is the right answer from BOS to EOS.

    The model is left as it is: another `dtype` computes in a copy. The free run may be as long as the answer, or as the
    longest of the task, or `limit`. Raises ConfigError for a target without a token after BOS and for a model in train mode.
    """
    if target.dim() != 1 or len(target) < 2:
        raise ConfigError("Give the right answer as tokens from BOS to EOS, two at least.")
    model = in_dtype(model, dtype)
    free = greedy(model, source, limit=limit or max(model.task.max_target, len(target)) - 1)
    logits = model.decode(target[None, :-1], model.encode(source[None]))[0]  # (T - 1, V)
    log_probs = logits.double().log_softmax(-1).cpu().numpy()
    return FreeRunning(
        correct=tuple(target[1:].tolist()),
        forced=tuple(log_probs.argmax(-1).tolist()),
        free=free.tokens,
        forced_log_probs=log_probs,
        free_log_probs=np.stack([step.log_probs for step in free.steps]),
    )
