"""An image under a grid of patches, beside the sequence of its patches, with the token of the patch that is pointed at.

    at = patch_grid(grid_data(pixels, embedding.tokens(pixels), patch_size, order, at=(0, 0)), key="grid")

All that follows the mouse or the arrow keys happens in the browser on data that is sent once: the token, its place, its numbers, and the
five tokens of the image that are nearest to it. A click (or Enter) chooses a patch, and only that reaches the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.checks import Many, Whole
from dashboard.kit.component import component
from dashboard.kit.messages import sent
from dashboard.kit.packed import packed, packed_picture

HTML = """<div class="patch-grid">
  <div class="patch-grid-pictures">
    <figure><figcaption class="patch-grid-image-title"></figcaption>
      <canvas class="patch-grid-image" role="slider" tabindex="0" aria-valuenow="0"
        aria-label="Patch of the image: arrow keys move, Enter chooses"></canvas>
    </figure>
    <figure><figcaption class="patch-grid-sequence-title"></figcaption>
      <canvas class="patch-grid-sequence" role="slider" tabindex="0" aria-valuenow="0"
        aria-label="Place in the sequence: arrow keys move, Enter chooses"></canvas>
    </figure>
  </div>
  <div class="patch-grid-detail">
    <canvas class="patch-grid-patch" role="img" aria-label="The patch, enlarged"></canvas>
    <div class="patch-grid-words"><b class="patch-grid-name"></b><div class="patch-grid-nearest"></div></div>
    <div class="patch-grid-vector"><div class="patch-grid-vector-title"></div>
      <canvas class="patch-grid-strip" role="img" aria-label="The token's features as colours"></canvas>
      <div class="patch-grid-numbers" tabindex="0" role="region" aria-label="The token's numbers"></div>
    </div>
  </div>
</div>"""

_mount = component(__file__, HTML)


def grid_data(
    pixels: np.ndarray, tokens: np.ndarray, patch_size: int, order: np.ndarray, *, at: tuple[int, int], label: str
) -> dict[str, Any]:
    """What the browser needs: `pixels` (3, H, H) uint8, `tokens` (N, E) row by row, which patch is read at each place (N,).

    The patch that contains the pixel `at` (row, column) is the chosen one. Arrays travel as base64: bytes (H, H, 3), and float32 (N, E)
    with the lowest byte first.
    """
    return {
        "pixels": packed_picture(pixels),
        "size": pixels.shape[-1],
        "patch": patch_size,
        "order": order.tolist(),
        "tokens": packed(tokens),
        "at": list(at),
        "label": label,
    }


def patch_grid(data: dict[str, Any], *, key: str, on_choose: Callable[[tuple[int, int]], None]) -> None:
    """Draw or update the grid `key`; `on_choose` is called with the first pixel (row, column) of a patch that somebody chose."""

    def chosen() -> None:
        if at := sent(key, "at", Many(Whole(0, data["size"] - 1), 2, least=2)):
            on_choose(at)

    _mount(data=[data], key=key, on_at_change=chosen)
