"""Learning to translate word by word where only a later word decides: forward-only against both directions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_sequence

from core.errors import TrainingError
from core.models import building
from core.models.recurrent import SequenceTagger
from core.probes.compute import one_thread
from core.probes.recurrence.later_word import TRANSLATIONS, WORDS, Sentence, best_guess, make_sentences

READERS = {"forward": ("Forward only", False), "both": ("Both directions", True)}
TRAINING, HELD_OUT = 1000, 200  # sentences; of short ones there are fewer, and a quarter is held out at least
STEPS, BATCH, EVERY = 150, 32, 10
EMBEDDING, WIDTH = 16, 64  # of a state: both directions have half of it each, and so fewer weights than forward only
LEARNING_RATE = 0.02


@dataclass(frozen=True)
class Progress:
    """Progress of a reader that translates held-out sentences, after some steps; accuracies are shares of words."""

    step: int
    loss: float  # of the training batches since the last one; NaN before the first
    every_word: float
    later_words: float  # of the words that a later word decides


class WordReader(nn.Module):
    """Embedding, GRU in one or both directions, and one head on every state: a translation a word. Sentences come and go packed."""

    def __init__(self, *, bidirectional: bool):
        super().__init__()
        self.embed = nn.Embedding(len(WORDS), EMBEDDING)
        hidden = WIDTH // 2 if bidirectional else WIDTH
        self.tagger = SequenceTagger(
            cell="gru", input_size=EMBEDDING, hidden_size=hidden, num_classes=len(TRANSLATIONS), bidirectional=bidirectional
        )

    def forward(self, words: PackedSequence) -> Tensor:
        """Packed word numbers -> logits (words, K) in the packed order."""
        states, _ = self.tagger.rnn(words._replace(data=self.embed(words.data)))  # (N, E) -> (N, H), 2H if bidirectional
        return self.tagger.head(states.data)  # -> (N, K)


class LaterWordLesson:
    """Two readers that learn from the same batches of the same sentences, and the sentences that are held out.

    `points` are what each reader could do after some steps; `run` adds to them and yields their last step.
    """

    def __init__(self, between: int, *, seed: int = 0, learning_rate: float = LEARNING_RATE):
        made = make_sentences(TRAINING + HELD_OUT, between, seed=seed)
        held = min(HELD_OUT, len(made) // 4)
        self.held_out, self.training = made[:held], made[held:]
        self.best_guess = best_guess(self.held_out)
        self.learning_rate = learning_rate
        self.readers: dict[str, WordReader] = {}
        for name, (_, bidirectional) in READERS.items():
            with building(seed):
                self.readers[name] = WordReader(bidirectional=bidirectional)
        self._draw = torch.Generator().manual_seed(seed)
        self.points: dict[str, list[Progress]] = {name: [self._measured(name, 0, float("nan"))] for name in READERS}

    def run(self, steps: int = STEPS) -> Iterator[int]:
        """Train both readers, and yield the step every `EVERY` steps. Raises TrainingError when a loss is not finite."""
        optimizers = {name: torch.optim.Adam(reader.parameters(), lr=self.learning_rate) for name, reader in self.readers.items()}
        losses: dict[str, list[float]] = {name: [] for name in READERS}
        for step in range(1, steps + 1):
            chosen = torch.randint(len(self.training), (BATCH,), generator=self._draw).tolist()
            with one_thread():
                words, spanish = _packed([self.training[at] for at in chosen])
                for name, reader in self.readers.items():
                    losses[name].append(_step(reader, optimizers[name], words, spanish, step))
                if step % EVERY == 0 or step == steps:
                    for name in READERS:
                        own = losses[name]
                        self.points[name].append(self._measured(name, step, sum(own) / len(own)))
                        own.clear()
            if step % EVERY == 0 or step == steps:
                yield step

    def translate(self, name: str, sentence: Sentence) -> list[tuple[str, float]]:
        """A reader's translation of each word, with its probability."""
        probabilities = self.logits(name, sentence).softmax(1)
        return [(TRANSLATIONS[int(row.argmax())], float(row.max())) for row in probabilities]

    @torch.no_grad()
    def logits(self, name: str, sentence: Sentence) -> Tensor:
        """Logits (T, K) of one sentence."""
        return self.readers[name](_packed([sentence])[0])

    def weights(self, name: str) -> int:
        """Number of weights of a reader."""
        return sum(parameter.numel() for parameter in self.readers[name].parameters())

    @torch.no_grad()
    def _measured(self, name: str, step: int, loss: float) -> Progress:
        words, spanish = _packed(self.held_out)
        later = _packed_places([[word.decided_by is not None for word in sentence.words] for sentence in self.held_out]).data
        right = self.readers[name](words).argmax(1) == spanish
        return Progress(step, loss, right.float().mean().item(), right[later].float().mean().item())


def changed_by_last_word(lesson: LaterWordLesson, name: str, one: Sentence, other: Sentence) -> float:
    """The largest change of the logits of all words but the last, when the last word of a sentence is another one."""
    return (lesson.logits(name, one)[:-1] - lesson.logits(name, other)[:-1]).abs().max().item()


def _step(reader: WordReader, optimizer: torch.optim.Optimizer, words: PackedSequence, spanish: Tensor, step: int) -> float:
    loss = F.cross_entropy(reader(words), spanish)
    if not loss.isfinite():
        raise TrainingError(f"The loss is not a finite number any more at step {step}: train again with a smaller learning rate.")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def _packed(sentences: Sequence[Sentence]) -> tuple[PackedSequence, Tensor]:
    """The words of sentences as packed numbers, and the numbers (N,) of their translations in the same order."""
    english = [[WORDS.index(word.english) for word in sentence.words] for sentence in sentences]
    spanish = [[TRANSLATIONS.index(word.spanish) for word in sentence.words] for sentence in sentences]
    return _packed_places(english), _packed_places(spanish).data


def _packed_places(rows: Sequence[Sequence[int]]) -> PackedSequence:
    padded = pad_sequence([torch.tensor(row) for row in rows], batch_first=True)  # (B, T)
    return pack_padded_sequence(padded, torch.tensor([len(row) for row in rows]), batch_first=True, enforce_sorted=False)
