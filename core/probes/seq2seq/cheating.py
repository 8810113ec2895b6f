"""Take the mask away and see it cheat: three spellers learn the same words letter by letter, and only one has not seen the answer.

A speller is a decoder without a source, as in GPT: embedding, positions, layers with a mask, and a letter at each place that predicts the
next one. Words are drawn from a known list, each as often as any other, so the best loss that is possible without looking ahead is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from core.errors import TrainingError
from core.models import building
from core.models.masks import mask_named
from core.models.positions import add_positions, build_positions
from core.models.transformer import Encoder
from core.probes.compute import one_thread
from core.probes.seq2seq.cheating_words import PROMPT, WORDS, loss_floor
from core.symbols import BOS, EOS, PAD, Vocabulary

SPELLERS = ("subsequent", "off-by-one", "none")  # of MASKS
STEPS, EVERY = 80, 4
EMBED_DIM, HEADS, LAYERS = 48, 4, 2
LEARNING_RATE = 0.01
LONGEST = max(map(len, WORDS)) + 2  # with begin and end

LETTERS = Vocabulary(tuple(sorted({letter for word in WORDS for letter in word})))


@dataclass(frozen=True)
class Point:
    """Standing of a speller after some steps: shares of letters, and of words, on the list that it learns."""

    step: int
    loss: float  # nats a letter, over the whole list
    forced: float  # letters after the prompt named rightly, the right ones before them given
    free: float  # the same letters, each written after the speller's own
    words: float  # words finished without a mistake


class Speller(nn.Module):
    """(B, T) tokens -> logits (B, T, V) of what follows each, by the mask of that name in `MASKS`."""

    def __init__(self, mask: str):
        super().__init__()
        self.mask = mask_named(mask)
        self.embedding = nn.Embedding(len(LETTERS), EMBED_DIM)
        self.positions = build_positions("sinusoidal", LONGEST, EMBED_DIM)
        self.layers = Encoder(EMBED_DIM, HEADS, LAYERS, 2 * EMBED_DIM)
        self.norm = nn.LayerNorm(EMBED_DIM)
        self.output = nn.Linear(EMBED_DIM, len(LETTERS))

    def forward(self, tokens: Tensor) -> Tensor:
        x = add_positions(self.positions, self.embedding(tokens))  # (B, T) -> (B, T, C)
        return self.output(self.norm(self.layers(x, self.mask.build(tokens == PAD))))


class CheatingLesson:
    """One speller a mask, all from the same weights, and how well each has done so far (`points`)."""

    def __init__(self, *, seed: int = 0, learning_rate: float = LEARNING_RATE):
        self.learning_rate = learning_rate
        self.tokens = pad_sequence([torch.tensor([BOS, *LETTERS.encode(word), EOS]) for word in WORDS], batch_first=True)  # (N, T)
        self.spellers: dict[str, Speller] = {}
        for name in SPELLERS:
            with building(seed):
                self.spellers[name] = Speller(name)
        self.points: dict[str, list[Point]] = {name: [self._measured(name, 0)] for name in SPELLERS}

    @property
    def floor(self) -> float:
        """The least loss, nats a letter, that is possible without looking ahead."""
        return loss_floor()

    def run(self, steps: int = STEPS) -> Iterator[int]:
        """Train all spellers, all words in each step, and yield the step every `EVERY` steps. Raises TrainingError for a loss that is not
        finite."""
        optimizers = {name: torch.optim.Adam(speller.parameters(), lr=self.learning_rate) for name, speller in self.spellers.items()}
        for step in range(1, steps + 1):
            with one_thread():
                for name, speller in self.spellers.items():
                    loss = self._loss(speller)
                    if not loss.isfinite():
                        raise TrainingError(f"The loss is not a finite number any more at step {step}: train again with another seed.")
                    optimizers[name].zero_grad()
                    loss.backward()
                    optimizers[name].step()
                if step % EVERY == 0 or step == steps:
                    for name in SPELLERS:
                        self.points[name].append(self._measured(name, step))
            if step % EVERY == 0 or step == steps:
                yield step

    @torch.no_grad()
    def spell(self, name: str, beginnings: list[str]) -> list[str]:
        """Words that a speller makes of beginnings of one length, letter by letter, always the most probable, up to its end or `LONGEST`.

        A letter that is no letter (padding, or a second beginning) is written as its sign in `core.symbols`.
        """
        tokens = torch.tensor([[BOS, *LETTERS.encode(text)] for text in beginnings])  # (B, t)
        with one_thread():
            while tokens.shape[1] < LONGEST:
                tokens = torch.cat((tokens, self.spellers[name](tokens)[:, -1].argmax(-1, keepdim=True)), 1)
        return [_text(row) for row in tokens[:, 1:].tolist()]

    def _loss(self, speller: Speller) -> Tensor:
        # The whole word goes in, its end too, and the last output is left out: whoever may look ahead always finds the answer.
        logits = speller(self.tokens)[:, :-1]  # (N, T, V) -> (N, T - 1, V)
        return F.cross_entropy(logits.flatten(0, 1), self.tokens[:, 1:].flatten(), ignore_index=PAD)

    @torch.no_grad()
    def _measured(self, name: str, step: int) -> Point:
        with one_thread():
            speller = self.spellers[name]
            loss = self._loss(speller).item()
            wanted = self.tokens[:, PROMPT + 1 :]  # (N, T - 1 - PROMPT): letters after the prompt, and the end
            counted = wanted != PAD
            forced = speller(self.tokens)[:, PROMPT:-1].argmax(-1) == wanted
        written = self.spell(name, [word[:PROMPT] for word in WORDS])
        right = [_same(made, word) for made, word in zip(written, WORDS, strict=True)]
        total = int(counted.sum())
        return Point(
            step,
            loss,
            forced=float(forced[counted].sum()) / total,
            free=sum(right) / total,
            words=sum(made == word for made, word in zip(written, WORDS, strict=True)) / len(WORDS),
        )


def _text(tokens: list[int]) -> str:
    """Letters up to the end; other signs as they are written."""
    names = LETTERS.names
    until = tokens.index(EOS) if EOS in tokens else len(tokens)
    return "".join(names[token] for token in tokens[:until]) + ("" if EOS in tokens else "…")


def _same(made: str, word: str) -> int:
    """How many letters after the prompt, and the end as one of them, stand at their place."""
    ended = [*word[PROMPT:], EOS]
    wrote = [*made[PROMPT:].removesuffix("…"), *([] if made.endswith("…") else [EOS])]
    return sum(a == b for a, b in zip(ended, wrote, strict=False))
