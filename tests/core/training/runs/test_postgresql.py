"""A real PostgreSQL under the lab, started by the test: it trains, keeps every number as it was, and outlives a restart of the database."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from core.backups import rows
from core.backups.restoring import restore
from core.backups.saving import back_up
from core.errors import ConfigError, StoreError
from core.training.config import RunConfig
from core.training.engines import spawned
from core.training.runs import worker
from core.training.runs.manager import RunManager
from core.training.runs.store import Store
from core.training.runs.tables import SCHEMA, Base
from tests.core.training.conftest import IMPATIENT
from tests.core.training.engines import outcomes
from tests.support import LONG_TINY, SMALL, ended, wait_for

ROOT = Path(__file__).resolve().parents[4]
FOUND = [*map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))), *filter(None, [os.path.dirname(shutil.which("initdb") or "")])]


class Server:
    """One cluster in a folder of its own; as root it runs as the user `postgres`, which Debian's package has made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder, Path(FOUND[-1])
        self.user = {"user": "postgres"} if os.geteuid() == 0 else {}
        if self.user:
            shutil.chown(folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.call("initdb", "-D", folder / "data", "-U", "lab", "-A", "trust", "--no-sync")
        self.start()

    def call(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [self.bin / program, *map(str, arguments)], check=True, cwd=self.folder, timeout=120, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, **self.user,
        )  # fmt: skip

    def start(self) -> None:
        asked = f"-h 127.0.0.1 -p {self.port} -k {self.folder} -c fsync=off"
        self.call("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-o", asked, "start")

    def stop(self) -> None:
        self.call("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def url(self, name: str) -> str:
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=lab dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://lab@127.0.0.1:{self.port}/{name}"


@pytest.fixture(scope="module")
def server():
    if not FOUND:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("There is no PostgreSQL here (Debian: apt install postgresql).")
    folder = Path(tempfile.mkdtemp(prefix="lab-postgresql-"))
    folder.chmod(0o755)
    made = Server(folder)
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server, request, monkeypatch, tiny):
    made = server.url(f"lab_{abs(hash(request.node.name))}")
    monkeypatch.setenv("LAB_DATABASE", made)
    return made


def config(**values):
    return RunConfig.of(**{**SMALL, "epochs": 2, **values})


@pytest.mark.parametrize("engine", ["thread", "process"])
def test_a_run_from_start_to_end(url, tmp_path, engine):
    manager = RunManager(tmp_path, engine=engine)
    run = manager.submit(config(), owner="ann")
    done = wait_for(manager, run, ended)
    assert done.status == "finished", done.message
    again = RunManager(tmp_path)
    assert [e.to_dict() for e in again.snapshot(run).epochs] == [e.to_dict() for e in done.epochs] and again.runs()[0].owner == "ann"
    assert (again.snapshot(run).sample_images == done.sample_images).all()
    with pytest.raises(ConfigError, match="is no SQLite file: back it up with its own tools, such as pg_dump"):
        again.store.backup(tmp_path / "copy")
    again.delete(run)
    assert manager.runs() == [] and not list((tmp_path / "runs").iterdir())
    manager.shutdown()
    assert manager.runs() == []


def test_numbers_that_json_does_not_know_come_back_as_they_were(url, tmp_path):
    store, strange = Store(tmp_path), {"a": [float("nan"), float("inf"), -float("inf"), 1.5], "b": "b\udcffd", "c": "zero \0"}
    store.add("gru-1", {**config().flat(), "data": "b\udcffd"})
    store.update("gru-1", facts=strange, test={"loss": float("nan")}, message="b\udcffd \0")
    plain = Store(tmp_path).plain("gru-1")
    assert repr(plain["facts"]) == repr(strange) and repr(plain["test"]) == "{'loss': nan}" and plain["config"]["data"] == "b\udcffd"


@pytest.mark.parametrize("engine", ["thread", "process"])
def test_a_restart_of_the_database_is_waited_for_and_loses_nothing(server, url, tmp_path, monkeypatch, engine):
    monkeypatch.setattr(worker, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(spawned, "PROGRAM", (sys.executable, "-c", IMPATIENT))
    manager = RunManager(tmp_path, engine=engine)
    run = manager.submit(RunConfig.of(**LONG_TINY))
    wait_for(manager, run, lambda s: len(s.epochs) > 1)
    server.stop()
    try:
        wait_for(manager, run, lambda s: s.message.startswith("Waiting, and going on by itself: The lab's database is busy or away"))
        with pytest.raises(StoreError, match="busy or away at the moment"):
            manager.runs()
        assert manager.snapshot(run).status == "running"
    finally:
        server.start()
    count = len(manager.snapshot(run).epochs)
    wait_for(manager, run, lambda s: len(s.epochs) > count + 1 and not s.message)
    manager.stop(run)
    wait_for(manager, run, ended)
    kept = Store(tmp_path).snapshot(run)
    assert kept.status == "stopped" and [e.epoch for e in kept.epochs] == list(range(len(kept.epochs))) and len(kept.epochs) > count
    manager.shutdown()


def test_killed_stopped_and_resumed_in_a_process_of_its_own_a_run_loses_nothing(url, tmp_path, monkeypatch):
    manager = RunManager(tmp_path / "home", engine="process")
    run = manager.submit(outcomes.config(4), paused=True)
    paused_at(manager, run, 6)  # in the second epoch
    killed = manager.engine.pid
    os.kill(killed, signal.SIGKILL)
    wait_for(manager, run, lambda s: manager.engine.pid not in (killed, None) and s.status == "paused")
    paused_at(manager, run, 6)
    manager.stop(run)
    assert len(wait_for(manager, run, ended).epochs) == 1 and Store(tmp_path / "home").state(run).status == "stopped"
    manager.resume(run)
    found = outcomes.outcome(manager, run)
    assert Store(tmp_path / "home").snapshot(run).points == found.points
    manager.shutdown()
    monkeypatch.delenv("LAB_DATABASE")
    assert found.same(outcomes.undisturbed(tmp_path / "undisturbed", 4))


def paused_at(manager, run, step):
    """Let a paused run go on to a step."""
    for count in range(wait_for(manager, run, lambda s: s.status == "paused").step + 1, step + 1):
        manager.step(run)
        wait_for(manager, run, lambda s, count=count: s.step == count and s.status == "paused")


def test_an_older_database_is_brought_up(url, tmp_path):
    store = Store(tmp_path)
    store.add("gru-1", config().flat())
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE class_members, class_facts, class_ballots, class_polls, class_drawings, looks"))
        gone = ("lr_changes", "version", "home", "host", "measured", "called")
        connection.execute(text(f"ALTER TABLE runs {', '.join(f'DROP COLUMN {name}' for name in gone)}"))
        connection.execute(text("UPDATE meta SET value = 1"))
    again = Store(tmp_path)
    assert again.plain("gru-1")["lr_changes"] == [] and again.state("gru-1").version == 0 and again.looks() == []
    with again.engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert connection.execute(text("SELECT value FROM meta")).scalars().all() == [SCHEMA]


def test_a_lab_moves_from_sqlite_into_postgresql_and_back(url, tmp_path, monkeypatch):
    """A run that trains is backed up out of each, and goes on in the other one."""
    monkeypatch.delenv("LAB_DATABASE")
    manager = RunManager(tmp_path / "one")
    run = manager.submit(outcomes.config(3), paused=True)
    paused_at(manager, run, 5)
    strange = {"a": [float("nan"), float("inf")], "b": "zero \0"}
    manager.store.add("gru-1", config().flat())
    manager.store.update("gru-1", status="stopped", facts=strange)
    manager.store.add_look("gru-1", 0, "test")
    back_up(tmp_path / "one", tmp_path / "one.zip")
    plain = manager.store.plain(run)
    monkeypatch.setenv("LAB_DATABASE", url)
    restore(tmp_path / "one.zip", tmp_path / "two")
    with pytest.raises(ConfigError, match="has runs already: name an empty one"):
        restore(tmp_path / "one.zip", tmp_path / "three")
    again = RunManager(tmp_path / "two")
    assert repr({**again.store.plain(run), "status": "", "message": ""}) == repr({**plain, "status": "", "message": ""})
    assert again.snapshot(run).status == "interrupted" and repr(again.store.plain("gru-1")["facts"]) == repr(strange)
    again.store.add_look("gru-1", 1, "test")  # it is counted on
    assert again.store.looks() == [("gru-1", 0), ("gru-1", 1)]
    again.resume(run)
    found = outcomes.outcome(again, run)
    assert back_up(tmp_path / "two", tmp_path / "two.zip").runs == 2
    again.shutdown()
    monkeypatch.delenv("LAB_DATABASE")
    restore(tmp_path / "two.zip", tmp_path / "four")
    back = RunManager(tmp_path / "four")
    assert outcomes.outcome(back, run).same(found) and back.store.looks() == [("gru-1", 0), ("gru-1", 1)]
    manager.resume(run)
    assert outcomes.outcome(manager, run).same(found)
    manager.shutdown()


def test_a_backup_of_postgresql_is_of_one_moment(url, tmp_path, monkeypatch):
    """Another lab writes a run between the reading of two tables."""
    store = Store(tmp_path)
    store.add("gru-1", config().flat())
    copied, insert = [], rows.insert

    def late(table):
        if not copied:
            copied.append(table)
            with store.transaction() as session:
                session.execute(text("INSERT INTO epochs VALUES ('gru-1', 0, '{}')"))
        return insert(table)

    monkeypatch.setattr(rows, "insert", late)
    back_up(tmp_path, tmp_path / "lab.zip")
    monkeypatch.undo()
    assert copied
    restore(tmp_path / "lab.zip", tmp_path / "home")
    assert Store(tmp_path / "home").plain("gru-1")["epochs"] == []


@pytest.mark.parametrize("older", [False, True])
def test_several_labs_open_a_database_at_once(url, tmp_path, older):
    if older:
        with Store(tmp_path).engine.begin() as connection:
            connection.execute(text("ALTER TABLE runs DROP COLUMN version, DROP COLUMN measured, DROP COLUMN called"))
            connection.execute(text("DROP TABLE class_drawings"))
            connection.execute(text("UPDATE meta SET value = 1"))
    code = "import sys; from core.training.runs.store import Store; from pathlib import Path; "
    code += "sys.stdin.readline(); Store(Path(sys.argv[1])).ids()"
    started = []
    for name in "abc":
        (tmp_path / name).mkdir()
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, str(tmp_path / name)], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
    said = [process.communicate("go\n", timeout=120)[1] for process in started]
    assert not any(said), said


def test_without_the_driver_the_remedy_is_said(tmp_path, monkeypatch):
    for name in ("psycopg", "psycopg2"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setenv("LAB_DATABASE", "postgresql://lab@127.0.0.1/lab")
    with pytest.raises(StoreError, match=r'not installed .*the command pip install "psycopg\[binary\]", or unset LAB_DATABASE'):
        Store(tmp_path)
    monkeypatch.setenv("LAB_DATABASE", "no url at all")
    with pytest.raises(StoreError, match="LAB_DATABASE names could not be used .* Check its address"):
        Store(tmp_path)


def test_a_server_that_does_not_run_is_said(tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("LAB_DATABASE", f"postgresql://lab@127.0.0.1:{free.getsockname()[1]}/lab")
        with pytest.raises(StoreError, match="LAB_DATABASE names could not be used .* that its server runs"):
            Store(tmp_path)
