"""Figures of the page Evaluate: what is drawn, against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from pages.evaluate.figures import scores_figure

RNG = np.random.default_rng(0)
PAIRS = [(RNG.integers(0, 3, 60), RNG.integers(0, 3, 60)) for _ in range(4)]  # true and predicted classes, an epoch each
MATRICES = {}
for _epoch, (_true, _predicted) in enumerate(PAIRS):
    MATRICES[_epoch] = np.zeros((3, 3), int)
    np.add.at(MATRICES[_epoch], (_true, _predicted), 1)


@pytest.mark.parametrize("k", [None, 1])
def test_scores_by_epoch(k):
    figure = scores_figure(MATRICES, best=2, title="Validation", name="cat" if k else "", k=k)
    curves = {trace.name.removeprefix("mean "): trace.y for trace in figure.data}
    oracle = [precision_recall_fscore_support(*pair, zero_division=0) for pair in PAIRS]
    of = (lambda values: values.mean()) if k is None else (lambda values: values[k])
    for place, name in enumerate(("precision", "recall", "F1")):
        assert curves[name] == pytest.approx([of(found[place]) for found in oracle])
    if k is None:
        assert curves["accuracy"] == pytest.approx([np.mean(true == predicted) for true, predicted in PAIRS])
    else:
        assert "class cat" in figure.layout.title.text and "accuracy" not in curves
    assert list(figure.data[0].x) == [1, 2, 3, 4] and figure.layout.shapes[0].x0 == 3  # epochs from 1; the best is marked


def test_a_single_epoch_can_be_seen():
    figure = scores_figure({5: MATRICES[0]}, best=2, title="Test")
    assert all("markers" in trace.mode and len(trace.x) == 1 for trace in figure.data) and not figure.layout.shapes
    assert "n = 60" in figure.layout.title.text


def test_means_are_over_the_classes_that_occur_and_one_that_does_not_has_no_curve():
    matrices = {0: np.diag([0, 3, 5]), 1: np.diag([0, 4, 4])}
    means = {trace.name: trace.y for trace in scores_figure(matrices, best=0, title="Validation").data}
    assert {tuple(values) for values in means.values()} == {(1, 1)}
    absent = scores_figure(matrices, best=0, title="Validation", name="cat", k=0)
    assert all(set(trace.y) == {None} for trace in absent.data)
