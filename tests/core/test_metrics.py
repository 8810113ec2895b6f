import json
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn import metrics as sk

import core
from core.errors import DataError
from core.metrics import ConfusionMatrix
from core.scores import ClassScores

REFERENCE = json.loads((Path(core.__file__).parent / "records" / "reference_run.json").read_text(encoding="utf-8"))
PHASES = [pytest.param(e[phase], id=f"{phase}-{e['epoch']}") for e in REFERENCE["epochs"] for phase in ("train", "val")]


def labels(case):
    """(K, pred, true) of random and degenerate cases."""
    rng = np.random.default_rng(0)
    true, pred = rng.integers(0, 5, 400), rng.integers(0, 5, 400)
    return {
        "random": (5, pred, true),
        "mostly right": (5, np.where(rng.random(400) < 0.8, true, pred), true),
        "absent class": (7, pred, true),  # neither true nor predicted
        "never predicted": (5, np.where(pred == 3, 0, pred), true),
        "only predicted": (5, pred, np.where(true == 3, 0, true)),
        "all one class": (5, np.full(50, 2), np.full(50, 2)),
        "all wrong": (5, (true + 1) % 5, true),
        "one class": (1, np.zeros(9, dtype=int), np.zeros(9, dtype=int)),
        "one sample": (5, np.array([1]), np.array([4])),
    }[case]


CASES = ["random", "mostly right", "absent class", "never predicted", "only predicted", "all one class", "all wrong",
         "one class", "one sample"]  # fmt: skip


@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize("case", CASES)
def test_equals_scikit_learn(case):
    k, pred, true = labels(case)
    confusion = ConfusionMatrix(k).update(torch.from_numpy(pred), torch.from_numpy(true))
    every = list(range(k))
    np.testing.assert_array_equal(confusion.matrix, sk.confusion_matrix(true, pred, labels=every))
    assert confusion.top1 == pytest.approx(sk.accuracy_score(true, pred))
    (tn, fp), (fn, tp) = sk.multilabel_confusion_matrix(true, pred, labels=every).transpose(1, 2, 0)
    for name, value in {"true_positives": tp, "false_positives": fp, "false_negatives": fn, "true_negatives": tn}.items():
        np.testing.assert_array_equal(getattr(confusion.scores, name), value)
    occurs = np.isin(every, true)
    np.testing.assert_allclose(confusion.one_vs_rest_accuracy, np.where(occurs, (tp + tn) / len(true), np.nan))
    np.testing.assert_array_equal(confusion.count, [(true == c).sum() for c in every])
    np.testing.assert_allclose(confusion.frequency, [(true == c).mean() for c in every])
    oracles = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score, "iou": sk.jaccard_score}
    for name, oracle in oracles.items():
        score = getattr(confusion, name)
        assert score.dtype == torch.float64
        np.testing.assert_allclose(score, np.where(occurs, oracle(true, pred, labels=every, average=None, zero_division=0), np.nan))
        for average, value in (("macro", confusion.mean(name)), ("weighted", confusion.weighted(name))):
            expected = oracle(true, pred, labels=np.unique(true), average=average, zero_division=0)
            assert value == pytest.approx(expected), (name, average)


def test_nothing_counted_has_no_scores():
    confusion = ConfusionMatrix(3)
    confusion.update(torch.empty(0, dtype=torch.int64), torch.empty(0, dtype=torch.int64))
    assert confusion.matrix.tolist() == [[0] * 3] * 3
    assert confusion.top1 == 0
    assert np.isnan([confusion.mean("f1"), confusion.weighted("f1"), *confusion.recall]).all()


@pytest.mark.parametrize("seed", range(20))
def test_any_chunking_and_shape_gives_the_same_counts(seed):
    rng = np.random.default_rng(seed)
    k, n = int(rng.integers(1, 12)), 240
    pred, true = torch.from_numpy(rng.integers(0, k, (2, n)))
    whole = ConfusionMatrix(k).update(pred, true).matrix
    parts = ConfusionMatrix(k)
    cuts = [0, *sorted(rng.integers(0, n + 1, rng.integers(0, 30)).tolist()), n]  # empty chunks among them
    for start, end in pairwise(cuts):
        parts.update(pred[start:end], true[start:end])
    assert torch.equal(parts.matrix, whole)
    shaped = ConfusionMatrix(k).update(pred.reshape(4, 5, 12).transpose(0, 2), true.reshape(4, 5, 12).transpose(0, 2))
    assert torch.equal(shaped.matrix, whole)
    one_by_one = ConfusionMatrix(k)
    for p, t in zip(pred[:20], true[:20], strict=True):
        one_by_one.update(p, t)
    assert torch.equal(one_by_one.matrix, ConfusionMatrix(k).update(pred[:20], true[:20]).matrix)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool])
def test_any_integer_type_counts_and_stays_untouched(dtype):
    pred, true = torch.tensor([0, 1, 1]).to(dtype), torch.tensor([0, 1, 0])
    confusion = ConfusionMatrix(2).update(pred, true)
    assert confusion.matrix.tolist() == [[1, 1], [0, 1]]
    assert confusion.matrix.dtype == torch.int64
    assert true.tolist() == [0, 1, 0]


def test_rows_are_true_and_columns_predicted():
    assert ConfusionMatrix(3).update(torch.tensor([2]), torch.tensor([0])).matrix[0, 2] == 1


def test_reset_forgets_and_a_matrix_that_was_read_does_not_change():
    confusion = ConfusionMatrix(2).update(torch.tensor([0]), torch.tensor([0]))
    read = confusion.matrix
    confusion.update(torch.tensor([0]), torch.tensor([0]))
    assert read[0, 0] == 1
    confusion.reset()
    assert confusion.matrix.sum() == 0


@pytest.mark.parametrize(("pred", "true"), [(3, 0), (0, 3), (-1, 0), (0, -1), (10**12, 1), (1, -(10**12)), (3, -1)])
def test_classes_out_of_range_are_reported_when_read(pred, true):
    confusion = ConfusionMatrix(3).update(torch.tensor([0, pred]), torch.tensor([0, true]))
    with pytest.raises(DataError, match=r"1 of 2 samples .* outside 0 to 2"):
        _ = confusion.top1


def test_logits_and_shapes_that_differ_are_refused():
    with pytest.raises(DataError, match=r"\(4, 3\) and true classes \(4,\) differ in shape.*argmax"):
        ConfusionMatrix(3).update(torch.zeros(4, 3), torch.zeros(4, dtype=torch.int64))
    with pytest.raises(DataError, match=r"\(2, 3\) and true classes \(3, 2\) differ in shape"):  # as many, in another order
        ConfusionMatrix(3).update(torch.zeros(2, 3, dtype=torch.int64), torch.zeros(3, 2, dtype=torch.int64))
    with pytest.raises(DataError, match="class indices"):
        ConfusionMatrix(3).update(torch.zeros(4), torch.zeros(4, dtype=torch.int64))


def test_an_update_is_cheap():
    pred, true = torch.randint(10, (2, 128))
    confusion = ConfusionMatrix(10)
    seconds = []
    for _ in range(300):
        start = time.perf_counter()
        confusion.update(pred, true)
        seconds.append(time.perf_counter() - start)
    assert np.median(seconds) < 100e-6  # measured: 10 µs; the margin is for a busy machine


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_an_update_does_not_wait_for_the_gpu():
    pred, true = torch.randint(10, (2, 128), device="cuda")
    confusion = ConfusionMatrix(10, device="cuda").update(pred, true)
    torch.cuda.set_sync_debug_mode("error")
    try:
        confusion.update(pred, true)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert torch.equal(confusion.matrix, 2 * ConfusionMatrix(10).update(pred.cpu(), true.cpu()).matrix)


@pytest.mark.parametrize("phase", PHASES)
def test_reproduces_the_published_run(phase):
    counts = np.array(phase["confusion"])
    true, pred = (torch.from_numpy(index.repeat(counts.ravel())) for index in np.indices(counts.shape).reshape(2, -1))
    confusion = ConfusionMatrix(10).update(pred, true)
    np.testing.assert_array_equal(confusion.matrix, counts)
    assert confusion.top1 == pytest.approx(phase["top1"], abs=5.1e-5)  # rounded to 4 places there
    # Trap 5: every error is wrong for two of the K one-vs-rest questions, right for all others.
    assert confusion.mean("one_vs_rest_accuracy") == pytest.approx(1 - 2 * (1 - confusion.top1) / 10)
    assert confusion.mean("one_vs_rest_accuracy") > 0.85 > confusion.top1


@pytest.mark.parametrize("k", range(10), ids=REFERENCE["classes"])
def test_reproduces_the_published_test_table(k):
    """The test confusion is not published, but 1,000 images a class, recall and precision give each class's four counts."""
    row = dict(zip(REFERENCE["test"]["columns"], REFERENCE["test"]["per_class_percent"][k], strict=True))
    tp = round(10 * row["recall"])
    fp = round(tp / (row["precision"] / 100)) - tp
    scores = ClassScores(np.array([[9000 - fp, fp], [1000 - tp, tp]]))
    for name, percent in row.items():
        assert 100 * getattr(scores, name)[1] == pytest.approx(percent, abs=0.0051), name


def test_the_published_means_are_means_and_its_accuracy_is_not_top1():
    rows, means = np.array(REFERENCE["test"]["per_class_percent"]), REFERENCE["test"]["mean_percent"]
    np.testing.assert_allclose(rows.mean(axis=0), means, atol=0.0051)
    mean = dict(zip(REFERENCE["test"]["columns"], means, strict=True))
    top1 = mean["recall"]  # as many images in every class
    assert mean["one_vs_rest_accuracy"] == pytest.approx(100 - 2 * (100 - top1) / 10, abs=0.0051)
