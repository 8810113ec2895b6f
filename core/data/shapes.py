"""The embedded data set: ten classes of drawn 32x32 color images, there at once and without a network.

Only the silhouette tells the class: place, size, angle, both colors (either may be the lighter), shading, texture,
clutter and noise are random. Each image depends on (seed, index) alone. Drawn with signed distance functions (Quilez,
"2D distance functions"): negative inside, zero on the edge, so that a slope one pixel wide around zero is an
antialiased edge. Drawing needs no torch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data.config import DataConfig
from core.data.progress import Progress, throttled

if TYPE_CHECKING:
    from core.data.splits import Dataset

SIZE = 32
CHUNK = 200  # images drawn at a time: what they need fits a cache
PARTS = {"train": range(10_000), "val": range(10_000, 12_000), "test": range(12_000, 14_000)}

CLUTTER = 4  # small strokes and blobs behind the shape
ANGLE = np.pi / 6  # shapes are turned by up to this, either way
COLOR = np.array([0.299, 0.587, 0.114], np.float32)  # weights of red, green and blue in lightness (ITU-R BT.601)


def polygon(*corners: tuple[float, float]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The signed distance function of a polygon."""

    def distance(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        squared = np.full_like(x, np.inf)
        sign = np.ones_like(x)
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
            dx, dy = x2 - x1, y2 - y1
            px, py = x - x1, y - y1
            along = np.clip((px * dx + py * dy) / (dx * dx + dy * dy), 0, 1)
            squared = np.minimum(squared, (px - dx * along) ** 2 + (py - dy * along) ** 2)
            crosses = ((y1 <= y) != (y2 <= y)) & ((px * dy < py * dx) == (dy > 0))
            sign = np.where(crosses, -sign, sign)
        return sign * np.sqrt(squared)

    return distance


def circle(radius: float, cx: float = 0.0, cy: float = 0.0) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The signed distance function of a disc."""
    return lambda x, y: np.hypot(x - cx, y - cy) - radius


def ring(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A circle with a hole."""
    return np.abs(np.hypot(x, y) - 0.72) - 0.22


def moon(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A circle from which another one takes a bite."""
    return np.maximum(circle(0.95, -0.1)(x, y), -circle(0.78, 0.38)(x, y))


def heart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Two lobes above a tip."""
    x, y = np.abs(x) / 1.7, 0.55 - y / 1.7
    lobe = np.hypot(x - 0.25, y - 0.75) - np.sqrt(2) / 4
    half = 0.5 * np.maximum(x + y, 0)
    tip = np.sqrt(np.minimum(x**2 + (y - 1) ** 2, (x - half) ** 2 + (y - half) ** 2)) * np.sign(x - y)
    return 1.7 * np.where(x + y > 1, lobe, tip)


def _regular(corners: int, *radii: float) -> list[tuple[float, float]]:
    """Corners of a regular polygon or star, the first at the top; radii take turns."""
    angles = [2 * np.pi * i / corners for i in range(corners)]
    return [(radii[i % len(radii)] * float(np.sin(a)), -radii[i % len(radii)] * float(np.cos(a))) for i, a in enumerate(angles)]


# Silhouettes of about the size of the unit circle; x to the right, y down. Their order is that of the labels.
CROSS = ((-1, -3), (1, -3), (1, -1), (3, -1), (3, 1), (1, 1), (1, 3), (-1, 3), (-1, 1), (-3, 1), (-3, -1), (-1, -1))
SHAPES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "circle": circle(0.88),
    "ring": ring,
    "square": polygon((-0.78, -0.78), (0.78, -0.78), (0.78, 0.78), (-0.78, 0.78)),
    "triangle": polygon(*_regular(3, 1.1)),
    "star": polygon(*_regular(10, 1.1, 0.45)),
    "cross": polygon(*((0.32 * x, 0.32 * y) for x, y in CROSS)),
    "heart": heart,
    "moon": moon,
    "arrow": polygon((-1, -0.25), (0.1, -0.25), (0.1, -0.8), (1, 0), (0.1, 0.8), (0.1, 0.25), (-1, 0.25)),
    "bolt": polygon((-0.1, -1.1), (0.55, -1.1), (0.25, -0.35), (0.7, -0.35), (-0.4, 1.1), (-0.1, 0.1), (-0.6, 0.1)),
}
CLASSES = tuple(SHAPES)


def draw(indices: range | np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The images (N, 3, 32, 32) uint8 and labels (N,) int64 with these indices."""
    indices = np.asarray(indices, dtype=np.int64)
    labels = _labels(indices, seed)
    images = np.empty((len(indices), 3, SIZE, SIZE), np.uint8)
    for start in range(0, len(indices), CHUNK):
        part = slice(start, start + CHUNK)
        images[part] = _draw_chunk(indices[part], labels[part], seed)
    return images, labels


def _labels(indices: np.ndarray, seed: int) -> np.ndarray:
    """Labels (N,): every ten images from a multiple of ten hold each class once, in an order of their own."""
    tens, which = np.unique(indices // 10, return_inverse=True)
    orders = np.stack([_stream(seed, 2**63 + int(t)).permutation(10) for t in tens])  # (tens, 10)
    return orders[which, indices % 10].astype(np.int64)


def _stream(seed: int, index: int) -> np.random.Generator:
    """A random stream of its own for each pair; Philox needs no warming up."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, index], np.uint64)))


class _Dice:
    """The random numbers of a chunk of images: `dice(low, high, k)` is (N, k, 1, 1), each image from its own stream."""

    COUNT = 80

    def __init__(self, indices: np.ndarray, seed: int):
        numbers = np.stack([_stream(seed, int(i)).random(self.COUNT + SIZE * SIZE, np.float32) for i in indices])
        self.numbers, noise = numbers[:, : self.COUNT], numbers[:, self.COUNT :]  # (N, COUNT), (N, 1024)
        self.noise = noise.reshape(-1, 1, SIZE, SIZE) * 2 - 1  # (N, 1, 32, 32) in -1..1
        self.used = 0

    def __call__(self, low: float, high: float, count: int = 1) -> np.ndarray:
        taken = self.numbers[:, self.used : self.used + count, None, None]  # (N, count, 1, 1)
        self.used += count
        assert self.used <= self.COUNT
        return low + (high - low) * taken


def _draw_chunk(indices: np.ndarray, labels: np.ndarray, seed: int) -> np.ndarray:
    """(N, 3, 32, 32) uint8, painted back to front: background, clutter, shape, noise."""
    dice = _Dice(indices, seed)
    axis = np.arange(SIZE, dtype=np.float32) + 0.5 - SIZE / 2
    x, y = axis[None, None, None, :], axis[None, None, :, None]  # pixels from the middle of the image

    paper, ink = _lightness(dice)  # (N, 1, 1, 1) each
    canvas = _surface(dice, paper, x, y)  # (N, 3, 32, 32)
    for _ in range(CLUTTER):
        canvas = _over(canvas, _stroke(dice, x, y), _color(dice, paper + dice(-0.25, 0.25)))
    canvas = _over(canvas, _silhouette(dice, labels, x, y), _surface(dice, ink, x, y))
    canvas += 0.025 * dice.noise
    return np.clip(canvas * 255 + 0.5, 0, 255).astype(np.uint8)


def _lightness(dice: _Dice) -> tuple[np.ndarray, np.ndarray]:
    """Lightness of paper and ink, (N, 1, 1, 1) each in 0.15..0.9 and at least 0.35 apart; either may be the lighter."""
    dark = dice(0.15, 0.5)
    light = dark + 0.35 + dice(0, 1) * (0.55 - dark)
    swap = dice(0, 1) < 0.5
    return np.where(swap, light, dark), np.where(swap, dark, light)


def _color(dice: _Dice, lightness: np.ndarray) -> np.ndarray:
    """A random hue of the given lightness, (N, 3, 1, 1)."""
    hue, strength = dice(0, 2 * np.pi), dice(0.08, 0.3)
    wheel = np.cos(hue - np.array([0, 2, 4], np.float32)[:, None, None] * np.pi / 3)  # (N, 3, 1, 1)
    wheel -= np.einsum("ncij,c->nij", wheel, COLOR)[:, None]
    return np.clip(lightness + strength * wheel, 0, 1)


def _surface(dice: _Dice, lightness: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A colored surface with shading and a faint stripe texture, (N, 3, 32, 32)."""
    color = _color(dice, lightness)
    to, slope = dice(0, 2 * np.pi), dice(0, 0.1) / (SIZE / 2)
    shade = slope * (np.cos(to) * x + np.sin(to) * y)  # (N, 1, 32, 32)
    across, pitch, phase, depth = dice(0, np.pi), dice(3, 8), dice(0, 2 * np.pi), dice(0, 0.05)
    turn = 2 * np.pi / pitch
    stripes = depth * np.sin(turn * np.cos(across) * x + turn * np.sin(across) * y + phase)  # (N, 1, 32, 32)
    return color + (shade + stripes)


def _stroke(dice: _Dice, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Signed distance in pixels to a short thick line anywhere, (N, 1, 32, 32)."""
    px, py = x - dice(-16, 16), y - dice(-16, 16)
    angle, length, width = dice(0, np.pi), dice(0, 5), dice(0.6, 1.8)
    dx, dy = np.cos(angle), np.sin(angle)
    along = np.clip(px * dx + py * dy, -length / 2, length / 2)
    return np.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2) - width


def _silhouette(dice: _Dice, labels: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Signed distance in pixels to each image's shape, (N, 1, 32, 32)."""
    radius, angle = dice(8.5, 12), dice(-ANGLE, ANGLE)
    room = 17 - radius
    px, py = x - room * dice(-1, 1), y - room * dice(-1, 1)
    cos, sin = np.cos(angle) / radius, np.sin(angle) / radius
    u, v = px * cos + py * sin, py * cos - px * sin  # (N, 1, 32, 32) in the shape's own frame
    distance = np.empty_like(u)
    for label, shape in enumerate(SHAPES.values()):
        chosen = labels == label
        distance[chosen] = shape(u[chosen], v[chosen])
    return distance * radius


def _over(canvas: np.ndarray, distance: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """`paint` laid over `canvas` where `distance` is negative, with an antialiased edge one pixel wide."""
    cover = np.clip(0.5 - distance, 0, 1)  # (N, 1, 32, 32)
    return canvas + cover * (paint - canvas)


def load(name: str, config: DataConfig, *, home: str | Path | None, download: bool, progress: Progress | None) -> Dataset:
    """The images drawn with `config.split_seed`, in a second or two: 10,000 to train on, 2,000 and 2,000 held back."""
    import torch  # here, because pages draw a few images before torch is loaded

    from core.data.splits import Dataset, Split

    report, total, done, splits = throttled(progress), sum(map(len, PARTS.values())), 0, {}
    for part, indices in PARTS.items():
        images, labels = draw(indices, config.split_seed)
        splits[part] = Split(torch.from_numpy(images), torch.from_numpy(labels))
        done += len(indices)
        report(done, total, "Drawing shapes")
    return Dataset.of(name, splits["train"], splits["val"], splits["test"], CLASSES)
