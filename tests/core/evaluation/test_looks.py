"""Every look at test labels leaves a mark, wherever it is taken: counted once a look, and not where there are no test labels."""

import json

import pytest

from core.cli import main
from core.data.splits import Split
from core.evaluation.judged import images_of, judge, judged
from core.evaluation.looks import looks
from core.evaluation.sequences.long_inputs import long_inputs
from core.evaluation.sequences.scores import scores
from core.training.config import RunConfig
from core.training.runs import datasets
from tests.support import SMALL, ended, load_tiny, wait_for, write_class_folders

GRU = "recorded-reverse-gru"


@pytest.fixture
def run(manager):
    """A finished run of two epochs: its final test was one look."""
    run_id = manager.submit(RunConfig.of(**SMALL, epochs=2))
    assert wait_for(manager, run_id, ended).status == "finished"
    assert looks(manager) == looks(manager, run_id) == 1
    return run_id


@pytest.fixture
def command(manager, capsys):
    """Run a command in the manager's home; what it printed with --json."""

    def call(*words):
        assert main([*map(str, words), "--home", str(manager.home), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return call


def test_on_the_command_line_every_time_is_a_look(manager, run, command):
    for times in (1, 2, 3):
        command("evaluate", run, "--split", "test", "--epoch", 1 if times == 2 else 2)
        assert looks(manager) == 1 + times
    assert command("runs", "show", run)["looks"] == 4
    command("evaluate", run)
    command("evaluate", run, "--epoch", "1")
    command("runs", "shuffle", run, "--images", "10")
    assert looks(manager) == 4, "validation images are chosen by"


def test_in_python_what_is_computed_is_a_look_and_what_is_read_again_is_none(manager, run):
    for images, count in (("val", 1), ("train", 1), ("test", 2), ("test", 2)):
        judged(manager, run, 0, images)
        assert looks(manager) == looks(manager, run) == count, images
    judged(manager, run, 1, "test")
    assert looks(manager) == 3
    judge(manager, run, 1, "test", images_of(manager, manager.snapshot(run), "test"))
    assert looks(manager) == 4


def test_the_folder_that_a_run_was_trained_on_has_its_test_images_and_another_has_not(manager, command, tmp_path, capsys):
    data = load_tiny("tiny", None)
    write_class_folders(tmp_path / "own", data.train)
    write_class_folders(tmp_path / "other", Split(data.val.images[:20], data.val.labels[:20]))
    small = {**SMALL, "dataset": "folder", "data": str(tmp_path / "own")}
    run = manager.submit(RunConfig.of(**small, epochs=1))
    assert wait_for(manager, run, ended).status == "finished"
    assert "own folder" not in command("evaluate", run, "--data", tmp_path / "other")["images"] and looks(manager) == 1
    found = command("evaluate", run, "--data", tmp_path / "other" / ".." / "own")
    assert looks(manager) == 2 and "the run's own folder: it was trained on most of these" in found["images"]

    was = manager.snapshot(run)
    (tmp_path / "own").rename(tmp_path / "moved")
    datasets._datasets.clear()  # as in a process of its own
    assert main(["evaluate", run, "--split", "val", "--home", str(manager.home)]) == 2 and "does not exist" in capsys.readouterr().err
    found = command("evaluate", run, "--split", "val", "--data", tmp_path / "moved")
    assert found["confusion"] == was.best.val_confusion.tolist() and looks(manager) == 2
    assert command("evaluate", run, "--split", "test", "--data", tmp_path / "moved")["confusion"] == was.test.confusion.tolist()
    assert looks(manager) == 3


def test_of_sequences_the_test_split_and_its_lengths_are_one_look(manager, command):
    best = manager.snapshot(GRU).best.epoch
    assert looks(manager) == looks(manager, GRU) == 0, "its final test was taken elsewhere"
    scores(manager, GRU, best)
    assert looks(manager) == 0
    long_inputs(manager, GRU, best)  # by length: the shorter inputs are those of the test split
    assert looks(manager) == looks(manager, GRU) == 1
    scores(manager, GRU, best, "test")
    assert looks(manager) == 1
    command("evaluate", GRU)  # prints the table by length
    command("evaluate", GRU, "--split", "test")
    assert command("runs", "show", GRU)["looks"] == looks(manager) == 3


def test_a_look_that_fails_before_it_sees_anything_is_none(manager, run):
    assert main(["evaluate", run, "--split", "test", "--epoch", "9", "--home", str(manager.home)]) == 2
    assert looks(manager) == 1


def test_looks_outlast_the_run_and_other_versions_of_the_lab(manager, run):
    judged(manager, run, 0, "test")
    manager.files(run).logits("test", 1).touch()  # a version that left no marks kept this
    assert looks(manager) == looks(manager, run) == 3
    manager.delete(run)
    assert looks(manager) == looks(manager, run) == 1, "its own test is gone with its record"
