"""Shuffling in doses: what moves, and what it does to a recorded run."""

import numpy as np
import pytest
import torch

from core.data.shapes import PARTS, draw
from core.errors import ConfigError, DataError
from core.evaluation import shuffled
from core.evaluation.shuffled import KINDS, dose_response, orders, shuffled_image
from core.models.patches import patchify, unpatchify
from tests.support import open_recorded


@pytest.fixture(scope="module")
def gru():
    return open_recorded("shapes-gru")


@pytest.mark.parametrize("kind", KINDS)
def test_doses_are_permutations_that_move_more_and_more(kind):
    moved = []
    for dose in KINDS[kind].doses:
        found = orders(kind, dose, 50, seed=1)
        assert found.shape == (50, 64) and (np.sort(found, axis=1) == np.arange(64)).all()
        moved.append((found != np.arange(64)).mean())
    assert moved[0] == 0 and moved == sorted(moved) and moved[-1] > 0.9


def test_pairs_move_two_patches_each_and_rows_sixteen():
    assert ((orders("swaps", 5, 20) != np.arange(64)).sum(axis=1) == 10).all()
    assert ((orders("rows", 2, 20) != np.arange(64)).sum(axis=1) == 32).all()
    rows = orders("rows", 3, 1)[0].reshape(8, 8)
    assert (rows % 8 == np.arange(8)).all()


def test_blocks_stay_whole():
    blocks = orders("blocks", 4, 10).reshape(10, 2, 4, 2, 4).transpose(0, 1, 3, 2, 4).reshape(10, 4, 16)
    inside = (np.arange(4)[:, None] * 8 + np.arange(4)).ravel()
    assert (blocks - blocks[:, :, :1] == inside).all()


@pytest.mark.parametrize("patches", [4, 16, 64, 256])
def test_a_shuffled_image_is_torchs(patches):
    image, order = draw(PARTS["val"][:1])[0][0], np.random.default_rng(0).permutation(patches)
    size = 32 // round(patches**0.5)
    wanted = unpatchify(patchify(torch.from_numpy(image)[None].float(), size)[:, order], size)[0]
    assert (shuffled_image(image, order) == wanted.numpy()).all()


def test_the_recorded_gru_under_growing_doses(gru):
    images, labels = draw(PARTS["val"][:150])
    found = dose_response(gru, images, labels, "swaps")
    with torch.no_grad():
        logits = gru.model(
            (torch.from_numpy(images).float() / 255 - torch.tensor(gru.mean)[:, None, None]) / torch.tensor(gru.std)[:, None, None]
        )
    assert found[0].moved == 0 and found[0].accuracy.value == (logits.argmax(1).numpy() == labels).mean()
    assert [dose.moved for dose in found] == [2 * dose.dose / 64 for dose in found]
    assert found[0].accuracy.value > 0.9 > 0.5 > found[-1].accuracy.value and found[-1].accuracy.high < found[0].accuracy.low


def test_what_cannot_be_shuffled(gru):
    with pytest.raises(ConfigError, match="swaps"):
        orders("swap", 1, 1)
    with pytest.raises(DataError, match="no pictures"):
        dose_response(gru, np.empty((0, 3, 32, 32), np.uint8), np.empty(0, int), "swaps")


@pytest.mark.parametrize("kind", KINDS)
def test_each_picture_of_a_dose_is_shuffled_in_a_way_of_its_own_and_all_models_get_the_same(kind, monkeypatch):
    """Thirty equal pictures: what a model gets of a dose tells the orders apart."""
    picture, seen = np.random.default_rng(0).integers(0, 256, (3, 32, 32), np.uint8), []

    def look(opened, pictures):
        seen.append(pictures)
        return np.zeros((len(pictures), 2))

    monkeypatch.setattr(shuffled, "probabilities", look)
    for model in ("one", "another"):
        dose_response(model, np.stack([picture] * 30), np.zeros(30, int), kind, seed=4)
    doses = len(KINDS[kind].doses)
    assert len(seen) == 2 * doses and all((a == b).all() for a, b in zip(seen[:doses], seen[doses:], strict=True))
    ways = [len({one.tobytes() for one in pictures}) for pictures in seen[:doses]]
    assert ways[0] == 1 and min(ways[1:]) > 10
