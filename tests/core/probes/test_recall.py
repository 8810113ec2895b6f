"""The recall task learned live: what is learned, what is chance, and every way a study can end."""

import threading
import time

import numpy as np
import pytest
import torch

from core.probes import recall
from core.probes.gradient_flow import FlowSetup, drawn_weights, gradient_flow
from core.probes.recall import CELLS, RecallCells, RecallStudy
from core.probes.recall_task import CHANCE, beyond_chance, span


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine may be slow: no study of these tests is given up meanwhile, and one thread waits for no other."""
    monkeypatch.setattr(recall, "AWAY_SECONDS", 600.0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def ended(study, seconds=120):
    study.join(seconds)
    assert not study.is_alive()
    return study.progress


def test_cells_start_from_the_weights_whose_gradients_are_drawn_and_from_the_same_head():
    setup = FlowSetup(length=3, bias=2.0, radius=1.5, units=8)
    cells = RecallCells(setup, 0.01)
    for kind, model in cells.models.items():
        for name, value in drawn_weights(kind, setup)._asdict().items():
            assert getattr(model.rnn, f"{name}_l0").detach().numpy() == pytest.approx(value, rel=1e-6)
        assert torch.equal(model.head.weight, cells.models["rnn"].head.weight)


def test_untrained_cells_are_at_chance_and_trained_ones_recall_what_is_near():
    study = RecallStudy(FlowSetup(length=4), 0.01, steps=120)
    study.start()
    progress = ended(study)
    assert progress.status == "finished" and progress.step == 120 and progress.steps[0] == 0
    for kind in CELLS:
        first, last = progress.right[kind][0], progress.right[kind][-1]
        assert first < 0.3 and len(progress.right[kind]) == len(progress.steps) == 7
        assert progress.by_distance[kind].shape == (4,)
    assert progress.right["lstm"][-1] > 0.95 and progress.right["gru"][-1] > 0.95
    assert span(progress.by_distance["gru"]) == 4
    assert last > CHANCE


def test_gated_cells_learn_at_twenty_what_the_plain_one_does_not_even_from_a_worse_gradient():
    """The gradient at the start is not the last word: the page says so, with these numbers."""
    setup = FlowSetup(length=20, bias=-2)
    rnn, lstm = (gradient_flow(kind, setup).arrives for kind in ("rnn", "lstm"))
    assert lstm < 1e-9 < 1e-3 < rnn
    cells = RecallCells(setup, 0.01)
    for step in range(240):
        cells.learn()
        if step == 160:
            near_first = cells.by_distance(cells.right()["lstm"])
    assert np.mean(near_first[:7]) > np.mean(near_first[13:]) + 0.1
    right = {kind: found.mean() for kind, found in cells.right().items()}
    assert right["gru"] > 0.9 and right["lstm"] > 0.7 and right["rnn"] < 0.3


def test_the_same_seed_gives_the_same_study_whatever_else_is_drawn():
    def run():
        torch.rand(3)
        cells = RecallCells(FlowSetup(length=3, units=4), 0.01)
        for _ in range(5):
            cells.learn()
        return [parameter.detach().clone() for model in cells.models.values() for parameter in model.parameters()]

    assert all(torch.equal(one, other) for one, other in zip(run(), run(), strict=True))


def test_by_distance_is_a_plain_count():
    cells = RecallCells(FlowSetup(length=6, units=4), 0.01)
    right = np.arange(len(cells.judged.targets)) % 3 == 0
    found = cells.by_distance(right)
    for distance in range(6):
        assert found[distance] == pytest.approx(right[cells.judged.distances == distance].mean())


def test_it_stops_when_told():
    study = RecallStudy(FlowSetup(length=4, units=4), 0.01, steps=100_000)
    study.start()
    while study.progress.step == 0:
        study.attend()
        time.sleep(0.01)
    study.stop()
    progress = ended(study)
    assert progress.status == "stopped" and progress.message == "Stopped by you." and progress.right["gru"]


def test_it_stops_when_nobody_looks(monkeypatch):
    monkeypatch.setattr(recall, "AWAY_SECONDS", 0.2)
    study = RecallStudy(FlowSetup(length=4, units=4), 0.01, steps=100_000)
    study.start()
    assert "nobody was looking" in ended(study).message


def test_it_waits_for_its_turn_and_can_be_stopped_there(monkeypatch):
    monkeypatch.setattr(recall, "TURNS", threading.Semaphore(1))
    with recall.TURNS:
        waiting = RecallStudy(FlowSetup(length=4, units=4), 0.01, steps=1)
        waiting.start()
        time.sleep(0.3)
        assert waiting.attend().status == "waiting" and waiting.attend().active
        waiting.stop()
        assert ended(waiting).status == "stopped"
    later = RecallStudy(FlowSetup(length=4, units=4), 0.01, steps=1)
    later.start()
    assert ended(later).status == "finished"
    assert recall.TURNS.acquire(blocking=False)  # the turn was given back


def test_a_loss_that_is_no_number_is_said(monkeypatch):
    huge = drawn_weights("rnn", FlowSetup(length=4, units=4))._replace(bias_ih=np.full(4, np.nan))
    monkeypatch.setattr(recall, "drawn_weights", lambda kind, setup: huge if kind == "rnn" else drawn_weights(kind, setup))
    study = RecallStudy(FlowSetup(length=4, units=4), 0.01, steps=5)
    study.start()
    progress = ended(study)
    assert progress.status == "failed" and "The loss of the RNN is not a finite number" in progress.message


def test_an_unexpected_error_ends_it_with_a_sentence(monkeypatch):
    def broken(*_):
        raise RuntimeError("no more memory")

    study = RecallStudy(FlowSetup(length=4, units=4), 0.01, prepare=broken)
    study.start()
    assert ended(study).message == "An unexpected error ended it: RuntimeError: no more memory. Start it again."
    assert not study.progress.active


def test_one_step_and_one_unit():
    study = RecallStudy(FlowSetup(length=1, units=1), 0.01, steps=2)
    study.start()
    assert ended(study).status == "finished"


def test_how_far_back_and_what_is_more_than_chance():
    assert span(np.array([1, 0.9, 0.6, 0.5, 1])) == 3
    assert span(np.array([0.2, 1])) == 0
    assert span(np.array([1, np.nan, 1])) == 3
    assert not beyond_chance(0.15, 1000) and beyond_chance(0.16, 1000)
