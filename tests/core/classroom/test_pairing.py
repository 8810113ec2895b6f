"""Who speaks with whom, against the best that can be done at all, found by trying every way to pair few people."""

import numpy as np
import pytest

from core.classroom.pairing import pairs
from core.classroom.questions.answers import ChoiceAnswer, CurveAnswer, NumberAnswer

CHOICE = ChoiceAnswer({"a": "First", "b": "Second", "c": "Third"})
NUMBER = NumberAnswer(0, 100, 1)
CURVE = CurveAnswer((1.0, 2.0), "epoch", 0, 100, "accuracy", near=5)


def ways(people):
    """All ways to make pairs of an even number of people."""
    if not people:
        yield []
    for at in range(1, len(people)):
        for rest in ways(people[1:at] + people[at + 1 :]):
            yield [(people[0], people[at]), *rest]


@pytest.mark.parametrize("seed", range(12))
def test_as_many_as_possible_meet_somebody_who_answered_differently(seed):
    random = np.random.default_rng(seed)
    answers = {f"p{at}": "abc"[random.choice(3, p=(0.6, 0.3, 0.1))] for at in range(8)}
    differing = [sum(answers[a] != answers[b] for a, b in way) for way in ways(list(answers))]
    assert sum(answers[a] != answers[b] for a, b in pairs(CHOICE, answers)) == max(differing)


@pytest.mark.parametrize("count", range(12))
def test_everybody_is_in_one_group_of_two_and_an_odd_one_makes_three(count):
    answers = {f"p{at}": float(at) for at in range(count)}
    groups = pairs(NUMBER, answers)
    assert sorted(person for group in groups for person in group) == sorted(answers)
    assert sorted(map(len, groups)) == ([1] if count == 1 else [2] * (count // 2 - count % 2) + [3] * (count % 2))
    for group in groups:
        assert count < 2 or max(answers[person] for person in group) - min(answers[person] for person in group) >= count // 2


def test_the_odd_one_joins_a_group_that_disagrees():
    answers = {"p": "a", "q": "a", "r": "b"}
    (group,) = pairs(CHOICE, answers)
    assert sorted(group) == ["p", "q", "r"]
    five = pairs(CHOICE, {"p": "a", "q": "a", "r": "a", "s": "a", "t": "b"})
    assert any({"t"} < set(group) for group in five)


def test_curves_that_are_furthest_apart_meet():
    answers = {"low": [0, 0], "high": [100, 100], "middle": [50, 50], "rising": [40, 60]}
    assert {frozenset(group) for group in pairs(CURVE, answers)} == {frozenset({"low", "high"}), frozenset({"middle", "rising"})}
    four = {"low": [0, 0], "lower": [10, 10], "higher": [90, 90], "high": [100, 100]}
    assert {frozenset(group) for group in pairs(CURVE, four)} == {frozenset({"low", "high"}), frozenset({"lower", "higher"})}


def test_the_same_answers_give_the_same_groups():
    answers = {f"p{at}": "abc"[at % 3] for at in range(9)}
    assert pairs(CHOICE, answers) == pairs(CHOICE, dict(reversed(answers.items())))
