"""A table of positions as a heat map, how like they are, and the number that is pointed at with its formula.

    position_map(map_data("sinusoidal", table, similarity(table)), key="positions_map")

All that follows the mouse, a finger or the arrow keys happens in the browser on data that is sent once; nothing goes back to the server.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.probes.positions.tables import grid_of
from dashboard.kit.component import component
from dashboard.kit.packed import packed

STEPS = 10_000  # similarities travel as whole ten-thousandths

HTML = """<div class="position-map">
  <div class="position-map-pictures">
    <figure><figcaption class="position-map-table-title"></figcaption>
      <canvas class="position-map-table" role="slider" tabindex="0" aria-valuenow="0"
        aria-label="Position and feature: arrow keys move"></canvas>
      <div class="position-map-scale"><span></span><i></i><span></span></div>
    </figure>
    <figure><figcaption class="position-map-like-title"></figcaption>
      <canvas class="position-map-like" role="slider" tabindex="0" aria-valuenow="0"
        aria-label="Two positions compared: arrow keys move"></canvas>
      <div class="position-map-scale"><span></span><i></i><span></span></div>
    </figure>
    <figure><figcaption class="position-map-grid-title"></figcaption>
      <canvas class="position-map-grid" role="slider" tabindex="0" aria-valuenow="0"
        aria-label="A patch compared with all: arrow keys move"></canvas>
      <div class="position-map-none"></div>
    </figure>
  </div>
  <div class="position-map-detail">
    <canvas class="position-map-circle" role="img" aria-label="The angle on the unit circle"></canvas>
    <div class="position-map-words">
      <b class="position-map-name"></b>
      <div class="position-map-formula"></div>
      <div class="position-map-pair"></div>
    </div>
  </div>
</div>"""

_mount = component(__file__, HTML)


def map_data(kind: str, table: np.ndarray, like: np.ndarray) -> dict[str, Any]:
    """What the browser needs of a table (T, C) and its similarities (T, T).

    Arrays travel as base64, the lowest byte first: float32 (T, C), and int16 (T, T) in steps of 1 / 10,000.
    """
    side, lead = grid_of(len(table)) or (0, 0)
    return {
        "kind": kind,
        "length": table.shape[0],
        "dim": table.shape[1],
        "side": side,
        "lead": lead,
        "table": packed(table),
        "like": packed(np.round(like * STEPS), "<i2"),
    }


def position_map(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the map `key` from `map_data`."""
    _mount(data=[data], key=key)
