from itertools import pairwise

import numpy as np

from core.evaluation.learning import NEVER, learning

HISTORIES = {
    "000": (NEVER, NEVER, 0),
    "111": (0, 0, 0),
    "001": (2, 2, 0),
    "010": (1, NEVER, 1),
    "101": (0, 2, 1),
    "100": (0, NEVER, 1),
    "110": (0, NEVER, 1),
    "011": (1, 1, 0),
}


def test_every_history_of_three_epochs():
    right = np.array([[c == "1" for c in text] for text in HISTORIES]).T  # (E, N)
    found = learning(right)
    for i, (text, expected) in enumerate(HISTORIES.items()):
        assert (found.first[i], found.for_good[i], found.forgotten[i]) == expected, text


def test_a_long_history_against_a_walk_over_it():
    right = np.random.default_rng(0).random((30, 50)) < 0.6
    found = learning(right)
    for i in range(50):
        walk = right[:, i].tolist()
        assert found.first[i] == walk.index(True)
        assert found.forgotten[i] == sum(a and not b for a, b in pairwise(walk))
        good = next((e for e in range(30) if all(walk[e:])), NEVER)
        assert found.for_good[i] == good
