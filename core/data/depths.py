"""Pictures of more than 8 bits a channel in 8. White is the most that the format can say; what says no most is spread over all levels."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from PIL import Image

NETPBM = ("ppm", "ppm_plain")  # what Pillow calls its own two readers of these kinds, which are slow
BITS = 258  # a tag of TIFF: bits a sample
ZERO_IS = 262  # 0 where zero is white
MEANING = 339  # 1 where samples are whole and have no sign


def is_deep(image: Image.Image) -> bool:
    """Whether the values of an opened picture have to be brought to 8 bits here: Pillow would cut off what is above 255."""
    return image.mode.startswith(("I", "F")) or _is_netpbm(image)


def is_spread(image: Image.Image) -> bool:
    """Whether a picture that `is_deep` has numbers of which its format does not say which one is white."""
    return not _is_netpbm(image) and not _white(image)


def eight_bits(image: Image.Image) -> Image.Image:
    """An opened picture that `is_deep` in 8 bits, its transparency with it.

    v of at most m becomes round(255 v / m): m is 65535 in PNG, what the file says in PGM and PPM, and 2^bits - 1 in TIFF. Whole numbers of
    32 bits, signed ones and floats have no m that is said: see `_spread`.
    """
    values, white = _netpbm(image) if _is_netpbm(image) else (_values(image), _white(image))
    levels = _table(white)[values if white in (255, 65535) else np.minimum(values, white)] if white else _spread(values)
    picture = Image.fromarray(255 - levels if _tag(image, ZERO_IS, 1) == 0 else levels)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        picture.putalpha(Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
    return picture


def _values(image: Image.Image) -> np.ndarray:
    values = np.asarray(image)  # (H, W)
    without_sign = image.mode == "I" and _tag(image, BITS, 0) == 32 and _tag(image, MEANING, 1) == 1
    return values.view(np.uint32) if without_sign else values


def _white(image: Image.Image) -> int:
    """Which value is white; 0 when the format does not say so."""
    if image.mode.startswith("I;16"):
        return (1 << _tag(image, BITS, 16)) - 1
    return 65535 if image.mode == "I" and image.format in ("PNG", "PPM") else 0


def _tag(image: Image.Image, tag: int, otherwise: int) -> int:
    """A number in the header of a TIFF, the first one where each channel has its own; `otherwise` where it is not said."""
    value = image.tag_v2.get(tag, otherwise) if image.format == "TIFF" else otherwise
    return value[0] if isinstance(value, tuple) else value


@cache
def _table(white: int) -> np.ndarray:
    """The level of each value up to `white`."""
    return np.rint(np.arange(white + 1) * 255 / white).astype(np.uint8)


def _spread(values: np.ndarray) -> np.ndarray:
    """Numbers of which nothing says which one is white: 1 for floats of 0 to 1, the most of 32 bits unless all would be black, 255 for
    numbers of 0 to 255. Of all others the least is black and the greatest white. NaN is black."""
    floats = values.dtype.kind == "f"
    most = 1 if floats else int(np.iinfo(values.dtype).max)
    levels, known = values.astype(np.float32), np.isfinite(values)
    least, greatest = float(levels.min(where=known, initial=np.inf)), float(levels.max(where=known, initial=-np.inf))
    if least >= 0 and (greatest <= most if floats else greatest > most / 256):
        least, greatest = 0.0, float(most)
    elif (least >= 0 and greatest <= 255) or least >= greatest:
        least, greatest = 0.0, 255.0
    levels[np.isnan(values)] = least
    levels -= least
    levels *= 255 / (greatest - least)
    return np.clip(np.rint(levels, out=levels), 0, 255, out=levels).astype(np.uint8)


def _is_netpbm(image: Image.Image) -> bool:
    return image.format == "PPM" and bool(image.tile) and image.tile[0][0] in NETPBM


def _netpbm(image: Image.Image) -> tuple[np.ndarray, int]:
    """The values of a PBM, PGM or PPM, (H, W) or (H, W, 3), and which of them is white."""
    name, _, start, made = image.tile[0]
    white = 1 if image.mode == "1" else made[-1]
    shape = (image.height, image.width, *([3] if image.mode == "RGB" else []))
    count = int(np.prod(shape))
    image.fp.seek(start)
    text = image.fp.read()
    if name == "ppm":
        values = np.frombuffer(text, np.uint8 if white < 256 else ">u2", min(count, len(text) // (1 if white < 256 else 2)))
    else:
        text = re.sub(rb"#[^\r\n]*", b"", text)
        if not re.fullmatch(rb"[\d\s]*", text):
            raise ValueError("something else than numbers")
        digits = b"".join(text.split()) if white == 1 and image.mode == "1" else b""  # which need no space between them
        values = np.frombuffer(digits, np.uint8) - 48 if digits else np.fromstring(text, np.float32, -1, " ").astype(np.uint32)
    if len(values) < count:
        raise OSError("image file is truncated")
    values = values[:count].reshape(shape)
    return (1 - values.clip(0, 1) if image.mode == "1" else values), white
