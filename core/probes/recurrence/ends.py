"""Trap 3 in accuracy: which word was first, and which last? A bidirectional GRU whose head reads the right states, and two wrong ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.errors import TrainingError
from core.models import building
from core.models.recurrent import recurrent_layers
from core.probes.compute import one_thread
from core.probes.recurrence.direction import read_states

CONTENDERS = ("both", "h[-1]", "states[:, -1]")  # heads of core.probes.recurrence.unrolled.HEADS
KINDS, LENGTH, HIDDEN = 8, 30, 16
STEPS, BATCH, EVERY, HELD_OUT = 30, 64, 3, 300
LEARNING_RATE = 0.02


@dataclass(frozen=True)
class EndsProgress:
    """Shares of held-out sequences of which a reader names the first of the words, and the last."""

    step: int
    first: float
    last: float


class EndsReader(nn.Module):
    """A bidirectional GRU over words, and one linear layer on what `head` reads: logits of the first and of the last word, (B, 2, K)."""

    def __init__(self, head: str):
        super().__init__()
        self.head = head
        self.embed = nn.Embedding(KINDS, HIDDEN)
        self.rnn = recurrent_layers("gru", input_size=HIDDEN, hidden_size=HIDDEN, num_layers=1, bidirectional=True)
        self.answer = nn.Linear(HIDDEN * (1 if head == "h[-1]" else 2), 2 * KINDS)

    def forward(self, words: Tensor) -> Tensor:
        read = read_states(self.rnn, *self.rnn(self.embed(words)), self.head)  # (B, T) -> (B, T, H) -> (B, H) or (B, 2H)
        return self.answer(read).unflatten(1, (2, KINDS))  # -> (B, 2, K)


class EndsLesson:
    """Three readers that learn from the same batches. `points` are what each could do; `run` adds to them and yields their last step."""

    def __init__(self, *, seed: int = 0):
        self._draw = torch.Generator().manual_seed(seed)
        self.held_out = self._batch(HELD_OUT)
        self.readers: dict[str, EndsReader] = {}
        for head in CONTENDERS:
            with building(seed):
                self.readers[head] = EndsReader(head)
        self.points: dict[str, list[EndsProgress]] = {head: [self._measured(head, 0)] for head in CONTENDERS}

    def run(self, steps: int = STEPS) -> Iterator[int]:
        """Train all readers, and yield the step every `EVERY` steps. Raises TrainingError when a loss is not finite."""
        optimizers = {head: torch.optim.Adam(reader.parameters(), lr=LEARNING_RATE) for head, reader in self.readers.items()}
        for step in range(1, steps + 1):
            words = self._batch(BATCH)
            with one_thread():
                for head, reader in self.readers.items():
                    loss = F.cross_entropy(reader(words).flatten(0, 1), _ends(words).flatten())
                    if not loss.isfinite():
                        raise TrainingError(f"The loss is not a finite number any more at step {step}: train again.")
                    optimizers[head].zero_grad()
                    loss.backward()
                    optimizers[head].step()
                if step % EVERY == 0 or step == steps:
                    for head in CONTENDERS:
                        self.points[head].append(self._measured(head, step))
            if step % EVERY == 0 or step == steps:
                yield step

    @torch.no_grad()
    def _measured(self, head: str, step: int) -> EndsProgress:
        right = (self.readers[head](self.held_out).argmax(2) == _ends(self.held_out)).float().mean(0)  # (B, 2, K) -> (2,)
        return EndsProgress(step, right[0].item(), right[1].item())

    def _batch(self, count: int) -> Tensor:
        return torch.randint(KINDS, (count, LENGTH), generator=self._draw)


def _ends(words: Tensor) -> Tensor:
    return words[:, [0, -1]]  # (B, T) -> (B, 2)
