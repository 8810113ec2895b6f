"""Tables of what was judged, against scikit-learn, PyTorch and counts by hand."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from torch.nn import functional as F

from core import ConfusionMatrix, class_table, load_dataset, per_image
from core.errors import ConfigError, DataError, StoreError
from core.evaluation.judged import Judged
from core.frames import csv_text
from core.scores import ClassScores
from core.training.runs.manager import RunManager

RUN = "recorded-shapes-gru"
TRUE, SAID = np.random.default_rng(0).integers(0, 4, (2, 200))
COUNTS = confusion_matrix(TRUE, SAID)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    manager = RunManager(tmp_path_factory.mktemp("lab"))
    yield manager
    manager.shutdown()


@pytest.fixture(scope="module")
def images(lab):
    return per_image(lab, RUN)


# ---- a row a class ----


@pytest.mark.parametrize("kind", [np.array, list, torch.tensor, ClassScores, lambda _: ConfusionMatrix(4).update(SAID, TRUE)])
def test_the_class_table_is_that_of_scikit_learn(kind):
    found = class_table(kind(COUNTS), "abcd").set_index("class")
    theirs = precision_recall_fscore_support(TRUE, SAID)
    for name, values in zip(("precision", "recall", "f1", "count"), theirs, strict=True):
        assert found[name].tolist() == pytest.approx(values.tolist(), abs=1e-15)
    assert found["frequency"].tolist() == [np.mean(k == TRUE) for k in range(4)]
    assert found["true_negatives"].tolist() == [int(((k != TRUE) & (k != SAID)).sum()) for k in range(4)]


def test_its_columns_have_types():
    found = class_table([[7, 2, 0], [0, 5, 0], [0, 0, 0]])
    assert found["class"].tolist() == ["0", "1", "2"] and found["class"].dtype == "string"
    counts = ["count", "true_positives", "false_negatives", "false_positives", "true_negatives"]
    assert {str(found[name].dtype) for name in counts} == {"int64"}
    assert {str(found[name].dtype) for name in ("frequency", "recall", "precision", "f1", "iou", "one_vs_rest_accuracy")} == {"float64"}
    assert math.isnan(found["recall"][2]) and found["count"][2] == 0


@pytest.mark.parametrize("wrong", [[[0.5, 0.5], [0, 1]], [[1, 2]], [[1, -1], [0, 1]], [[1], [0, 1]], "gru", [1, 2], None])
def test_what_is_no_confusion_matrix_is_said_in_a_sentence(wrong):
    with pytest.raises(DataError, match="A confusion matrix"):
        class_table(wrong)


def test_names_have_to_fit():
    with pytest.raises(DataError, match="3 class names do not fit a confusion matrix of 4 classes"):
        class_table(COUNTS, "abc")


# ---- a row an image ----


def test_images_are_those_of_the_split_in_its_order(lab, images):
    shapes, run = load_dataset("shapes"), lab.snapshot(RUN)
    assert images["image"].tolist() == list(range(len(shapes.val)))
    assert images["true_class"].tolist() == [shapes.classes[label] for label in shapes.val.labels.tolist()]
    assert images["correct"].mean() == run.best.val_top1
    crossed = pd.crosstab(images["true_class"], images["predicted_class"]).reindex(index=run.classes, columns=run.classes, fill_value=0)
    assert (crossed.to_numpy() == run.best.val_confusion).all()


def test_probabilities_and_losses_are_those_of_the_model(lab, images):
    shapes = lab.dataset(RUN)
    mean, std = torch.tensor(shapes.mean).view(3, 1, 1), torch.tensor(shapes.std).view(3, 1, 1)
    with torch.no_grad():
        logits = lab.model(RUN)((shapes.val.images[:300] / 255 - mean) / std)
    labels = shapes.val.labels[:300]
    first = images[:300]
    assert first["loss"].to_numpy() == pytest.approx(F.cross_entropy(logits, labels, reduction="none").numpy(), abs=1e-4)
    assert first["confidence"].to_numpy() == pytest.approx(logits.softmax(1).amax(1).numpy(), abs=1e-4)
    assert first["true_probability"].to_numpy() == pytest.approx(logits.softmax(1)[range(300), labels].numpy(), abs=1e-4)
    assert images["loss"].mean() == pytest.approx(lab.snapshot(RUN).best.val_loss, rel=1e-4)  # on another machine
    assert (first["correct"] == (first["true_class"] == first["predicted_class"])).all()


def test_another_epoch_and_another_split(lab, images):
    assert len(per_image(lab, RUN, images="test")) == 2000
    early = per_image(lab, RUN, 0)
    assert early["correct"].mean() == lab.snapshot(RUN).epochs[0].val_top1 < images["correct"].mean()


def test_a_table_of_images_has_types_even_without_a_row():
    found = Judged(np.zeros((0, 2), np.float32), np.zeros(0, np.int64)).frame(("cat", "dog"))
    assert found.dtypes.astype(str).to_dict() == {
        "image": "int64",
        "true_class": "string",
        "predicted_class": "string",
        "correct": "bool",
        "confidence": "float64",
        "true_probability": "float64",
        "loss": "float64",
    }
    assert csv_text(found) == "image,true_class,predicted_class,correct,confidence,true_probability,loss\n"


@pytest.mark.parametrize(
    ("run", "epoch", "error", "message"),
    [
        ("recorded-reverse-gru", None, ConfigError, "makes sequences out of sequences: it names no images"),
        (RUN, 7, StoreError, "keeps no weights of epoch 8. Kept epochs: 1, 9, 17"),
        ("nothing", None, StoreError, "There is no run named 'nothing'|There are no runs yet"),
    ],
)
def test_what_cannot_be_told_is_said_in_a_sentence(lab, run, epoch, error, message):
    with pytest.raises(error, match=message):
        per_image(lab, run, epoch, "test")
