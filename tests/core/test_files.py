"""Files are whole or not there; what a killed process leaves goes, what a living one writes stays."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core import files
from core.cli.output import write_out
from core.data.folder_scan import scan
from core.errors import BusyError, LabError
from core.home import lab_home
from core.training.runs.tensor_file import read_metadata, read_sealed

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("content", [b"new", "new", lambda file: file.write(b"new")], ids=["bytes", "text", "function"])
def test_writes_in_one_move(tmp_path, content):
    path = tmp_path / "a.bin"
    files.write_whole(path, b"old")
    files.write_whole(path, content)
    assert path.read_bytes() == b"new" and [p.name for p in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, broken):
    path = tmp_path / "a.bin"
    files.write_whole(path, b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os if broken == "fsync" else Path, broken, full)
    with pytest.raises(OSError, match="No space left"):
        files.write_whole(path, b"new")
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_two_threads_in_the_middle_of_one_name(tmp_path, monkeypatch):
    """Both have written their whole file before either is renamed: with one temporary name for both this fails."""
    path, both, errors = tmp_path / "a.bin", threading.Barrier(2, timeout=20), []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (fsync(descriptor), both.wait()))

    def write(content):
        try:
            files.write_whole(path, content)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(content * 10_000,)) for content in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not errors and path.read_bytes() in (b"a" * 10_000, b"b" * 10_000)
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


WRITES_FOR_EVER = """
import sys, time
from pathlib import Path
from core import files
from core.cli.output import write_out
from core.data.folder_scan import scan
from core.errors import BusyError, LabError
from core.home import lab_home
from core.training.runs.tensor_file import read_metadata, read_sealed
home = Path(sys.argv[1])
files.mark_in_use(home)
def never_ends(file):
    file.write(b"half"); file.flush(); print("writing", flush=True); time.sleep(600)
files.write_whole(home / "runs" / "gru-1" / "epoch-0001.safetensors", never_ends)
"""


def test_temporaries_of_ended_processes_are_swept_those_of_living_ones_stay(tmp_path):
    folder = tmp_path / "runs" / "gru-1"
    folder.mkdir(parents=True)
    (folder / ".epoch-0000.safetensors.4711.tmp").write_bytes(b"of an older version of the lab")
    (folder / "epoch-0000.safetensors").write_bytes(b"whole")
    process = subprocess.Popen([sys.executable, "-c", WRITES_FOR_EVER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "writing\n"
        assert files.sweep(tmp_path) == 1  # the old one
        (half,) = files.temporaries(folder)
        assert half.read_bytes() == b"half"
    finally:
        process.kill()
        process.wait()
    assert files.sweep(tmp_path) == 1 and [p.name for p in folder.iterdir()] == ["epoch-0000.safetensors"]
    assert not list((tmp_path / files.IN_USE).iterdir())


@pytest.mark.parametrize(
    ("number", "said"), [(errno.EMFILE, "too many files open"), (errno.ENOSPC, "Free some disk space"), (errno.EROFS, "permission")]
)
def test_the_remedy_fits_the_error(number, said):
    assert said in files.remedy(OSError(number, os.strerror(number)))


def test_a_lock_is_held_while_its_process_lives(tmp_path):
    from filelock import FileLock

    lock = FileLock(tmp_path / "a.lock", thread_local=False)
    with lock:
        assert files.held(tmp_path / "a.lock")
    assert not files.held(tmp_path / "a.lock")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_without_a_free_file_nobody_is_told_to_make_room_on_the_disk(tmp_path, monkeypatch, number):
    """Wherever a file of the lab is opened, the sentence names what is short: files, not the disk, not a permission."""
    checkpoint = tmp_path / "epoch-0000.safetensors"
    checkpoint.write_bytes(b"")

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    for name in ("touch", "open", "read_bytes", "write_text"):
        monkeypatch.setattr(Path, name, refuse)
    monkeypatch.setattr(os, "scandir", refuse)
    attempts = {
        "home": lambda: lab_home(tmp_path / "home"),
        "checkpoint": lambda: read_sealed(checkpoint),
        "header": lambda: read_metadata(checkpoint),
        "folder": lambda: scan(tmp_path),
        "output": lambda: write_out(tmp_path / "out.csv", "a"),
    }
    for name, attempt in attempts.items():
        with pytest.raises(LabError) as raised:
            attempt()
        assert "too many files open" in str(raised.value) and "ulimit -n" in str(raised.value), name
        assert not any(word in str(raised.value).lower() for word in ("disk", "permission", "damaged", "--out")), name


def test_a_home_that_lacks_a_free_file_for_a_moment_is_busy_and_not_broken(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(BusyError, match="too many files open"):
        lab_home(tmp_path)
