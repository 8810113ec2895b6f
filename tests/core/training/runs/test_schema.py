"""The way up from older databases: the revisions make of them what a new one has, whole or not at all."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.errors import StoreError
from core.training.config import RunConfig
from core.training.runs import migrations
from core.training.runs.store import Store
from core.training.runs.tables import SCHEMA, Base
from tests.support import SMALL

ROOT = Path(__file__).resolve().parents[4]
# As the first labs made their tables, word for word.
FIRST = """
CREATE TABLE meta (key VARCHAR NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (key));
CREATE TABLE runs (
    id VARCHAR NOT NULL, created FLOAT NOT NULL, owner VARCHAR NOT NULL, status VARCHAR NOT NULL, message VARCHAR NOT NULL,
    config JSON NOT NULL, facts JSON NOT NULL, curve JSON NOT NULL, lr_changes JSON NOT NULL, best JSON, test JSON, sample_images BLOB,
    PRIMARY KEY (id));
CREATE TABLE epochs (
    run_id VARCHAR NOT NULL, epoch INTEGER NOT NULL, record JSON NOT NULL, PRIMARY KEY (run_id, epoch),
    FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE);
INSERT INTO meta VALUES ('schema', 1);
"""
# What the labs after them added by hand, under the same number and under the next one.
LOOKS = """
CREATE TABLE looks (
    id INTEGER NOT NULL, run_id VARCHAR NOT NULL, epoch INTEGER NOT NULL, images VARCHAR NOT NULL, created FLOAT NOT NULL,
    PRIMARY KEY (id));
INSERT INTO looks VALUES (1, 'gru-1', 2, 'test', 5.0);
"""
SECOND = """
ALTER TABLE runs ADD COLUMN version INTEGER; ALTER TABLE runs ADD COLUMN home VARCHAR; ALTER TABLE runs ADD COLUMN host VARCHAR;
UPDATE runs SET version = 7, home = 'here', host = 'desk'; UPDATE meta SET value = 2;
"""
CONFIG = RunConfig.of(**{**SMALL, "dataset": "shapes"}).flat()


def older(home, *steps):
    """A database as an older lab left it, with a run of one epoch."""
    with closing(sqlite3.connect(home / "lab.sqlite")) as connection, connection:
        connection.executescript(FIRST)
        run = ("gru-1", 3.0, "ann", "stopped", "", json.dumps(CONFIG), "{}", "{}", "[[1, 0.5]]", None, None, None)
        connection.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(run))})", run)
        connection.execute("INSERT INTO epochs VALUES ('gru-1', 0, '{\"a\": 1}')")
        for step in steps:
            connection.executescript(step)


def differences(store):
    with store.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_there_is_one_revision_for_each_schema():
    config = Config()
    config.set_main_option("script_location", "core.training.runs:migrations")
    numbers = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    assert numbers == [str(number) for number in range(SCHEMA, 0, -1)]


def test_the_revisions_make_of_the_first_tables_what_a_new_database_has(tmp_path):
    with closing(sqlite3.connect(tmp_path / "lab.sqlite")) as connection, connection:
        connection.executescript(FIRST)
    assert differences(Store(tmp_path)) == []


def test_a_revision_that_is_missing_is_noticed(tmp_path):
    with Store(tmp_path).engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE runs DROP COLUMN host")
        connection.exec_driver_sql("DROP TABLE class_drawings")
    assert sorted(change[0] for change in differences(Store(tmp_path))) == ["add_column", "add_table"]


@pytest.mark.parametrize(("steps", "schema"), [((), 1), ((LOOKS,), 1), ((LOOKS, SECOND), 2)])
def test_a_database_of_an_older_lab_is_copied_and_brought_up(tmp_path, steps, schema):
    older(tmp_path, *steps)
    before = (tmp_path / "lab.sqlite").read_bytes()
    store = Store(tmp_path)
    (copy,) = tmp_path.glob("lab.before-schema-*.sqlite")
    assert f"older version of the lab (schema {schema})" in store.notices[0] and copy.name in store.notices[0]
    with closing(sqlite3.connect(copy)) as connection, closing(sqlite3.connect(":memory:")) as alone:
        alone.deserialize(before)
        assert list(connection.iterdump()) == list(alone.iterdump())
    state, plain = store.state("gru-1"), store.plain("gru-1")
    assert state == ("stopped", "", *((7, "ann", "here", "desk") if schema == 2 else (0, "ann", "", "")))
    assert plain["config"] == CONFIG and plain["lr_changes"] == [[1, 0.5]] and plain["epochs"] == [{"a": 1}] and plain["test"] is None
    assert store.looks() == ([("gru-1", 2)] if steps else [])
    assert Store(tmp_path).notices == []


def test_a_database_that_was_half_brought_up_by_an_older_lab_is_completed(tmp_path):
    """Its way up was no transaction: a kill left columns without the number of their schema."""
    older(tmp_path, LOOKS, "ALTER TABLE runs ADD COLUMN version INTEGER; UPDATE runs SET version = 0;")
    store = Store(tmp_path)
    assert store.state("gru-1").version == 0 and not [change for change in differences(store) if isinstance(change, tuple)]


DIES = """
import os, sys
from pathlib import Path
from core.training.runs import migrations
from core.training.runs.store import Store
whole = migrations.upgrade
def upgrade(connection, known):
    whole(connection, known, sys.argv[2])
    os._exit(9)
migrations.upgrade = upgrade
Store(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("to", ["1", "2", "3", "4"])
def test_a_kill_in_between_leaves_the_older_database(tmp_path, to):
    older(tmp_path)
    with closing(sqlite3.connect(tmp_path / "lab.sqlite")) as connection:
        before = list(connection.iterdump())
    made = subprocess.run([sys.executable, "-c", DIES, str(tmp_path), to], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 9, made.stderr
    with closing(sqlite3.connect(tmp_path / "lab.sqlite")) as connection:
        assert list(connection.iterdump()) == before
    store = Store(tmp_path)
    assert differences(store) == [] and store.ids() == ["gru-1"]


def test_processes_that_open_an_older_database_at_once(tmp_path):
    """Labs with homes of their own, so that no lock file keeps them apart."""
    older(tmp_path, LOOKS)
    code = "import sys; from core.training.runs.store import Store; from pathlib import Path; sys.stdin.readline(); "
    code += "store = Store(Path(sys.argv[1])); print(store.ids(), store.looks(), len(store.notices))"
    started = []
    for name in "abc":
        (tmp_path / name).mkdir()
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, str(tmp_path / name)], cwd=ROOT, stdin=-1, stdout=-1, stderr=-1, text=True,
                env={"PATH": "", "LAB_DATABASE": f"sqlite:///{tmp_path / 'lab.sqlite'}"},
            )
        )  # fmt: skip
    said = [process.communicate("go\n", timeout=120) for process in started]
    assert not any("Error" in error for _, error in said), said
    assert sorted(out[-2] for out, _ in said) == ["0", "0", "1"] and all(out.startswith("['gru-1'] [('gru-1', 2)]") for out, _ in said)
    assert len([*tmp_path.glob("lab.before-schema-*.sqlite")]) == 1


def test_a_newer_database_is_refused_as_it_is(tmp_path):
    older(tmp_path, LOOKS, SECOND, f"UPDATE meta SET value = {SCHEMA + 1}")
    with pytest.raises(StoreError, match=rf"newer version of the lab \(schema {SCHEMA + 1}, this one knows {SCHEMA}\)"):
        Store(tmp_path)
    with closing(sqlite3.connect(tmp_path / "lab.sqlite")) as connection:
        assert not connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'class%' OR name LIKE 'alembic%'").fetchall()
    assert not [*tmp_path.glob("lab.before-*")]


def test_alembic_is_not_loaded_to_open_a_database_that_is_up_to_date(tmp_path):
    code = "import sys; from core.training.runs.store import Store; from pathlib import Path; Store(Path(sys.argv[1])); "
    code += "print(sorted(name for name in sys.modules if name.split('.')[0] in ('alembic', 'mako')))"
    for _ in ("a new one", "an old acquaintance"):
        made = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
        assert made.stdout.strip() == "[]"
    assert migrations.command  # here it is
