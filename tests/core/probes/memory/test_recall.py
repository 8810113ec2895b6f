"""The recall task learned live: what is learned, what is chance, and the lesson that is recorded."""

import json
import runpy
import shlex

import numpy as np
import pytest
import torch

from core.cli import main
from core.errors import TrainingError
from core.probes.memory import recall
from core.probes.memory.gradient_flow import FlowSetup, drawn_weights, gradient_flow
from core.probes.memory.recall import RecallLesson
from core.probes.memory.recall_task import CELLS, CHANCE, JUDGE_EVERY, STEPS, beyond_chance, span
from core.records import recall as recall_recorded
from core.records.recall import COMMAND, RATE, SETUP, recorded_lesson


def test_cells_start_from_the_weights_whose_gradients_are_drawn_and_from_the_same_head():
    setup = FlowSetup(length=3, bias=2.0, radius=1.5, units=8)
    cells = RecallLesson(setup, 0.01)
    for kind, model in cells.models.items():
        for name, value in drawn_weights(kind, setup)._asdict().items():
            assert getattr(model.rnn, f"{name}_l0").detach().numpy() == pytest.approx(value, rel=1e-6)
        assert torch.equal(model.head.weight, cells.models["rnn"].head.weight)


def test_untrained_cells_are_at_chance_and_trained_ones_recall_what_is_near():
    lesson = RecallLesson(FlowSetup(length=4), 0.01)
    assert list(lesson.run(120)) == list(range(1, 121))
    found = lesson.recalled
    assert found.steps == (0, 20, 40, 60, 80, 100, 120)
    for kind in CELLS:
        assert found.right[kind][0] < 0.3 and len(found.right[kind]) == 7 and found.by_distance[kind].shape == (4,)
        assert found.right[kind][-1] > CHANCE
    assert found.right["lstm"][-1] > 0.95 and found.right["gru"][-1] > 0.95
    assert span(found.by_distance["gru"]) == 4


def test_the_recorded_lesson_is_what_its_command_gives():
    record = recorded_lesson()
    lesson = RecallLesson(record.setup, record.rate)
    for _ in lesson.run(60):
        pass
    assert record.recalled.steps == tuple(range(0, STEPS + 1, JUDGE_EVERY)) and record.setup == SETUP and record.rate == RATE
    for kind in CELLS:  # another processor may round otherwise: a few of 1,000 answers
        assert record.recalled.right[kind][:4] == pytest.approx(lesson.recalled.right[kind], abs=0.02)
    rnn, lstm, gru = (record.recalled.right[kind][-1] for kind in CELLS)
    assert rnn < 0.3 < 0.95 < min(lstm, gru)  # what the page says of it


def test_it_is_made_again_by_its_command(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(recall_recorded, "FILE", tmp_path / "recall.json")
    monkeypatch.setattr(recall_recorded, "SETUP", FlowSetup(length=40, units=2))
    monkeypatch.setattr(recall, "JUDGED", 30)  # of 40 distances some are not drawn
    monkeypatch.setattr(RecallLesson, "run", lambda self, run=RecallLesson.run: run(self, 1))
    assert shlex.split(COMMAND)[:3] == ["python", "-m", "core"] and main([*shlex.split(COMMAND)[3:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"recorded": str(tmp_path / "recall.json")}
    found = recorded_lesson.__wrapped__()
    assert found.setup == FlowSetup(length=40, units=2) and found.recalled.steps == (0, 1)
    assert np.isnan(found.recalled.by_distance["gru"]).any() and found.recalled.by_distance["gru"].shape == (40,)


@pytest.mark.filterwarnings("ignore:.*found in sys.modules")
@pytest.mark.parametrize("module", ["core.records.recall", "core.probes.recall_recorded"])
def test_it_is_made_by_the_modules_that_older_instructions_run(module, monkeypatch):
    class Begun(Exception):
        pass

    def begin(setup, rate):
        assert (setup, rate) == (SETUP, RATE)
        raise Begun

    monkeypatch.setattr(recall, "RecallLesson", begin)
    with pytest.raises(Begun):
        runpy.run_module(module, run_name="__main__")


def test_gated_cells_learn_at_twenty_what_the_plain_one_does_not_even_from_a_worse_gradient():
    """The gradient at the start is not the last word: the page says so, with these numbers."""
    setup = FlowSetup(length=20, bias=-2)
    rnn, lstm = (gradient_flow(kind, setup).arrives for kind in ("rnn", "lstm"))
    assert lstm < 1e-9 < 1e-3 < rnn
    cells = RecallLesson(setup, 0.01)
    for step in range(240):
        cells.learn()
        if step == 160:
            near_first = cells.by_distance(cells.right()["lstm"])
    assert np.mean(near_first[:7]) > np.mean(near_first[13:]) + 0.1
    right = {kind: found.mean() for kind, found in cells.right().items()}
    assert right["gru"] > 0.9 and right["lstm"] > 0.7 and right["rnn"] < 0.3


def test_the_same_seed_gives_the_same_lesson_whatever_else_is_drawn():
    def run():
        torch.rand(3)
        cells = RecallLesson(FlowSetup(length=3, units=4), 0.01)
        for _ in range(5):
            cells.learn()
        return [parameter.detach().clone() for model in cells.models.values() for parameter in model.parameters()]

    assert all(torch.equal(one, other) for one, other in zip(run(), run(), strict=True))


def test_by_distance_is_a_plain_count():
    cells = RecallLesson(FlowSetup(length=6, units=4), 0.01)
    right = np.arange(len(cells.judged.targets)) % 3 == 0
    found = cells.by_distance(right)
    for distance in range(6):
        assert found[distance] == pytest.approx(right[cells.judged.distances == distance].mean())


def test_a_loss_that_is_no_number_is_said(monkeypatch):
    huge = drawn_weights("rnn", FlowSetup(length=4, units=4))._replace(bias_ih=np.full(4, np.nan))
    monkeypatch.setattr(recall, "drawn_weights", lambda kind, setup: huge if kind == "rnn" else drawn_weights(kind, setup))
    with pytest.raises(TrainingError, match="The loss of the RNN is not a finite number"):
        list(RecallLesson(FlowSetup(length=4, units=4), 0.01).run(5))


def test_one_step_and_one_unit():
    lesson = RecallLesson(FlowSetup(length=1, units=1), 0.01)
    assert list(lesson.run(2)) == [1, 2] and lesson.recalled.steps == (0, 2)


def test_how_far_back_and_what_is_more_than_chance():
    assert span(np.array([1, 0.9, 0.6, 0.5, 1])) == 3
    assert span(np.array([0.2, 1])) == 0
    assert span(np.array([1, np.nan, 1])) == 3
    assert not beyond_chance(0.15, 1000) and beyond_chance(0.16, 1000)
