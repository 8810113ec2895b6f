"""The running average of weights against its definition, and a run that is judged by it."""

import pytest
import torch
from torch import nn

from core.training.config import TrainingConfig
from core.training.loop.average import WeightAverage
from core.training.loop.trainer import Trainer
from tests.support import load_tiny


def test_it_is_the_exponential_average_of_all_steps():
    model = nn.Linear(2, 2)
    average = WeightAverage(model, 0.9)
    expected = model.weight.detach().double()
    for step in range(200):
        with torch.no_grad():
            model.weight.normal_()
        average.update(step)
        keep = min(0.9, (1 + step) / (10 + step))
        expected = keep * expected + (1 - keep) * model.weight.detach().double()
        torch.testing.assert_close(average.weights["weight"].double(), expected, rtol=0, atol=1e-6)  # at once: the start is soon forgotten


def test_the_model_has_its_own_weights_back_afterwards_even_after_an_error():
    model = nn.BatchNorm1d(3)
    average = WeightAverage(model, 0.5)
    with torch.no_grad():
        model.weight.fill_(7)
    model(torch.randn(4, 3))  # counts a batch: a whole number, which is copied
    average.update(0)
    assert average.weights["num_batches_tracked"] == 1
    with pytest.raises(ZeroDivisionError), average.in_use():
        assert torch.equal(model.weight, average.weights["weight"]) and not (model.weight == 7).any()
        raise ZeroDivisionError
    assert (model.weight == 7).all()


def test_a_run_is_judged_by_the_average():
    from core.models import Task, build_model

    dataset = load_tiny("tiny", None)
    model = build_model("cnn", Task(), seed=0, width=8)
    trainer = Trainer(model, dataset, TrainingConfig(epochs=2, batch_size=32, ema=0.9, device="cpu"))
    trainer.fit()
    own = {name: value.clone() for name, value in model.state_dict().items()}
    averaged = trainer.weights()
    assert not torch.equal(own["head.weight"], averaged["head.weight"])
    model.load_state_dict(averaged)
    trainer.average = None
    found = trainer.evaluate(dataset.val, phase="val")
    assert (found.loss, found.confusion.top1) == (trainer.epochs[-1].val_loss, trainer.epochs[-1].val_top1)
