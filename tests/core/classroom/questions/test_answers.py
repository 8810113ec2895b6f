"""What counts as an answer: each kind takes its own, and nothing that a hostile browser may send."""

import math

import pytest

from core.classroom.questions.answers import CellAnswer, ChoiceAnswer, CurveAnswer, NumberAnswer

CHOICE = ChoiceAnswer({"a": "First", "b": "Second"})
NUMBER = NumberAnswer(0, 10, 0.5, "pairs")
CELL = CellAnswer(("cat", "dog", "car"), ("cat", "dog"), "true", "named", diagonal=False)
CURVE = CurveAnswer((1.0, 2.0, 3.0), "epoch", 0, 100, "accuracy", near=5)
HOSTILE = [
    None, True, False, "", "c", "a" * 10**6, "<b>a</b>", {}, {"a": 1}, [], [[]], [1], [0, 1, 2, 3], ["0", "1"], [True, False], [None, None],
    math.nan, math.inf, -math.inf, 10**400, -1, 10.001, [math.nan] * 3, [1, 2, 101], [1, 2, "3"], [[0], [1]], b"a", object(), 1j,
]  # fmt: skip


@pytest.mark.parametrize("answering", [CHOICE, NUMBER, CELL, CURVE], ids=lambda answering: answering.kind)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_what_is_no_answer_is_none_and_never_raises(answering, value):
    assert answering.read(value) is None


def test_each_kind_takes_its_own():
    assert CHOICE.read("b") == "b"
    assert (NUMBER.read(3), NUMBER.read(0.123456789), NUMBER.read(10)) == (3.0, 0.1235, 10.0)
    assert CELL.read([2, 1]) == [2, 1] and CELL.read((0, 1)) == [0, 1]
    assert [CELL.read(cell) for cell in ([0, 0], [1, 2], [3, 0], [0, -1])] == [None] * 4  # the diagonal, and beyond the matrix
    assert CURVE.read([0, 50.555558, 100]) == [0.0, 50.5556, 100.0]


def test_distances_are_those_of_arithmetic():
    assert (CHOICE.apart("a", "a"), CHOICE.apart("a", "b")) == (0, 1)
    assert NUMBER.apart(2, 9.5) == 7.5
    assert (CELL.apart([0, 1], [0, 1]), CELL.apart([0, 1], [2, 1])) == (0, 1)
    assert CURVE.apart([0, 0, 0], [3, 0, 6]) == 3
    assert CURVE.words([4.0323, 50, 91.77]) == "4.0 at first, 91.8 at last"
    assert [CHOICE.words("b"), NUMBER.words(1.5), CELL.words([2, 0])] == ["Second", "1.5 pairs", "true car, named cat"]
