"""Every run as a line for the board: what it says of it, how little it is, and that it is read once."""

import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.pairs import best_interval
from core.records.published import published_run
from core.records.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from core.training.history import Curve
from dashboard.runs import lines as board
from dashboard.shell import services
from tests.support import SMALL, ended, wait_for

pytestmark = pytest.mark.usefixtures("own_lab")

ROOT = Path(__file__).resolve().parents[2]


def with_points(count):
    run = recorded_run("shapes-gru")
    points = tuple((float(i), i / 10_000, 0.1) for i in range(count))
    return dataclasses.replace(run, points=points, stride=3)


@pytest.mark.parametrize(("count", "size"), [(0, 1), (1, 1), (200, 1), (201, 2), (1_999, 10), (2_000, 10)])
def test_a_curve_is_thinned_to_means_of_neighbours(count, size):
    found = board.thinned(with_points(count))
    assert (found["n"], found["size"], found["stride"]) == (count, size, 3)
    chunks = [range(i, min(i + size, count)) for i in range(0, count, size)]
    assert found["loss"] == [pytest.approx(np.mean(chunk), rel=1e-3) for chunk in chunks]
    assert len(found["loss"]) == len(found["top1"]) <= board.POINTS


def test_what_is_not_finite_is_none():
    run = with_points(2)
    broken = dataclasses.replace(run, points=((math.nan, 0.5, 0.1), (math.inf, 0.6, 0.1)))
    assert board.thinned(broken)["loss"] == [None, None]
    published = board.run_data(published_run())
    assert published["seconds"] is None and published["parameters"] is None and {row[2] for row in published["rows"]} == {None}
    json.dumps(published, allow_nan=False)


@pytest.mark.parametrize("name", recorded_names())
def test_a_run_is_what_its_snapshot_says(name):
    run = recorded_run(name)
    found, interval = board.run_data(run), best_interval(run)
    assert (found["accuracy"], found["low"], found["high"], found["n"]) == (interval.value, interval.low, interval.high, interval.n)
    assert found["best_epoch"] == run.best.epoch + 1 and found["test"] == run.test.top1 and found["parameters"] == run.parameters
    assert found["seconds"] == pytest.approx(sum(record.seconds for record in run.epochs), rel=1e-3)
    assert [row[6] for row in found["rows"]] == [pytest.approx(record.val_top1, rel=1e-3) for record in run.epochs]
    assert found["rows"][-1][:2] == [len(run.epochs), run.step] and found["rows"][-1][2] == found["seconds"]
    assert found["config"] == run.config


def test_of_sequences_whole_ones_are_counted_and_curves_are_of_tokens():
    run = recorded_run("reverse-gru")
    found = board.run_data(run)
    assert found["sequences"] and not board.run_data(recorded_run("shapes-gru"))["sequences"]
    assert found["accuracy"] == pytest.approx(run.best.val_exact) and found["rows"][run.best.epoch][-1] == pytest.approx(
        run.best.val_top1, rel=1e-3
    )
    assert run.best.val_exact < run.best.val_top1


def test_a_long_run_keeps_its_best_and_its_last_epoch():
    run = recorded_run("shapes-gru")
    records = [dataclasses.replace(run.epochs[0], epoch=i, val_top1=0.9 if i == 457 else 0.5, seconds=2.0) for i in range(1_000)]
    rows = board.run_data(dataclasses.replace(run, epochs=tuple(records)))["rows"]
    assert len(rows) <= board.EPOCHS + 2 and {458, 1_000} <= {row[0] for row in rows}
    assert all(row[2] == pytest.approx(2.0 * row[0]) for row in rows)


def test_a_folder_is_named_but_not_where_it_lies():
    run = recorded_run("cifar10-bar-0")
    found = board.run_data(dataclasses.replace(run, config={**run.config, "data": "/somewhere/of/mine/cifar"}))
    assert "somewhere" not in json.dumps(found) and found["data"] == "CIFAR-10" and found["config"]["data"] == "cifar"


def test_an_ended_run_is_read_once_for_all_servers(monkeypatch):
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1}))
    wait_for(manager, run_id, ended)
    line = board.run_line(run_id, "finished-1")
    board.run_line.cache_clear()  # another server
    monkeypatch.setattr(board.services, "run", None)
    assert board.run_line(run_id, "finished-1") == line
    assert [path.name for path in (manager.home / "runs" / run_id).glob("*board*")] == [f"board-{board.FORMAT}-finished-1.json"]
    with pytest.raises(TypeError):
        board.run_line(run_id, "finished-2")  # what has changed is read


def test_a_run_that_goes_on_and_one_without_a_folder_are_not_kept():
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**SMALL), paused=True)
    assert board.run_line(run_id, "paused-0") and not [*manager.home.glob("runs/*/board-*")]
    manager.stop(run_id)
    wait_for(manager, run_id, ended)
    manager.files(run_id).folder.rename(manager.home / "gone")
    assert json.loads(board.run_line(run_id, "stopped-0"))["id"] == run_id


def test_the_first_picture_needs_no_torch(tmp_path):
    code = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("pages/compare/page.py", default_timeout=60).run()
assert not app.exception, app.exception
assert app.get("bidi_component") and app.radio, "the board, and the question on two runs"
sys.exit("torch" in sys.modules)
"""
    command = [sys.executable, "-c", code]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def test_curves_of_a_run_cover_it():
    """A curve of 2,000 merged points has as many steps as the run."""
    curve = Curve(limit=100)
    for i in range(1_234):
        curve.add(1.0, 0.5, float(i))
    run = dataclasses.replace(recorded_run("shapes-gru"), points=tuple(curve.points), stride=curve.stride)
    found = board.thinned(run, most=20)
    assert found["size"] * found["stride"] * len(found["loss"]) == pytest.approx(1_234, rel=0.1)


def test_training_losses_are_without_label_smoothing_and_a_run_that_kept_no_such_loss_says_so():
    old = recorded_run("cifar10-bar-0")
    assert old.smoothing and board.run_data(old)["minimised"] and not board.run_data(recorded_run("shapes-gru"))["minimised"]
    assert [row[3] for row in board.run_data(old)["rows"]] == [pytest.approx(one.train_loss, rel=1e-3) for one in old.epochs]
    epochs = tuple(dataclasses.replace(record, train_loss_unsmoothed=0.25) for record in old.epochs)
    new = board.run_data(dataclasses.replace(old, epochs=epochs, points=tuple((*point, 0.25) for point in old.points)))
    assert not new["minimised"] and {row[3] for row in new["rows"]} == {0.25} == {*new["curve"]["loss"]}
