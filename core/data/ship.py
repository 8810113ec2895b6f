"""Two ships at sea, drawn here: pictures with a class of CIFAR-10 that are always there, for no image of CIFAR-10 comes with the lab.

Drawn at eight times the size and averaged down, as a camera would; a few fixed waves, so that sky and sea are not perfectly smooth.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

SIDE, FINE = 32, 8
HORIZON = 17.5  # rows of sky
BLUE = ((150, 185, 220), (215, 225, 232)), ((70, 105, 135), (30, 60, 90))  # sky and sea, each from its top to its foot
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


SAIL_HORIZON = 24.0
GRAY = ((160, 165, 175), (205, 205, 205)), ((45, 60, 60), (25, 40, 45))
BOAT = (  # corners, color
    (((6, 23.5), (24, 23), (21.5, 28.5), (8.5, 28.5)), (190, 150, 60)),  # the hull
    (((16, 5), (16, 22.5), (22, 22.5)), (238, 235, 228)),  # the mainsail
    (((15.2, 7), (15.2, 22.5), (11, 22.5)), (215, 207, 198)),  # the jib
)
MAST = (15.3, 5, 16, 23.5), (90, 70, 55)


SEARCHED = (
    "The sailing ship was searched for: of 200 such boats that the recorded GRU and ViT know, it is one of six on which few swaps, chosen "
    "against the GRU first and then against the ViT, make both give up in this order. Other boats, and most pictures, take other swaps."
)


def ship() -> np.ndarray:
    """A steamer under a blue sky, (3, 32, 32) uint8."""
    return _drawn((HULL, KEEL), PARTS, HORIZON, BLUE)


def sailing_ship() -> np.ndarray:
    """A boat under a gray sky, (3, 32, 32) uint8. It was found by a search, which `SEARCHED` tells those who look at it."""
    return _drawn(BOAT, (MAST,), SAIL_HORIZON, GRAY)


def _drawn(polygons: Iterable, rectangles: Iterable, horizon: float, colors: tuple) -> np.ndarray:
    image = Image.fromarray(_background(horizon, *colors))
    pen = ImageDraw.Draw(image)
    for corners, color in polygons:
        pen.polygon([(x * FINE, y * FINE) for x, y in corners], fill=color)
    for (left, top, right, bottom), color in rectangles:
        pen.rectangle((left * FINE, top * FINE, right * FINE, bottom * FINE), fill=color)
    small = np.asarray(image).reshape(SIDE, FINE, SIDE, FINE, 3).mean((1, 3))  # (256, 256, 3) -> (32, 32, 3)
    return (small + _waves(horizon)).clip(0, 255).astype(np.uint8).transpose(2, 0, 1)


def _background(horizon: float, sky: tuple, sea: tuple) -> np.ndarray:
    """Sky down to the horizon, then sea: (256, 256, 3) uint8, each a gradient from its top to its foot."""
    rows = np.linspace(0, 1, SIDE * FINE)[:, None]
    colors = np.array(sky[0]) * (1 - rows) + np.array(sky[1]) * rows
    down = int(horizon * FINE)
    deep = np.linspace(0, 1, SIDE * FINE - down)[:, None]
    colors[down:] = np.array(sea[0]) * (1 - deep) + np.array(sea[1]) * deep
    return np.repeat(colors[:, None].astype(np.uint8), SIDE * FINE, axis=1)


def _waves(horizon: float) -> np.ndarray:
    """Streaks three pixels wide, (32, 32, 1), strong on the water and faint in the sky."""
    noise = np.random.default_rng(0).normal(0, 7, (SIDE, SIDE))
    streaks = (noise + np.roll(noise, 1, 1) + np.roll(noise, 2, 1)) / 1.7
    return (streaks * np.where(np.arange(SIDE)[:, None] > horizon, 1.0, 0.25))[..., None]
