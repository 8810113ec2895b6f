"""Distributions and shift matrices, against counts made by hand and by numpy."""

from collections import Counter

import numpy as np
import pytest

from core.classroom.questions.answers import CellAnswer, ChoiceAnswer, CurveAnswer, NumberAnswer
from core.classroom.shift import NEAR, OTHERS, TOO_HIGH, TOO_LOW, bin_of, distribution, edges, shift

CHOICE = ChoiceAnswer({"a": "First", "b": "Second", "c": "Third"})
NUMBER = NumberAnswer(0, 100, 1)
CELL = CellAnswer(tuple("pqrs"), tuple("pqrs"), "true", "named")
CURVE = CurveAnswer((1.0, 2.0), "epoch", 0, 100, "accuracy", near=5)


def test_a_choice_is_counted_by_option_in_the_order_of_the_options():
    assert distribution(CHOICE, ["c", "a", "c"]) == {"people": 3, "counts": [1, 0, 2]}
    assert distribution(CHOICE, []) == {"people": 0, "counts": [0, 0, 0]}


def test_numbers_fall_into_the_bins_of_numpys_histogram():
    answers = np.random.default_rng(0).integers(0, 101, 300).astype(float).tolist()
    expected, borders = np.histogram(answers, bins=10, range=(0, 100))
    assert edges(NUMBER) == borders.tolist()
    assert distribution(NUMBER, answers)["counts"] == expected.tolist()
    assert [bin_of(NUMBER, answer) for answer in (0, 9.99, 10, 99, 100)] == [0, 0, 1, 9, 9]
    assert edges(NumberAnswer(0, 2, 0.5)) == [0, 0.5, 1, 1.5, 2]  # no more bins than steps


def test_cells_and_curves():
    assert distribution(CELL, [[0, 1], [0, 1], [3, 2]])["counts"] == [[0, 2, 0, 0], [0] * 4, [0] * 4, [0, 0, 1, 0]]
    curves = [[0, 10], [10, 20], [20, 60], [30, 100]]
    assert distribution(CURVE, curves)["counts"] == [[7.5, 17.5], [15, 40], [22.5, 70]]  # linear between neighbours
    assert distribution(CURVE, [])["counts"] == []


def test_who_changed_from_what_to_what():
    before = {"p": "a", "q": "a", "r": "b", "s": "c", "early": "a"}
    after = {"p": "b", "q": "a", "r": "b", "s": "b", "late": "c"}
    found = shift(CHOICE, before, after, "b")
    assert found.labels == ("First", "Second", "Third") and found.right == "Second"
    assert found.counts.tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]  # only who answered twice
    assert (found.people, found.stayed, found.reached()) == (4, 2, (2, 0))
    assert shift(CHOICE, before, after, "a").reached() == (0, 1)


@pytest.mark.parametrize("seed", range(3))
def test_a_shift_matrix_adds_up_to_both_distributions(seed):
    random = np.random.default_rng(seed)
    before, after = ({str(person): float(random.integers(0, 101)) for person in range(40)} for _ in range(2))
    found = shift(NUMBER, before, after, 50.0)
    assert found.counts.sum(1).tolist() == distribution(NUMBER, list(before.values()))["counts"]
    assert found.counts.sum(0).tolist() == distribution(NUMBER, list(after.values()))["counts"]
    assert found.right == "50 to 60"


def test_cells_that_few_chose_share_a_row_and_the_right_one_has_its_own():
    cells = [[row, column] for row in range(4) for column in range(4)]
    before = {str(at): cell for at, cell in enumerate(cells)} | {f"x{at}": [2, 1] for at in range(5)}
    found = shift(CELL, before, before, [3, 3])
    assert found.labels[0] == found.right == CELL.words([3, 3]) and found.labels[-1] == OTHERS and len(found.labels) == 7
    assert found.counts[found.labels.index(CELL.words([2, 1]))].max() == 6
    assert found.stayed == found.people == len(before)


def test_curves_are_judged_by_their_distance_from_the_truth():
    before = {"p": [0, 0], "q": [52, 48], "r": [90, 90], "s": [0, 90]}
    found = shift(CURVE, before, {person: [50, 50] for person in before}, [50, 50])
    assert found.labels == (TOO_LOW, NEAR, TOO_HIGH)
    assert Counter(zip(*(axis.tolist() for axis in np.nonzero(found.counts)), strict=True)) == Counter([(0, 1), (1, 1), (2, 1)])
    assert found.counts.tolist() == [[0, 2, 0], [0, 1, 0], [0, 1, 0]] and found.reached() == (3, 0)
