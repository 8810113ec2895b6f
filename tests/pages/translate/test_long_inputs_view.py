"""Why long inputs break, in words: each sentence only where it was measured."""

from dataclasses import replace

import pytest

from core.evaluation.sequences.lengths import LengthCurve
from core.evaluation.sequences.long_inputs import LongInputs
from pages.translate.long_inputs_view import TITLES, ending, reason, where, why

BEYOND = LengthCurve((1, 2, 3, 4), (100, 90, 20, 0), (100,) * 4, 2)
FOUND = LongInputs(BEYOND, (1.0, 2.0, 2.0, 2.1), (1.0, 2.0, 3.0, 4.0), (0.5, 0.0), 12.0)


def of(*right, **values):
    return replace(FOUND, curve=replace(BEYOND, right=tuple(10 * r for r in right)), **values)


def test_where_it_breaks():
    assert (
        where(FOUND, "letters") == "Of inputs of trained lengths 95.0 % are right; it breaks beyond, from 90 % at 2 to 20 % at 3 letters."
    )
    assert where(of(10, 3, 0, 0), "letters").endswith("it fails within what was trained, from 100 % at 1 to 30 % at 2 letters.")
    assert where(of(2, 0, 0, 0), "letters").endswith("it fails within what was trained, 20 % at 1 letter.")
    assert where(of(10, 9, 8, 7), "letters").endswith("at no length up to 4 letters fewer than half.")


def test_learned_vectors_are_noise_only_if_they_have_not_moved():
    assert "have moved by exactly 0 since the start (the others by up to 0.5): they are still the noise" in reason(
        "learned", FOUND, "letters"
    )
    told = reason("learned", replace(FOUND, moved=(0.5, 0.01)), "letters")
    assert "by up to 0.01 since the start" in told and "noise" not in told
    assert reason("learned", replace(FOUND, moved=None), "letters") == ""


def test_a_bag_only_if_the_order_makes_no_difference():
    assert reason("none", FOUND, "letters") == ""
    told = reason("none", replace(FOUND, order=3e-6), "letters")
    assert "move by 3.0·10⁻⁶, float noise. For this task the order does not matter." in told
    assert reason("none", of(2, 0, 0, 0, order=3e-6), "letters").endswith("This task asks for the order.")


def test_how_much_it_writes_only_where_that_is_wrong():
    assert ending(FOUND, "letters") == "For inputs of 4 letters it writes 2.1 symbols on average; 4.0 would be right."
    assert ending(replace(FOUND, written=(1, 2, 3, 3.8)), "letters") == ""
    assert "it writes 9.0 symbols" in ending(replace(FOUND, written=(1, 2, 3, 9.0)), "letters")
    assert ending(replace(FOUND, curve=replace(BEYOND, longest=4)), "letters") == ""


@pytest.mark.parametrize("kind", TITLES)
def test_every_kind_says_where_and_ends_its_sentences(kind):
    told = why(kind, FOUND, "letters")
    assert told.startswith(where(FOUND, "letters")) and told.endswith(ending(FOUND, "letters")) and "  " not in told
