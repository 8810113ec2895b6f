"""The recall task, learned by an RNN, an LSTM and a GRU side by side in seconds: how far back each can recall.

The cells start from the weights of `core.probes.memory.gradient_flow`: what their gradients looked like there is what they learn with here.
All three see the same batches, and are judged on the same other sequences.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from core.errors import TrainingError
from core.models import building
from core.models.recurrent import SequenceClassifier
from core.probes.compute import one_thread
from core.probes.memory.gradient_flow import FlowSetup, drawn_weights
from core.probes.memory.recall_task import CELLS, FEATURES, JUDGE_EVERY, JUDGED, STEPS, SYMBOLS, Recalled, recall_batch

BATCH = 32
MOST_NORM = 1.0  # gradients are clipped to this norm: an RNN's may explode


class RecallLesson:
    """The three cells, their optimisers, and what they are judged on. `recalled` is what they could do so far; `run` adds to it."""

    def __init__(self, setup: FlowSetup, rate: float) -> None:
        self.setup, self.rate = setup, rate
        self.recalled = Recalled((), dict.fromkeys(CELLS, ()), {})
        self.models = {kind: _model(kind, setup) for kind in CELLS}
        self.optimizers = {kind: torch.optim.Adam(model.parameters(), rate) for kind, model in self.models.items()}
        self.generator = np.random.default_rng((setup.seed, 2))
        self.judged = recall_batch(JUDGED, setup.length, np.random.default_rng((setup.seed, 3)))
        self.sequences = torch.from_numpy(self.judged.inputs).float()  # (N, T, 9)

    def run(self, steps: int = STEPS) -> Iterator[int]:
        """Train all three, and yield every step. Raises TrainingError for a loss that is not finite."""
        with one_thread():
            self._judge(0)
        for step in range(1, steps + 1):
            with one_thread():
                self.learn()
                if step % JUDGE_EVERY == 0 or step == steps:
                    self._judge(step)
            yield step

    def _judge(self, step: int) -> None:
        """Swap in a new record: who reads it meanwhile has the one before."""
        before, right = self.recalled, self.right()
        self.recalled = Recalled(
            (*before.steps, step),
            {kind: (*before.right[kind], float(answers.mean())) for kind, answers in right.items()},
            {kind: self.by_distance(answers) for kind, answers in right.items()},
        )

    def learn(self) -> None:
        """One step of all three on one batch. Raises TrainingError for a loss that is not finite."""
        inputs, targets, _ = recall_batch(BATCH, self.setup.length, self.generator)
        sequences, answers = torch.from_numpy(inputs).float(), torch.from_numpy(targets)
        for kind, model in self.models.items():
            loss = nn.functional.cross_entropy(model(sequences), answers)
            if not torch.isfinite(loss):
                raise TrainingError(
                    f"The loss of the {kind.upper()} is not a finite number any more: choose a smaller learning rate or spectral radius."
                )
            self.optimizers[kind].zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), MOST_NORM)
            self.optimizers[kind].step()

    @torch.no_grad()
    def right(self) -> dict[str, np.ndarray]:
        """Judged sequences that each cell answers right, (N,) bool."""
        return {kind: model(self.sequences).argmax(dim=1).numpy() == self.judged.targets for kind, model in self.models.items()}

    def by_distance(self, right: np.ndarray) -> np.ndarray:
        """The share of right answers by steps back, (T,); NaN where no judged sequence has its mark."""
        count = np.bincount(self.judged.distances, minlength=self.setup.length)
        with np.errstate(invalid="ignore"):
            return np.bincount(self.judged.distances, right, self.setup.length) / count


def _model(kind: str, setup: FlowSetup) -> SequenceClassifier:
    with building(setup.seed):
        head = nn.Linear(setup.units, SYMBOLS)  # drawn first: the same for all three
        model = SequenceClassifier(cell=kind, input_size=FEATURES, hidden_size=setup.units, num_classes=SYMBOLS)
    model.head = head
    for name, value in drawn_weights(kind, setup)._asdict().items():
        getattr(model.rnn, f"{name}_l0").data = torch.from_numpy(value).float()
    return model
