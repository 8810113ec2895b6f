"""Files of runs at a URL: what one home has written another one reads, goes on from, thins and deletes, and nothing is lost on the way."""

import errno
import json
import os
import time
from pathlib import Path

import pytest
import torch
from fsspec.implementations.local import LocalFileSystem

from core.errors import BusyError, ConfigError, StoreError
from core.evaluation.judged import judged, judged_epochs
from core.evaluation.looks import looks
from core.shared_files import SharedFolder
from core.training.config import RunConfig
from core.training.runs import files as module
from core.training.runs.checkpoint import RunFiles, load_tensors, save_tensors, thin
from core.training.runs.files import Files, files_as_set
from core.training.runs.manager import RunManager
from tests.support import SMALL, ended, wait_for

CONFIG = {**SMALL, "epochs": 4}


@pytest.fixture
def far(tmp_path, monkeypatch):
    """The folder at the URL; all homes of the test have one database."""
    monkeypatch.setenv("LAB_FILES", f"file://{tmp_path.as_posix()}/far")
    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{tmp_path / 'runs.sqlite'}")
    return tmp_path / "far"


@pytest.fixture
def lab(tmp_path):
    """Managers of homes, by their names; one that is asked for again has been started anew."""
    managers = {}

    def start(name):
        if name in managers:
            managers[name].shutdown()
        managers[name] = RunManager(tmp_path / name)
        return managers[name]

    yield start
    for manager in managers.values():
        manager.shutdown()


def train(manager, **values):
    run = manager.submit(RunConfig.of(**{**CONFIG, **values}))
    return run, manager.wait(run, timeout=60)


def stopped_after(manager, epochs, **values):
    """A run that was stopped in the middle of an epoch, with so many complete ones before it."""
    run = manager.submit(RunConfig.of(**{**CONFIG, **values}), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    for step in range(1, 4 * epochs + 2):
        manager.step(run)
        wait_for(manager, run, lambda s, step=step: s.status == "paused" and s.step == step)
    manager.stop(run)
    assert len(wait_for(manager, run, ended).epochs) == epochs
    return run


def weights(manager, run):
    return {epoch: load_tensors(path)[0] for epoch, path in manager.kept_weights(run).items()}


def same(one, other):
    return one.keys() == other.keys() and all(
        torch.equal(value, other[epoch][name]) for epoch, tensors in one.items() for name, value in tensors.items()
    )


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


# ---- two homes ----


def test_a_run_goes_on_in_another_home_as_if_it_had_never_stopped(far, lab, tmp_path):
    one = lab("one")
    whole, _ = train(one)
    run = stopped_after(one, 2)
    one.shutdown()
    two = lab("two")
    assert two.store.state(run).home == (far / "home.id").read_text("utf-8")
    assert list(two.kept_weights(run)) == [0, 1] and not (tmp_path / "two" / "runs" / run).exists()
    before = {epoch: (tmp_path / "one" / "runs" / run / f"epoch-{epoch:04d}.safetensors").read_bytes() for epoch in (0, 1)}
    assert {epoch: path.read_bytes() for epoch, path in two.kept_weights(run).items()} == before
    two.resume(run)
    assert two.wait(run, timeout=60).status == "finished"
    back = lab("one")  # which has copies of the first epochs
    assert same(weights(back, run), weights(back, whole)) and list(back.kept_weights(run)) == [0, 1, 2, 3]
    assert back.snapshot(run).test.loss == back.snapshot(whole).test.loss
    files = back.files(run)
    assert [path.name for path in (far / "runs" / run).glob("optimizer-*")] == [files.optimizer(3).name] and files.steps() == [0, 1, 2, 4]


def test_a_deleted_run_is_deleted_for_all(far, lab, tmp_path):
    one, two = lab("one"), lab("two")
    run, _ = train(one, epochs=1)
    two.weights(run)
    two.delete(run)
    assert not (far / "runs" / run).exists() and not (tmp_path / "two" / "runs" / run).exists() and not one.runs()
    assert lab("one").kept_weights(run) == {} and not (tmp_path / "one" / "runs" / run).exists()


def test_a_run_that_lies_at_the_url_alone_can_be_deleted(far, lab):
    run, _ = train(lab("one"), epochs=1)
    lab("two").delete(run)
    assert names(far) == ["home.id"]


def test_what_could_not_be_deleted_at_the_url_goes_at_the_next_start(far, lab, tmp_path, monkeypatch):
    one = lab("one")
    run, _ = train(one, epochs=1)
    with monkeypatch.context() as patch:
        patch.setattr(LocalFileSystem, "rm", failing(ConnectionError()))
        one.delete(run)
        assert not one.runs()
        lab("one")
    assert (far / "runs" / run).exists()
    lab("one")
    assert not (far / "runs" / run).exists() and not any((tmp_path / "one" / "trash").iterdir())


def test_the_budget_counts_and_thins_what_lies_at_the_url(far, lab, tmp_path):
    one, two = lab("one"), lab("two")
    run, done = train(one, epochs=8)
    for path in two.kept_weights(run).values():
        assert path.is_file()
    sizes = {path.name: path.stat().st_size for path in (far / "runs" / run).glob("*.safetensors")}
    budget = two.engine.budget
    assert budget.spent() == sum(sizes.values())
    assert budget.here() == sum(size for name, size in sizes.items() if name.startswith("epoch-"))
    budget.limit = 1
    budget.keep()
    left = {"step-000000", "optimizer-0007", *(f"{kind}-{e:04d}" for kind in ("epoch", "logits-val") for e in (done.best.epoch, 7))}
    assert {path.stem for path in (far / "runs" / run).iterdir()} == left
    assert sorted({done.best.epoch, 7}) == list(two.kept_weights(run)) == list(one.kept_weights(run))
    copies = {path.stem for path in (tmp_path / "two" / "runs" / run).glob("*.safetensors")}
    assert copies == {f"epoch-{e:04d}" for e in (done.best.epoch, 7)}
    one.engine.budget.limit = 1
    one.engine.budget.keep()  # there is nothing more to thin, but copies of what has gone
    assert {path.stem for path in (tmp_path / "one" / "runs" / run).glob("*.safetensors")} == left


def test_answers_are_kept_for_all_homes_and_test_images_are_looked_at_once(far, lab):
    one, two = lab("one"), lab("two")
    run, _ = train(one, epochs=2)
    first = judged(one, run, 0, "test")
    counted = looks(two)
    again = judged(two, run, 0, "test")
    assert looks(two) == counted == 2  # its own test, and one
    assert (again.logits == first.logits).all() and judged_epochs(two, run, "test") == [0] and judged_epochs(two, run) == [0, 1]


# ---- copies ----


@pytest.fixture
def homes(tmp_path, monkeypatch):
    """Two homes as on two machines, with listings of their own that are never believed: (files, folder of the run gru-1) each."""
    monkeypatch.setattr(module, "FRESH", 0.0)
    made = []
    for name in ("one", "two"):
        (tmp_path / name / "runs" / "gru-1").mkdir(parents=True)
        made.append((Files(SharedFolder(f"memory://{tmp_path.name}")), tmp_path / name / "runs" / "gru-1"))
    return made


def write_with(files, path, monkeypatch, tensors, **metadata):
    with monkeypatch.context() as patch:
        patch.setattr("core.training.runs.checkpoint.files_as_set", lambda: files)
        save_tensors(path, tensors, metadata)


def test_a_copy_of_what_was_trained_anew_elsewhere_does_not_win(homes, monkeypatch):
    (one, here), (two, there) = homes
    path, copy = here / "epoch-0003.safetensors", there / "epoch-0003.safetensors"
    for value in (1.0, 2.0):
        write_with(one, path, monkeypatch, {"w": torch.full((5000,), value)}, epoch=3)
        assert two.fetch(copy).read_bytes() == path.read_bytes()
        assert torch.equal(load_tensors(copy)[0]["w"], torch.full((5000,), value))
    write_with(two, copy, monkeypatch, {"w": torch.full((5000,), 3.0)}, epoch=3)
    assert one.fetch(path).read_bytes() == copy.read_bytes()
    (there / "sequences-val-0003.json").write_text(json.dumps({"tokens": 1}), "utf-8")
    one.write(here / "sequences-val-0003.json", json.dumps({"tokens": 2}))
    assert json.loads(two.fetch(there / "sequences-val-0003.json").read_text("utf-8")) == {"tokens": 2}


def test_a_copy_that_is_the_same_is_not_fetched_again(homes, monkeypatch):
    (one, here), (two, there) = homes
    write_with(one, here / "epoch-0003.safetensors", monkeypatch, {"w": torch.ones(50_000)})
    copy = two.fetch(there / "epoch-0003.safetensors")
    read, whole = [], SharedFolder.read
    monkeypatch.setattr(SharedFolder, "read", lambda self, name, most=None: read.append(most) or whole(self, name, most))
    two.fetch(copy)
    assert len(read) == 1 and 0 < read[0] < 1000  # the header alone
    copy.write_bytes(copy.read_bytes()[:-1])  # as after a full disk
    assert two.fetch(copy).stat().st_size == (here / copy.name).stat().st_size


def test_a_file_that_is_gone_at_the_url_is_gone(homes):
    (one, here), (two, there) = homes
    one.write(here / "epoch-0003.safetensors", b"x" * 20)
    two.fetch(there / "epoch-0003.safetensors")
    one.remove(here / "epoch-0003.safetensors")
    assert two.named(there, "epoch-*.safetensors") == [] and not (here / "epoch-0003.safetensors").exists()
    with pytest.raises(FileNotFoundError):
        two.fetch(there / "epoch-0003.safetensors")


def test_listings_are_believed_for_a_moment(homes, monkeypatch):
    (one, here), (two, there) = homes
    one.write(here / "epoch-0000.safetensors", b"x")
    asked, whole = [], SharedFolder.sizes
    monkeypatch.setattr(SharedFolder, "sizes", lambda self, folder: asked.append(folder) or whole(self, folder))
    monkeypatch.setattr(module, "FRESH", 1000.0)
    for _ in range(5):
        assert two.sizes(there) == {"epoch-0000.safetensors": 1}
    one.write(here / "epoch-0001.safetensors", b"xx")
    assert asked == ["runs/gru-1"] and two.named(there, "epoch-*1.safetensors") == []
    two.write(there / "epoch-0002.safetensors", b"xxx")  # one's own are known at once
    assert two.named(there, "epoch-*2.safetensors") == [there / "epoch-0002.safetensors"]
    two.look_again("gru-1")
    assert two.sizes(there) == {f"epoch-{e:04d}.safetensors": e + 1 for e in range(3)} and len(asked) == 2


def test_only_files_of_runs_are_put_at_the_url(far, tmp_path):
    (tmp_path / "one").mkdir()
    save_tensors(tmp_path / "one" / "w.safetensors", {"w": torch.ones(3)}, {})
    assert torch.equal(load_tensors(tmp_path / "one" / "w.safetensors")[0]["w"], torch.ones(3))
    assert not any(far.rglob("*.safetensors"))


def test_without_a_url_only_the_home_counts(tmp_path):
    folder = tmp_path / "runs" / "gru-1"
    folder.mkdir(parents=True)
    files = files_as_set()
    files.write(folder / "epoch-0001.safetensors", b"abc")
    assert not files.shared and files.fetch(folder / "none") == folder / "none"
    assert files.sizes(folder) == {"epoch-0001.safetensors": 3} and files.sizes(tmp_path / "none") == {}
    files.remove_all("gru-1")
    files.remove(folder / "epoch-0001.safetensors")
    assert names(tmp_path) == []


# ---- what goes wrong ----


def broken_for(monkeypatch, method, name, errors):
    """The driver's `method` raises the first of `errors` for files whose names have `name` in them, then the next, then works again."""
    whole, left = getattr(LocalFileSystem, method), list(errors)

    def sometimes(self, path, *arguments, **more):
        if name in str(path) and left:
            raise left.pop(0)
        return whole(self, path, *arguments, **more)

    monkeypatch.setattr(LocalFileSystem, method, sometimes)
    return left


def test_a_run_waits_while_the_url_is_away(far, lab, monkeypatch):
    one = lab("one")
    whole, _ = train(one)
    left = broken_for(monkeypatch, "pipe_file", "epoch-0002", [ConnectionError("the network is away")] * 10_000)
    run = one.submit(RunConfig.of(**CONFIG))
    waiting = wait_for(one, run, lambda s: s.message.startswith("Waiting"))
    assert "LAB_FILES names does not answer at the moment (ConnectionError). Nothing is lost" in waiting.message
    assert len(one.store.snapshot(run).epochs) == 2 and list(one.kept_weights(run)) == [0, 1]
    del left[:]
    assert one.wait(run, timeout=60).status == "finished" and same(weights(one, run), weights(one, whole))


def test_a_run_that_may_not_write_there_fails_and_goes_on_later(far, lab, monkeypatch):
    one = lab("one")
    whole, _ = train(one)
    broken_for(monkeypatch, "pipe_file", "optimizer-0002", [PermissionError(errno.EACCES, "Permission denied")])
    run, failed = train(one)
    assert failed.status == "failed" and len(failed.epochs) == 2
    assert "cannot be written (Permission denied). Give the lab the right to read and write there. Then resume" in failed.message
    broken_for(monkeypatch, "cat_file", "optimizer-0001", [TimeoutError()] * 2)
    two = lab("two")
    two.resume(run)
    assert two.wait(run, timeout=60).status == "finished" and same(weights(two, run), weights(two, whole))


def test_thinning_and_old_states_wait_for_a_url_that_is_away(far, lab, monkeypatch):
    one = lab("one")
    with monkeypatch.context() as patch:
        patch.setattr(LocalFileSystem, "rm_file", failing(ConnectionError()))
        run, done = train(one, epochs=2)
        assert done.status == "finished"
        thin({one.files(run): done.best.epoch}, 1)
        assert list(one.kept_weights(run)) == [0, 1]
        patch.setattr(LocalFileSystem, "ls", failing(ConnectionError()))
        files_as_set().look_again(run)
        with pytest.raises(BusyError, match="does not answer"):
            one.kept_weights(run)
        one.engine.budget.limit = 1
        one.engine.budget.keep()
    thin({one.files(run): done.best.epoch}, 1)
    assert list(one.kept_weights(run)) == sorted({done.best.epoch, 1})


def test_answers_that_cannot_be_reached_are_not_computed_again(far, lab, monkeypatch):
    one = lab("one")
    run, _ = train(one, epochs=1)
    judged(one, run, 0, "test")
    counted = looks(one)
    with monkeypatch.context() as patch:
        patch.setattr(LocalFileSystem, "ls", failing(ConnectionError()))
        files_as_set().look_again(run)
        with pytest.raises(BusyError):
            judged(one, run, 0, "test")
    assert looks(one) == counted


def test_what_killed_processes_have_left_goes_after_a_day(far, lab):
    run, _ = train(lab("one"), epochs=1)
    for name, age in ((".epoch-0001.safetensors.dead.1.tmp", 2 * 86_400), (".epoch-0002.safetensors.alive.1.tmp", 60)):
        (far / "runs" / run / name).write_bytes(b"half")
        os.utime(far / "runs" / run / name, (time.time() - age,) * 2)
    files_as_set().look_again(run)
    lab("one")
    assert [Path(name).name for name in names(far) if name.endswith(".tmp")] == [".epoch-0002.safetensors.alive.1.tmp"]


# ---- homes that were there before ----


def test_a_home_brings_the_files_that_it_had(far, lab, monkeypatch):
    with monkeypatch.context() as patch:
        patch.delenv("LAB_FILES")
        run, _ = train(lab("one"), epochs=2)
    before = weights(lab("one"), run)
    here = {path.name for path in lab("one").files(run).folder.glob("*.safetensors")}
    assert {path.name for path in (far / "runs" / run).iterdir()} == here
    assert same(weights(lab("two"), run), before)


def test_a_home_with_runs_of_its_own_is_not_mixed_with_another_lab(far, lab, monkeypatch):
    lab("one")
    with monkeypatch.context() as patch:
        patch.delenv("LAB_FILES")
        train(lab("two"), epochs=1)
    with pytest.raises(ConfigError, match="has files of another lab, and this lab's folder has runs of its own: name another folder"):
        lab("two")
    assert names(far) == ["home.id"]


def test_a_home_whose_files_lie_at_a_url_is_not_used_without_it(far, lab, monkeypatch):
    one = lab("one")
    run, _ = train(one, epochs=1)
    one.shutdown()
    with monkeypatch.context() as patch:
        patch.delenv("LAB_FILES")
        with pytest.raises(ConfigError, match="are kept at a URL: set LAB_FILES to it again, or delete the file files.id"):
            RunManager(one.home)
    far.rename(far.with_name("not-mounted"))
    far.mkdir()
    with pytest.raises(ConfigError, match="is not the one with the files of this lab's runs: correct it, or delete the file files.id"):
        RunManager(one.home)
    assert names(far) == [] and RunFiles(one.home / "runs" / run).epoch(0).exists()
    far.rmdir()
    far.with_name("not-mounted").rename(far)
    assert list(lab("one").kept_weights(run)) == [0]


def test_a_file_that_is_missing_at_the_url_says_what_to_do(far, lab):
    one = lab("one")
    run, _ = train(one, epochs=2)
    kept = one.kept_weights(run)
    (far / "runs" / run / "epoch-0001.safetensors").unlink()
    files_as_set().look_again(run)
    with pytest.raises(StoreError, match=r"The checkpoint of epoch 2 is not there \(any more\). Choose another epoch"):
        kept[1]
    assert list(one.kept_weights(run)) == [0]
