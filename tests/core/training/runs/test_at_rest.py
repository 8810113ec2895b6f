"""What lies on the disk: one file at the end, nothing left behind, a copy before anything is changed, a sentence when something is lost."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from core import files
from core.cli import main
from core.errors import BusyError, StoreError
from core.training.config import RunConfig
from core.training.runs import sweeping
from core.training.runs.checkpoint import load_tensors, save_tensors
from core.training.runs.class_tables import BallotRow, DrawingRow, FactRow, MemberRow, PollRow
from core.training.runs.manager import RunManager
from core.training.runs.store import Store
from tests.support import LONG_TINY, SMALL, ended, wait_for

ROOT = Path(__file__).resolve().parents[4]


def config(**values):
    return RunConfig.of(**{**SMALL, "epochs": 2, **values})


@pytest.fixture
def home(tmp_path, tiny):
    return tmp_path / "home"


@pytest.fixture
def trained(home):
    """A home with a finished run and one that was stopped after its first epoch; (home, their ids)."""
    manager = RunManager(home)
    first = manager.submit(config())
    wait_for(manager, first, ended)
    second = manager.submit(config(epochs=3), paused=True)
    for _ in range(6):
        manager.step(second)
    wait_for(manager, second, lambda s: s.step == 6 and s.status == "paused")
    manager.stop(second)
    wait_for(manager, second, ended)
    manager.shutdown()
    return home, first, second


def rows(file):
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT id, status FROM runs").fetchall())


# ---- the end ----


def test_after_the_end_the_one_file_has_all_runs(trained, tmp_path):
    home, first, second = trained
    shutil.copyfile(home / "lab.sqlite", tmp_path / "copy.sqlite")
    assert rows(tmp_path / "copy.sqlite") == {first: "finished", second: "stopped"}
    assert not (home / "lab.sqlite-wal").exists() or (home / "lab.sqlite-wal").stat().st_size == 0


TRAINS = """
import runpy, sys
from tests.support import register_tiny
register_tiny(train=2_000)
sys.argv[0] = "core"
runpy.run_module("core", run_name="__main__")
"""


def test_so_it_is_after_a_polite_kill_of_the_command_line(home, tmp_path):
    flags = ["train", "--home", str(home), "--dataset", "tiny", "--epochs", "1000", "--patch-size", "16", "--hidden-size", "8"]
    flags += ["--embed-dim", "8", "--threads", "1", "--kernel", "torch"]
    process = subprocess.Popen([sys.executable, "-c", TRAINS, *flags], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr.readline().startswith("epoch")
        process.send_signal(signal.SIGTERM)
        assert "interrupted: every complete epoch is kept" in process.communicate(timeout=60)[1]
    finally:
        process.kill()
        process.wait()
    shutil.copyfile(home / "lab.sqlite", tmp_path / "copy.sqlite")
    assert list(rows(tmp_path / "copy.sqlite").values()) == ["interrupted"] and process.returncode == 130


def test_a_backup_is_taken_while_a_run_trains(home, tmp_path, capsys):
    manager = RunManager(home)
    run = manager.submit(RunConfig.of(**LONG_TINY))
    wait_for(manager, run, lambda s: len(s.epochs) > 1)
    assert main(["runs", "backup", "--home", str(home), str(tmp_path / "backup.sqlite")]) == 0
    assert rows(tmp_path / "backup.sqlite") == {run: "running"} and manager.snapshot(run).active
    assert main(["runs", "backup", "--home", str(home), str(tmp_path / "backup.sqlite")]) == 2
    assert main(["runs", "backup", "--home", str(home), str(tmp_path / "no" / "backup.sqlite")]) == 2
    errors = capsys.readouterr().err
    assert "There is already a file backup.sqlite: choose another name" in errors and "could not be copied to backup.sqlite" in errors
    manager.shutdown()


# ---- nothing is left ----


class Killed(BaseException):
    """Stands for a kill: nothing after it happens, no clean-up either."""


@pytest.mark.parametrize("point", ["the folder is renamed", "the record is deleted", "the folder is removed"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_in_a_deletion_leaves_the_run_or_nothing(trained, monkeypatch, point, when):
    home, first, second = trained
    owner, name = {
        "the folder is renamed": (sweeping, "throw_away"),
        "the record is deleted": (Store, "delete"),
        "the folder is removed": (sweeping.shutil, "rmtree"),
    }[point]
    whole = getattr(owner, name)

    def killed(*arguments, **more):
        if when == "after":
            whole(*arguments, **more)
        raise Killed

    manager = RunManager(home)
    with monkeypatch.context() as dying:
        dying.setattr(owner, name, killed)
        with pytest.raises(Killed):
            manager.delete(first)
    del manager
    again = RunManager(home)
    whole_run = point == "the folder is renamed" and when == "before"
    assert [row.run_id for row in again.runs()] == ([second, first] if whole_run else [second])
    assert {path.name for path in (home / "runs").iterdir()} == ({first, second} if whole_run else {second})
    assert not [*(home / "trash").glob("*")]
    if whole_run:
        assert load_tensors(again.weights(first))


def test_a_deletion_that_the_database_refuses_gives_the_run_back(trained, monkeypatch):
    home, first, _ = trained
    manager = RunManager(home)

    def full(*_):
        raise StoreError("The lab's database could not be used (database or disk is full).")

    monkeypatch.setattr(Store, "delete", full)
    with pytest.raises(StoreError, match="disk is full"):
        manager.delete(first)
    assert load_tensors(manager.weights(first)) and manager.snapshot(first).status == "finished"


def test_the_start_sweeps_what_killed_processes_left(trained):
    home, first, second = trained
    half = home / "runs" / first / ".epoch-0007.safetensors.4711.tmp"
    half.write_bytes(b"half")
    (home / "runs" / "gru-gone").mkdir()
    (home / "runs" / "gru-gone" / "alive.lock").touch()
    (home / "runs" / "recorded-shapes-gru").mkdir()
    shutil.copytree(home / "runs" / first, home / "runs" / "gru-lost")
    RunManager(home)
    assert not half.exists()
    assert {path.name for path in (home / "runs").iterdir()} == {first, second, "recorded-shapes-gru"}
    (lost,) = (home / "lost").iterdir()  # with weights: perhaps the database is an older copy
    assert lost.name.startswith("gru-lost.") and (lost / "epoch-0000.safetensors").is_file()


def test_the_start_leaves_alone_what_another_process_uses(home):
    """A run that is just being started elsewhere: its folder and its lock are there, its record is not yet."""
    from filelock import FileLock

    RunManager(home).shutdown()
    folder = home / "runs" / "gru-new"
    folder.mkdir()
    with FileLock(folder / "alive.lock", thread_local=False):
        RunManager(home)
        assert folder.is_dir()
    RunManager(home)
    assert not folder.exists()


def test_half_written_files_count_in_the_budget(home):
    manager = RunManager(home, budget=200_000)
    folder = home / "runs" / "gru-1"
    folder.mkdir()
    (folder / ".epoch-0001.safetensors.abc.1.tmp").write_bytes(b"x" * 150_000)
    assert manager.engine.budget.spent() == 150_000


def test_an_epoch_looks_at_the_files_of_its_own_run_alone(trained, monkeypatch):
    from core.training.runs import budget

    home, _, second = trained
    manager, listed = RunManager(home), []
    manager.engine.budget.spent()
    whole = budget.bytes_in
    monkeypatch.setattr(budget, "bytes_in", lambda folder: listed.append(folder.name) or whole(folder))
    monkeypatch.setattr(Store, "summaries", lambda self: pytest.fail("no run has to be thinned"))
    files.write_whole(home / "runs" / second / "epoch-0009.safetensors", b"x")
    manager.engine.budget.keep()
    assert listed == [second]


def half_deleted(home, run):
    """As a kill leaves it after the first step of deleting."""
    from core.training.runs.sweeping import throw_away

    return throw_away(home / "runs" / run)


def test_a_run_half_deleted_is_not_swept_while_its_record_cannot_be(trained, monkeypatch):
    """Else its record would be left without its weights."""
    from core.training.runs import database

    home, first, second = trained
    monkeypatch.setattr(database, "PATIENCE", 0.01)
    kept = [half_deleted(home, run) for run in (first, second)]
    with closing(sqlite3.connect(home / "lab.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        RunManager(home)
        other.execute("ROLLBACK")
    assert all(folder.is_dir() for folder in kept)
    with monkeypatch.context() as full:
        full.setattr(Store, "delete", lambda self, run: (_ for _ in ()).throw(StoreError("The lab's database could not be used.")))
        assert len(RunManager(home).runs()) == 2
    assert all(folder.is_dir() for folder in kept)
    assert RunManager(home).runs() == [] and not any(folder.exists() for folder in kept)


# ---- another schema ----


ADDED = ("measured", "called")  # columns that no lab of schema 1 had


@pytest.mark.parametrize("lost", [("runs", "message"), ("runs", "test"), ("runs", "version"), ("runs", "lr_changes"), ("looks", None)])
def test_a_database_with_less_is_brought_up_after_a_copy(trained, lost):
    home, first, second = trained
    table, column = lost
    with closing(sqlite3.connect(home / "lab.sqlite")) as connection, connection:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}" if column else f"DROP TABLE {table}")
        for name in ADDED:
            connection.execute(f"ALTER TABLE runs DROP COLUMN {name}")
        connection.execute("UPDATE meta SET value = 1")
    manager = RunManager(home)
    assert {row.run_id for row in manager.runs()} == {first, second}
    assert len(manager.snapshot(first).epochs) == 2
    (notice,) = manager.notices
    (copy,) = home.glob("lab.before-schema-*.sqlite")
    assert copy.name in notice and "older version of the lab (schema 1)" in notice and str(home) not in notice
    with closing(sqlite3.connect(copy)) as connection:
        names = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        assert column not in names and connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    assert main(["runs", "show", "--home", str(home), first]) == 0
    manager.store.update(first, message="new")
    wait = manager.submit(config(epochs=1))
    assert wait_for(manager, wait, ended).status == "finished"
    manager.shutdown()
    assert not RunManager(home).notices  # once


def test_processes_that_open_a_fresh_home_at_once(tmp_path):
    code = "import sys; from core.training.runs.store import Store; from pathlib import Path; "
    code += "sys.stdin.readline(); Store(Path(sys.argv[1])).ids()"
    (tmp_path / "home").mkdir()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "home")], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    said = [process.communicate("go\n", timeout=120)[1] for process in started]
    assert not any(said), said


def test_a_table_that_another_lab_makes_in_between_is_no_error(tmp_path, monkeypatch):
    """The moment between looking for a table and making it, made certain: with a shared database no file lock helps."""
    from core.training.runs import schema

    whole, first = schema.Base.metadata.create_all, []

    def create_all(connection, **more):
        if not first:
            first.append(True)
            with closing(sqlite3.connect(tmp_path / "shared.sqlite")) as other, other:
                other.execute("CREATE TABLE meta (key VARCHAR PRIMARY KEY, value INTEGER NOT NULL)")
            for table in schema.Base.metadata.sorted_tables:
                table.create(connection)
        else:
            whole(connection, **more)

    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    monkeypatch.setattr(schema.Base.metadata, "create_all", create_all)
    monkeypatch.setattr(schema, "lock", lambda connection: None)  # of a kind of database that has no such lock
    store = Store(tmp_path)
    store.add("gru-1", config().flat())
    assert store.ids() == ["gru-1"]


# ---- a home that is gone ----


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_home_that_is_gone_is_said_and_training_stops(home, tmp_path, how, monkeypatch):
    from core.training.runs import keeping

    monkeypatch.setattr(keeping, "CHECK_SECONDS", 0.1)
    manager = RunManager(home)
    run = manager.submit(RunConfig.of(**LONG_TINY))
    waiting = manager.submit(config())
    wait_for(manager, run, lambda s: len(s.epochs) > 1)
    home.rename(tmp_path / "elsewhere")
    if how == "deleted":
        shutil.rmtree(tmp_path / "elsewhere", ignore_errors=True)
    if how == "replaced":
        home.mkdir()
        (home / "lab.sqlite").touch()
    failed = wait_for(manager, run, ended)
    assert failed.status == "failed" and "folder was moved, deleted or replaced while the lab ran" in failed.message
    assert wait_for(manager, waiting, ended).status == "failed"
    for act in (manager.runs, lambda: manager.submit(config()), lambda: manager.resume(run)):
        with pytest.raises(StoreError, match="moved, deleted or replaced"):
            act()
    assert how == "replaced" or not (home / "runs").exists()  # it does not come back empty
    manager.shutdown()


def test_a_home_that_is_put_back_goes_on(home, tmp_path):
    manager = RunManager(home)
    home.rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="Put it back, or stop the lab"):
        manager.runs()
    (tmp_path / "elsewhere").rename(home)
    assert wait_for(manager, manager.submit(config()), ended).status == "finished"
    manager.shutdown()


# ---- a database that is not sound ----


def same_run(one, two):
    assert [e.to_dict() for e in one.epochs] == [e.to_dict() for e in two.epochs]
    assert one.config == two.config and one.points == two.points and one.classes == two.classes and one.parameters == two.parameters


@pytest.mark.parametrize("how", ["emptied", "deleted", "halved", "first page of noise", "all but the first page of noise"])
def test_what_is_lost_of_the_database_comes_from_the_checkpoints(trained, how):
    home, first, second = trained
    before = {run: RunManager(home).snapshot(run) for run in (first, second)}
    RunManager(home).shutdown()
    file = home / "lab.sqlite"
    content = file.read_bytes()
    size = int.from_bytes(content[16:18], "big")
    noise = os.urandom(len(content))
    broken = {
        "emptied": b"", "deleted": None, "halved": content[: len(content) // 2], "first page of noise": noise[:size] + content[size:],
        "all but the first page of noise": content[:size] + noise[size:],
    }[how]  # fmt: skip
    file.unlink()
    if broken is not None:
        file.write_bytes(broken)
    manager = RunManager(home)
    (notice,) = manager.notices
    assert notice.startswith("The database of runs was damaged (") and "put together from their checkpoints" in notice
    assert str(home) not in notice and notice in (home / "lab.log").read_text("utf-8")
    copies = [*home.glob("lab.damaged-*.sqlite")]
    assert [copy.read_bytes() for copy in copies] == ([broken] if broken is not None else [])
    for run in (first, second):
        same_run(manager.snapshot(run), before[run])
    assert [row.measured for row in manager.runs()] == [None, None], "their histories tell, of which some came from elsewhere"
    manager.resume(second)
    done = wait_for(manager, second, ended)
    assert done.status == "finished" and len(done.epochs) == 3
    manager.shutdown()
    assert not RunManager(home).notices


def test_a_damaged_part_costs_what_is_in_it(home):
    """Noise in one page after the other: what can be read is read, the rest comes from checkpoints or is left out; nothing is wrong."""
    manager = RunManager(home)
    run = manager.submit(config())
    wait_for(manager, run, ended)
    for i in range(30):
        manager.store.add(f"gru-{i}", config(seed=i).flat())
        manager.store.update(f"gru-{i}", status="stopped")
    before = manager.snapshot(run)
    manager.shutdown()
    content = (home / "lab.sqlite").read_bytes()
    size = int.from_bytes(content[16:18], "big")
    for page in range(len(content) // size):
        for copy in home.glob("lab.damaged-*"):
            copy.unlink()
        noise = content[: page * size] + b"\xa5" * size + content[(page + 1) * size :]
        (home / "lab.sqlite").write_bytes(noise)
        again = RunManager(home)
        ids = {row.run_id for row in again.runs()}
        if run in ids:
            try:
                found = again.snapshot(run)
                assert found.config == before.config and len(found.epochs) <= 2, page
            except StoreError as error:
                assert "damaged" in str(error), page
        again.store.engine.dispose()
        (home / "lab.sqlite-wal").unlink(missing_ok=True)
        (home / "lab.sqlite-shm").unlink(missing_ok=True)


def of_class(file):
    """What the tables of a class have in a database, in words, by table."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'class%'")]
        return {name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}"))) for name in names}


def test_a_class_outlives_a_damaged_page(home):
    """Noise in one page after the other: nobody is made up, and where the page is of another table, nothing of the class is lost."""
    manager = RunManager(home)
    for number in range(30):
        manager.store.add(f"gru-{number}", config(seed=number).flat())
    with manager.store.transaction() as session:
        session.add_all(MemberRow(person=f"p{n}", pseudonym=f"Grey Owl {n}", name=f"Ann {n}", joined=n / 7) for n in range(20))
        session.add_all([FactRow(name="code", value="ABCD"), FactRow(name="limits", value={"epochs": [1, 2.5, None]})])
        session.add(PollRow(id=3, question="order", phase="reveal", opened=1.5, facts={"run": "gru-1"}))
        session.flush()
        session.add_all(BallotRow(poll=3, person=f"p{n}", round=1 + n % 2, answer=[n, "b"], created=2.0) for n in range(20))
        session.add(DrawingRow(id="d1", collection="set", person="p1", label="dog", created=1.0, dropped=True))
    manager.shutdown()
    before, content = of_class(home / "lab.sqlite"), (home / "lab.sqlite").read_bytes()
    size, whole = int.from_bytes(content[16:18], "big"), 0
    for page in range(1, len(content) // size):  # without the first one nobody knows whose database it is
        for rest in (*home.glob("lab.damaged-*"), *home.glob("lab.sqlite-*")):
            rest.unlink()
        (home / "lab.sqlite").write_bytes(content[: page * size] + b"\xa5" * size + content[(page + 1) * size :])
        store = Store(home)
        store.close()
        after = of_class(home / "lab.sqlite")
        assert after.keys() == before.keys() and all({*after[name]} <= {*before[name]} for name in after), page
        whole += store.rescued and after == before
    assert whole > len(content) // size / 3


RESCUES = """
import os, sys
from pathlib import Path
from core.training.runs import rescue
from core.training.runs.store import Store
def kill(*given):
    os._exit(9)
def replace(self, target, whole=Path.replace):
    whole(self, target)
    if str(target).endswith("lab.sqlite"):
        kill()
if sys.argv[2] == "before":
    rescue.build = kill
else:
    Path.replace = replace
Store(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_while_a_database_is_made_anew_leaves_no_files(trained, when):
    """Killed again and again, it must not fill the disk with copies; they are as large as the database."""
    home, first, second = trained
    RunManager(home).shutdown()
    content = (home / "lab.sqlite").read_bytes()
    (home / "lab.sqlite").write_bytes(content[: len(content) // 2])
    killed = subprocess.run([sys.executable, "-c", RESCUES, str(home), when], cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == 9, killed.stderr
    assert [*home.glob(".lab.sqlite.*")]
    manager = RunManager(home)
    assert {row.run_id for row in manager.runs()} == {first, second} and bool(manager.notices) == (when == "before")
    assert len([*home.glob("lab.damaged-*.sqlite")]) == 1 and not [*home.glob(".lab.sqlite.*")]


def test_without_room_for_a_copy_nothing_is_changed(trained, monkeypatch):
    home, *_ = trained
    content = (home / "lab.sqlite").read_bytes()
    (home / "lab.sqlite").write_bytes(content[: len(content) // 2])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StoreError, match=r"damaged .* could not be saved \(No space left on device\); it was not changed"):
        RunManager(home)
    assert (home / "lab.sqlite").read_bytes() == content[: len(content) // 2]


def test_a_record_of_noise_does_not_take_the_list_down(home):
    manager = RunManager(home)
    for run in ("gru-1", "gru-2", "gru-3"):
        manager.store.add(run, config().flat())
        manager.store.update(run, status="stopped")
    with manager.store.engine.begin() as connection:
        connection.execute(text("UPDATE runs SET config = 'no json \udcff'".replace("\udcff", "") + " WHERE id = 'gru-2'"))
        connection.execute(text("UPDATE runs SET facts = '{\"sizes\": 7' WHERE id = 'gru-3'"))
    assert {row.run_id for row in manager.runs()} == {"gru-1", "gru-3"}
    for run in ("gru-2", "gru-3"):
        with pytest.raises(StoreError, match="damaged"):
            manager.snapshot(run)
    manager.delete("gru-2")


def test_text_that_is_no_unicode_keeps_no_other_record_from_being_read(home):
    """A flipped bit in a text, which SQLite has no checksum for."""
    manager = RunManager(home)
    for number in (1, 2, 3):
        manager.store.add(f"gru-{number}", config().flat())
        manager.store.update(f"gru-{number}", status="stopped")
    with closing(sqlite3.connect(home / "lab.sqlite")) as connection, connection:
        connection.execute("UPDATE runs SET message = CAST(x'41ff42' AS TEXT) WHERE id = 'gru-1'")
        connection.execute("UPDATE runs SET config = CAST(x'7bff7d' AS TEXT) WHERE id = 'gru-2'")
    again = RunManager(home)
    assert {row.run_id: row.message for row in again.runs()} == {"gru-1": r"A\xffB", "gru-3": ""}
    assert again.snapshot("gru-1").message == r"A\xffB"
    with pytest.raises(StoreError, match="damaged"):
        again.snapshot("gru-2")
    again.delete("gru-2")


# ---- a database that is busy ----


def test_all_connections_in_use_is_busy_and_nothing_that_a_run_ends_by(tmp_path):
    store = Store(tmp_path)
    store.engine.pool._timeout = 0.01
    connections = [store.engine.connect() for _ in range(15)]
    with pytest.raises(BusyError, match="busy or away at the moment .too many wait for it.*Nothing is lost"):
        store.ids()
    for connection in connections:
        connection.close()
    assert store.ids() == []


def test_runs_of_a_dead_process_do_not_each_wait_for_a_locked_database(home, monkeypatch):
    from core.training.runs import database

    monkeypatch.setattr(database, "PATIENCE", 0.01)
    manager, tries, change = RunManager(home), [], Store.change
    for number in range(20):
        manager.store.add(f"gru-{number}", config().flat())
    monkeypatch.setattr(Store, "change", lambda self, run, **columns: tries.append(run) or change(self, run, **columns))
    with closing(sqlite3.connect(home / "lab.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            assert {row.status for row in manager.runs()} == {"queued"}
        assert len(tries) == 1
        other.execute("ROLLBACK")
    manager._records._busy_until = 0.0  # it is tried again after a while
    assert {row.status for row in manager.runs()} == {"interrupted"} and len(tries) == 21


def test_a_busy_database_is_waited_for_and_nothing_ends(home, monkeypatch):
    """Another program holds the write lock for as long as the test wants: longer than any time-out, and no clock is asked."""
    from core.training.runs import database, worker

    monkeypatch.setattr(database, "PATIENCE", 0.01)
    monkeypatch.setattr(worker, "BUSY_SECONDS", 0.01)
    manager = RunManager(home)
    run = manager.submit(RunConfig.of(**{**LONG_TINY, "epochs": 4}), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    with closing(sqlite3.connect(home / "lab.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        manager.resume(run)
        waiting = wait_for(
            manager, run, lambda s: s.message.startswith("Waiting, and going on by itself: The lab's database is busy or away")
        )
        assert waiting.status == "running" and manager.runs()[0].status == "running"  # reading goes on
        with pytest.raises(StoreError, match="busy or away at the moment .*Nothing is lost; try again in a minute"):
            manager.submit(config())
        assert RunManager(home).runs()[0].status == "running"  # also a lab that starts meanwhile
        other.execute("ROLLBACK")
    done = wait_for(manager, run, ended)
    assert done.status == "finished" and len(done.epochs) == 4 and done.message == ""
    assert len(RunManager(home).snapshot(run).epochs) == 4 and not [row for row in manager.runs() if row.run_id != run]
    manager.shutdown()


def test_a_lab_that_stops_waits_for_no_database(home, monkeypatch):
    from core.training.runs import database, worker

    monkeypatch.setattr(database, "PATIENCE", 0.01)
    monkeypatch.setattr(worker, "BUSY_SECONDS", 0.01)
    manager = RunManager(home)
    run = manager.submit(RunConfig.of(**LONG_TINY))
    wait_for(manager, run, lambda s: len(s.epochs) > 1)
    with closing(sqlite3.connect(home / "lab.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        wait_for(manager, run, lambda s: s.message.startswith("Waiting, and"))
        manager.shutdown()
        other.execute("ROLLBACK")
    again = RunManager(home)
    assert again.snapshot(run).status == "interrupted"
    again.resume(run)
    count = len(again.snapshot(run).epochs)
    wait_for(again, run, lambda s: len(s.epochs) > count)  # the epoch that could not be kept is done again
    again.shutdown()


def test_a_lab_with_many_waiting_runs_stops_though_the_database_is_locked(home, monkeypatch):
    """The lock is waited for once, not once for each run; the statements that wait are counted, and no clock is asked."""
    from sqlalchemy import event

    from core.training.runs import database

    monkeypatch.setattr(database, "PATIENCE", 0.01)
    manager, statements = RunManager(home), []
    with manager.turn():
        waiting = [manager.submit(config(seed=seed)) for seed in range(20)]
        event.listen(manager.store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        with closing(sqlite3.connect(home / "lab.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            manager.shutdown()
            other.execute("ROLLBACK")
        assert len([one for one in statements if one.startswith("UPDATE runs")]) == 1 and len(statements) < 5
    assert not list(manager.engine) and {row.status for row in manager.runs()} == {"interrupted"}
    again = RunManager(home)
    again.resume(waiting[0])
    assert wait_for(again, waiting[0], ended).status == "finished"
    again.shutdown()


def test_waiting_runs_of_a_lab_that_stops_are_written_at_once(home):
    manager = RunManager(home)
    with manager.turn():
        waiting = [manager.submit(config(seed=seed)) for seed in range(20)]
        before = {run: manager.store.state(run).version for run in waiting}
        manager.shutdown()
        states = {run: manager.store.state(run) for run in waiting}
    assert {(state.status, state.message[:23]) for state in states.values()} == {("interrupted", "The server was stopped.")}
    assert all(states[run].version > before[run] for run in waiting)


def test_a_lab_that_stops_waits_for_all_threads_together(home, monkeypatch):
    from core.training.runs.worker import Worker

    manager, asked, now = RunManager(home), [], [0.0]
    runs = [manager.submit(config(), paused=True) for _ in range(3)]
    for run in runs:
        wait_for(manager, run, lambda s: s.status == "paused")

    def join(self, timeout=None):
        asked.append(timeout)
        now[0] += 10.0

    with monkeypatch.context() as hanging:
        hanging.setattr(Worker, "join", join)
        hanging.setattr("time.monotonic", lambda: now[0])
        manager.shutdown()
    assert asked == [15.0, 5.0, 0.0]
    for run in runs:
        wait_for(manager, run, ended)


# ---- what may be in a path, and in a record ----


@pytest.mark.parametrize(
    "name", ["a?b=c&d", "a#b", "a%20b%", "a'b\"c", " a b ", "a\nb", "\u00fcn\u00ef-\u7814\u7a76", b"by\xfftes", "mode=ro:;"]
)
def test_any_characters_in_the_path_of_the_home(tmp_path, tiny, name):
    home = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + (name if isinstance(name, bytes) else name.encode())))
    manager = RunManager(home)
    run = manager.submit(config(epochs=1))
    assert wait_for(manager, run, ended).status == "finished"
    manager.store.backup(home / "copy.sqlite")
    manager.shutdown()
    assert sorted(os.listdir(tmp_path)) == [home.name] and rows(home / "lab.sqlite") == rows(home / "copy.sqlite") == {run: "finished"}
    with closing(sqlite3.connect(home / "lab.sqlite")) as connection, connection:
        for name in ("host", *ADDED):
            connection.execute(f"ALTER TABLE runs DROP COLUMN {name}")
        connection.execute("UPDATE meta SET value = 1")
    again = RunManager(home)
    assert again.notices and load_tensors(again.weights(run))
    again.delete(run)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_does_not_know_come_back_as_they_were(tmp_path, value):
    store = Store(tmp_path)
    strange = {"a": [value, 1.5, {"b": value}], "$float": "not a number of ours", "c": {"$float": 3}}
    store.add("gru-1", {**config().flat(), "clip_norm": value})
    store.update(
        "gru-1", facts=strange, curve={"limit": 4, "stride": 1, "points": [[value, 0.1, value]], "waiting": []}, test={"loss": value}
    )
    plain = Store(tmp_path).plain("gru-1")
    assert repr(plain["facts"]) == repr(strange) and repr(plain["config"]["clip_norm"]) == repr(value)
    assert repr(plain["curve"]["points"][0]) == repr([value, 0.1, value]) and repr(plain["test"]) == repr({"loss": value})
    with closing(sqlite3.connect(tmp_path / "lab.sqlite")) as connection:
        stored = connection.execute("SELECT facts FROM runs").fetchone()[0]
        json.loads(stored, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_bare_nan_of_older_versions_is_read(tmp_path):
    store = Store(tmp_path)
    store.add("gru-1", config().flat())
    with closing(sqlite3.connect(tmp_path / "lab.sqlite")) as connection, connection:
        connection.execute("UPDATE runs SET facts = '{\"a\": [NaN, Infinity, -Infinity]}'")
    assert repr(store.plain("gru-1")["facts"]["a"]) == "[nan, inf, -inf]"


def test_a_message_with_bytes_that_are_no_unicode_can_be_stored(tmp_path):
    store = Store(tmp_path)
    store.add("gru-1", {**config().flat(), "data": "b\udcffd"}, owner="\udcff")
    store.update("gru-1", message="The folder b\udcffd\0 is empty")
    assert store.state("gru-1").message == "The folder b\\udcffd\\x00 is empty" and store.plain("gru-1")["config"]["data"] == "b\udcffd"


# ---- what may not be written ----


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_lock_that_cannot_be_written_really(trained):
    home, _, second = trained
    (home / "runs" / second / "alive.lock").chmod(0o400)
    with pytest.raises(StoreError, match="cannot be written"):
        RunManager(home).resume(second)


@pytest.mark.parametrize("act", ["resume", "delete", "runs"])
def test_a_lock_that_cannot_be_written_is_a_sentence(trained, monkeypatch, act):
    from filelock import FileLock

    home, _, second = trained
    manager = RunManager(home)
    manager.store.update(second, status="running")

    def refused(self, *_, **__):
        raise PermissionError(13, "Permission denied", self.lock_file)

    monkeypatch.setattr(FileLock, "acquire", refused)
    if act == "runs":
        assert "running" in {row.status for row in manager.runs()}  # nobody can know
        return
    with pytest.raises(
        StoreError, match=r"folder of run gru-\w+ cannot be written \(Permission denied\). Give the lab permission"
    ) as error:
        getattr(manager, act)(second)
    assert str(home) not in str(error.value)


def test_a_full_disk_at_the_end_of_an_epoch_loses_no_epoch_before(home, monkeypatch):
    manager, whole, fsync = RunManager(home), [], os.fsync

    def full(descriptor):
        if len(whole) > 14:
            raise OSError(28, "No space left on device")
        whole.append(fsync(descriptor))

    monkeypatch.setattr(os, "fsync", full)
    run = manager.submit(config(epochs=8))
    failed = wait_for(manager, run, ended)
    monkeypatch.undo()
    assert failed.status == "failed" and "No space left on device). Free some disk space" in failed.message
    from tests.support import register_tiny

    register_tiny()
    done, epochs = len(failed.epochs), [e.to_dict() for e in RunManager(home).snapshot(run).epochs]
    assert len(epochs) in (done, done - 1) and len(epochs) >= 1  # the one that could not be kept is the last
    manager.resume(run)
    finished = wait_for(manager, run, ended)
    assert finished.status == "finished" and [e.to_dict() for e in finished.epochs][: len(epochs)] == epochs
    assert not [*(home / "runs" / run).glob("*.tmp")]
    manager.shutdown()


def test_too_many_open_files_are_waited_for(home, monkeypatch):
    """Pages of others had all files of the process: the run waits until some are closed, and no epoch is lost."""
    from core.training.runs import worker

    monkeypatch.setattr(worker, "BUSY_SECONDS", 0.01)
    manager, fsync, none_left = RunManager(home), os.fsync, [True]

    def refused(descriptor):
        if none_left:
            raise OSError(24, "Too many open files")
        fsync(descriptor)

    run = manager.submit(config(), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    monkeypatch.setattr(os, "fsync", refused)
    manager.resume(run)
    wait_for(manager, run, lambda s: "This program has too many files open" in s.message and s.status == "running")
    none_left.clear()
    done = wait_for(manager, run, ended)
    assert done.status == "finished" and len(done.epochs) == 2 and done.message == ""
    manager.shutdown()


def test_a_full_database_is_a_sentence_and_loses_nothing(home):
    manager = RunManager(home)
    run = manager.submit(config(epochs=1000), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    with manager.store.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()

    def small(connection, _):
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

    from sqlalchemy import event

    manager.store.engine.dispose()
    event.listen(manager.store.engine, "connect", small)
    manager.resume(run)
    failed = wait_for(manager, run, ended)
    assert failed.status == "failed" and "database or disk is full" in failed.message and "Check that the disk has space" in failed.message
    assert manager.runs()[0].status == "failed" and manager.snapshot(run).message == failed.message
    manager.shutdown()
    again = RunManager(home)
    kept = len(again.snapshot(run).epochs)
    assert kept >= len(failed.epochs) - 1 >= 1
    again.resume(run)
    wait_for(again, run, lambda s: len(s.epochs) > kept)
    again.shutdown()


def test_saving_to_one_name_from_two_threads_keeps_both_whole(tmp_path):
    import threading

    import torch

    (path, errors) = tmp_path / "logits-test-0001.safetensors", []

    def work(value):
        try:
            for _ in range(20):
                save_tensors(path, {"logits": torch.full((50, 10), value)}, {})
                assert load_tensors(path)[0]["logits"].unique().numel() == 1
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(value,)) for value in (1.0, 2.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors and [p.name for p in tmp_path.iterdir()] == [path.name]


# ---- data sets ----


def test_who_waits_for_data_that_another_loads_can_be_stopped_and_others_go_on(tmp_path, monkeypatch):
    import threading

    from core.training.runs import datasets

    started, go_on = threading.Event(), threading.Event()

    def load(name, config, **_):
        if name == "cifar10":
            started.set()
            assert go_on.wait(60)
        return name

    monkeypatch.setattr(datasets, "load_dataset", load)
    monkeypatch.setattr(datasets, "_datasets", type(datasets._datasets)())
    slow, other = RunConfig.of(dataset="cifar10"), RunConfig.of(dataset="shapes")
    thread = threading.Thread(target=datasets.load_shared, args=(slow, tmp_path, lambda *_: None), daemon=True)
    thread.start()
    assert started.wait(30)

    def stopped(done, total, what):
        raise KeyboardInterrupt(what)

    with pytest.raises(KeyboardInterrupt, match="which somebody else loads"):
        datasets.load_shared(slow, tmp_path, stopped)
    assert datasets.load_shared(other, tmp_path, stopped) == "shapes"  # waits for nobody
    go_on.set()
    thread.join(30)
    assert datasets.load_shared(slow, tmp_path, stopped) == "cifar10" and not datasets._readers
