"""A backup is whole, and of one moment, whatever the runs do meanwhile."""

import json
import os
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from core.backups import saving
from core.backups.archive import ArchiveWriter
from core.cli import main
from core.errors import StoreError
from core.training.config import RunConfig
from core.training.runs.checkpoint import load_tensors
from core.training.runs.files import files_as_set
from core.training.runs.manager import RunManager
from core.training.runs.store import Store
from tests.core.training.engines import outcomes
from tests.support import LONG_TINY, SMALL, ended, wait_for

ROOT = Path(__file__).resolve().parents[3]
TOGETHER = {"epochs": 3}


def names(file):
    with zipfile.ZipFile(file) as archive:
        return set(archive.namelist())


def restored(file, home, *more):
    assert main(["restore", str(file), "--home", str(home), *more]) == 0
    return RunManager(home)


def stepped(manager, run, steps):
    """Let a paused run do some steps; an epoch of the tiny data set has four."""
    for _ in range(steps):
        step = manager.snapshot(run).step
        manager.step(run)
        wait_for(manager, run, lambda s, step=step: s.step == step + 1 and s.status == "paused")


@pytest.fixture
def paused(manager):
    """A manager with a run of three epochs that is paused in its second one; (manager, its id)."""
    run = manager.submit(RunConfig.of(**{**SMALL, **TOGETHER}), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    stepped(manager, run, 5)
    assert len(manager.snapshot(run).epochs) == 1
    return manager, run


def test_a_run_that_trained_meanwhile_goes_on_elsewhere_as_if_nothing_had_happened(manager, tmp_path):
    run = manager.submit(outcomes.config(12))
    wait_for(manager, run, lambda s: s.epochs)
    files = []
    while manager.snapshot(run).active and len(files) < 4:
        files.append(tmp_path / f"{len(files)}.zip")
        assert main(["backup", str(files[-1]), "--home", str(manager.home)]) == 0
    whole = outcomes.outcome(manager, run)
    assert len(files) > 1
    for number, file in enumerate(files):
        again = restored(file, tmp_path / f"home-{number}")
        before = again.snapshot(run)
        assert before.status in ("interrupted", "finished") and before.epochs
        for record, kept in zip(before.epochs, manager.snapshot(run).epochs, strict=False):
            assert record.to_dict() == kept.to_dict()
            weights, same = (load_tensors(one.weights(run, record.epoch))[0] for one in (again, manager))
            assert all(torch.equal(weights[name], same[name]) for name in same) and weights.keys() == same.keys()
        if before.status == "interrupted":
            again.resume(run)
        assert outcomes.outcome(again, run).same(whole)
        again.shutdown()


def test_a_record_that_is_older_than_its_files_is_copied_again(paused, tmp_path, monkeypatch):
    """The run ends its second epoch in the moment between the copy of its record and the opening of its files."""
    manager, run = paused
    needed, asked = saving.Saver._needed, []

    def late(self, name):
        found = needed(self, name)
        if not asked:
            stepped(manager, run, 3)
        asked.append(found[0])
        return found

    monkeypatch.setattr(saving.Saver, "_needed", late)
    saving.back_up(manager.home, tmp_path / "lab.zip")
    assert asked == [0, 1]
    assert {f"runs/{run}/{name}-0001.safetensors" for name in ("epoch", "optimizer")} < names(tmp_path / "lab.zip")
    again = restored(tmp_path / "lab.zip", tmp_path / "home-2")
    assert len(again.snapshot(run).epochs) == 2
    again.resume(run)
    assert wait_for(again, run, ended).status == "finished"
    again.shutdown()


def test_epochs_after_the_record_are_left_out(paused, tmp_path, monkeypatch):
    manager, run = paused
    version = saving.Saver._add

    def late(self, archive, name, source):
        if len(manager.snapshot(run).epochs) == 1:
            stepped(manager, run, 3)
        version(self, archive, name, source)

    monkeypatch.setattr(saving.Saver, "_add", late)
    saving.back_up(manager.home, tmp_path / "lab.zip")
    found = {name.rpartition("/")[2] for name in names(tmp_path / "lab.zip") if run in name and "step" not in name}
    assert found == {"epoch-0000.safetensors", "optimizer-0000.safetensors", "logits-val-0000.safetensors"}
    again = restored(tmp_path / "lab.zip", tmp_path / "home-2")
    assert len(again.snapshot(run).epochs) == 1 and again.snapshot(run).status == "interrupted"
    again.resume(run)
    assert wait_for(again, run, ended).status == "finished"
    again.shutdown()


def test_a_run_that_is_deleted_meanwhile_is_not_in_it(manager, tmp_path, monkeypatch):
    first, second = (manager.submit(RunConfig.of(**{**SMALL, "epochs": 1})) for _ in range(2))
    for run in (first, second):
        wait_for(manager, run, ended)
    needed = saving.Saver._needed

    def late(self, run):
        found = needed(self, run)
        if run == first:
            manager.delete(first)
        return found

    monkeypatch.setattr(saving.Saver, "_needed", late)
    saved = saving.back_up(manager.home, tmp_path / "lab.zip")
    assert saved.runs == 1 and not [name for name in names(tmp_path / "lab.zip") if first in name]
    again = restored(tmp_path / "lab.zip", tmp_path / "home-2")
    assert [row.run_id for row in again.runs()] == [second] and load_tensors(again.weights(second))


def test_a_checkpoint_that_is_thinned_meanwhile_is_no_error(manager, tmp_path, monkeypatch):
    run = manager.submit(RunConfig.of(**{**SMALL, "epochs": 2}))
    wait_for(manager, run, ended)
    gone, sizes = manager.home / "runs" / run / "step-000001.safetensors", files_as_set().sizes
    monkeypatch.setattr(files_as_set(), "sizes", lambda folder: (sizes(folder), gone.unlink(missing_ok=True))[0], raising=False)
    saving.back_up(manager.home, tmp_path / "lab.zip")
    assert not gone.exists() and f"runs/{run}/step-000002.safetensors" in names(tmp_path / "lab.zip")
    assert f"runs/{run}/{gone.name}" not in names(tmp_path / "lab.zip")


def test_it_has_what_cannot_be_made_again_and_nothing_else(manager, tmp_path):
    run, home = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1})), manager.home
    wait_for(manager, run, ended)
    kept = {"person.key": b"p" * 32, "instructor.key": b"i", "data/cifar10.place": b"/somewhere/\xff", "made/dogs 1/Bär/a.png": b"1"}
    left = {"data/cifar10/batch": b"d", "cache/folder-1.safetensors": b"c", "lost/gru-1.a/epoch-0000.safetensors": b"l", "files": b"",
            f"runs/{run}/.epoch-0007.safetensors.4711.0.tmp": b"t", "made/dogs 1/.half.1.0.tmp": b"t", "lab.before-1.sqlite": b"b",
            "runs/gru-nobody/epoch-0000.safetensors": b"n", "runs/recorded-x/alive.lock": b""}  # fmt: skip
    answers = {"runs/recorded-x/logits-val-0003.safetensors": b"r", "runs/recorded-x/board.json": b"{}"}
    for name, content in {**kept, **left, **answers}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    (home / "made" / "dogs 1" / "cat").mkdir()
    (home / "made" / "link").symlink_to(tmp_path)
    saving.back_up(home, tmp_path / "lab.zip")
    of_run = {f"runs/{run}/{path.name}" for path in (home / "runs" / run).glob("[a-z]*.safetensors")}
    assert names(tmp_path / "lab.zip") == {*kept, *answers, *of_run, "home.id", "lab.sqlite", "list.json"} and len(of_run) >= 5
    assert stat.S_IMODE((tmp_path / "lab.zip").stat().st_mode) == 0o600
    again = tmp_path / "home-2"
    restored(tmp_path / "lab.zip", again).shutdown()
    assert all((again / name).read_bytes() == content for name, content in {**kept, **answers}.items())
    assert [stat.S_IMODE((again / name).stat().st_mode) for name in ("person.key", "instructor.key")] == [0o600] * 2
    assert (again / "made" / "dogs 1" / "cat").is_dir() and (again / "home.id").read_text() == (home / "home.id").read_text()
    assert not (again / "made" / "link").exists() and not [*home.glob(".backup*")]


def test_it_is_written_to_a_new_file_only(manager, tmp_path, capsys, monkeypatch):
    home = str(manager.home)
    assert main(["backup", str(tmp_path / "lab.zip"), "--home", home, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"backup": str(tmp_path / "lab.zip"), "runs": 0, "files": 2, "elsewhere": 0, "bytes": said["bytes"]}
    assert said["bytes"] == (tmp_path / "lab.zip").stat().st_size
    before = (tmp_path / "lab.zip").read_bytes()
    assert main(["backup", str(tmp_path / "lab.zip"), "--home", home]) == 2
    assert main(["backup", str(tmp_path / "no" / "lab.zip"), "--home", home]) == 2
    monkeypatch.setattr(ArchiveWriter, "close", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert main(["backup", str(tmp_path / "full.zip"), "--home", home]) == 2
    exists, folder, full = capsys.readouterr().err.splitlines()
    assert exists == "error: There is already a file lab.zip: choose another name." and "cannot be written (No such file" in folder
    assert "full.zip cannot be written (No space left on device). Check that its folder" in full
    assert sorted(os.listdir(tmp_path)) == ["home", "lab.zip"] and (tmp_path / "lab.zip").read_bytes() == before


DIES = """
import os, signal, sys
from core.backups.archive import ArchiveWriter
from core.cli import main
ArchiveWriter.close = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main(["backup", sys.argv[1], "--home", sys.argv[2]])
"""


def test_a_kill_leaves_no_backup_and_the_next_one_sweeps(manager, tmp_path):
    manager.submit(RunConfig.of(**LONG_TINY), paused=True)
    line = [sys.executable, "-c", DIES, str(tmp_path / "lab.zip"), str(manager.home)]
    assert subprocess.run(line, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "lab.zip").exists() and [*tmp_path.glob(".lab.zip.*.tmp")] and [*manager.home.glob(".backup*")]
    saving.back_up(manager.home, tmp_path / "lab.zip")
    assert sorted(os.listdir(tmp_path)) == ["home", "lab.zip"]
    manager.shutdown()
    RunManager(manager.home)
    assert not [*manager.home.glob(".backup*")]


def test_files_at_a_url_are_fetched(tmp_path, tiny, monkeypatch):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "home.id").write_text("0123456789abcdef")  # this home was not the first to join
    monkeypatch.setenv("LAB_FILES", f"file://{tmp_path / 'far'}")
    manager = RunManager(tmp_path / "home")
    run = manager.submit(RunConfig.of(**{**SMALL, "epochs": 2}))
    done = wait_for(manager, run, ended)
    manager.shutdown()
    for path in (tmp_path / "home" / "runs" / run).glob("*.safetensors"):
        path.unlink()
    assert saving.back_up(tmp_path / "home", tmp_path / "lab.zip").elsewhere == 0
    monkeypatch.delenv("LAB_FILES")
    again = restored(tmp_path / "lab.zip", tmp_path / "home-2")
    assert again.snapshot(run).epochs[1].to_dict() == done.epochs[1].to_dict() and load_tensors(again.weights(run))
    assert again._records.own(run)


def test_runs_of_another_home_are_counted(tmp_path, tiny, monkeypatch):
    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    one, two = (RunManager(tmp_path / name) for name in ("one", "two"))
    for manager in (one, two, two):
        wait_for(manager, manager.submit(RunConfig.of(**{**SMALL, "epochs": 1})), ended)
    saved = saving.back_up(tmp_path / "one", tmp_path / "lab.zip")
    assert (saved.runs, saved.elsewhere) == (3, 2)


def test_a_file_that_cannot_be_read_is_said(manager, tmp_path, monkeypatch):
    (manager.home / "person.key").mkdir()
    with pytest.raises(StoreError, match=r"person.key cannot be read \(Is a directory\)"):
        saving.back_up(manager.home, tmp_path / "lab.zip")
    assert os.listdir(tmp_path) == ["home"]
    assert Store(manager.home).ids() == []
