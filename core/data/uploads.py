"""A picture that somebody uploads: anything may be in it, and nothing of it but pixels is used."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from core.data.images import FORMATS, SIZE, declared_pixels, drafted, make_room, one_at_a_time, squeezed
from core.errors import DataError, LabError
from core.memory import ran_out

MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000  # of a JPEG, which is decoded at a fraction of its size
MOST_DECODED = 12_000_000  # of all others, and of what is left of a JPEG
TOO_LARGE = (
    f"The picture has too many pixels: up to {MOST_DECODED / 1e6:.0f} million are read, of a JPEG up to {MOST_PIXELS / 1e6:.0f} million. "
    "Make it smaller, or save it as a JPEG."
)
KINDS = ("png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff")  # endings of what can be read


@dataclass(frozen=True, eq=False)
class Picture:
    """An uploaded picture as the models see it: (3, 32, 32) uint8, and in sentences what was done to it."""

    pixels: np.ndarray
    told: tuple[str, ...]


def read_upload(content: bytes) -> Picture:
    """The picture in an uploaded file: the middle square of it, upright (EXIF), on white where it is transparent, 8 bits a channel.

    One at a time in the whole process: others wait. Raises DataError, with what to do, for what is no picture, is damaged or cut short, or
    is too large; size is checked before anything is decoded. ConfigError when there is no memory for it.
    """
    if len(content) > MOST_BYTES:
        raise DataError(f"The file has {len(content) / 1e6:.0f} MB, at most {MOST_BYTES / 1e6:.0f} MB are read: make the picture smaller.")
    if declared_pixels(BytesIO(content)) > MOST_DECODED:
        raise DataError(TOO_LARGE)
    try:
        with one_at_a_time:
            return _read(content)
    except LabError:
        raise
    except Image.DecompressionBombError as error:  # Pillow's own limit, far above ours
        raise DataError(TOO_LARGE) from error
    except UnidentifiedImageError as error:
        raise DataError(f"This is no picture that can be read: choose a file of one of the kinds {', '.join(KINDS)}.") from error
    except Exception as error:  # Pillow raises nearly anything on a broken file: OSError, SyntaxError, struct.error, ValueError, ...
        if ran_out(error):
            raise DataError("There is no memory for this picture now: make it smaller, or try again in a minute.") from error
        raise DataError("The picture is damaged or cut short: save it anew, or choose another one.") from error


def _read(content: bytes) -> Picture:
    with Image.open(BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise DataError(TOO_LARGE)
        told = _told(image)
        pixels = drafted(image, 4 * SIZE)
        if pixels > (MOST_DECODED if image.format not in ("JPEG", "MPO") else MOST_PIXELS // 2):
            raise DataError(TOO_LARGE)
        make_room(pixels)
        square = _middle(image)
        image.close()  # its pixels are in the square: no second copy
        return Picture(np.asarray(squeezed(square)).transpose(2, 0, 1).copy(), told)  # (32, 32, 3) -> (3, 32, 32)


def _middle(image: Image.Image) -> Image.Image:
    """The largest square in the middle."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    found = image.crop((left, top, left + side, top + side))
    found.info = image.info  # its transparency and its orientation
    return found


def _told(image: Image.Image) -> tuple[str, ...]:
    told = []
    if image.width != image.height:
        told.append(f"Of {image.width} x {image.height} pixels the middle square is used.")
    if getattr(image, "is_animated", False):  # how many frames there are would mean going through all of them
        told.append("Of its frames the first is used.")
    if image.has_transparency_data:
        told.append("What is transparent is put on white.")
    if image.mode in ("CMYK", "LAB", "YCbCr", "HSV") or image.mode.startswith(("I", "F")):
        told.append(f"Its colors ({image.mode}) are converted to RGB, 8 bits a channel.")
    return tuple(told)
