"""Arrays in a message to the browser, as base64: `packed.js` reads them there. Pure.

packed(beliefs)                 # float32, which `floats` reads
packed(order, "<u2")            # unsigned integers of 16 bits, which `uint16s` reads
"""

from __future__ import annotations

from base64 import b64encode

import numpy as np


def packed(values: np.ndarray, kind: str = "<f4") -> str:
    """Numbers of NumPy's `kind` in the order of their array, of each the lowest byte first."""
    return b64encode(np.ascontiguousarray(values, kind).tobytes()).decode()


def packed_picture(pixels: np.ndarray) -> str:
    """A picture (3, H, W) uint8 with three bytes a pixel, row by row."""
    return packed(pixels.transpose(1, 2, 0), "u1")  # (3, H, W) -> (H, W, 3)
