"""The small picture of the page on the map of Home: six drawn images of the data set."""

from __future__ import annotations

from core.data.shapes import PARTS, draw
from dashboard.pictures.small import drawn, photo


def small() -> str:
    """The first validation images, at half their size."""
    images = draw(PARTS["val"][:6])[0][:, :, ::2, ::2]
    places = [(12 + 25 * column, 4 + 25 * row, 22, 22) for row in range(2) for column in range(3)]
    return drawn(*(photo(image, place) for image, place in zip(images, places, strict=True)))
