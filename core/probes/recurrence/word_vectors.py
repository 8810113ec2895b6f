"""Words as one-hot vectors and as learned embeddings: what each is multiplied by, and that words in like company become alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import building
from core.probes.compute import one_thread

GROUPS = {
    "animals": ("spider", "cat", "dog", "bird"),
    "kitchen": ("eats", "cooks", "smells", "serves"),
    "foods": ("bread", "rice", "soup", "cake"),
    "ways": ("visits", "leaves", "crosses", "reaches"),
    "places": ("town", "river", "school", "bridge"),
}
WORDS = tuple(word for group in GROUPS.values() for word in group)
PATTERNS = (("animals", "kitchen", "foods"), ("animals", "ways", "places"))
SENTENCES, STEPS, LEARNING_RATE = 1000, 100, 5.0
SMALL = 0.1  # of the first vectors: where they point at random is soon outweighed by what is learned


@dataclass(frozen=True, eq=False)
class Embedded:
    """Cosines of all pairs of `WORDS`, (V, V), before and after training, and how well one-hot and lookup agree."""

    before: np.ndarray
    after: np.ndarray
    one_hot_diff: float  # between nn.Embedding and one-hot vectors times its matrix
    width: int
    sentences: int

    def within(self, cosines: np.ndarray) -> float:
        """The mean cosine of two words of the same group."""
        return float(cosines[_same() & ~np.eye(len(WORDS), dtype=bool)].mean())

    def between(self, cosines: np.ndarray) -> float:
        """The mean cosine of two words of different groups."""
        return float(cosines[~_same()].mean())


def made_sentences(count: int, seed: int) -> list[tuple[str, ...]]:
    """Sentences of three words, such as "spider cooks rice" and "dog crosses bridge": what counts is only which words stand together."""
    draw = np.random.default_rng(seed)
    made = []
    for pattern, *places in draw.integers([len(PATTERNS), 4, 4, 4], size=(count, 4)):  # a group has four words
        made.append(tuple(GROUPS[group][place] for group, place in zip(PATTERNS[pattern], places, strict=True)))
    return made


def learn_embeddings(width: int, *, seed: int = 0) -> Embedded:
    """Learn vectors of `width` numbers by guessing, from each word, those beside it (skip-gram, Mikolov et al. 2013; with a full softmax).

    Groups are not told: only which words stand beside which.
    """
    sentences = made_sentences(SENTENCES, seed)
    places = [[WORDS.index(word) for word in sentence] for sentence in sentences]
    beside = torch.zeros(len(WORDS), len(WORDS))  # (V, V): how often a word stands beside another
    for word, other in [(s[i], s[j]) for s in places for i in range(3) for j in range(3) if abs(i - j) == 1]:
        beside[word, other] += 1
    with building(seed), torch.no_grad():
        embedding, guess = nn.Embedding(len(WORDS), width), nn.Linear(width, len(WORDS))
        embedding.weight *= SMALL
    before = _cosines(embedding.weight)
    parameters = [*embedding.parameters(), *guess.parameters()]
    with one_thread():
        for _ in range(STEPS):
            log_probs = F.log_softmax(guess(embedding.weight), dim=1)  # (V, V)
            loss = -(beside * log_probs).sum() / beside.sum()  # cross-entropy over all pairs, equal ones counted together
            for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
                parameter.data -= LEARNING_RATE * gradient
    with torch.no_grad():
        one_hot = F.one_hot(torch.arange(len(WORDS)), len(WORDS)).float() @ embedding.weight  # (V, V) @ (V, C) -> (V, C)
        off = (one_hot - embedding(torch.arange(len(WORDS)))).abs().max().item()
    return Embedded(before, _cosines(embedding.weight), off, width, len(sentences))


def nearest(cosines: np.ndarray, word: str, count: int = 3) -> Sequence[tuple[str, float]]:
    """The words most like `word`, the nearest first, with their cosines."""
    row = cosines[WORDS.index(word)].copy()
    row[WORDS.index(word)] = -np.inf
    return [(WORDS[at], float(row[at])) for at in np.argsort(-row, kind="stable")[:count]]


def _same() -> np.ndarray:
    group = np.array([at for at, words in enumerate(GROUPS.values()) for _ in words])
    return group[:, None] == group


@torch.no_grad()
def _cosines(vectors: Tensor) -> np.ndarray:
    unit = F.normalize(vectors, dim=1)  # (V, C)
    return (unit @ unit.T).numpy()
