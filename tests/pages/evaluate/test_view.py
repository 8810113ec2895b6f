"""What the confusion board is sent."""

import numpy as np
import pytest

from core.records.published import published_run
from core.records.recorded import recorded_run
from pages.evaluate.view import board_data, cells_of, largest_confusion, recorded_matrices

RUN = recorded_run("shapes-gru")


def test_all_epochs_are_sent_as_they_were_counted():
    data = board_data(RUN, "val", recorded_matrices(RUN, "val"), epoch=4, cell=(1, 2))
    assert data["epochs"] == list(range(1, 21)) and data["epoch"] == 4 and data["best"] == RUN.best.epoch and data["cell"] == [1, 2]
    for record, flat in zip(RUN.epochs, data["matrices"], strict=True):
        assert np.reshape(flat, (10, 10)).tolist() == record.val_confusion.tolist()
    assert data["other"] is None and data["label"] == "Validation"


def test_of_the_test_images_there_is_one_look():
    found = recorded_matrices(RUN, "test")
    assert {epoch: matrix.tolist() for epoch, matrix in found.items()} == {RUN.test.epoch: RUN.test.confusion.tolist()}
    assert recorded_matrices(published_run(), "test") == {}
    assert recorded_matrices(RUN, "train")[3] is RUN.epochs[3].train_confusion


def test_what_is_subtracted_is_named():
    other = RUN.epochs[0].val_confusion
    data = board_data(RUN, "val", recorded_matrices(RUN, "val"), epoch=4, other=("the first epoch", other))
    assert data["other"] == {"label": "the first epoch", "matrix": other.reshape(-1).tolist()}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("3-5", (3, 5)),
        ("0-0", (0, 0)),
        ("9-9", (9, 9)),
        ("10-1", None),
        ("-1-2", None),
        ("", None),
        ("a-b", None),
        ("3", None),
        ("٣-٥", None),
        ("3-" + "9" * 5000, None),
    ],
)
def test_a_cell_in_a_link(text, cell):
    assert cells_of(10).read(text) == cell


def test_the_largest_confusion_is_off_the_diagonal():
    assert largest_confusion([[90, 1, 2], [5, 80, 7], [7, 0, 99]]) == (1, 2)  # of two sevens the first
    assert largest_confusion(np.eye(3, dtype=int)) == (0, 1)
