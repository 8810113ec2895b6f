import subprocess
import sys

import numpy as np
import pytest

from core.errors import ConfigError, DataError
from core.scores import SCORES, ClassScores, normalized, top1_of_one_vs_rest

MATRIX = np.array([[5, 1, 0], [2, 3, 0], [0, 0, 0]])  # three classes, of which the third is absent and never predicted


def test_counts_are_read_off_the_matrix():
    scores = ClassScores(MATRIX)
    assert scores.count.tolist() == [6, 5, 0]
    assert scores.true_positives.tolist() == [5, 3, 0]
    assert scores.false_negatives.tolist() == [1, 2, 0]
    assert scores.false_positives.tolist() == [2, 1, 0]
    assert scores.true_negatives.tolist() == [3, 5, 11]
    assert scores.frequency.tolist() == [6 / 11, 5 / 11, 0]


def test_scores_by_hand():
    scores = ClassScores(MATRIX)
    assert scores.recall.tolist() == [5 / 6, 3 / 5, 0]
    assert scores.precision.tolist() == [5 / 7, 3 / 4, 0]
    assert scores.f1.tolist() == [10 / 13, 6 / 9, 0]
    assert scores.iou.tolist() == [5 / 8, 3 / 6, 0]
    assert scores.one_vs_rest_accuracy.tolist() == [8 / 11, 8 / 11, 1]
    assert scores.top1 == 8 / 11
    assert scores.mean("recall") == pytest.approx((5 / 6 + 3 / 5) / 3)
    assert scores.weighted("recall") == pytest.approx(scores.top1)


@pytest.mark.parametrize("k", [0, 1, 3])
def test_nothing_counted_scores_nothing(k):
    scores = ClassScores(np.zeros((k, k), dtype=np.int64))
    assert scores.top1 == 0
    for name in SCORES:
        assert getattr(scores, name).tolist() == [0] * k
        assert scores.mean(name) == scores.weighted(name) == 0
    assert "n = 0" in scores.table()


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
    assert lines[4].split() == ["mean", "81.82", "47.78", "48.81", "47.86", "37.50"]
    assert lines[5].split()[:3] == ["weighted", "mean", "11"]
    assert lines[-1] == "top-1 accuracy 72.73 %, n = 11; scores in percent"
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
    matrix = np.random.default_rng(classes).integers(0, 50, (classes, classes))
    scores = ClassScores(matrix)
    assert top1_of_one_vs_rest(scores.mean("one_vs_rest_accuracy"), classes) == pytest.approx(np.trace(matrix) / matrix.sum())
