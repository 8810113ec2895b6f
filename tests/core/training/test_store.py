import sqlite3

import pytest

from core.errors import LabError, StoreError
from core.training.config import RunConfig
from core.training.store import Store


def test_opens_again_what_it_wrote(tmp_path):
    store = Store(tmp_path)
    store.add("gru-1", RunConfig.of(hidden_size=9).flat(), owner="ann")
    store.update("gru-1", status="failed", message="why", facts={"classes": ["a", "b"], "parameters": 7})
    again = Store(tmp_path)
    snapshot = again.snapshot("gru-1")
    assert (snapshot.status, snapshot.message, snapshot.classes, snapshot.parameters) == ("failed", "why", ("a", "b"), 7)
    assert snapshot.config["hidden_size"] == 9 and again.owner("gru-1") == "ann"
    again.delete("gru-1")
    assert store.ids() == []


def test_uses_write_ahead_logging(tmp_path):
    Store(tmp_path)
    assert sqlite3.connect(tmp_path / "lab.sqlite").execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_unknown_run_is_named(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(StoreError, match="There are no runs yet"):
        store.snapshot("x")
    store.add("gru-abc", RunConfig.of().flat())
    with pytest.raises(LabError, match="no run named 'gru-abd'. Did you mean 'gru-abc'"):
        store.snapshot("gru-abd")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path):
    Store(tmp_path)
    with sqlite3.connect(tmp_path / "lab.sqlite") as connection:
        connection.execute("UPDATE meta SET value = 99")
    before = (tmp_path / "lab.sqlite").read_bytes()
    with pytest.raises(StoreError, match=r"newer version of the lab \(schema 99.*nothing was changed"):
        Store(tmp_path)
    assert (tmp_path / "lab.sqlite").read_bytes() == before


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "lab.sqlite").write_text("not a database " * 100)
    with pytest.raises(StoreError, match="database could not be used .*LAB_HOME"):
        Store(tmp_path)


def test_any_sqlalchemy_url(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    Store(tmp_path / "home").add("r", RunConfig.of().flat())
    assert (tmp_path / "elsewhere.db").exists()
