import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.errors import ConfigError, DataError
from core.scores import SCORES, ClassScores, by_chance, normalized, top1_of_one_vs_rest

MATRIX = np.array([[5, 1, 0], [2, 3, 0], [0, 0, 0]])  # three classes, of which the third is absent and never predicted


def test_counts_are_read_off_the_matrix():
    scores = ClassScores(MATRIX)
    assert scores.count.tolist() == [6, 5, 0]
    assert scores.true_positives.tolist() == [5, 3, 0]
    assert scores.false_negatives.tolist() == [1, 2, 0]
    assert scores.false_positives.tolist() == [2, 1, 0]
    assert scores.true_negatives.tolist() == [3, 5, 11]
    assert scores.frequency.tolist() == [6 / 11, 5 / 11, 0]


@pytest.mark.parametrize("classes", [1, 2, 10, 100])
def test_chance_is_what_equal_logits_reach(classes):
    logits, labels = torch.zeros(classes, classes), torch.arange(classes)  # as many samples of each class
    loss, top1 = by_chance(classes)
    assert loss == pytest.approx(F.cross_entropy(logits, labels).item(), abs=1e-6)
    assert loss == pytest.approx(F.cross_entropy(logits, labels, label_smoothing=0.1).item(), abs=1e-6), "whatever is smoothed"
    assert top1 == pytest.approx((logits.argmax(1) == labels).float().mean().item())


def test_nothing_can_be_guessed_among_no_classes():
    with pytest.raises(DataError, match="among 0 classes"):
        by_chance(0)


def test_scores_by_hand():
    scores = ClassScores(MATRIX)
    assert scores.recall[:2].tolist() == [5 / 6, 3 / 5]
    assert scores.precision[:2].tolist() == [5 / 7, 3 / 4]
    assert scores.f1[:2].tolist() == [10 / 13, 6 / 9]
    assert scores.iou[:2].tolist() == [5 / 8, 3 / 6]
    assert scores.one_vs_rest_accuracy[:2].tolist() == [8 / 11, 8 / 11]
    assert all(np.isnan(getattr(scores, name)[2]) for name in SCORES)
    assert scores.top1 == 8 / 11
    assert scores.mean("recall") == pytest.approx((5 / 6 + 3 / 5) / 2)
    assert scores.weighted("recall") == pytest.approx(scores.top1)


@pytest.mark.parametrize("k", [0, 1, 3])
def test_nothing_counted_has_no_scores(k):
    scores = ClassScores(np.zeros((k, k), dtype=np.int64))
    assert scores.top1 == 0
    for name in SCORES:
        assert np.isnan(getattr(scores, name)).tolist() == [True] * k
        assert np.isnan([scores.mean(name), scores.weighted(name)]).all()
    assert "n = 0" in scores.table() and "nan" not in scores.table()


CLASSES = ("cat", "dog", "ship", "truck")
TWO_OF_FOUR = np.diag([0, 0, 40, 40])


def test_a_model_that_names_all_images_rightly_has_a_mean_of_1_whatever_does_not_occur():
    scores = ClassScores(TWO_OF_FOUR)
    assert [scores.mean(name) for name in SCORES] == [scores.weighted(name) for name in SCORES] == [1.0] * 5
    assert scores.absent(CLASSES) == ["cat", "dog"] and scores.occurs.tolist() == [False, False, True, True]
    assert [row["recall"] for row in scores.rows(CLASSES)] == [None, None, 1.0, 1.0]
    text = scores.table(CLASSES, "image")
    assert text.splitlines()[1].split() == ["cat", "0", *"–––––"] and text.splitlines()[5].split()[1:] == ["100.00"] * 5
    assert "No image is of cat or dog: what does not occur has no scores (–) and does not count in the means." in text


def test_what_was_taken_for_a_class_that_does_not_occur_is_said():
    matrix = TWO_OF_FOUR.copy()
    matrix[2, 0] = 10
    scores = ClassScores(matrix)
    assert scores.mean("recall") == (40 / 50 + 1) / 2 and scores.mean("precision") == 1
    assert scores.rows(CLASSES)[0]["false_positives"] == 10 and scores.rows(CLASSES)[0]["precision"] is None
    assert "10 of 90 images were misclassified as a class that does not occur, and count as wrong." in scores.notes(CLASSES, "image")


def test_the_precision_of_the_only_class_there_is_says_nothing():
    notes = ClassScores(np.array([[7, 3], [0, 0]])).notes(("cat", "dog"), "image")
    assert "All images are of cat: its precision cannot be below 100 %, and says nothing." in notes


@pytest.mark.parametrize(
    ("absent", "said"), [(0, ""), (1, "of c0:"), (2, "of c0 or c1:"), (3, "of c0, c1 or c2:"), (14, "c9 or 4 more classes:")]
)
def test_classes_that_do_not_occur_are_named(absent, said):
    matrix = np.diag([0] * absent + [3] * (20 - absent))
    notes = ClassScores(matrix).notes([f"c{k}" for k in range(20)])
    assert said in notes and bool(notes) == bool(absent)


@pytest.mark.parametrize("seed", range(20))
def test_means_are_those_of_scikit_learn_over_the_labels_that_occur(seed):
    from sklearn import metrics as sk

    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 8))
    occurring = rng.permutation(k)[: rng.integers(1, k + 1)]
    true, predicted = rng.choice(occurring, 60), rng.integers(0, k, 60)
    scores = ClassScores(sk.confusion_matrix(true, predicted, labels=range(k)))
    oracles = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score, "iou": sk.jaccard_score}
    for name, oracle in oracles.items():
        for average, value in (("macro", scores.mean(name)), ("weighted", scores.weighted(name))):
            assert value == pytest.approx(oracle(true, predicted, labels=np.unique(true), average=average, zero_division=0)), (
                name,
                average,
            )


@pytest.mark.parametrize("name", ["count", "matrix", "recal"])
def test_means_are_of_scores_only(name):
    with pytest.raises(ConfigError, match=f"no score named '{name}'"):
        ClassScores(MATRIX).mean(name)


def test_a_matrix_must_be_square():
    with pytest.raises(DataError, match=r"square.*\(2, 3\)"):
        ClassScores(np.zeros((2, 3)))


def test_rows_are_for_a_table_on_a_page():
    rows = ClassScores(MATRIX).rows(("cat", "dog", "owl"))
    assert [row["class"] for row in rows] == ["cat", "dog", "owl"]
    assert rows[1]["count"] == 5
    assert rows[1]["recall"] == 0.6
    assert rows[0]["true_negatives"] == 3
    assert type(rows[0]["count"]) is int  # plain Python, fit for JSON
    with pytest.raises(DataError, match="2 class names do not fit a confusion matrix of 3 classes"):
        ClassScores(MATRIX).rows(("cat", "dog"))


def test_the_table_can_be_printed():
    lines = ClassScores(MATRIX).table(("cat", "dog", "owl")).splitlines()
    assert lines[0].split("  ")[-1].strip() == "IoU"
    assert lines[1].split() == ["cat", "6", "72.73", "83.33", "71.43", "76.92", "62.50"]
    assert lines[4].split() == ["mean", "72.73", "71.67", "73.21", "71.79", "56.25"]
    assert lines[5].split()[:3] == ["weighted", "mean", "11"]
    assert lines[-1] == "accuracy 72.73 %, n = 11; scores in percent"
    assert len({len(line) for line in lines[:6]}) == 1  # columns stand under each other


def test_normalized_rows_sum_to_one_and_an_absent_class_stays_zero():
    rows = normalized(MATRIX)
    assert rows[0].tolist() == [5 / 6, 1 / 6, 0]
    assert rows.sum(axis=1).tolist() == [1, 1, 0]


def test_scores_need_no_torch():
    code = "import sys, core.scores; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_accuracy_behind_a_mean_one_vs_rest_accuracy(classes):
    matrix = np.random.default_rng(classes).integers(1, 50, (classes, classes))
    scores = ClassScores(matrix)
    assert top1_of_one_vs_rest(scores.mean("one_vs_rest_accuracy"), classes) == pytest.approx(np.trace(matrix) / matrix.sum())
