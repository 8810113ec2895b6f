"""Commands to a run, obeyed by a trainer that has no thread, no queue and no database."""

import pytest
import torch

from core.models import build_model
from core.training.config import TrainingConfig
from core.training.loop.trainer import Callback, StopTraining, Trainer
from core.training.runs.commands import Commands
from tests.support import load_tiny

torch.set_num_threads(1)


class Told(list):
    """What was published, and when training halted and went on, in order. `when_paused` is called as soon as a pause is published."""

    when_paused = staticmethod(lambda: None)

    def publish(self, **changes):
        self.append(changes)
        if changes.get("status") == "paused":
            self.when_paused()

    def pause(self):
        self.append("pause")

    def resume(self):
        self.append("resume")

    def words(self):
        """Each entry as one word: what was called, the status, or the names of what else was published."""
        return [entry if isinstance(entry, str) else entry.get("status", " ".join(entry)) for entry in self]


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def commands(told):
    return Commands(told.publish, pause=told.pause, resume=told.resume)


def trainer_of(*callbacks, **values):
    config = TrainingConfig.of({"epochs": 1, "batch_size": 25, "device": "cpu", "schedule": "constant", **values})
    model = build_model("gru", seed=0, patch_size=16, embed_dim=8, hidden_size=8)
    return Trainer(model, load_tiny("tiny", None), config, callbacks=callbacks)


class At(Callback):
    """Somebody who gives commands from another thread: `act(trainer)` when so many steps are done."""

    def __init__(self, step, act):
        self.step, self.act = step, act

    def on_gradients_ready(self, trainer):
        if trainer.step == self.step:
            self.act(trainer)


def test_a_run_that_plays_is_left_alone(commands, told):
    commands.play()
    trainer = trainer_of(commands)
    trainer.fit()
    assert told == [] and trainer.step == 4 and trainer.readings.idle_seconds == 0


def test_a_paused_run_lets_others_train_says_so_and_takes_its_turn_again(commands, told):
    told.when_paused = commands.play
    trainer = trainer_of(commands)
    trainer.fit()
    assert told.words() == ["pause", "paused", "resume", "running"]
    assert told[1]["sample_probabilities"].shape == (16, 10) and trainer.step == 4 and trainer.readings.idle_seconds > 0


def test_each_step_is_one_batch(commands, told):
    commands.step()
    trainer, done = trainer_of(commands), []

    def step_or_stop():
        done.append(trainer.step)
        commands.step() if len(done) < 3 else commands.stop()

    told.when_paused = step_or_stop
    with pytest.raises(StopTraining):
        trainer.fit()
    assert done == [1, 2, 3] and len(trainer.curve.points) == 3  # read back before each pause
    assert "resume" in told and told.words()[-1] == "paused"


def test_a_new_rate_is_published_and_lasts_and_the_last_of_two_counts(commands, told):
    commands.play()

    def set_twice(trainer):
        commands.set_lr(0.02)
        commands.set_lr(0.03)

    trainer = trainer_of(commands, At(1, set_twice))
    trainer.fit()
    assert told == [{"lr": pytest.approx(0.03), "lr_changes": ((2, 0.02), (2, 0.03))}]
    assert [lr for *_, lr in trainer.curve.points] == pytest.approx([4e-3, 4e-3, 0.03, 0.03])


def test_a_rate_that_was_set_before_a_stop_belongs_to_the_run(commands, told):
    commands.play()

    def set_and_stop(trainer):
        commands.set_lr(0.02)
        commands.stop()

    trainer = trainer_of(commands, At(1, set_and_stop))
    with pytest.raises(StopTraining):
        trainer.fit()
    assert trainer.step == 2 and trainer.lr_changes == [(2, 0.02)] and told.words() == ["lr lr_changes"]
