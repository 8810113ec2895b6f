import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve, top_k_accuracy_score

from core.evaluation.ranking import LISTED, confident_errors, precision_recall, top_k, top_k_name


@pytest.fixture
def judged():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 800)
    logits = rng.normal(size=(800, 10))
    logits[np.arange(800), labels] += 1
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True), labels


@pytest.mark.parametrize("k", [1, 3, 5, 9])
def test_top_k_is_that_of_scikit_learn(judged, k):
    probabilities, labels = judged
    assert top_k(np.log(probabilities), labels, k) == pytest.approx(top_k_accuracy_score(labels, probabilities, k=k, labels=range(10)))


def test_equals_count_against_the_true_class():
    assert top_k(np.zeros((4, 3)), np.array([0, 1, 2, 0]), 2) == 0 and top_k(np.zeros((4, 3)), np.array([0, 1, 2, 0]), 3) == 1
    assert top_k(np.zeros((0, 3)), np.zeros(0, int), 1) == 0


def test_the_surest_errors_come_first(judged):
    probabilities, labels = judged
    found = confident_errors(probabilities, labels)
    assert sorted(found) == [i for i in range(800) if probabilities[i].argmax() != labels[i]]
    sure = [probabilities[i].max() for i in found]
    assert sure == sorted(sure, reverse=True)


@pytest.mark.parametrize("digits", [16, 1])  # with one digit many probabilities are equal
def test_precision_and_recall_are_those_of_scikit_learn(judged, digits):
    probabilities, labels = judged
    for k in range(3):
        probability, is_class = probabilities[:, k].round(digits), labels == k
        precision, recall, threshold = precision_recall_curve(is_class, probability)
        found = precision_recall(probability, is_class)
        assert found.threshold == pytest.approx(threshold[::-1])
        assert found.precision == pytest.approx(precision[-2::-1]) and found.recall == pytest.approx(recall[-2::-1])
        assert found.average_precision == pytest.approx(average_precision_score(is_class, probability))


def test_a_class_that_never_occurs():
    found = precision_recall(np.array([0.3, 0.9]), np.zeros(2, bool))
    assert found.recall.tolist() == found.precision.tolist() == [0, 0] and found.average_precision == 0
    assert precision_recall(np.zeros(0), np.zeros(0, bool)).average_precision == 0


@pytest.mark.parametrize("k", [1, 3, 5])
def test_an_answer_that_is_no_number_is_never_right(k):
    logits = np.zeros((4, 5))
    logits[:, 2] = 1
    logits[0] = np.nan
    logits[1, 4] = np.nan
    labels = np.array([2, 2, 2, 2])
    assert top_k(logits, labels, k) == 0.5 and top_k(np.full((4, 5), np.nan), labels, k) == 0


@pytest.mark.parametrize("classes", range(1, 12))
def test_a_top_k_that_cannot_be_anything_but_1_has_no_name(classes):
    worst = np.tile(-np.arange(classes, dtype=float), (3, 1))
    certain = top_k(worst, np.full(3, classes - 1), LISTED) == 1
    assert top_k_name(classes) == ("" if certain else "top-3")
