"""One picture out of the bytes of a file: anything may be in it, and nothing of it but pixels is used."""

from __future__ import annotations

import threading
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from core.data.depths import is_deep, is_spread
from core.data.kinds import FORMATS, broken, kind_of, wrong_kind
from core.data.png_chunks import MOST_TEXT, PNG, only_pixels
from core.data.squeezing import SIZE, orientation, squeezed
from core.errors import DataError, LabError
from core.memory import ran_out, require

LARGE = 4_000_000  # pixels; larger ones are decoded one at a time, for each may need hundreds of megabytes
A_PIXEL = 16  # bytes at the most: decoded, its values as numbers or with what is transparent, and once more while it is resized
MANY_FRAMES = "animated"  # said of an opened picture
XMP_OF_GIF = b"\x0bXMP DataXMP"  # how long the name of this block is, and the name
COLORS_ARE = 262  # tags of TIFF
BITS_EACH = 258
CHANNELS_ARE = 284
YCBCR = 6
APART = 2  # first all of the red, then all of the green

one_at_a_time = threading.RLock()  # whoever decodes something large, or what a stranger has sent

# Pillow warns of large and odd files, which are counted or refused here. Once for all: filters belong to the process, and of two readers
# who change them for a while at the same time, the later one would leave its own behind for good.
warnings.filterwarnings("ignore", module=r"PIL\.")


class UnreadableError(DataError):
    """What a picture's own file is to blame for."""


@dataclass(frozen=True)
class Bounds:
    """How much may be in a file, by its header: nothing is decoded that is larger."""

    file: int  # bytes
    pixels: int  # that the header may tell
    decoded: int  # pixels in memory
    of_jpeg: int  # the same of a JPEG, which is decoded at a fraction of its size


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as the models see it: (3, 32, 32) uint8, and in sentences what was done to it."""

    pixels: np.ndarray
    told: tuple[str, ...]


def read_picture(content: bytes, bounds: Bounds) -> Picture:
    """The picture in a file, as `squeezed` makes it, the first frame of an animation.

    Raises UnreadableError, with what to do, for what is no picture, is cut short, damaged, of another kind, or too large; DataError and
    ConfigError when there is no memory for it. Its size is checked before anything is decoded.
    """
    too_large = (
        f"The picture has too many pixels: up to {bounds.decoded / 1e6:.0f} million are read, of a JPEG up to {bounds.pixels / 1e6:.0f} "
        "million. Make it smaller, or save it as a JPEG."
    )
    try:
        declared = declared_pixels(content)
        if declared > bounds.decoded:
            raise UnreadableError(too_large)
        with one_at_a_time if declared > LARGE else nullcontext(), opened(content) as image:
            whole, of_jpeg = image.width * image.height, image.format == "JPEG"
            changes = _told(image)
            pixels = drafted(image)
            if whole > bounds.pixels or pixels > (bounds.of_jpeg if of_jpeg else bounds.decoded):
                raise UnreadableError(too_large)
            with one_at_a_time if pixels > LARGE else nullcontext():
                make_room(pixels)
                return Picture(np.asarray(squeezed(image)).transpose(2, 0, 1).copy(), changes)  # (32, 32, 3) -> (3, 32, 32)
    except LabError:
        raise
    except Image.DecompressionBombError as error:  # Pillow's own limit, far above ours
        raise UnreadableError(too_large) from error
    except Exception as error:  # Pillow raises nearly anything on a broken file: OSError, SyntaxError, struct.error, ValueError, ...
        if ran_out(error):
            raise DataError("There is no memory for this picture now: make it smaller, or try again in a minute.") from error
        raise UnreadableError(broken(content, error) if kind_of(content) else wrong_kind(content)) from error


def opened(content: bytes) -> Image.Image:
    """A picture of which the header is read, and nothing decoded."""
    if content.startswith(b"\xff\xd8\xff"):
        return JpegImageFile(BytesIO(content))  # not by Image.open, which looks for more pictures in it, and fails on a broken list of them
    notes, animated = {}, False
    if content.startswith(PNG):
        content, notes, animated = only_pixels(content)
    elif content.startswith(b"GIF8") and XMP_OF_GIF in content:
        notes = {"xmp": content.partition(XMP_OF_GIF)[2][:MOST_TEXT]}
    image = Image.open(BytesIO(content), formats=FORMATS)
    image.info |= notes | ({MANY_FRAMES: True} if animated else {})
    if image.format == "TIFF" and image.tile[0][0] == "raw" and (mode := _unpacked_wrongly(image)):
        image.use_load_libtiff = True
        image.tile = [("libtiff", (0, 0, *image.size), 0, (mode, "raw", False, image.tag_v2.offset))]
    return image


def _unpacked_wrongly(image: Image.Image) -> str:
    """How libtiff has to unpack an opened TIFF that Pillow's own reader takes for RGB of 8 bits, and which is none; empty for others."""
    if image.tag_v2.get(COLORS_ARE) == YCBCR:
        return image.tile[0][3][0]
    deep = image.mode in ("RGB", "RGBA") and image.tag_v2.get(BITS_EACH, (8,))[0] == 16
    return f"{image.mode};16N" if deep and image.tag_v2.get(CHANNELS_ARE) == APART else ""


def declared_pixels(content: bytes) -> int:
    """How many pixels a WebP says that it has, 0 for other kinds: Pillow makes room for all of them when it opens one."""
    head = content[:30]
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return 0
    if head[12:16] == b"VP8X":
        return (1 + int.from_bytes(head[24:27], "little")) * (1 + int.from_bytes(head[27:30], "little"))
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
    return (int.from_bytes(head[26:28], "little") & 0x3FFF) * (int.from_bytes(head[28:30], "little") & 0x3FFF)


def drafted(image: Image.Image) -> int:
    """Let a JPEG be decoded at a fraction of its size, no smaller than twice what it becomes; returns how many pixels decoding takes.

    A progressive JPEG is kept whole until its end, in about half the bytes.
    """
    whole = image.width * image.height
    image.draft("RGB", (2 * SIZE, 2 * SIZE))
    return max(image.width * image.height, whole // 2 if image.info.get("progressive") else 0)


def make_room(pixels: int) -> None:
    """Raises ConfigError when there is no memory for decoding so many pixels."""
    if pixels > LARGE:
        require(A_PIXEL * pixels, f"A picture of {pixels / 1e6:.0f} million pixels", "make it smaller, or try again in a minute")


def _told(image: Image.Image) -> tuple[str, ...]:
    """What is going to be done to an opened picture that a person may not expect."""
    changes = []
    if image.width != image.height:
        size = image.size if orientation(image) < 5 else image.size[::-1]  # of the others the sides change places
        changes.append(f"Its {size[0]} x {size[1]} pixels are squeezed to a square, as those of the training images are.")
    if image.info.get(MANY_FRAMES) or getattr(image, "is_animated", False):  # how many there are would mean going through all of them
        changes.append("Of its frames the first is used.")
    if image.has_transparency_data and image.format != "BMP":  # of which that is known only when it has been decoded
        changes.append("What is transparent is put on white.")
    if is_deep(image) and is_spread(image):
        changes.append("Its format does not say which number is white: 1 if all are 0 to 1, 255 if all are 0 to 255, else the greatest.")
    elif is_deep(image):
        changes.append(f"Its colours ({image.mode}) are converted to RGB, 8 bits a channel: its format's largest value becomes white.")
    elif image.mode in ("CMYK", "LAB", "YCbCr", "HSV"):
        changes.append(f"Its colours ({image.mode}) are converted to RGB, 8 bits a channel.")
    return tuple(changes)
