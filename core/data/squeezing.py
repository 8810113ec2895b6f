"""The one way in which a picture becomes 32x32 pixels, wherever it comes from: a folder, an upload, a camera, a drawing."""

from __future__ import annotations

import re

from PIL import Image

from core.data.depths import eight_bits, is_deep

SIZE = 32
READING = 3  # goes up when a picture becomes other pixels than before: what was kept of a folder is then read anew
ORIENTATION = 0x0112  # tag of EXIF and of TIFF
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def squeezed(image: Image.Image) -> Image.Image:
    """`image` in RGB at 32x32: 8 bits a channel, on white where it is transparent, upright, and its proportions changed to a square's.

    It is turned after it is squeezed, which is the same and cheaper.
    """
    turn = orientation(image)
    covered = image.tile[0][1] if image.format == "GIF" and image.tile else (0, 0, *image.size)
    image = eight_bits(image) if is_deep(image) else image
    image.load()  # and with it what stands after the pixels
    image = image if tuple(covered) == (0, 0, *image.size) else _alone(image, covered)
    if image.has_transparency_data:
        small = _resize(_with_alpha(image))
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    else:
        small = _resize(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    return (small.transpose(TURNS[turn]) if turn in TURNS else small).convert("RGB")


def orientation(image: Image.Image) -> int:
    """How an opened picture has still to be turned, 1 to 8 as in EXIF: as its EXIF says, else its XMP."""
    if image.format == "TIFF":
        return 1  # Pillow turns it while it decodes it
    try:
        turn = Image.Image.getexif(image).get(ORIENTATION)  # that of a PNG would decode it, and what is broken in it would be passed over
    except Exception:  # broken EXIF, which is no reason not to see the picture
        turn = None
    if turn in range(1, 9):
        return turn
    xmp = image.info.get("xmp", b"")
    said = re.search(rb"tiff:Orientation\s*(?:=\s*[\"']|>)\s*([1-8])\s*[\"'<]", xmp) if isinstance(xmp, bytes) else None
    return int(said[1]) if said else 1


def _alone(image: Image.Image, covered: tuple[int, int, int, int]) -> Image.Image:
    """A GIF of which the first picture covers a part: the rest is transparent, as browsers show it."""
    whole = Image.new("RGBA", image.size)
    whole.paste(image.convert("RGBA").crop(covered), covered)
    return whole


def _with_alpha(image: Image.Image) -> Image.Image:
    if image.format == "BMP" and not image.getchannel("A").getbbox():
        image.putalpha(255)  # programs that know nothing of transparency leave zeros there
    return (image.convert("LA") if image.mode == "La" else image).convert("RGBA")


def _resize(image: Image.Image) -> Image.Image:
    if image.size == (SIZE, SIZE):
        return image
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS, reducing_gap=3.0)
