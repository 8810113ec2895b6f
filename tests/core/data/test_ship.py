"""The ship that the lab draws: always the same, and a ship to every model that was trained on CIFAR-10."""

import numpy as np
import pytest

from core.data.ship import ship
from core.evaluation.pictures import probabilities, top_classes
from core.recorded import recorded_epochs, recorded_names, recorded_run
from core.training.checkpoint import open_model


def test_it_is_drawn_alike_every_time():
    picture = ship()
    assert picture.shape == (3, 32, 32) and picture.dtype == np.uint8
    assert (picture == ship()).all()
    assert picture[2, :12].mean() > picture[2, 24:].mean() > picture[0, 24:].mean(), "the sky is bright, the sea dark and blue"


@pytest.mark.parametrize("name", [name for name in recorded_names() if name.startswith("cifar10") and recorded_epochs(name)])
def test_models_trained_on_real_ships_know_it(name):
    opened = open_model(recorded_epochs(name)[recorded_run(name).best.epoch])
    probability = probabilities(opened, ship()[None])[0]
    (first,) = top_classes(probability, 1)
    assert opened.classes[first] == "ship" and probability[first] > 0.5
