import sqlite3

import numpy as np
import pytest

from core.errors import LabError, StoreError
from core.training.config import RunConfig
from core.training.history import EpochRecord
from core.training.runs import store as store_module
from core.training.runs.store import Store


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


def epoch(number, top1=0.5):
    empty = np.zeros((2, 2), np.int64)
    return EpochRecord(
        epoch=number, step=number + 1, train_loss=1.0, train_top1=0.5, val_loss=1.0, val_top1=top1, train_confusion=empty,
        val_confusion=empty, lr=0.1, seconds=1.0, images_per_second=1.0,
    )  # fmt: skip


def test_the_list_reads_only_what_has_been_written_since(tmp_path, monkeypatch):
    """So that it takes as long with 300 runs as with 3: parsing their configs is what took the time."""
    parsed, whole = [], store_module.taken_config
    monkeypatch.setattr(store_module, "taken_config", lambda config: parsed.append(config["seed"]) or whole(config))
    store = Store(tmp_path)
    for number in range(300):
        store.add(f"gru-{number}", RunConfig.of(seed=number).flat())
    first = store.summaries()
    assert sorted(parsed) == list(range(300)) and [row.run_id for row in first] == [f"gru-{number}" for number in reversed(range(300))]
    parsed.clear()
    assert store.summaries() == first and parsed == []
    store.update("gru-7", status="stopped")
    assert [row.status for row in store.summaries() if row.run_id == "gru-7"] == ["stopped"] and parsed == [7]
    store.delete("gru-8")
    assert len(store.summaries()) == 299 == len(store._listed) and parsed == [7]


def test_the_list_says_what_another_process_has_written(tmp_path):
    store, other = Store(tmp_path), Store(tmp_path)
    store.add("gru-1", RunConfig.of(seed=1).flat())
    assert [(row.epochs_done, row.status, row.best_val_top1) for row in store.summaries()] == [
        (0, "queued", pytest.approx(np.nan, nan_ok=True))
    ]
    other.add_epoch("gru-1", epoch(0), best={"epoch": 0, "val_top1": 0.5})
    assert [(row.epochs_done, row.best_epoch, row.best_val_top1) for row in store.summaries()] == [(1, 0, 0.5)]
    other.update("gru-1", status="finished", test={"top1": 0.25})
    assert [(row.epochs_done, row.status, row.test_top1) for row in store.summaries()] == [(1, "finished", 0.25)]
    other.delete("gru-1")
    other.add("gru-1", RunConfig.of(seed=2).flat())
    other.update("gru-1", message="new")
    other.update("gru-1", message="newer")
    (again,) = store.summaries()
    assert (again.config["seed"], again.epochs_done, again.message) == (2, 0, "newer")


@pytest.mark.parametrize("damaged", ["config = '[]'", "config = '{}'", "config = 'none'", "best = '7'", "test = '[1]'"])
def test_a_record_that_is_json_of_another_kind_is_left_out_of_the_list(tmp_path, damaged):
    store = Store(tmp_path)
    for run in ("gru-1", "gru-2"):
        store.add(run, RunConfig.of().flat())
    with sqlite3.connect(tmp_path / "lab.sqlite") as connection:
        connection.execute(f"UPDATE runs SET {damaged} WHERE id = 'gru-1'")
    assert [row.run_id for row in store.summaries()] == ["gru-2"] and sorted(store.ids()) == ["gru-1", "gru-2"]


def test_any_sqlalchemy_url(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    Store(tmp_path / "home").add("r", RunConfig.of().flat())
    assert (tmp_path / "elsewhere.db").exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("postgres://lab@127.0.0.1/lab", "Write postgresql:// for postgres://"),
        ("/somewhere/runs.sqlite", "write its whole path behind sqlite:///, as in sqlite:////somewhere/runs.sqlite"),
        ("sqlite:///{home}/gone/runs.sqlite", "The file that LAB_DATABASE names cannot be opened: .*Check that its folder is there"),
    ],
)
def test_an_address_that_cannot_be_used_is_answered_with_how_it_is_written(tmp_path, monkeypatch, asked, said):
    monkeypatch.setenv("LAB_DATABASE", asked.format(home=tmp_path))
    with pytest.raises(StoreError, match=said):
        Store(tmp_path)


def test_quotes_of_a_file_of_settings_are_no_part_of_the_address(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DATABASE", f"'sqlite:///{tmp_path / 'elsewhere.sqlite'}' ")
    Store(tmp_path)
    assert (tmp_path / "elsewhere.sqlite").exists()
