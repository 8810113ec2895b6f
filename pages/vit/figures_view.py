"""The figures of the page Vision Transformer as HTML. Pure; escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.kit.wording import escape, marked

LOCAL = 0.5  # a head is called local below this share of even attention's distance
WIDTH, HEIGHT = 220, 150  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 26, 6, 18, 20


# ---- the model, step by step ----

MEANINGS = {
    "images": "4 pictures of 3 channels",
    "patches": "cut into {patches} patches of {patch_size} × {patch_size} pixels, each multiplied by one matrix: {embed_dim} features",
    "class token": "one learned token before them: {tokens} tokens",
    "positions": "{positions}",
    "LayerNorm of token 0": "of the class token alone",
    "head": "one linear layer: a logit a class",
}
POSITIONS = {
    "none": "no positions: a bag of patches",
    "learned": "a learned vector added for each place",
    "sinusoidal": "sine and cosine of the index added",
    "grid": "sine and cosine of row and column added",
    "index": "the bare index added",
    "rotary": "nothing added: attention turns queries and keys by their place",
}


def steps_html(shapes: Sequence[tuple[str, Sequence[int]]], config: Mapping[str, Any]) -> str:
    """What comes out of each step of a run's model, as a row of boxes."""
    tokens = (32 // config["patch_size"]) ** 2 + 1
    heads, width = config["num_heads"], config["embed_dim"]
    known = {**config, "patches": tokens - 1, "tokens": f"{tokens:,}"}
    known["positions"] = POSITIONS.get(config["positions"], f"positions: {config['positions']}")
    layer = f"{heads} head{'s' * (heads > 1)} of {width // heads} features, attention weights (4, {heads}, {tokens}, {tokens}), then an MLP"
    boxes = "".join(
        f"<li{' class=layer' if name.startswith('layer') else ''}><b>{escape(name)}</b><code>({', '.join(map(str, shape))})</code>"
        f"<span>{escape(MEANINGS.get(name, layer).format_map(known))}</span></li>"
        for name, shape in shapes
    )
    return f'<ol class="lab-steps">{boxes}</ol>'


# ---- how far heads look ----


def distances_svg(epochs: Sequence[int], values: np.ndarray, *, even: float, epoch: int, chosen: tuple[int, int]) -> list[str]:
    """A panel a layer: the distance (E, L, H) of each head, in patches, by epoch (from 0); lines at `epoch` and at `even`, and the head
    `chosen` (layer, head) marked."""
    axis = around(values, even)
    return [
        _panel(layer, epochs, values[:, layer], even, epoch, axis, chosen[1] if layer == chosen[0] else None)
        for layer in range(values.shape[1])
    ]


def around(values: np.ndarray, even: float) -> tuple[float, float]:
    """The ends of the axis of distances: so that `even` and all values lie inside, with a little room, and no end below 0."""
    known = [even, *values[np.isfinite(values)]]
    room = max(0.12 * (max(known) - min(known)), 0.1)
    return max(0.0, min(known) - room), max(known) + room


def _panel(
    layer: int, epochs: Sequence[int], values: np.ndarray, even: float, epoch: int, axis: tuple[float, float], chosen: int | None
) -> str:
    first, last = epochs[0], epochs[-1]
    low, high = axis

    def x(at: int) -> float:
        share = (at - first) / (last - first) if last > first else 0.5
        return LEFT + 8 + share * (WIDTH - LEFT - RIGHT - 16)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
        return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'

    parts = [line("axis", LEFT, TOP, LEFT, y(low)), line("axis", LEFT, y(low), WIDTH - RIGHT, y(low))]
    parts += [line("even", LEFT, y(even), WIDTH - RIGHT, y(even)), line("now", x(epoch), TOP, x(epoch), y(low))]
    for tick in ticks(low, high):
        parts.append(f'<text x="{LEFT - 4}" y="{y(tick) + 3:.1f}" text-anchor="end">{tick:g}</text>')
    for at in dict.fromkeys((first, epoch, last)):
        parts.append(f'<text x="{x(at):.1f}" y="{HEIGHT - 6}" text-anchor="middle">{at + 1}</text>')
    for head in sorted(range(values.shape[1]), key=lambda head: head == chosen):  # the chosen one on top
        look = ' class="chosen"' if head == chosen else ""
        points = [(x(at), y(v)) for at, v in zip(epochs, values[:, head], strict=True) if math.isfinite(v)]
        parts.append(f'<polyline{look} points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>')
        parts += [f'<circle{look} cx="{a:.1f}" cy="{b:.1f}" r="{3.2 if look else 2.4}"/>' for a, b in points]
    told = f"Layer {layer + 1}: distance by epoch of {values.shape[1]} heads; the numbers are in the table"
    title = f'<text class="title" x="{LEFT}" y="11">Layer {layer + 1}</text>'
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{told}">{title}{"".join(parts)}</svg>'


def ticks(low: float, high: float) -> list[float]:
    """Round numbers on an axis, three to six of them."""
    step = next(size for size in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0) if (high - low) / size <= 5 or size == 10.0)
    return [round(n * step, 2) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def distance_rows(epochs: Sequence[int], values: np.ndarray) -> list[dict[str, Any]]:
    """The same as rows of a table: a head, and its distance after each epoch."""
    return [
        {"head": f"layer {layer + 1}, head {head + 1}"}
        | {f"epoch {epoch + 1}": round(float(values[at, layer, head]), 2) for at, epoch in enumerate(epochs)}
        for layer in range(values.shape[1])
        for head in range(values.shape[2])
    ]


def became_local(epochs: Sequence[int], values: np.ndarray, even: float) -> str:
    """Which head has become most local between the first and the last of these epochs, and whether it is local at all; in words."""
    if not np.isfinite(values).any():
        return "No head has a distance here: its patches read nothing but the class token."
    if len(epochs) < 2:
        return (
            "The weights of one epoch are kept, so there is nothing to watch: choose another run, or train one here, of which all are kept."
        )
    change = values[-1] - values[0]  # (L, H)
    layer, head = np.unravel_index(np.nanargmin(change), change.shape)
    before, after = values[0, layer, head], values[-1, layer, head]
    name = f"head {head + 1} of layer {layer + 1}"
    told = f"{before:.2f} patches after epoch {epochs[0] + 1}, {after:.2f} after epoch {epochs[-1] + 1} (all patches alike: {even:.2f})"
    if after >= before:
        return marked("**No head of this run became more local.** The least is the change of {}: {}.", name, told)
    if after < LOCAL * even:
        return marked("**Head {} of layer {} became local**: {}.", head + 1, layer + 1, told)
    rest = "" if np.nanmin(values[-1]) < LOCAL * even else " No head of this run came below half the distance of even attention."
    return marked("Most local became **{}**: {}.{}", name, told, rest)
