"""Cards of answers: what they say in words."""

import numpy as np
import pytest

from core.errors import StoreError
from core.evaluation.pictures import AnswerCheck, Effect
from dashboard.pictures.answers import GREY, answer_bar, knows, points, tokens_of, verdict
from dashboard.pictures.choose import from_set
from dashboard.runs.opened import Weighted
from pages.try_it.panels import because, more_changed, proof_line
from pages.try_it.view import board_data

CLASSES = ("cat", "dog", "frog")


def test_runs_say_what_they_know():
    assert knows(["gru-1"], CLASSES) == "gru-1 knows only cat, dog and frog: any picture is called one of these."
    assert knows(["gru-1", "vit-2"], CLASSES).startswith("gru-1 and vit-2 know only cat,")


@pytest.mark.parametrize(
    ("label", "found"),
    [("dog", ("right", "✓ right")), ("cat", ("wrong", "✗ wrong")), ("", ("", "")), ("heart", ("", "cannot be right"))],
)
def test_an_answer_is_judged_where_it_can_be(label, found):
    assert verdict(label, "dog", CLASSES) == found


@pytest.mark.parametrize(("change", "said"), [(0.0, ""), (0.004, ""), (-0.004, ""), (0.125, "+12"), (-0.5, "−50"), (0.006, "+1")])
def test_a_change_in_points(change, said):
    assert points(change) == said


@pytest.mark.parametrize(
    ("k", "label", "look"),
    [(1, "dog", "true"), (1, "cat", "false"), (1, "", "told"), (0, "cat", "true"), (0, "dog", ""), (0, "", "")],
)
def test_a_bar_is_marked_where_it_is_the_answer_or_right(k, label, look):
    now, before = np.array([0.25, 0.7, 0.05]), np.array([0.5, 0.4, 0.1])
    bar = answer_bar(CLASSES, k, now, before, 1, label)
    assert bar["look"] == look
    assert (bar["name"], bar["p"], bar["was"], bar["text"]) == [("cat", 0.25, 0.5, "25 % (−25)"), ("dog", 0.7, 0.4, "70 % (+30)")][k]


@pytest.mark.parametrize(("patch", "tokens"), [(2, 256), (4, 64), (16, 4), (32, 1)])
def test_tokens_are_counted(patch, tokens):
    assert tokens_of({"patch_size": patch}) == (patch, f"{tokens} tokens of {patch} × {patch}")


def test_a_run_that_cannot_be_opened_says_so_on_its_card_and_the_others_answer():
    def gone(run):
        raise StoreError("Its weights are gone.")

    runs = [Weighted("gru-1", {"model": "gru", "dataset": "shapes", "patch_size": 4}, 0, 0.5)]
    data = board_data(from_set("shapes", 0), runs, (), 4, gone)
    assert data["cards"][0]["verdict"] == "Its weights are gone." and data["cards"][0]["bars"] == []
    assert data["color"] == GREY and data["notes"] == []


def test_the_proof_line_tells_of_the_worst_run():
    line = proof_line([AnswerCheck(1e-16, 1e-7), AnswerCheck(0.0, 3e-6)])
    assert line.words.startswith("Proof: for 2 runs,") and "equal to 6 digits" in line.words and line.words.endswith(": **passed**.")
    assert "3·10⁻⁶" in line.figures and line.figures.endswith("Tolerance 1·10⁻⁵.")
    assert "**not passed**" in proof_line([AnswerCheck(0.0, 1e-7), AnswerCheck(0.0, 0.1)]).words
    assert proof_line([]) is None


def test_the_question_is_answered_by_counting():
    few, many = Effect(200, 3, 0.021), Effect(200, 90, 0.4)
    assert more_changed(many, few) == "erasing the middle" and more_changed(few, many) == "erasing the corners"
    assert more_changed(few, few) == "both the same"
    assert because(many, few).startswith("Erasing the middle changes 90 of 200 answers, erasing the corners 3.")
    assert "40 and 2 percentage points" in because(many, few)
