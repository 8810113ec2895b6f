"""Tables for notebooks, and the CSV that is made of them, against values made by hand."""

import csv
import io
import math
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.frames import FORMULA, csv_text, frame, harmless, rows_csv
from core.records.recorded import recorded_run
from core.scores import ClassScores
from core.training.history import EPOCH_COLUMNS, EpochRecord, Snapshot
from core.training.runs.export import curve_csv, epochs_csv
from core.training.runs.manager import RunManager

ROOT = Path(__file__).resolve().parents[2]


def by_hand(head, rows):
    """CSV as the standard library writes it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue()


def record(epoch, **more):
    matrix = np.eye(2, dtype=np.int64)
    numbers = {"train_loss": 1.5, "train_top1": 0.25, "val_loss": 1.25, "val_top1": 0.5, "lr": 0.001, "seconds": 2.0}
    return EpochRecord(
        epoch=epoch, step=10 * (epoch + 1), images_per_second=100.0, train_confusion=matrix, val_confusion=matrix,
        **{"sample_probabilities": None, **numbers, **more},
    )  # fmt: skip


def snapshot(*epochs, **more):
    return Snapshot(run_id="gru-1", version=1, status="finished", config={"model": "gru", "epochs": 2}, epochs=epochs, **more)


# ---- CSV ----


def test_csv_is_that_of_the_standard_library():
    head = ["name", "n", "x", "yes"]
    rows = [
        ["a", 1, 0.1, True],
        ['b "quoted", é', 2, 1e-05, False],
        ["line\nend", -3, 1e16, True],
        [" ", 4, 1 / 3, True],
        ["10^6", 5, -0.0, True],
    ]
    rows += [["z", 2**40, x, False] for x in np.random.default_rng(0).normal(size=50).tolist()]
    assert csv_text(frame(rows, head)) == by_hand(head, rows) == rows_csv([dict(zip(head, row, strict=True)) for row in rows])


def test_what_is_missing_is_an_empty_cell_and_whole_numbers_stay_whole():
    assert rows_csv([{"a": 1, "b": None}, {"a": None, "b": 0.5}, {"a": 3, "b": math.nan}]) == "a,b\n1,\n,0.5\n3,\n"


@pytest.mark.parametrize("text", ["=cmd()", "+a", "-b", "@x", "=1+1", "--", "\t=1", "\r=1", "-1_000", "-inf", "-1 ", "+1\n", "=\n"])
def test_no_name_becomes_a_formula(text):
    assert harmless(text) == f"'{text}"
    for made in (rows_csv([{"name": text, "n": 1}]), csv_text(frame([[text, 1]], ("name", "n"))), csv_text(frame([[1, 1]], (text, "n")))):
        assert f"'{text}" in made


def test_the_browser_has_the_same_rule():
    script = (ROOT / "pages/compare/board/table.js").read_text("utf-8")
    assert f"const FORMULA = /^{FORMULA.pattern}/;" in script


@pytest.mark.parametrize("value", ["-0.5", "+3", "-1e-7", "-", "+", "a=b", "", "cat", 3, -2.5, None])
def test_numbers_and_plain_words_are_left_alone(value):
    assert harmless(value) == value


def test_digits_are_those_that_were_asked_for():
    assert csv_text(frame([[1, 0.5], [2, -1 / 3]], ("k", "x")), digits="%.3f") == "k,x\n1,0.500\n2,-0.333\n"


def test_csv_goes_through_pandas_and_back():
    table = frame([[1, 0.1, "ß"], [2, 1 / 3, "c"]], ("a", "b", "c"))
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(csv_text(table))), table)


# ---- tables ----


def test_a_snapshot_has_a_row_an_epoch():
    found = snapshot(record(0), record(1, val_top1=0.75)).frame()
    assert list(found.columns) == list(EPOCH_COLUMNS)
    assert found["epoch"].tolist() == [1, 2] and found["step"].tolist() == [10, 20] and found["val_top1"].tolist() == [0.5, 0.75]
    assert found.loc[found["val_top1"].idxmax(), "epoch"] == 2


def test_a_snapshot_without_an_epoch_has_the_head_alone():
    assert snapshot().frame().empty and epochs_csv(snapshot()) == ",".join(EPOCH_COLUMNS) + "\n"
    assert curve_csv(snapshot()) == "step,train_loss,train_top1,lr\n"


def test_the_curve_is_what_was_measured():
    found = curve_csv(snapshot(stride=4, points=((1.5, 0.25, 0.001), (1.25, 0.5, 1e-05))))
    assert found == "step,train_loss,train_top1,lr\n4,1.5,0.25,0.001\n8,1.25,0.5,1e-05\n"


@pytest.mark.parametrize("name", ["shapes-gru", "reverse-gru"])
def test_the_epochs_of_a_run_are_the_same_bytes_as_by_hand(name):
    run = recorded_run(name)
    columns = run.frame().columns
    rows = [[one.epoch + 1, *(getattr(one, column) for column in columns[1:])] for one in run.epochs]
    rows = [["" if isinstance(cell, float) and math.isnan(cell) else cell for cell in row] for row in rows]
    assert epochs_csv(run) == by_hand(columns, rows) and ("val_exact" in columns) == (name == "reverse-gru")


def test_class_scores_are_a_table():
    found = ClassScores(np.array([[7, 2, 1], [0, 5, 0], [0, 0, 0]])).frame(("cat", "dog", "ship")).set_index("class")
    assert found["count"].tolist() == [10, 5, 0] and found.loc["cat", "recall"] == 0.7 and found.loc["dog", "precision"] == 5 / 7
    assert math.isnan(found.loc["ship", "recall"]) and found["recall"].dtype == float and found["recall"].mean() == 0.85


def test_the_runs_of_a_lab_are_a_table(tmp_path):
    lab = RunManager(tmp_path)
    try:
        assert lab.runs_table().empty and {"run", "status", "best_epoch", "best_val_top1"} <= set(lab.table().columns)
        small = {"epochs": 1, "train_fraction": 0.02, "hidden_size": 8, "patch_size": 16, "threads": 1, "kernel": "torch"}
        first = lab.submit({"model": "gru", **small, "lr": 0.01})
        second = lab.submit({"model": "lstm", **small}, paused=True)
        top1 = lab.wait(first, timeout=120).best.val_top1
        found = lab.runs_table().set_index("run")
        assert found.index.tolist() == [second, first] and found["model"].tolist() == ["lstm", "gru"]
        assert found.loc[first, "best_val_top1"] == top1 and found.loc[first, "best_epoch"] == 1 and found.loc[first, "lr"] == 0.01
        assert found.loc[first, "status"] == "finished" and found.loc[first, "epochs_done"] == 1
        assert pd.isna(found.loc[second, "best_epoch"]) and math.isnan(found.loc[second, "test_top1"])
        assert (pd.Timestamp.now(tz="UTC") - found.loc[first, "started"]).total_seconds() < 300
        assert csv_text(lab.table()).startswith("run,status,model,dataset,")
        pd.testing.assert_frame_equal(lab.history(first), lab.snapshot(first).frame())
        assert lab.history(first)["epoch"].tolist() == [1] and lab.history(second).empty
    finally:
        lab.shutdown()


# ---- when pandas is loaded ----


def test_pandas_is_loaded_for_a_table_and_not_before():
    code = (
        "import sys\n"
        "import core.cli, core.training.runs.export, core.scores, core.training.runs.manager, core.training.loop.trainer\n"
        "import dashboard.shell.tables\n"
        "from core.records.recorded import recorded_run\n"
        "run = recorded_run('shapes-gru')\n"
        "print('pandas' in sys.modules)\n"
        "run.frame()\n"
        "print('pandas' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_many_threads_that_ask_first_all_get_a_whole_one():
    code = (
        "import threading\n"
        "from core.frames import pandas\n"
        "found, start = [], threading.Barrier(8)\n"
        "def ask():\n"
        "    start.wait()\n"
        "    found.append(pandas().DataFrame({'a': [1]}).shape)\n"
        "threads = [threading.Thread(target=ask) for _ in range(8)]\n"
        "[t.start() for t in threads], [t.join() for t in threads]\n"
        "print(found == [(1, 1)] * 8)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr
    assert threading.active_count() < 100


def test_pandas_is_imported_in_one_place():
    files = [path for folder in ("core", "dashboard", "pages") for path in (ROOT / folder).rglob("*.py")]
    lines = [(path.name, line) for path in files for line in path.read_text("utf-8").splitlines()]
    found = {name for name, line in lines if line.strip().startswith(("import pandas", "from pandas"))}
    typing = {"history.py", "scores.py", "kept_runs.py", "run_table.py", "judged.py", "tables.py"}  # below TYPE_CHECKING: names of types
    assert found == {"frames.py", *typing}
