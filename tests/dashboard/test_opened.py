"""Models in memory: opened once, again when their file has changed, never more than a few."""

import ast
import os
import shutil
import sys
from pathlib import Path

import pytest

from core.errors import StoreError
from core.records.recorded import recorded_epochs
from core.training.config import RunConfig
from dashboard.runs import opened
from dashboard.runs.opened import Weighted, open_best, weighted_runs
from tests.support import SMALL, ended, wait_for

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def weights(tmp_path):
    """A file of weights of one's own."""
    return shutil.copy(recorded_epochs("shapes-gru")[0], tmp_path / "epoch-0000.safetensors")


def test_a_model_is_opened_once_and_again_when_its_file_has_changed(weights):
    first = opened.opened(weights)
    assert opened.opened(weights) is first
    shutil.copy(recorded_epochs("shapes-gru")[8], weights)
    second = opened.opened(weights)
    assert second is not first and second.metadata["epoch"] == 8


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are Unicode")
def test_weights_in_a_folder_whose_name_is_no_unicode_are_opened(tmp_path, weights):
    folder = tmp_path / os.fsdecode(b"Bilder-\xfcbung %20?x#y")
    folder.mkdir()
    path = Path(shutil.copy(weights, folder))
    assert opened.opened(path) is opened.opened(path)


def test_no_cache_is_asked_by_a_path_as_text():
    """st.cache_data cannot hash text that is no valid Unicode: the page would end in an error for everybody."""
    found = []
    files = [file for room in ("dashboard", "pages") for file in (ROOT / room).rglob("*.py")]
    assert sum("st.cache_" in file.read_text("utf-8") for file in files) > 10
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any("st.cache_" in ast.unparse(one) for one in node.decorator_list):
                for each in node.args.args:
                    kind = ast.unparse(each.annotation) if each.annotation else ""
                    if "Path" in kind or (each.arg in ("path", "folder", "key") and kind != "bytes"):
                        found.append(f"{file.name}: {node.name}")
    assert found == []


def test_only_so_many_models_stay(tmp_path, weights):
    first = opened.opened(weights)
    for place in range(opened.MOST):
        opened.opened(shutil.copy(weights, tmp_path / f"epoch-{place + 1:04d}.safetensors"))
    assert opened.opened(weights) is not first


def test_weights_that_are_gone_or_damaged_are_explained(weights):
    weights.write_bytes(b"nothing")
    with pytest.raises(StoreError, match="damaged"):
        opened.opened(weights)
    weights.unlink()
    with pytest.raises(StoreError, match="not there"):
        opened.opened(weights)


def test_runs_with_weights_own_first(own_lab):
    run_id = own_lab.submit(RunConfig.of(**{**SMALL, "epochs": 3}))
    done = wait_for(own_lab, run_id, ended)
    waiting = own_lab.submit(RunConfig.of(**SMALL), paused=True)  # it has no weights yet
    found = weighted_runs()
    assert next(iter(found)) == run_id and waiting not in found and "recorded-shapes-gru" in found
    assert found[run_id].best == done.best.epoch and found[run_id].title == f"GRU on tiny, {100 * done.best.val_top1:.0f} %"
    assert "recorded-cifar10-bar-0" in found and "recorded-cifar10-bar-1" not in found
    assert found["recorded-shapes-gru"].name == "shapes-gru"
    own_lab.stop(waiting)


def test_the_best_weights_are_taken_else_the_last(own_lab):
    run_id = own_lab.submit(RunConfig.of(**{**SMALL, "epochs": 3}))
    wait_for(own_lab, run_id, ended)
    files = own_lab.files(run_id)
    row = Weighted(run_id, SMALL, 1, 0.5)
    assert open_best(row)[0] == 1
    files.epoch(1).unlink()
    epoch, found = open_best(row)
    assert epoch == 2 and found.metadata["epoch"] == 2
    for path in map(files.epoch, files.epochs()):
        path.unlink()
    with pytest.raises(StoreError, match=r"keeps no weights \(any more\): choose another run"):
        open_best(row)


def test_recorded_runs_answer_with_their_best_weights():
    epoch, found = open_best(weighted_runs()["recorded-shapes-gru"])
    assert epoch == found.metadata["epoch"] == 16
