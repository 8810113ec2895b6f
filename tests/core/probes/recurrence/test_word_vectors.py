"""Learned vectors: words in like company become alike, and a lookup is one-hot times a matrix."""

import numpy as np
import pytest

from core.probes.recurrence.word_vectors import GROUPS, PATTERNS, WORDS, learn_embeddings, made_sentences, nearest


@pytest.fixture(scope="module")
def learned():
    return learn_embeddings(8)


def test_close_words_get_close_vectors(learned):
    assert abs(learned.within(learned.before) - learned.between(learned.before)) < 0.2
    assert learned.within(learned.after) > 0.85 and learned.between(learned.after) < 0
    for group in GROUPS.values():
        assert {word for word, _ in nearest(learned.after, group[0])} == set(group[1:])  # at random one in 969


def test_a_lookup_is_one_hot_times_the_matrix(learned):
    assert learned.one_hot_diff == 0


def test_means_leave_a_word_and_itself_out(learned):
    together = np.array([[any({a, b} <= set(group) for group in GROUPS.values()) for b in WORDS] for a in WORDS])
    cosines = np.where(together, 0.5, -0.25) + 0.5 * np.eye(len(WORDS))
    assert learned.within(cosines) == 0.5 and learned.between(cosines) == -0.25


@pytest.mark.parametrize("seed", range(3))
def test_it_does_not_hang_on_the_seed(seed):
    found = learn_embeddings(4, seed=seed)
    assert found.within(found.after) > found.between(found.after) + 0.4


def test_sentences_follow_the_patterns_and_the_seed():
    groups = {word: name for name, words in GROUPS.items() for word in words}
    made = made_sentences(50, 1)
    assert {tuple(groups[w] for w in sentence) for sentence in made} == set(PATTERNS)
    assert made == made_sentences(50, 1) != made_sentences(50, 2)
