"""A ship at sea, drawn here: a picture with a class of CIFAR-10 that is always there, for no image of CIFAR-10 comes with the lab.

Drawn at eight times the size and averaged down, as a camera would; a few fixed waves, so that sky and sea are not perfectly smooth.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

SIDE, FINE = 32, 8
HORIZON = 17.5
PARTS = (  # (left, top, right, bottom) in pixels, color
    ((6, 13.5, 16, 17), (235, 235, 232)),  # the house
    ((7, 10.5, 13, 13.5), (225, 225, 225)),
    ((9, 6.5, 11.5, 10.5), (190, 60, 45)),  # the funnel
    ((9, 6.5, 11.5, 7.5), (40, 40, 45)),
    *(((x, 14.6, x + 1.2, 15.6), (50, 70, 90)) for x in (7, 9, 11, 13)),  # windows
    ((19.6, 7, 20.3, 16.8), (70, 60, 55)),  # masts
    ((24.7, 9.5, 25.3, 16.6), (70, 60, 55)),
    ((18, 14.2, 22.5, 16.8), (165, 120, 70)),  # cargo
    ((23, 14.8, 26.5, 16.7), (95, 120, 95)),
)
HULL = (((2.5, 17), (29.5, 16.5), (27, 22), (5.5, 22)), (60, 45, 50))
KEEL = (((5, 21), (27.4, 21), (27, 22.3), (5.5, 22.3)), (140, 45, 40))


def ship() -> np.ndarray:
    """The picture, (3, 32, 32) uint8."""
    image = Image.fromarray(_background())
    pen = ImageDraw.Draw(image)
    for corners, color in (HULL, KEEL):
        pen.polygon([(x * FINE, y * FINE) for x, y in corners], fill=color)
    for (left, top, right, bottom), color in PARTS:
        pen.rectangle((left * FINE, top * FINE, right * FINE, bottom * FINE), fill=color)
    small = np.asarray(image).reshape(SIDE, FINE, SIDE, FINE, 3).mean((1, 3))  # (256, 256, 3) -> (32, 32, 3)
    return (small + _waves()).clip(0, 255).astype(np.uint8).transpose(2, 0, 1)


def _background() -> np.ndarray:
    """Sky down to the horizon, then sea: (256, 256, 3) uint8, each a gradient from its top to its foot."""
    rows = np.linspace(0, 1, SIDE * FINE)[:, None]
    sky = np.array([150, 185, 220]) * (1 - rows) + np.array([215, 225, 232]) * rows
    down = int(HORIZON * FINE)
    deep = np.linspace(0, 1, SIDE * FINE - down)[:, None]
    sky[down:] = np.array([70, 105, 135]) * (1 - deep) + np.array([30, 60, 90]) * deep
    return np.repeat(sky[:, None].astype(np.uint8), SIDE * FINE, axis=1)


def _waves() -> np.ndarray:
    """Streaks three pixels wide, (32, 32, 1), strong on the water and faint in the sky."""
    noise = np.random.default_rng(0).normal(0, 7, (SIDE, SIDE))
    streaks = (noise + np.roll(noise, 1, 1) + np.roll(noise, 2, 1)) / 1.7
    return (streaks * np.where(np.arange(SIDE)[:, None] > HORIZON, 1.0, 0.25))[..., None]
