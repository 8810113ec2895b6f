"""The dose-response of a run: measured once, kept, read again; and what came with recorded runs."""

import json

import numpy as np
import pytest
import torch

from core.cli import main
from core.data.shapes import PARTS, draw
from core.errors import DataError, StoreError
from core.evaluation.dose_records import FILE, kept_response, measure_response, of_plain, to_plain
from core.evaluation.shuffled import KINDS
from core.records import recorded
from core.records.recorded import recorded_epochs, recorded_names, recorded_run
from core.training.config import RunConfig
from core.training.runs import datasets
from core.training.runs.checkpoint import open_model
from tests.support import LONG_TINY, SMALL, ended, tiny_split, wait_for, write_class_folders

GRU = "recorded-shapes-gru"
WITH_DOSES = [name for name in recorded_names() if (recorded.FOLDER / name / FILE).exists()]


@pytest.fixture
def unmeasured(monkeypatch):
    """Recorded runs without what was measured of them."""
    monkeypatch.setattr("core.evaluation.dose_records.FILE", "measured-here.json")


def test_the_first_dose_is_the_accuracy_and_all_of_it_is_kept(manager, unmeasured):
    assert kept_response(manager, GRU) is None
    told = []
    found = measure_response(manager, GRU, count=120, seed=3, progress=lambda *step: told.append(step))
    assert kept_response(manager, GRU) == found and to_plain(of_plain(to_plain(found))) == to_plain(found)
    assert (found.epoch, found.n, found.seed, found.torch) == (recorded_run("shapes-gru").best.epoch, 120, 3, torch.__version__)
    assert told[-1] == (100, 100, "Shuffling")

    chosen = np.sort(np.random.default_rng(3).permutation(2000)[:120])
    images, labels = draw(PARTS["val"])
    opened = open_model(recorded_epochs("shapes-gru")[found.epoch])
    mean, std = (torch.tensor(values)[:, None, None] for values in (opened.mean, opened.std))
    with torch.no_grad():
        named = opened.model((torch.from_numpy(images[chosen]).float() / 255 - mean) / std).argmax(1).numpy()
    for doses in found.doses.values():
        assert doses[0].moved == 0 and doses[0].accuracy.value == (named == labels[chosen]).mean()


def test_what_came_with_a_run_is_not_measured_again(manager):
    found = kept_response(manager, GRU)
    assert found.n == 2000 and set(found.doses) == set(KINDS)
    assert not manager.files(GRU).folder.exists()


@pytest.mark.parametrize("name", WITH_DOSES)
def test_recorded_doses_are_of_the_recorded_weights(manager, name):
    """At dose 0 nothing has moved: the accuracy is that of the run itself, up to the choice of 2,000 of its images and half precision."""
    found, run = kept_response(manager, f"recorded-{name}"), recorded_run(name)
    assert found.epoch == run.best.epoch
    for kind, doses in found.doses.items():
        assert [dose.dose for dose in doses] == list(KINDS[kind].doses)
        whole = doses[0].accuracy
        assert whole.low - 0.005 <= run.best.val_top1 <= whole.high + 0.005
        assert doses[-1].moved > 0.9


def test_the_four_on_one_figure_are_recorded():
    assert {f"cifar10-{n}-0" for n in ("compare-gru", "compare-vit", "compare-cnn", "vit-none")} <= set(WITH_DOSES)


def test_a_bag_of_patches_bears_every_shuffle_of_its_patches(manager):
    """The ViT without positions reads patches of 4 x 4 pixels, the patches that are moved: not one answer may change."""
    for doses in kept_response(manager, "recorded-cifar10-vit-none-0").doses.values():
        assert len({dose.accuracy.value for dose in doses}) == 1


def test_what_is_damaged_or_of_other_weights_is_measured_again(manager, unmeasured):
    measured = to_plain(measure_response(manager, GRU, count=20))
    path = manager.files(GRU).folder / "measured-here.json"
    for text in ("{", "[]", json.dumps({**measured, "doses": {}}), json.dumps({**measured, "epoch": measured["epoch"] - 1})):
        path.write_text(text)
        assert kept_response(manager, GRU) is None
    path.write_text(json.dumps(measured))
    assert kept_response(manager, GRU).n == 20


def test_what_cannot_be_measured_says_why(manager, monkeypatch):
    with pytest.raises(StoreError, match="keeps no weights of epoch"):
        measure_response(manager, "recorded-cifar10-road-mean-0", count=10)
    with pytest.raises(DataError, match="folder"):
        measure_response(manager, "recorded-cifar10-compare-gru-0", count=10)
    with pytest.raises(StoreError, match="no run"):
        measure_response(manager, "nobody", count=10)
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(StoreError, match=r"No space left on device\). Free some disk space .* Then measure again"):
        measure_response(manager, GRU, count=10)


def test_a_folder_with_other_classes_is_not_what_the_run_was_trained_on(manager, run_of_a_folder, tmp_path, capsys):
    run, folder = run_of_a_folder
    words = ["runs", "shuffle", run, "--images", "4", "--home", str(manager.home), "--data"]
    assert main([*words, str(folder)]) == 0
    other = folder.rename(folder.with_name("other"))
    (other / "class 3").rename(other / "cats")
    capsys.readouterr()
    assert main([*words, str(other)]) == 2
    said = capsys.readouterr().err
    assert (
        said
        == f"error: These are not the images that {run} was trained on: it knows no class 'cats'. Name the folder that it was trained on.\n"
    )
    assert kept_response(manager, run).n == 4, "what was measured before stays"


def test_a_run_does_not_go_on_with_other_images(manager, run_of_a_folder):
    run, folder = run_of_a_folder
    (folder / "class 3").rename(folder / "cats")
    datasets._datasets.clear()
    manager.resume(run)
    now = wait_for(manager, run, ended)
    assert now.status == "failed" and "it knows no class 'cats'" in now.message and now.classes[3] == "class 3"


@pytest.fixture
def run_of_a_folder(manager, tmp_path):
    """A stopped run of a folder of class folders, and the folder."""
    folder = tmp_path / "images"
    write_class_folders(folder, tiny_split(100, 1))
    run = manager.submit(RunConfig.of(**{**LONG_TINY, "dataset": "folder", "data": str(folder)}))
    wait_for(manager, run, lambda now: len(now.epochs) >= 2)
    manager.stop(run)
    assert wait_for(manager, run, ended).status == "stopped"
    return run, folder


def full_disk(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_run_of_ones_own(manager):
    run = wait_for(manager, manager.submit(RunConfig.of(**SMALL, epochs=1)), ended)
    found = measure_response(manager, run.run_id, count=50)
    assert found.n == 40, "all there are"
    assert kept_response(manager, run.run_id) == found and (manager.files(run.run_id).folder / FILE).is_file()
