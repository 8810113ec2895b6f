"""What a run must not lose when it is paused or stopped and goes on: its best weights, its learning rates, its clock."""

import threading
import time

import pytest
import torch
import torch.nn.functional as F

from core.data.splits import normalize
from core.errors import LabError
from core.metrics import ConfusionMatrix
from core.training.config import RunConfig
from core.training.loop.trainer import Trainer
from core.training.measured import measured
from core.training.runs.checkpoint import open_model
from tests.support import SMALL, ended, load_tiny, wait_for


def config(**values):
    """One step an epoch, so that steps are counted as epochs."""
    return RunConfig.of(**{**SMALL, "batch_size": 100, "epochs": 4, "schedule": "constant", **values})


def paused_after(manager, run, steps):
    """Lets a paused run take `steps` steps more."""
    found = wait_for(manager, run, lambda s: s.status == "paused")
    for step in range(found.step + 1, found.step + steps + 1):
        manager.step(run)
        found = wait_for(manager, run, lambda s, step=step: s.status == "paused" and s.step == step)
    return found


def stopped(manager, run):
    manager.stop(run)
    return wait_for(manager, run, ended)


def rig(monkeypatch, top1):
    """Validation accuracies by epoch, whatever the model does."""
    judge = Trainer.evaluate

    def rigged(self, split, *, phase):
        found = judge(self, split, phase=phase)
        if phase == "val":
            found.confusion.__class__ = type("Rigged", (ConfusionMatrix,), {"top1": top1[self.epoch]})
        return found

    monkeypatch.setattr(Trainer, "evaluate", rigged)


@pytest.mark.parametrize("best", [0, 1, 3])
def test_the_best_epoch_is_tested_even_if_it_came_before_the_stop(manager, monkeypatch, best):
    rig(monkeypatch, [0.9 if epoch == best else 0.1 * epoch for epoch in range(4)])
    run = manager.submit(config(lr=0.05), paused=True)
    paused_after(manager, run, 2)
    assert len(stopped(manager, run).epochs) == 2
    manager.resume(run)
    done = wait_for(manager, run, lambda s: s.status == "finished")
    test = load_tiny("tiny", None).test
    losses = []
    for epoch in range(4):
        opened = open_model(manager.weights(run, epoch))
        with torch.no_grad():
            logits = opened.model(normalize(test.images, opened.mean, opened.std))
        losses.append(F.cross_entropy(logits, test.labels).item())
    assert done.best.epoch == done.test.epoch == best
    assert done.test.loss == pytest.approx(losses[best], rel=1e-5)
    assert min(abs(losses[best] - loss) for epoch, loss in enumerate(losses) if epoch != best) > 1e-3  # the others' would show


def test_the_list_knows_how_far_a_run_had_come_in_the_epoch_that_was_lost(manager):
    """Four steps an epoch, stopped after the sixth."""
    run = manager.submit(config(epochs=3, batch_size=25), paused=True)
    paused_after(manager, run, 6)
    end = stopped(manager, run)
    (row,) = manager.runs()
    assert row.measured == measured(end) and (row.measured.epoch, len(row.measured.curve)) == (1.5, 1)
    assert row.measured.loss == pytest.approx(sum(point[0] for point in end.points) / 6, rel=1e-3)
    assert row.measured.seconds == pytest.approx(end.epochs[0].seconds, rel=1e-3)
    manager.resume(run)
    assert wait_for(manager, run, ended).status == "finished" and manager.runs()[0].measured.epoch == 3.0


def test_changed_learning_rates_outlive_a_stop(manager):
    run = manager.submit(config(lr=0.001), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.set_lr(run, 0.02)
    paused_after(manager, run, 1)
    manager.set_lr(run, 0.03)
    paused_after(manager, run, 1)
    assert stopped(manager, run).lr_changes == ((0, 0.02), (1, 0.03))
    manager.resume(run)
    done = wait_for(manager, run, lambda s: s.status == "finished")
    assert [record.lr for record in done.epochs] == pytest.approx([0.02, 0.03, 0.03, 0.03])
    assert [lr for *_, lr in done.points] == pytest.approx([0.02, 0.03, 0.03, 0.03])


def test_a_rate_that_was_changed_in_the_epoch_that_was_lost_comes_again_at_its_step(manager):
    """Four steps an epoch, stopped after the sixth: the resumed run is the one that was never stopped."""
    runs = []
    for stop in (False, True):
        run = manager.submit(config(epochs=3, batch_size=25, lr=0.001), paused=True)
        paused_after(manager, run, 5)
        manager.set_lr(run, 0.02)
        shown = wait_for(manager, run, lambda s: s.lr_changes)  # while it is paused
        assert (shown.status, shown.lr_changes, shown.lr) == ("paused", ((5, 0.02),), pytest.approx(0.02))
        paused_after(manager, run, 1)
        if stop:
            manager.set_lr(run, 0.03)
            assert stopped(manager, run).step == 6
        else:
            manager.set_lr(run, 0.03)
        manager.resume(run)
        done = wait_for(manager, run, lambda s: s.status == "finished")
        assert done.lr_changes == ((5, 0.02), (6, 0.03))
        assert [lr for *_, lr in done.points] == pytest.approx([0.001] * 5 + [0.02] + [0.03] * 6)
        runs.append(done)
    assert runs[0].points == runs[1].points and runs[0].test.loss == runs[1].test.loss


def test_of_two_new_rates_the_last_one_wins(manager):
    run = manager.submit(config(epochs=2), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.set_lr(run, 0.02)
    manager.set_lr(run, 0.004)
    assert paused_after(manager, run, 1).lr == pytest.approx(0.004)
    manager.resume(run)
    assert [record.lr for record in wait_for(manager, run, ended).epochs] == pytest.approx([0.004, 0.004])


def test_a_pause_is_no_training_time(manager, monkeypatch):
    """A million seconds go by while the run is paused, before its first step."""
    ahead, clock = [0.0], time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: clock() + ahead[0])
    run = manager.submit(config(epochs=1), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    ahead[0] = 1e6
    manager.resume(run)
    done = wait_for(manager, run, ended)
    assert done.status == "finished" and done.epochs[0].seconds < 1e5
    assert done.epochs[0].images_per_second > 100 / 1e5 and done.images_per_second > 100 / 1e5


def test_a_paused_run_shows_what_its_weights_say_now(manager):
    run = manager.submit(config(lr=0.05, batch_size=25), paused=True)  # four steps an epoch: no epoch ends here
    for step in (1, 2):
        shown = paused_after(manager, run, 1)
        opened = open_model(manager.files(run).step(step))
        with torch.no_grad():
            told = opened.model(normalize(torch.from_numpy(shown.sample_images.copy()), opened.mean, opened.std)).softmax(1)
        assert shown.sample_probabilities == pytest.approx(told.numpy(), abs=1e-5), step


def test_every_change_is_a_new_version_for_those_who_look(manager):
    """A page draws anew when the version differs: of each pause, of a new rate, of the end, of the run as it is stored."""
    run = manager.submit(config(epochs=2), paused=True)
    seen = [paused_after(manager, run, 0), paused_after(manager, run, 1)]
    manager.set_lr(run, 0.02)
    seen.append(wait_for(manager, run, lambda s: s.lr_changes))
    manager.resume(run)
    seen.append(wait_for(manager, run, ended))
    versions = [snapshot.version for snapshot in seen]
    assert versions == sorted(set(versions))
    stored = [manager.store.snapshot(run).version]
    manager.store.update(run, status="interrupted")
    stored.append(manager.store.snapshot(run).version)
    assert stored[0] != stored[1]


def test_a_paused_run_waits_for_its_turn_when_it_goes_on(manager):
    first = manager.submit(config(), paused=True)
    wait_for(manager, first, lambda s: s.status == "paused")
    second = manager.submit(config(epochs=1000))
    wait_for(manager, second, lambda s: s.status == "running" and s.step > 0)
    manager.resume(first)
    waiting = wait_for(manager, first, lambda s: s.status != "paused" and s.place)
    assert (waiting.status, waiting.place, waiting.step) == ("queued", 1, 0)
    manager.pause(second)
    assert wait_for(manager, first, ended).status == "finished"
    stopped(manager, second)


def test_two_who_resume_one_run_at_once_start_it_once(manager, monkeypatch):
    """While one reads the run, to start it, another comes: he must wait, and then find it started."""
    run = manager.submit(config(epochs=2), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    stopped(manager, run)
    read, came, refused = manager.store.snapshot, [], []

    def comes():
        try:
            manager.resume(run)
        except LabError as error:
            refused.append(error)

    def reading(run_id):
        found = read(run_id)
        if not came:
            came.append(threading.Thread(target=comes))
            came[0].start()
            came[0].join(timeout=1)  # he waits for this thread, or is through
        return found

    monkeypatch.setattr(manager.store, "snapshot", reading)
    manager.resume(run)
    came[0].join()
    assert not refused and wait_for(manager, run, ended).status == "finished"


def test_a_run_without_its_test_can_go_on_to_it(manager, monkeypatch):
    def broken(self):
        raise ValueError("the power failed")

    monkeypatch.setattr(Trainer, "test", broken)
    run = manager.submit(config(epochs=2))
    failed = wait_for(manager, run, ended)
    assert failed.status == "failed" and len(failed.epochs) == 2 and failed.test is None and failed.resumable
    monkeypatch.undo()
    from tests.support import register_tiny

    register_tiny()
    manager.resume(run)
    done = wait_for(manager, run, lambda s: s.status == "finished")
    assert done.test.confusion.sum() == 40 and len(done.epochs) == 2 and not done.resumable
