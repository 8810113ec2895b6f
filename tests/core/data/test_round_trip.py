"""Normalised images come back with the same constants only (trap 10), against NumPy in float64."""

import numpy as np
import pytest
import torch

from core.data.round_trip import OTHERS, round_trip

OWN = ((0.4915, 0.4823, 0.4468), (0.2470, 0.2435, 0.2616))
EVERY_BYTE = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).repeat(2, 3, 1, 1)  # (2, 3, 16, 16)


def test_the_same_constants_give_every_byte_back():
    found = round_trip(EVERY_BYTE, OWN, OWN)
    assert (found.numbers, found.largest, found.changed, found.passed) == (EVERY_BYTE.numel(), 0, 0.0, True)


@pytest.mark.parametrize("name", OTHERS)
def test_others_change_colors_by_as_much_as_arithmetic_says(name):
    def column(values):
        return np.array(values).reshape(3, 1, 1)

    mean, std = OTHERS[name]
    pixels = EVERY_BYTE.numpy().astype(np.float64)
    normalised = (pixels / 255 - column(OWN[0])) / column(OWN[1])
    back = np.clip(np.round(255 * (normalised * column(std) + column(mean))), 0, 255)
    found = round_trip(EVERY_BYTE, OWN, OTHERS[name])
    assert found.largest == np.abs(back - pixels).max() > 0
    assert found.changed == pytest.approx((back != pixels).mean(), abs=1e-3)  # a value on the edge of rounding may go either way
    assert not found.passed


def test_one_image_is_enough():
    assert round_trip(EVERY_BYTE[0], OWN, OWN).numbers == 3 * 256
