"""What a run says of images: kept by the training, computed where it was not, and the same either way."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.metrics import confusion_matrix

from core.data.splits import normalize
from core.errors import DataError, StoreError
from core.evaluation import judged as module
from core.evaluation.judged import Judged, images_of, judged, logits_file
from core.evaluation.looks import looks
from core.training.config import RunConfig
from core.training.runs.checkpoint import open_model
from tests.support import SMALL, ended, load_tiny, wait_for

DATA = load_tiny("tiny", None)


@pytest.fixture
def run(manager):
    """A finished run of three epochs."""
    snapshot = wait_for(manager, manager.submit(RunConfig.of(**{**SMALL, "epochs": 3})), ended)
    assert snapshot.status == "finished", snapshot.message
    return snapshot


def test_validation_is_kept_by_the_training_and_matches_its_record(manager, run, monkeypatch):
    monkeypatch.setattr(module, "judge", None)  # no forward pass
    for record in run.epochs:
        found = judged(manager, run.run_id, record.epoch)
        assert found.scores.matrix.tolist() == record.val_confusion.tolist() and found.scores.top1 == record.val_top1
        assert found.labels.tolist() == DATA.val.labels.tolist()
        loss = -np.log(found.probabilities[np.arange(40), found.labels]).mean()
        assert loss == pytest.approx(record.val_loss, rel=1e-5) == found.loss


def test_what_is_kept_is_what_the_weights_say(manager, run):
    kept = judged(manager, run.run_id, 1)
    manager.files(run.run_id).logits("val", 1).unlink()
    assert not logits_file(manager, run.run_id, 1).is_file()
    told = []
    again = judged(manager, run.run_id, 1, progress=lambda *step: told.append(step))
    assert again.logits == pytest.approx(kept.logits, abs=1e-5) and logits_file(manager, run.run_id, 1).is_file()
    assert told[-1] == (40, 40, "Judging images")
    opened = open_model(manager.weights(run.run_id, 1))
    with torch.no_grad():
        assert again.logits == pytest.approx(opened.model(normalize(DATA.val.images, opened.mean, opened.std)).numpy(), abs=1e-5)


def test_the_test_split_at_the_best_epoch_is_the_final_test(manager, run):
    before = looks(manager)
    found = judged(manager, run.run_id, run.test.epoch, "test")
    assert found.scores.matrix.tolist() == run.test.confusion.tolist()
    judged(manager, run.run_id, run.test.epoch, "test")
    assert (before, looks(manager)) == (1, 2)  # looking at kept numbers again is no new look


def test_a_folder_is_judged_and_judged_anew_when_it_changes(manager, run, tmp_path):
    for k in (3, 5):
        folder = tmp_path / "own" / f"class {k}"
        folder.mkdir(parents=True)
        for i in range(2):
            Image.fromarray(DATA.test.images[10 * i + k].permute(1, 2, 0).numpy()).save(folder / f"{i}.png")
    found = judged(manager, run.run_id, 2, str(tmp_path / "own"))
    test = judged(manager, run.run_id, 2, "test")
    assert found.labels.tolist() == [3, 3, 5, 5]
    assert found.logits == pytest.approx(test.logits[[3, 13, 5, 15]], abs=1e-5)
    (tmp_path / "own" / "class 5" / "1.png").unlink()
    assert len(judged(manager, run.run_id, 2, str(tmp_path / "own")).labels) == 3
    with pytest.raises(DataError, match="does not exist"):
        judged(manager, run.run_id, 2, str(tmp_path / "nowhere"))


def test_images_come_in_the_order_of_what_is_said_of_them(manager, run):
    split = images_of(manager, run, "val")
    assert torch.equal(split.images, DATA.val.images) and judged(manager, run.run_id, 0).labels.tolist() == split.labels.tolist()


def test_other_images_than_the_run_was_judged_on_are_refused(manager, run, monkeypatch):
    manager.files(run.run_id).logits("val", 0).unlink()

    def refused(**other):
        monkeypatch.setattr("core.training.runs.datasets.load_shared", lambda *_: replace(DATA, **other))
        said = set()
        for images in ("val", "test", "train"):
            with pytest.raises(DataError, match=f"not the images that {run.run_id} was .* Name the folder that it was trained on") as error:
                judged(manager, run.run_id, 0, images)
            said.add(str(error.value))
        assert len(said) == 1
        return said.pop()

    assert "evaluated on: it counted 40, here are 39" in refused(val=DATA.val[1:])
    assert "or other numbers of its classes" in refused(test=DATA.test[torch.tensor([1, *range(1, 40)])])
    assert "trained on: it knows no class 'cat'." in refused(classes=("cat", *DATA.classes[1:]))
    assert "trained on, which have 10 classes." in refused(classes=DATA.classes[:9])
    assert looks(manager) == 1, "no answer was given"


def test_a_damaged_file_is_computed_again(manager, run):
    path = manager.files(run.run_id).logits("val", 0)
    path.write_bytes(path.read_bytes()[:-40])
    assert judged(manager, run.run_id, 0).scores.top1 == run.epochs[0].val_top1


def test_weights_that_are_not_kept(manager, run):
    manager.files(run.run_id).epoch(1).unlink()
    assert judged(manager, run.run_id, 1).scores.top1 == run.epochs[1].val_top1  # what it said of validation is
    with pytest.raises(StoreError, match="no weights of epoch 2. Kept epochs: 1, 3"):
        judged(manager, run.run_id, 1, "test")


def test_a_recorded_run_is_judged_by_the_weights_that_came_with_the_lab(manager):
    weights = manager.kept_weights("recorded-shapes-gru")
    assert weights and all(path.is_file() for path in weights.values())
    with pytest.raises(StoreError, match="no weights of epoch 100"):
        judged(manager, "recorded-shapes-gru", 99)


def test_answers_from_logits_against_scikit_learn():
    rng = np.random.default_rng(0)
    found = Judged(rng.normal(size=(500, 7)).astype(np.float32) * 30, rng.integers(0, 7, 500))
    assert found.scores.matrix.tolist() == confusion_matrix(found.labels, found.logits.argmax(1), labels=range(7)).tolist()
    assert found.probabilities == pytest.approx(torch.from_numpy(found.logits).double().softmax(1).numpy())
    cell = found.cell(2, 4)
    assert sorted(cell) == [i for i in range(500) if found.labels[i] == 2 and found.predictions[i] == 4]
    sure = found.probabilities[cell, 4]
    assert (np.diff(sure) <= 0).all() and found.right.sum() == np.trace(found.scores.matrix)


def test_no_images_at_all():
    found = Judged(np.zeros((0, 3), np.float32), np.zeros(0, np.int64))
    assert found.probabilities.shape == (0, 3) and np.isnan(found.loss) and found.scores.top1 == 0 and len(found.cell(0, 1)) == 0


def test_large_logits_neither_overflow_nor_vanish():
    logits = np.array([[1000.0, 0.0, 999.0], [-1000.0, -1001.0, -1000.0]], np.float32)
    found = Judged(logits, np.array([0, 1]))
    expected = torch.from_numpy(logits).double()
    assert found.probabilities == pytest.approx(expected.softmax(1).numpy(), abs=1e-12)
    assert found.loss == pytest.approx(torch.nn.functional.cross_entropy(expected, torch.tensor([0, 1])).item())
