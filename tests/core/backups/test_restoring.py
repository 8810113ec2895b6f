"""A home is made of a backup whole or not at all; what is no backup, or wants to be more than one, changes nothing."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

from core.backups import restoring
from core.backups.archive import Archive
from core.backups.saving import back_up
from core.cli import main
from core.data import DATASETS
from core.errors import ConfigError, StoreError
from core.training.config import RunConfig
from core.training.runs.manager import RunManager
from core.training.runs.store import Store
from tests.core.training.runs.test_schema import CONFIG, FIRST
from tests.support import SMALL, ended, register_tiny, wait_for

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The backup of a home with a finished run; (its file, the run)."""
    folder = tmp_path_factory.mktemp("kept")
    register_tiny()
    manager = RunManager(folder / "home")
    run = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1}))
    assert wait_for(manager, run, ended).status == "finished"
    (folder / "home" / "person.key").write_bytes(b"k" * 32)
    (folder / "home" / "made" / "set" / "class").mkdir(parents=True)
    manager.shutdown()
    back_up(folder / "home", folder / "lab.zip")
    del DATASETS["tiny"]
    return folder / "lab.zip", run


def tree(folder):
    """All that is below a folder: the content of each file by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def contents(files):
    """The same without folders, and of the database what is in it: opening it changes a number in its header."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(files["lab.sqlite"])
        rows = list(connection.iterdump())
    return {**{name: content for name, content in files.items() if content is not None}, "lab.sqlite": rows}


def entries(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "list.json"}


def listed(files, **more):
    said = {name: {"size": len(content), "sha256": sha256(content).hexdigest()} for name, content in files.items()}
    return json.dumps({"format": 1, "folders": [], "files": said, **more}).encode()


def packed(path, files, *, last=None):
    """A zip of these files as a backup would have them, with a list that fits; `last` are (ZipInfo, content) after them."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, "list.json": listed(files)}.items():
            archive.writestr(name, content)
        for info, content in last or ():
            archive.writestr(info, content)
    return path


def refused(file, home, match, error=StoreError, **more):
    """Restoring raises, in one sentence, and nothing is there afterwards that was not before."""
    before = tree(home.parent)
    with pytest.raises(error, match=match) as raised:
        restoring.restore(file, home, **more)
    assert tree(home.parent) == before
    assert "\n" not in str(raised.value)


@pytest.fixture
def place(tmp_path):
    """A home that is not there yet, alone in its folder."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place" / "home"


# ---- where to ----


@pytest.mark.parametrize("there", ["nothing", "no folder above", "an empty folder", "a link to an empty folder"])
def test_a_new_home_is_made(kept, tmp_path, there, capsys):
    file, run = kept
    home = tmp_path / "above" / "home"
    if there != "no folder above":
        home.parent.mkdir()
    if there == "an empty folder":
        home.mkdir()
    if there == "a link to an empty folder":
        (tmp_path / "disk").mkdir()
        home.symlink_to(tmp_path / "disk")
    assert main(["restore", str(file), "--home", str(home), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"home": str(home), "runs": 1, "files": len(entries(file)), "bytes": said["bytes"], "kept": None}
    assert contents(tree(home.resolve())) == contents(entries(file))
    assert (home / "made" / "set" / "class").is_dir() and home.is_symlink() == (there == "a link to an empty folder")
    assert {*os.listdir(tmp_path)} <= {"above", "disk"} and os.listdir(home.parent) == ["home"]
    assert RunManager(home).snapshot(run).status == "finished"


def test_what_was_there_is_kept_beside_it(kept, place, capsys):
    file, run = kept
    place.mkdir()
    store = Store(place)
    store.add("gru-1", CONFIG)
    store.close()
    refused(file, place, "has runs already: name another one with --home, or add --replace", ConfigError)
    before = tree(place)
    assert main(["restore", str(file), "--home", str(place), "--replace"]) == 0
    (aside,) = (path for path in place.parent.iterdir() if path != place)
    assert tree(aside) == before and aside.name.startswith("home.before-restore-") and aside.name in capsys.readouterr().out
    assert Store(place).ids() == [run]


def test_a_home_without_runs_is_put_aside_without_asking(kept, place):
    """One in which the lab was only opened, with a data set that was downloaded."""
    place.mkdir()
    Store(place).close()
    (place / "data").mkdir()
    (place / "data" / "images").write_bytes(b"1")
    done = restoring.restore(kept[0], place)
    assert (done.kept / "data" / "images").read_bytes() == b"1" and Store(place).ids() == [kept[1]]


@pytest.mark.parametrize("damage", ["weights without a database", "a database that is none"])
def test_a_home_of_which_nobody_can_know_is_not_overwritten(kept, place, damage):
    (place / "runs" / "gru-1").mkdir(parents=True)
    (place / "home.id").write_text("a home")
    if damage == "weights without a database":
        (place / "runs" / "gru-1" / "epoch-0000.safetensors").write_bytes(b"weights")
    else:
        (place / "lab.sqlite").write_bytes(b"no database" * 100)
    refused(kept[0], place, "has runs already", ConfigError)


@pytest.mark.parametrize("replace", [False, True])
def test_a_folder_that_is_no_labs_is_never_put_aside(kept, place, replace):
    """Somebody may type `--home ..`, or the name of the own folder."""
    place.mkdir()
    (place / "letters").mkdir()
    refused(kept[0], place, "The folder home is not empty, and is no lab's: name a new one", ConfigError, replace=replace)


@pytest.mark.parametrize("lock", ["server.lock", "processes/0123456789ab.lock"])
def test_a_home_in_which_a_lab_is_at_work_is_left_alone(kept, place, lock):
    (place / "processes").mkdir(parents=True)
    (place / "home.id").write_text("a home")
    with FileLock(place / lock, thread_local=False):
        refused(kept[0], place, "A lab is at work in the folder home: stop it first", ConfigError, replace=True)
    restoring.restore(kept[0], place, replace=True)


def test_a_lab_that_starts_while_the_backup_is_checked_is_left_alone(kept, place, monkeypatch):
    place.mkdir()
    (place / "lab.log").touch()
    lock, whole = FileLock(place / "server.lock", thread_local=False), restoring._checked
    monkeypatch.setattr(restoring, "_checked", lambda file: (lock.acquire(), whole(file))[1])
    with pytest.raises(ConfigError, match="at work"):
        restoring.restore(kept[0], place, replace=True)
    assert os.listdir(place.parent) == ["home"] and sorted(os.listdir(place)) == ["lab.log", "server.lock"]
    lock.release()


def test_a_full_disk_is_said_and_leaves_nothing(kept, place, monkeypatch):
    monkeypatch.setattr(restoring.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    refused(kept[0], place, r"cannot be restored \(No space left on device\): what was there is as it was")


def test_a_home_that_cannot_be_renamed_stays(kept, place, monkeypatch):
    place.mkdir()
    (place / "lab.log").write_text("mine")
    rename = Path.rename

    def held(self, target):
        if self.name.startswith("home.restoring"):
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", held)
    refused(kept[0], place, r"Device or resource busy.*what was there is as it was")


def test_into_another_database_and_back(kept, tmp_path, monkeypatch):
    file, run = kept
    plain = Store(restored_home(file, tmp_path / "first")).plain(run)
    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{tmp_path / 'other.sqlite'}")
    restoring.restore(file, tmp_path / "second")
    assert not (tmp_path / "second" / "lab.sqlite").exists() and (tmp_path / "second" / "runs" / run).is_dir()
    assert repr(Store(tmp_path / "second").plain(run)) == repr(plain)
    with pytest.raises(ConfigError, match="database that LAB_DATABASE names has runs already: name an empty one"):
        restoring.restore(file, tmp_path / "third")
    assert not (tmp_path / "third").exists()
    back_up(tmp_path / "second", tmp_path / "again.zip")
    monkeypatch.delenv("LAB_DATABASE")
    assert repr(Store(restored_home(tmp_path / "again.zip", tmp_path / "third")).plain(run)) == repr(plain)


def restored_home(file, home):
    restoring.restore(file, home)
    return home


# ---- killed ----

DIES = """
import os, signal, sys
from pathlib import Path
from core.backups import restoring
from core.cli import main

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

rename = Path.rename
if sys.argv[3] == "unpacking":
    whole, count = restoring._unpack, []
    restoring._unpack = lambda *given: kill() if len(count) > 2 else (count.append(1), whole(*given))[1]
elif sys.argv[3] == "whole":
    Path.rename = kill
else:
    Path.rename = lambda self, target: kill() if "restoring" in self.name else rename(self, target)
main(["restore", sys.argv[1], "--home", sys.argv[2], "--replace"])
"""


@pytest.mark.parametrize("when", ["unpacking", "whole", "between"])
def test_a_kill_leaves_the_old_home_and_the_next_restore_sweeps(kept, place, when):
    file, run = kept
    place.mkdir()
    store = Store(place)
    store.add("gru-1", CONFIG)
    store.close()
    before = tree(place)
    made = subprocess.run([sys.executable, "-c", DIES, str(file), str(place), when], cwd=ROOT, check=False)
    assert made.returncode == -signal.SIGKILL and [*place.parent.glob("home.restoring-*")]
    old = place if when != "between" else next(place.parent.glob("home.before-restore-*"))  # between the two renames: under that name
    assert tree(old) == before
    done = restoring.restore(file, place, replace=True)
    assert Store(place).ids() == [run] and not [*place.parent.glob("home.restoring-*")]
    assert tree(done.kept or old) == before


# ---- what is no backup ----


def test_a_flipped_bit_is_noticed_or_changes_nothing(kept, place, tmp_path):
    """In every part of the file: contents, names, the list, and what a zip has of its own."""
    content, whole = kept[0].read_bytes(), entries(kept[0])
    begin = content.index(b"PK\x01\x02")  # of the table of contents, at the end
    places = {
        *range(0, len(content), len(content) // 150),
        *range(begin, len(content), 11),
        *range(0, 60),
        *range(len(content) - 30, len(content)),
    }
    harmless = 0
    for position in sorted(places):
        (tmp_path / "broken.zip").write_bytes(content[:position] + bytes([content[position] ^ 1 << position % 8]) + content[position + 1 :])
        try:
            restoring.restore(tmp_path / "broken.zip", place)
        except StoreError as error:
            assert "no whole backup of a lab" in str(error) and "\n" not in str(error), position
            assert not place.exists() and os.listdir(place.parent) == []
            continue
        harmless += 1  # a time, or a version of zip: nothing that is restored
        assert contents(tree(place)) == contents(whole), position
        shutil.rmtree(place)
    assert 0 < harmless < len(places) / 3


@pytest.mark.parametrize("left", [0, 1, 100, 0.5, 0.9, -1, -30])
def test_a_cut_file_is_refused(kept, place, tmp_path, left):
    content = kept[0].read_bytes()
    (tmp_path / "cut.zip").write_bytes(content[: int(left * len(content)) if isinstance(left, float) else left])
    refused(tmp_path / "cut.zip", place, "no whole backup of a lab .*nothing was changed. Use another backup")


BAD_NAMES = [
    "../x", "/etc/x", "runs/../../x", "runs/a/../../../x.json", "..\\x", "runs\\a\\x.json", "C:/x", "runs/C:x/x.json", "runs/a/b/x.json",
    "x", "lab.log", "runs/a/.x.json", "runs/a/x.pt", "runs//x.json", "runs/a/\x01.json", "made/../person.key", "made/.x/a", 
    "data/x.place/y", "data/../x.place", "made/" + "x/" * 9, "runs/a./x.json", "server.lock", "lab.sqlite-wal", "made",
    "data/cifar10/batch", "runs/a/x\n.json",
    "made/set/" + "x" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES, ids=range(len(BAD_NAMES)))
def test_a_name_that_no_backup_has_is_refused(kept, place, tmp_path, name):
    refused(packed(tmp_path / "bad.zip", {**entries(kept[0]), name: b"1"}), place, "a file has a name that no backup's has")
    with closing(Archive(packed(tmp_path / "good.zip", {**entries(kept[0]), "made/set/class/a.png": b"1"}))._file):
        pass  # so it was the name


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_is_refused(kept, place, tmp_path, kind):
    files = entries(kept[0])
    info = zipfile.ZipInfo("made/set/class/a.png")
    info.external_attr = {"link": 0o120777, "folder": 0o040755, "pipe": 0o010644}[kind] << 16
    refused(packed(tmp_path / "bad.zip", files, last=[(info, b"/etc/passwd")]), place, "a file is none, but a link or the like")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["person.key", "made/set/class/A.png", "list.json"])
def test_two_files_of_one_name_are_refused(kept, place, tmp_path, name):
    files = {**entries(kept[0]), "made/set/class/a.png": b"1"}
    refused(packed(tmp_path / "bad.zip", files, last=[(zipfile.ZipInfo(name), b"2" * 32)]), place, "a name occurs twice")


def test_a_bomb_is_refused(kept, place, tmp_path):
    files = {**entries(kept[0]), "made/set/class/a.png": bytes(10**7)}
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, "list.json": listed(files)}.items():
            archive.writestr(name, content, zipfile.ZIP_DEFLATED if name.endswith("png") else zipfile.ZIP_STORED)
    assert (tmp_path / "bomb.zip").stat().st_size < 10**6
    refused(tmp_path / "bomb.zip", place, "a file is packed or encrypted")


def test_a_bomb_of_files_that_share_their_bytes_is_refused(kept, place, tmp_path):
    """Each entry of the table of contents points at the same place."""
    files = {**entries(kept[0]), "made/set/class/00.png": os.urandom(10**5)}
    packed(tmp_path / "one.zip", files)
    content = (tmp_path / "one.zip").read_bytes()
    begin, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    (entry,) = re.findall(rb"PK\x01\x02(?:(?!PK\x01\x02).)*00\.png", content[begin:end], re.S)
    copies = b"".join(entry.replace(b"00.png", b"%02d.png" % number) for number in range(1, 50))
    count = int.from_bytes(content[end + 10 : end + 12], "little") + 49
    table = content[begin:end] + copies
    last = content[end : end + 8] + 2 * count.to_bytes(2, "little") + len(table).to_bytes(4, "little") + content[end + 16 :]
    (tmp_path / "bomb.zip").write_bytes(content[:begin] + table + last)
    assert len(zipfile.ZipFile(tmp_path / "bomb.zip").namelist()) == len(files) + 50
    refused(tmp_path / "bomb.zip", place, "more bytes than itself")


def changed(files, **more):
    return {**files, "list.json": listed(files, **more)}


@pytest.mark.parametrize(
    ("made", "match"),
    [
        (lambda files: files, "its list is missing"),
        (lambda files: {**files, "list.json": b"[" * 100_000}, "its list is not to be read"),
        (lambda files: {**files, "list.json": b"[]"}, "no whole backup"),
        (lambda files: {**files, "list.json": b"{}"}, "no whole backup"),
        (lambda files: {**files, "list.json": b'{"format": 1, "files": 7, "folders": []}'}, "no whole backup"),
        (lambda files: changed(files, format=2), "made by another version"),
        (lambda files: changed(files, folders=["made/../.."]), "a folder has a name"),
        (lambda files: changed(files, folders=["/made"]), "a folder has a name"),
        (lambda files: changed(files, folders=7), "no whole backup"),
        (lambda files: {**changed(files), "made/a": b"not in the list"}, "its list does not fit"),
        (lambda files: {n: c for n, c in changed(files).items() if n != "person.key"}, "its list does not fit"),
        (lambda files: changed({n: c for n, c in files.items() if n != "lab.sqlite"}), "it has no database"),
        (lambda files: {**changed(files), "person.key": b"x" * 32}, "person.key is not what was kept"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(kept, place, tmp_path, made, match):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for name, content in made(entries(kept[0])).items():
            archive.writestr(name, content)
    refused(tmp_path / "bad.zip", place, match)


def test_what_is_no_zip_is_refused(place, tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    refused(tmp_path / "a.txt", place, "no whole backup of a lab .File is not a zip file.")
    refused(tmp_path / "nothing", place, r"cannot be read \(No such file or directory\). Check its name")
    refused(tmp_path, place, r"cannot be read \(Is a directory\)")


# ---- its database ----


def database(*statements, base=None):
    """The bytes of a SQLite database in which these statements were run."""
    with closing(sqlite3.connect(":memory:")) as connection:
        if base:
            connection.deserialize(base)
        connection.execute("PRAGMA journal_mode=DELETE")
        for statement in statements:
            connection.executescript(statement)
        connection.commit()
        return connection.serialize()


@pytest.mark.parametrize(
    ("statements", "match"),
    [
        (["UPDATE meta SET value = 99"], "written by a newer version of the lab .schema 99"),
        (["UPDATE meta SET value = 'x'"], "cannot be used"),
        (["DROP TABLE meta"], "it has no tables"),
        (["CREATE TRIGGER t AFTER INSERT ON epochs BEGIN DELETE FROM runs; END"], "it has more than tables"),
        (["CREATE VIEW v AS SELECT 1"], "it has more than tables"),
        (["PRAGMA foreign_keys = OFF; UPDATE runs SET id = '../../x'"], "a name in it is none"),
        (["UPDATE runs SET id = '.'"], "a name in it is none"),
        (["UPDATE runs SET id = x'2e2e'"], "a name in it is none"),
        (["INSERT INTO class_drawings VALUES ('../x', 'set', 'p', 'l', 1.0, 0)"], "a name in it is none"),
        (["INSERT INTO class_drawings VALUES ('x', '/etc', 'p', 'l', 1.0, 0)"], "a name in it is none"),
    ],
)
def test_a_database_that_no_lab_has_written_is_refused(kept, place, tmp_path, statements, match):
    files = entries(kept[0])
    files["lab.sqlite"] = database(*statements, base=files["lab.sqlite"])
    refused(packed(tmp_path / "bad.zip", files), place, match)


@pytest.mark.parametrize("content", [b"", b"no database" * 500, None])
def test_a_database_that_is_none_is_refused(kept, place, tmp_path, content):
    files = entries(kept[0])
    whole = files["lab.sqlite"]
    files["lab.sqlite"] = whole[:4096] + os.urandom(len(whole) - 4096) if content is None else content
    refused(packed(tmp_path / "bad.zip", files), place, "database in the backup cannot be used .*nothing was changed")


def test_a_backup_of_the_first_schema_is_brought_up(kept, place, tmp_path):
    run = f"INSERT INTO runs VALUES ('gru-1', 3.0, 'ann', 'running', '', '{json.dumps(CONFIG)}', '{{}}', '{{}}', '[]', NULL, NULL, NULL);"
    files = {**entries(kept[0]), "lab.sqlite": database(FIRST, run)}
    restoring.restore(packed(tmp_path / "old.zip", files), place)
    manager = RunManager(place)
    assert [(row.run_id, row.status) for row in manager.runs()] == [("gru-1", "interrupted")] and manager.notices == ()
