"""A kit is made, continued and refused; `make run` in it needs no network, and what it has is the lab."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from core.cli import main
from core.errors import ConfigError, StoreError
from core.lessons.shelf import SHIPPED
from core.offline import kit as making
from core.offline.kit import LAST, MARK, README, ROOT, WHEELS, is_finished, make_kit
from core.offline.own_files import copy_files, own_files
from core.offline.wheels import FOR, machine, problem
from core.records.recorded import FOLDER
from tests.no_network import REFUSES, without_network
from tests.patience import SECONDS
from tests.ports import free_port

LAB = """
import sys
from pathlib import Path
words = sys.argv[1:]
if "--copy" in words:
    folder = Path(words[words.index("--copy") + 1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<p>to read</p>", encoding="utf-8")
else:
    import kit_tool
    print("started:", kit_tool.SAID, *words)
"""
ASK = """
import os, signal, subprocess, sys, time, urllib.request
port = sys.argv[1]
server = subprocess.Popen(["make", "run", f"PORT={port}"], start_new_session=True)
try:
    for _ in range(int(sys.argv[2]) * 4):
        time.sleep(0.25)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                print("answered", answer.status, 'id="root"' in answer.read().decode())
                break
        except OSError:
            if server.poll() is not None:
                break
finally:
    os.killpg(server.pid, signal.SIGTERM)
    server.wait()
"""


def needed(*programs: str) -> None:
    """Skip a test on a machine that lacks a program; where CI is set that is a failure."""
    for program in programs:
        if shutil.which(program) is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"there is no {program} on this machine: install it to test the kit.")


def write_wheel(folder: Path, name: str, code: str, needs: str = "") -> None:
    """A package of one module as a wheel, which is a zip file."""
    told = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", code)
        wheel.writestr(
            f"{told}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{f'Requires-Dist: {needs}' if needs else ''}\n"
        )
        wheel.writestr(f"{told}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{told}/RECORD", f"{name}.py,,\n{told}/METADATA,,\n{told}/WHEEL,,\n{told}/RECORD,,\n")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """A folder of wheels from which pip downloads here: a tool, and the part that it needs."""
    folder = tmp_path_factory.mktemp("index")
    write_wheel(folder, "kit_part", "SAID = 'all is there'")
    write_wheel(folder, "kit_tool", "from kit_part import SAID", needs="kit_part")
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A lab in small: the Makefile as it is, a program that needs a package, and what belongs to a machine alone."""
    root = tmp_path_factory.mktemp("small")
    shutil.copy(ROOT / "Makefile", root)
    shutil.copy(ROOT / ".gitignore", root)
    (root / "requirements.txt").write_text("kit-tool>=1\n", encoding="utf-8")
    (root / "constraints.txt").write_text("kit-tool==1.0\nkit-part==1.0\n", encoding="utf-8")
    (root / "dashboard").mkdir()
    (root / "dashboard" / "__main__.py").write_text(LAB, encoding="utf-8")
    for made in (".lab/lab.sqlite", ".venv/pyvenv.cfg", "dashboard/__pycache__/a.pyc", "old-kit/kit.json", "old-kit/Makefile"):
        (root / made).parent.mkdir(parents=True, exist_ok=True)
        (root / made).write_text("{}", encoding="utf-8")
    return root


@pytest.fixture
def offered(index, monkeypatch):
    """pip downloads from that folder, and asks nobody else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(index), "CONFIG_FILE": os.devnull, "RETRIES": "0"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home" / "lessons").mkdir(parents=True)
    (tmp_path / "home" / "lessons" / "week-3.md").write_text("a lesson of the instructor's", encoding="utf-8")
    return tmp_path / "home"


def test_make_run_in_a_kit_needs_no_network(small, home, tmp_path, offered):
    needed("make")
    kit = tmp_path / "kit"
    made = make_kit(kit, home, root=small)
    assert (made.wheels, made.pages, made.lessons, made.machine) == (2, 1, 1, machine()) and is_finished(kit)
    there = {path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file()}
    assert {"Makefile", "dashboard/__main__.py", "copy/index.html", ".lab/lessons/week-3.md", README} <= there
    assert not {name for name in there if "pyc" in name or ".venv" in name or "old-kit" in name or name.endswith("sqlite")}
    assert machine() in (kit / README).read_text("utf-8") and "make run" in (kit / README).read_text("utf-8")
    words = ["make", "run", "PORT=8765", f"PYTHON={sys.executable}"]
    started = without_network(words, cwd=kit)
    assert started.returncode == 0 and "started: all is there --port 8765" in started.stdout, started.stderr
    shutil.rmtree(kit / ".venv")
    (kit / WHEELS / "kit_part-1.0-py3-none-any.whl").unlink()
    refused = without_network(words, cwd=kit)
    assert refused.returncode and (kit / WHEELS / FOR).read_text("utf-8") in refused.stderr and "ERROR: " in refused.stderr, refused.stderr
    fetched = without_network([sys.executable, "-m", "pip", "download", "--retries", "1", "kit-tool"], cwd=tmp_path)
    assert fetched.returncode and "connection broken" in fetched.stderr, "the network is not cut"


def test_the_lab_of_a_kit_starts_without_a_network(tmp_path):
    """The lab's own files, from another folder, with the packages that these tests have: it is served, and needs nothing from outside."""
    needed("make", "sh")
    kit = tmp_path / "kit"
    copy_files(ROOT, own_files(ROOT, MARK), kit)
    python = kit / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (kit / ".venv" / "installed").touch()
    found = without_network([sys.executable, "-c", ASK, str(free_port()), f"{SECONDS:.0f}"], cwd=kit, seconds=2 * SECONDS + 30)
    assert "answered 200 True" in found.stdout, found.stdout + found.stderr


def test_the_files_of_the_lab_are_the_same_with_git_and_without(tmp_path):
    files = own_files(ROOT, MARK)
    assert LAST in files and Path("README.md") in files
    assert {path.relative_to(ROOT) for folder in (FOLDER, SHIPPED) for path in folder.rglob("*") if path.is_file()} <= {*files}
    assert not [path for path in files if path.suffix == ".pyc" or path.parts[0] in (".venv", ".lab", ".git", WHEELS)]
    size = copy_files(ROOT, files, tmp_path / "installed")
    assert size == sum((ROOT / path).stat().st_size for path in files)
    assert own_files(tmp_path / "installed", MARK) == files  # no git there
    assert (tmp_path / "installed" / LAST).read_bytes() == (ROOT / LAST).read_bytes()


def test_a_kit_that_was_cut_short_says_so_and_is_continued(small, home, tmp_path, offered, monkeypatch):
    kit, whole = tmp_path / "kit", shutil.copy2
    with monkeypatch.context() as patch:

        def full(source, target, **more):
            if "__main__" in str(target):
                raise OSError(errno.ENOSPC, "No space left on device")
            return whole(source, target, **more)

        patch.setattr(shutil, "copy2", full)
        with pytest.raises(StoreError, match=r"The disk is full, and the kit in .* is not finished: free some space. Then give the same"):
            make_kit(kit, home, root=small)
    assert not is_finished(kit) and "not finished" in (kit / README).read_text("utf-8")
    assert not (kit / LAST).exists() and not list(kit.rglob("*.tmp"))  # nothing that could be started
    fetched = {path: path.stat().st_mtime_ns for path in (kit / WHEELS).glob("*.whl")}
    assert len(fetched) == 2
    make_kit(kit, home, root=small)
    assert is_finished(kit) and (kit / LAST).exists() and {path: path.stat().st_mtime_ns for path in fetched} == fetched
    with pytest.raises(ConfigError, match="holds a whole kit already: name a new folder"):
        make_kit(kit, home, root=small)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, home, capsys):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for name, said in (("thesis", "is not empty, and no kit was begun in it"), ("file", "is a file")):
        assert main(["kit", str(tmp_path / name), "--home", str(home)]) == 2
        assert said in (told := capsys.readouterr().err) and told.count("\n") == 1
    assert sorted(path.name for path in (tmp_path / "thesis").iterdir()) == ["chapter.tex"]


def test_without_a_network_nothing_can_be_fetched_and_the_kit_says_so(small, home, tmp_path, offered, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", f"{REFUSES}/simple")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(StoreError, match="the index of Python packages does not answer: connect this machine. Then give the same command"):
        make_kit(tmp_path / "kit", home, root=small)
    assert not is_finished(tmp_path / "kit") and "connection" in (tmp_path / "kit" / WHEELS / "pip.log").read_text("utf-8")


def test_a_wheel_that_there_is_none_of_is_named(small, home, tmp_path, offered, monkeypatch):
    other = tmp_path / "small"
    shutil.copytree(small, other)
    (other / "requirements.txt").write_text("kit-tool>=1\nkit-missing==2.5\n", encoding="utf-8")
    with pytest.raises(StoreError, match=r"There is no wheel of kit-missing==2.5 for \w+ 3"):
        make_kit(tmp_path / "kit", home, root=other)
    write_wheel(tmp_path, "kit_missing", "", needs="kit_lost")
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path} {os.environ['PIP_FIND_LINKS']}")
    (other / "requirements.txt").write_text("kit-missing\n", encoding="utf-8")
    with pytest.raises(StoreError, match=r"There is no wheel of kit[-_]lost for \w+ 3"):
        make_kit(tmp_path / "kit", home, root=other)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("WARNING: ... connection broken by ...\nERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
         "The disk is full"),
        ("WARNING: Retrying ... [Errno -3] Temporary failure in name resolution\nERROR: No matching distribution found for torch==2.14.1",
         "does not answer"),
        ("ERROR: No matching distribution found for torch<2.15,>=2.9", "no wheel of torch<2.15,>=2.9 for"),
        ("ERROR: ResolutionImpossible: for help visit", "No versions of the packages fit"),
        ("/usr/bin/python3: No module named pip", "has no pip"),
        ("something else", "What it said is in"),
    ],
)  # fmt: skip
def test_what_pip_says_is_told_in_a_sentence(said, told, tmp_path):
    assert told in str(problem(said, tmp_path)) and "https:" not in str(problem(said, tmp_path))


def test_what_a_script_is_told(small, home, tmp_path, offered, monkeypatch, capsys):
    monkeypatch.setattr(making, "fetch_wheels", lambda root, folder: [])
    monkeypatch.setattr(making, "write_copy", lambda *_: 3)
    assert main(["kit", str(tmp_path / "kit"), "--home", str(home), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["wheels"], found["pages"], found["lessons"]) == (0, 3, 1)
    assert found["files"] == len(own_files(ROOT, MARK)) and found["bytes"] > 10_000_000
