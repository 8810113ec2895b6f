"""An image as CSV, read back with NumPy."""

import io

import numpy as np
import torch

from core.data.numbers import image_csv

MEAN, STD = (0.49, 0.48, 0.45), (0.25, 0.24, 0.26)


def test_every_pixel_is_a_line_with_what_is_stored_and_what_a_model_gets():
    image = torch.randint(0, 256, (3, 4, 6), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    text = image_csv(image, MEAN, STD)
    assert text.splitlines()[0] == "row,column,red,green,blue,red_normalised,green_normalised,blue_normalised"
    table = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1)
    assert table[:, :2].tolist() == [[row, column] for row in range(4) for column in range(6)]
    pixels = image.numpy().reshape(3, -1).T  # (H * W, 3)
    assert (table[:, 2:5] == pixels).all()
    assert np.abs(table[:, 5:] - (pixels / 255 - MEAN) / STD).max() < 2e-6
