"""The ships that the lab draws: always the same, and ships to the models that were trained on CIFAR-10."""

import numpy as np
import pytest

from core.data.ship import sailing_ship, ship
from core.evaluation.pictures import probabilities, top_classes
from core.evaluation.shuffled import shuffled_image
from core.records.recorded import recorded_epochs, recorded_names
from tests.support import open_recorded

NAMES = [name for name in recorded_names() if name.startswith("cifar10") and recorded_epochs(name)]
WEAK = "cifar10-compare-rnn-0"  # a plain RNN, right on every second picture


@pytest.mark.parametrize(("draw", "horizon"), [(ship, 17), (sailing_ship, 24)])
def test_they_are_drawn_alike_every_time(draw, horizon):
    picture = draw()
    assert picture.shape == (3, 32, 32) and picture.dtype == np.uint8
    assert (picture == draw()).all()
    sky, sea = picture[:, : horizon - 5, :5], picture[:, horizon + 3 :, :3]
    assert sky[2].mean() > sea[2].mean() + 50 and sea[2].mean() > sea[0].mean(), "the sky is bright, the sea dark and blue"


@pytest.mark.parametrize("name", NAMES)
def test_models_trained_on_real_ships_know_them(name):
    opened = open_recorded(name)
    for picture in (ship(), *([sailing_ship()] if name != WEAK else [])):
        probability = probabilities(opened, picture[None])[0]
        (first,) = top_classes(probability, 1)
        assert opened.classes[first] == "ship" and probability[first] > 0.5


def test_on_the_sailing_ship_the_gru_gives_up_before_the_vit():
    """The journey of the page Shuffle test: swap after swap, and a bag of patches notices none of them."""
    models = {name: open_recorded(f"cifar10-{name}-0") for name in ("compare-gru", "compare-vit", "vit-none")}
    order, said = np.arange(16), []
    for first, second in ((5, 14), (9, 15), (6, 13)):
        order[[first, second]] = order[[second, first]]
        picture = shuffled_image(sailing_ship(), order)[None]
        said.append([model.classes[probabilities(model, picture)[0].argmax()] == "ship" for model in models.values()])
    assert said == [[True, True, True], [False, True, True], [False, False, True]]
