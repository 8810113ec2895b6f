"""Who speaks with whom: everybody with somebody who answered differently, as far as the answers allow it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from core.classroom.questions.answers import Answering, CurveAnswer


def pairs(answering: Answering, answers: Mapping[str, Any]) -> list[list[str]]:
    """People in groups of two, one of three where their number is odd; a single one is alone. The same answers give the same groups.

    Sorted by their answers, each is put with the one half of all people further on. So equal ones meet only where more than half of all
    answers are equal, and numbers are far apart. Curves have no order: those that are furthest apart are put together first.
    """
    people = sorted(answers, key=lambda person: (answering.place(answers[person]), person))
    half = len(people) // 2
    if not half:
        return [people] if people else []
    groups = (
        _furthest(answering, answers, people)
        if isinstance(answering, CurveAnswer)
        else [list(two) for two in zip(people[:half], people[half : 2 * half], strict=True)]
    )
    left = [person for person in people if not any(person in group for group in groups)]
    for person in left:  # one at most
        _most_unlike(answering, answers, groups, person).append(person)
    return groups


def _furthest(answering: CurveAnswer, answers: Mapping[str, Any], people: list[str]) -> list[list[str]]:
    """Pairs by falling distance, each person in one of them."""
    far = sorted(combinations(people, 2), key=lambda two: -answering.apart(answers[two[0]], answers[two[1]]))
    groups, taken = [], set()
    for one, other in far:
        if one not in taken and other not in taken:
            groups.append([one, other])
            taken |= {one, other}
    return groups


def _most_unlike(answering: Answering, answers: Mapping[str, Any], groups: list[list[str]], person: str) -> list[str]:
    """The group in which somebody's answer is furthest from that of one who is left over."""
    return max(groups, key=lambda group: max(answering.apart(answers[person], answers[other]) for other in group))
