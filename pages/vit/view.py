"""What a Vision Transformer attends to in one picture, packed as the browser shows it. Pure; no torch."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.checks import Whole
from core.errors import ConfigError
from dashboard.kit.packed import packed_picture

EXTRA = ("rollout", "gradient")  # the columns after the heads
MOST_BYTES = 1_450_000  # of packed maps; as base64 a third more
BYTES_A_ROW = 8  # the largest weight of its patches, and that of the class token
SIDE = 32  # pixels of a picture


@dataclass(frozen=True)
class Pin:
    """What is looked at: a token (0 is the class token), and a map by its layer and column, from 0; columns are the heads, then `EXTRA`."""

    token: int = 0
    layer: int = 0
    column: int = 0


@dataclass(frozen=True, eq=False)
class Packed:
    """Maps (L, H + 2, T, T): for each token that reads, a byte a patch, in 255ths of the largest of them."""

    maps: bytes  # (L, H + 2, T, N)
    tops: bytes  # float32, lowest byte first: the largest weight of a patch in each row, (L, H + 2, T)
    own: bytes  # the same for the weight of the class token; 0 without one
    layers: int
    columns: int
    side: int  # blocks in a row
    lead: int  # 1 with a class token
    block: int  # patches along a block's side; 1 where every patch is shown by itself

    @property
    def tokens(self) -> int:
        return self.side**2 + self.lead


def in_blocks(maps: np.ndarray, side: int, lead: int) -> np.ndarray:
    """Blocks of 2 x 2 patches instead of patches, (..., T, T): a block reads the mean of what its patches read, and is read the sum."""
    tokens = np.arange(lead + side**2)
    row, column = np.divmod(tokens - lead, side)
    block = np.where(tokens < lead, tokens, lead + row // 2 * (side // 2) + column // 2)
    member = (block[:, None] == np.arange(lead + side**2 // 4)).astype(maps.dtype)  # (T, blocks)
    return (member / member.sum(0)).T @ maps @ member


def pack(maps: np.ndarray, side: int, lead: int) -> Packed:
    """Maps (L, H + 2, T, T) of at least 0 as bytes; in blocks of patches where they would be more than `MOST_BYTES`.

    Raises ConfigError for maps that are too many however they are cut.
    """
    layers, columns, block = *maps.shape[:2], 1
    while layers * columns * (lead + side**2) * (side**2 + BYTES_A_ROW) > MOST_BYTES:
        if side % 2:
            raise ConfigError(f"{layers} layers of {columns - len(EXTRA)} heads are too many for this page: choose a smaller run.")
        maps, side, block = in_blocks(maps, side, lead), side // 2, block * 2
    patches = maps[..., lead:]  # (L, H + 2, T, N)
    tops = patches.max(-1)  # (L, H + 2, T)
    shares = patches / np.where(tops > 0, tops, 1)[..., None]
    own = maps[..., 0] if lead else np.zeros_like(tops)
    floats = [values.astype("<f4").tobytes() for values in (tops, own)]
    return Packed(np.rint(255 * shares).astype(np.uint8).tobytes(), *floats, layers, columns, side, lead, block)


def board_data(
    packed: Packed, *, what: str, pixels: np.ndarray, caption: str, distance: np.ndarray, entropy: np.ndarray, even: float, bits: float,
    target: str, answers: Sequence[str], pin: Pin, epoch: str = "", beside: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The message for the explorer. `distance` (patches) and `entropy` (bits) are (L, H); `even` is the distance of attention to
    all patches alike, `bits` the largest entropy; `epoch` is what the epoch is called, `beside` the `epoch_data` of another one."""
    return {
        "what": what,
        "pixels": packed_picture(pixels),
        "caption": caption,
        **epoch_data(packed, distance, epoch),
        "beside": beside,
        "layers": packed.layers,
        "columns": packed.columns,
        "side": packed.side,
        "lead": packed.lead,
        "block": packed.block,
        "entropy": _rounded(entropy),
        "even": round(even, 2),
        "bits": round(bits, 2),
        "target": target,
        "answers": list(answers),
        "pin": [pin.token, pin.layer, pin.column],
    }


def epoch_data(packed: Packed, distance: np.ndarray, epoch: str) -> dict[str, Any]:
    """The maps of an epoch, the distance of each head (L, H) in patches, and what it is called."""
    maps = {name: b64encode(getattr(packed, name)).decode() for name in ("maps", "tops", "own")}
    return {**maps, "distance": _rounded(distance), "epoch": epoch}


def waiting_data(pixels: np.ndarray, caption: str, *, pair: bool = False) -> dict[str, Any]:
    """The message while the model is being loaded: the picture alone, twice where a `pair` of epochs will be shown."""
    empty = Packed(b"", b"", b"", 0, 0, 8, 1, 1)
    none = np.empty((0, 0))
    beside = {**epoch_data(empty, none, ""), "earlier": True} if pair else None
    return board_data(
        empty, what="", pixels=pixels, caption=caption, distance=none, entropy=none, even=0.0, bits=0.0, target="", answers=[], pin=Pin(),
        beside=beside,
    )  # fmt: skip


def _rounded(values: np.ndarray) -> list[list[float | None]]:
    """Two digits; None where there is no number, which JSON cannot say."""
    return [[round(float(v), 2) if np.isfinite(v) else None for v in row] for row in values]


# ---- what is looked at, as in a link ----


def map_name(layer: int, column: int, heads: int) -> str:
    """A map as a link calls it: "1-3" is head 3 of layer 1, "2-rollout" the rollout of two layers."""
    return f"{layer + 1}-{column + 1 if column < heads else EXTRA[column - heads]}"


def parse_pin(token: str, map_text: str, *, tokens: int, layers: int, heads: int) -> Pin:
    """What a link says is looked at; the default where it names what is not there."""
    found = Whole(0).read(token) or 0
    names = {map_name(layer, column, heads): (layer, column) for layer in range(layers) for column in range(heads + len(EXTRA))}
    return checked_pin([found, *names.get(map_text, (0, 0))], tokens=tokens, layers=layers, columns=heads + len(EXTRA))


def checked_pin(sent: Sequence[int], *, tokens: int, layers: int, columns: int) -> Pin:
    """What a browser has sent as looked at, (token, layer, column) from 0. What is not there becomes the default."""
    bounds = tokens, layers, columns
    return Pin(*(value if 0 <= value < bound else 0 for value, bound in zip(sent, bounds, strict=True)))
