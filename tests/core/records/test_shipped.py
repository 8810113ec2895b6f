"""Runs that came with the lab are runs: found by their ids from an empty home, and changed by nothing."""

import numpy as np
import pytest

from core.errors import ConfigError, StoreError
from core.evaluation.judged import judged
from core.records.published import PUBLISHED_ID
from core.records.recorded import recorded_epochs, recorded_names, recorded_run
from core.records.recording import record
from core.records.shipped import shipped_ids, shipped_run
from core.training.runs.checkpoint import load_tensors, thin
from core.training.runs.export import epochs_csv
from core.training.runs.manager import RunManager
from core.training.script import script

SHAPES, DATES = "recorded-shapes-gru", "recorded-dates-transformer"


@pytest.fixture
def empty(tmp_path):
    """The manager of a home in which nothing was ever trained."""
    manager = RunManager(tmp_path / "home")
    yield manager
    manager.shutdown()


@pytest.mark.parametrize("run_id", shipped_ids())
def test_an_id_leads_to_its_run_and_its_weights(empty, run_id):
    run, kept = empty.snapshot(run_id), empty.kept_weights(run_id)
    assert run.run_id == run_id and run.recorded and run.best and not run.active and not run.resumable
    assert dict(kept) == (recorded_epochs(run_id.removeprefix("recorded-")) if run_id != PUBLISHED_ID else {})
    assert empty.files(run_id).epochs() == list(kept)
    for epoch, path in kept.items():
        assert empty.weights(run_id, epoch) == empty.files(run_id).epoch(epoch) == path
        assert load_tensors(path)[1]["epoch"] == epoch
    if run.best.epoch in kept:
        assert empty.weights(run_id) == kept[run.best.epoch]
    else:
        with pytest.raises(StoreError, match=f"keeps no weights of epoch {run.best.epoch + 1}. Kept epochs: none, so choose another run"):
            empty.weights(run_id)


def test_every_recorded_run_is_among_them():
    assert {f"recorded-{name}" for name in recorded_names()} | {PUBLISHED_ID} == {*shipped_ids()}
    assert shipped_run("gru-123abc") is None, "that is the id of a run made here"


def test_what_takes_a_run_takes_them(empty):
    run = empty.snapshot(SHAPES)
    found = judged(empty, SHAPES, run.best.epoch)
    assert np.array_equal(found.scores.matrix, run.best.val_confusion)
    assert len(epochs_csv(run).splitlines()) == 1 + len(run.epochs)
    assert "def main():" in script(run)
    assert [row.run_id for row in empty.runs()] == [], "the list is of runs made here"


def test_what_would_change_one_is_refused_with_the_reason(empty):
    before = {path: path.stat().st_mtime_ns for path in recorded_epochs("shapes-gru").values()}
    for change in (empty.pause, empty.step, empty.stop, lambda run_id: empty.set_lr(run_id, 0.1)):
        with pytest.raises(ConfigError, match="came with the lab and cannot be steered: it ended before it came here"):
            change(SHAPES)
    with pytest.raises(ConfigError, match="cannot be resumed: it is complete. To train its set-up again, start a new run"):
        empty.resume(SHAPES)
    with pytest.raises(ConfigError, match="cannot be deleted: it is a part of the program"):
        empty.delete(SHAPES)
    with pytest.raises(ConfigError, match="cannot be recorded: it is recorded already"):
        record(empty, SHAPES, "again")
    thin({empty.files(SHAPES): None}, 0)
    assert {path: path.stat().st_mtime_ns for path in recorded_epochs("shapes-gru").values()} == before
    assert recorded_run("shapes-gru").epochs


@pytest.mark.parametrize(("run_id", "near"), [("recorded-shapes-gr", SHAPES), ("recorded-date-transformer", DATES)])
def test_a_name_that_is_none_of_them_is_corrected(empty, run_id, near):
    with pytest.raises(StoreError, match=f"no run named '{run_id}'. Did you mean '{near}'"):
        empty.snapshot(run_id)


def test_a_home_without_runs_says_what_there_is(empty):
    with pytest.raises(
        StoreError, match="There are no runs yet: train one, or choose one that came with the lab, such as recorded-shapes-gru"
    ):
        empty.snapshot("gru-0")
