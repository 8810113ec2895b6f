"""The folder at the URL in LAB_FILES: whole files, one answer for all who ask at once, and sentences for what goes wrong."""

import errno
import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import BusyError, ConfigError, StoreError
from core.shared_files import SharedFolder, shared_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["file", "memory"])
def folder(request, tmp_path):
    made = SharedFolder(f"file://{tmp_path.as_posix()}/far" if request.param == "file" else f"memory://{secrets.token_hex(8)}")
    made.make("runs")
    return made


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


def without_exclusive(whole):
    """`open` of a driver that cannot make a file only where there is none."""

    def plain(self, path, mode="rb", **more):
        if "x" in mode:
            raise ValueError(f"no such mode: {mode}")
        return whole(self, path, mode, **more)

    return plain


def test_files_come_back_as_they_were_written(folder):
    content = bytes(range(256)) * 40
    folder.write("runs/a/x", content)
    folder.write("runs/a/x", content[::-1])
    folder.write("runs/b/y", b"yy")
    assert folder.read("runs/a/x") == content[::-1] and folder.read("runs/a/x", most=3) == bytes([255, 254, 253])
    assert folder.sizes("runs/a") == {"x": len(content)}
    assert folder.all_sizes("runs") == {"a": {"x": len(content)}, "b": {"y": 2}}
    folder.remove("runs/b/y")
    folder.remove("runs/b/y")  # somebody else was quicker
    folder.remove_folder("runs/a")
    folder.remove_folder("runs/a")
    assert folder.read("runs/a/x") is None and folder.sizes("runs/a") == {} and folder.all_sizes("runs") == {}


def test_a_file_that_cannot_be_moved_leaves_the_old_one_and_nothing_else(folder, monkeypatch):
    folder.write("runs/a/x", b"old")
    monkeypatch.setattr(type(folder.fs), "mv", failing(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(StoreError, match=r"cannot be written \(No space left on device\). Free some space there"):
        folder.write("runs/a/x", b"newer")
    assert folder.sizes("runs/a") == {"x": 3} and folder.read("runs/a/x") == b"old"


def test_a_folder_that_is_gone_does_not_come_back(tmp_path):
    folder = SharedFolder(f"file://{tmp_path.as_posix()}/far")
    folder.make("runs")
    (tmp_path / "far").rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=r"cannot be written \(No such file or directory\). Check that it is still there"):
        folder.write("runs/a/x", b"1")
    assert not (tmp_path / "far").exists()


def test_two_who_ask_at_once_have_one_answer(folder, monkeypatch):
    """The moment in which both have found no file, made certain."""
    driver, answers = type(folder.fs), []
    whole = driver.open

    def open_second(self, *arguments, **more):
        monkeypatch.setattr(driver, "open", whole)
        answers.append(folder.agreed("home.id", "other"))
        return whole(self, *arguments, **more)

    monkeypatch.setattr(driver, "open", open_second)
    answers.append(folder.agreed("home.id", "own"))
    assert answers == ["other", "other"] == [folder.agreed("home.id", "third")] * 2


def test_two_who_ask_at_once_have_one_answer_where_files_cannot_be_made_alone(folder, monkeypatch):
    monkeypatch.setattr(type(folder.fs), "open", without_exclusive(type(folder.fs).open))
    waiting, go_on, answers = threading.Event(), threading.Event(), []

    def second(seconds):
        monkeypatch.setattr("core.shared_files.time.sleep", lambda seconds: None)
        waiting.set()
        assert go_on.wait(60)

    monkeypatch.setattr("core.shared_files.time.sleep", second)
    first = threading.Thread(target=lambda: answers.append(folder.agreed("home.id", "own")))
    first.start()
    assert waiting.wait(60)
    answers.append(folder.agreed("home.id", "other"))
    go_on.set()
    first.join()
    assert answers == ["other", "other"]


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), StoreError, r"\(Permission denied\). Give the lab the right to read and"),
        (PermissionError("Access Denied to key abc"), StoreError, r"\(PermissionError\). Give the lab the right to read and write there"),
        (OSError(errno.EROFS, "Read-only file system"), StoreError, "Give the lab the right to read and write there"),
        (OSError(errno.ENOSPC, "No space left on device"), StoreError, "Free some space there or delete old runs. Then resume"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset"), BusyError, r"moment \(Connection reset\). Nothing is lost"),
        (TimeoutError(), BusyError, r"does not answer at the moment \(TimeoutError\)"),
        (RuntimeError("https://user:password@host"), BusyError, r"does not answer at the moment \(RuntimeError\)"),
        (OSError(errno.EMFILE, "Too many open files"), BusyError, "too many files open: close some pages"),
    ],
)  # fmt: skip
def test_an_error_of_a_driver_says_what_to_do(tmp_path, monkeypatch, error, kind, said):
    folder = SharedFolder(f"file://{tmp_path.as_posix()}/far")
    monkeypatch.setattr(type(folder.fs), "pipe_file", failing(error))
    with pytest.raises(StoreError, match=said) as told:
        folder.write("x", b"1")
    assert type(told.value) is kind and "password" not in str(told.value) and "abc" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mnt/lab", "LAB_FILES is no URL: write one, such as file:///mnt/lab or s3://bucket/lab"),
        ("file://mnt/lab", "without its whole path: write three slashes, as in file:///mnt/lab"),
        ("s4://bucket/lab", r"a URL of an unknown kind \(s4\) that cannot be used: write one, such as"),
        ("lacking://lab", r"needs a Python package that is not installed \(no_such_package\): install it with pip, or unset"),
        ("file://{here}/gone/lab", r"cannot be used \(No such file or directory\): check its address, and that the lab may write there"),
        ("file://{here}/a-file/lab", r"cannot be used \(Not a directory\): check its address"),
        ("file://{here}/locked", r"cannot be used \(Permission denied\): check its address, and that the lab may write there"),
    ],
)
def test_a_url_that_cannot_be_is_one_sentence_at_the_start(tmp_path, monkeypatch, capsys, url, said):
    from fsspec import register_implementation
    from fsspec.implementations.local import LocalFileSystem

    from core.cli import main as command
    from dashboard.__main__ import main as server

    register_implementation("lacking", "no_such_package.FileSystem", clobber=True)
    (tmp_path / "a-file").touch()
    if "locked" in url:  # who runs the tests may be somebody who may write everywhere
        monkeypatch.setattr(LocalFileSystem, "pipe_file", failing(PermissionError(errno.EACCES, "Permission denied")))
    monkeypatch.setenv("LAB_FILES", url.format(here=tmp_path.as_posix()))
    with pytest.raises(ConfigError, match=said) as told:
        shared_folder()
    sentence = str(told.value)
    assert sentence.endswith(".") and ". " not in sentence
    assert command(["runs", "list", "--home", str(tmp_path / "home")]) == 2
    assert capsys.readouterr().err == f"error: {sentence}\n"
    assert server(["--home", str(tmp_path / "home")]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


@pytest.mark.parametrize("words", [["core", "runs", "list"], ["dashboard"]])
def test_nothing_but_the_sentence_is_printed(tmp_path, words):
    environment = {**os.environ, "LAB_HOME": str(tmp_path / "home"), "LAB_FILES": f"file://{tmp_path.as_posix()}/gone/lab"}
    made = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 2 and made.stdout == ""
    assert len(made.stderr.splitlines()) == 1 and "cannot be used (No such file or directory): check its address" in made.stderr


def test_fsspec_is_imported_where_a_url_is_named(tmp_path):
    code = f"""
import sys
from pathlib import Path
from core.training.runs.files import files_as_set
files_as_set().join(Path({str(tmp_path)!r}))
print("fsspec" in sys.modules)
"""
    for url, told in (("", "False"), (f"file://{tmp_path.as_posix()}/far", "True")):
        made = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "LAB_FILES": url}, capture_output=True, text=True, check=True
        )
        assert made.stdout.strip() == told, made.stderr


def test_quotes_of_a_file_of_settings_are_no_part_of_the_url(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_FILES", f" 'file://{tmp_path.as_posix()}/far'\n")
    shared_folder().write("x", b"1")
    assert (tmp_path / "far" / "x").read_bytes() == b"1"
