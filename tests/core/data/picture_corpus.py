"""Picture files of every kind, drawn here: each with the pixels that it shows, computed without what the lab reads them with."""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, PngImagePlugin

SIDE = 32  # every picture has as many pixels as a model sees, so that nothing is resized, unless a case says otherwise
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
COLORS = np.stack([ROWS * 8, COLUMNS * 8, 255 - ROWS * 4 - COLUMNS * 4], 2).astype(np.uint8)  # (32, 32, 3): no two corners are alike
GREY = COLORS[..., 1]  # (32, 32) from black at the left to nearly white at the right
DEEP = np.linspace(0, 65535, SIDE * SIDE).round().astype(np.uint16).reshape(SIDE, SIDE)
BLOCKS = np.repeat(np.repeat(np.array([[[200, 40, 40], [40, 200, 40]], [[40, 40, 200], [200, 200, 40]]], np.uint8), 16, 0), 16, 1)
UPRIGHT = {  # what has to be done to a stored picture, by its orientation
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1], 5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1), 7: lambda a: np.rot90(a, 2).swapaxes(0, 1), 8: lambda a: np.rot90(a),
}  # fmt: skip
XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description {}</rdf:RDF></x:xmpmeta>'
XMP_FORMS = {
    "attribute": XMP.format('tiff:Orientation="{}"/>'), "apostrophes": XMP.format("tiff:Orientation='{}'/>"),
    "element": XMP.format("><tiff:Orientation>{}</tiff:Orientation></rdf:Description>"),
}  # fmt: skip
# BLOCKS in arithmetic coding, which Pillow reads and does not write.
ARITHMETIC = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAg"
    "ICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/yQARCAAgACADAREAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMB"
    "AAIRAxEAPwD/ANmFRsSXal8+z6y089WGBSkyy1eelAmGAOPkZWmAG8TK0oJ/Xp6g/9k="
)


@dataclass(frozen=True, eq=False)
class Case:
    """A file and what it shows, (32, 32, 3), or (3,) of a picture of one color; `within` levels."""

    content: bytes
    shows: np.ndarray
    within: int = 0


def saved(image: Image.Image | np.ndarray, kind: str = "PNG", **options) -> bytes:
    buffer = BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(buffer, kind, **options)
    return buffer.getvalue()


def grey(values: np.ndarray) -> np.ndarray:
    """(H, W) as three equal channels."""
    return np.repeat(values[..., None], 3, 2).astype(np.uint8)


def scaled(values: np.ndarray, most: int) -> np.ndarray:
    return grey(np.rint(values.astype(np.float64) * 255 / most))


def chunk(kind: bytes, data: bytes, crc: int | None = None) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def png(depth: int, color: int, rows: np.ndarray, *before: bytes, after: bytes = b"") -> bytes:
    """A PNG of packed rows (H, bytes), 32 pixels wide, with more chunks before its pixels and after."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, len(rows), depth, color, 0, 0, 0))
    pixels = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + chunk(b"IDAT", pixels) + after + chunk(b"IEND", b"")


def huge() -> bytes:
    """A PNG that says it is 3.6 gigapixels, and has none of them."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def packed(values: np.ndarray, bits: int) -> np.ndarray:
    """Samples of 1, 2 or 4 bits, the first one in the highest bits."""
    each = 8 // bits
    parts = values.reshape(len(values), -1, each).astype(np.uint8) << np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    return np.bitwise_or.reduce(parts, 2)


def tiff(samples: np.ndarray, bits: int, order: str, *, sign: int = 1, white_is_zero: bool = False) -> bytes:
    """An uncompressed grey TIFF of 32x32 samples (their bytes as they are to stand in the file) with a byte order, "<" or ">"."""
    data = samples.tobytes()
    tags = [(256, 4, SIDE), (257, 4, SIDE), (258, 3, bits), (259, 3, 1), (262, 3, 0 if white_is_zero else 1), (273, 4, 8), (277, 3, 1),
            (278, 4, SIDE), (279, 4, len(data)), (339, 3, sign)]  # fmt: skip
    entries = b"".join(
        struct.pack(order + "HHI", tag, kind, 1) + (struct.pack(order + "HH", value, 0) if kind == 3 else struct.pack(order + "I", value))
        for tag, kind, value in tags
    )
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8 + len(data))
    return start + data + struct.pack(order + "H", len(tags)) + entries + bytes(4)


def deep_tiff(values: np.ndarray, order: str, *, apart: bool = False) -> bytes:
    """An uncompressed TIFF in color, (32, 32, 3) or with transparency (32, 32, 4), of 16 bits a channel."""
    channels = values.shape[2]
    data = values.transpose((2, 0, 1) if apart else (0, 1, 2)).astype(order + "u2").tobytes()
    parts = channels if apart else 1
    each = len(data) // parts
    lists = [[16] * channels, [8 + each * k for k in range(parts)], [each] * parts]
    at = 8 + len(data)  # where the lists are, and behind them the tags
    places = [at, at + 4 * channels, at + 4 * (channels + parts)]
    tags = [(256, 1, SIDE), (257, 1, SIDE), (258, channels, places[0]), (259, 1, 1), (262, 1, 2),
            (273, parts, places[1] if apart else 8), (277, 1, channels), (278, 1, SIDE), (279, parts, places[2] if apart else each),
            (284, 1, 2 if apart else 1), *([(338, 1, 2)] if channels == 4 else [])]  # fmt: skip
    behind = b"".join(struct.pack(f"{order}{len(numbers)}I", *numbers) for numbers in lists)
    entries = b"".join(struct.pack(order + "HHII", tag, 4, count, value) for tag, count, value in tags)
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", at + len(behind))
    return start + data + behind + struct.pack(order + "H", len(tags)) + entries + bytes(4)


def twelve_bits(values: np.ndarray) -> np.ndarray:
    """Two samples of 12 bits in three bytes, as TIFF packs them."""
    first, second = values[:, ::2].astype(np.uint16), values[:, 1::2].astype(np.uint16)
    return np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], 2).astype(np.uint8)


def netpbm(kind: str, most: int | None, values: np.ndarray, comment: str = "") -> bytes:
    """P1 to P6: in text (P1 to P3) or bytes."""
    head = f"{kind}\n{comment}{SIDE} {SIDE}\n" + (f"{most}\n" if most else "")
    if kind in ("P1", "P2", "P3"):
        return (head + "\n".join(" ".join(map(str, row)) for row in values.reshape(SIDE, -1).tolist()) + "\n").encode()
    if kind == "P4":
        return head.encode() + packed(values, 1).tobytes()
    return head.encode() + values.astype(np.uint8 if most < 256 else ">u2").tobytes()


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments behind its first marker."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def png_info(*texts: tuple[str, str, bool]) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for key, text, zipped in texts:
        info.add_itxt(key, text, zip=zipped)
    return info


def exif(orientation: int) -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = orientation
    return found


# ---- modes and depths ----


def modes() -> dict[str, Case]:
    """Every mode of Pillow that a file can have."""
    palette = Image.fromarray((ROWS // 8 * 4 + COLUMNS // 8).astype(np.uint8))  # 16 squares
    table = np.random.default_rng(3).integers(0, 256, (16, 3), np.uint8)
    palette = palette.convert("L")
    indexed = Image.frombytes("P", (SIDE, SIDE), palette.tobytes())
    indexed.putpalette(table.tobytes())
    squares = table[np.asarray(palette)]
    alpha = np.where(COLUMNS < 16, 255, 0).astype(np.uint8)
    clear = np.where(COLUMNS[..., None] < 16, COLORS, 255)
    cmyk = np.stack([255 - COLORS[..., 0], 255 - COLORS[..., 1], 255 - COLORS[..., 2], np.zeros_like(GREY)], 2)
    half = np.rint(COLORS * (128 / 255) + 255 * (127 / 255))
    lab = Image.merge("LAB", [Image.fromarray(np.full((SIDE, SIDE), v, np.uint8)) for v in (137, 128, 128)])  # L 53.6 of 100: mid grey
    extra = np.dstack([COLORS, np.full((SIDE, SIDE), 7, np.uint8)])
    return {
        "1": Case(saved(Image.fromarray(GREY > 100)), grey((GREY > 100) * 255)),
        "L": Case(saved(GREY), grey(GREY)),
        "LA": Case(saved(Image.fromarray(np.dstack([GREY, alpha]), "LA")), np.where(COLUMNS[..., None] < 16, grey(GREY), 255)),
        "P": Case(saved(indexed), squares),
        "P, one color transparent": Case(saved(indexed, transparency=5), np.where((np.asarray(palette) == 5)[..., None], 255, squares)),
        "P, every color with its alpha": Case(
            saved(indexed, transparency=bytes([0] * 8 + [255] * 8)), np.where((np.asarray(palette) < 8)[..., None], 255, squares)
        ),
        "P in a GIF, one color transparent": Case(
            saved(indexed, "GIF", transparency=5), np.where((np.asarray(palette) == 5)[..., None], 255, squares)
        ),
        "PA": Case(saved(Image.fromarray(np.dstack([GREY, GREY, GREY, alpha]), "RGBA").convert("PA"), "TIFF"), clear_grey(alpha), 3),
        "RGB": Case(saved(COLORS), COLORS),
        "RGBA": Case(saved(np.dstack([COLORS, alpha])), clear),
        "RGBA, half transparent": Case(saved(np.dstack([COLORS, np.full_like(GREY, 128)])), half, 1),
        "RGBA in a WebP": Case(saved(np.dstack([COLORS, alpha]), "WEBP", lossless=True), clear),
        "RGBA in a TIFF": Case(saved(np.dstack([COLORS, alpha]), "TIFF"), clear),
        "RGBX": Case(saved(Image.frombytes("RGBX", (SIDE, SIDE), extra.tobytes()), "TIFF"), COLORS),
        "CMYK in a TIFF": Case(saved(Image.frombytes("CMYK", (SIDE, SIDE), cmyk.tobytes()), "TIFF"), COLORS, 1),
        "CMYK in a JPEG, inverted as Adobe does": Case(
            saved(Image.frombytes("CMYK", (SIDE, SIDE), cmyk.tobytes()), "JPEG", quality=98), COLORS, 14
        ),
        "YCbCr": Case(saved(Image.fromarray(COLORS).convert("YCbCr"), "JPEG", quality=98, subsampling=0), COLORS, 8),
        "YCbCr in a TIFF": Case(saved(Image.fromarray(COLORS).convert("YCbCr"), "TIFF"), COLORS, 3),
        "YCbCr in a TIFF, packed": Case(saved(Image.fromarray(COLORS).convert("YCbCr"), "TIFF", compression="tiff_lzw"), COLORS, 3),
        "I, from an L": Case(saved(Image.fromarray(GREY // 2 + 9).convert("I"), "TIFF"), grey(GREY // 2 + 9)),
        "F, from an L": Case(saved(Image.fromarray(GREY // 2 + 9).convert("F"), "TIFF"), grey(GREY // 2 + 9)),
        "LAB": Case(saved(lab, "TIFF"), np.array([128, 128, 128]), 3),
        "BMP of 8 bits": Case(saved(GREY, "BMP"), grey(GREY)),
        "BMP": Case(saved(COLORS, "BMP"), COLORS),
        "BMP of 32 bits that are not used for transparency": Case(bmp(np.zeros_like(GREY)), COLORS),
        "BMP of 32 bits with transparency": Case(bmp(alpha), clear),
    }  # fmt: skip


def bmp(alpha: np.ndarray) -> bytes:
    """COLORS in a bitmap of 32 bits a pixel, with a header that says where its transparency is."""
    data = np.dstack([COLORS[..., ::-1], alpha])[::-1].tobytes()
    header = struct.pack(
        "<IiiHHIIiiII4I4s48x", 108, SIDE, SIDE, 1, 32, 3, len(data), 0, 0, 0, 0, 0xFF0000, 0xFF00, 0xFF, 0xFF000000, b"BGRs"
    )
    return b"BM" + struct.pack("<IHHI", 14 + 108 + len(data), 0, 0, 14 + 108) + header + data


def clear_grey(alpha: np.ndarray) -> np.ndarray:
    return np.where(alpha[..., None] > 0, grey(GREY), 255)


def depths() -> dict[str, Case]:
    """Grey and color of 1 to 32 bits; beyond 8 bits white is the most that the format can say."""
    four, two, one = (np.clip(DEEP >> shift, 0, 255) for shift in (12, 14, 15))
    twelve, signed = DEEP >> 4, DEEP.astype(np.int32) - 30_000
    color = np.dstack([DEEP, DEEP[::-1], DEEP[:, ::-1]])  # (32, 32, 3) uint16
    in_color = np.rint(color * (255 / 65535)).astype(np.uint8)
    noise = DEEP / 65535
    wide = DEEP.astype(np.uint32) * 65_537  # up to 2^32 - 1
    return {
        "PNG grey of 1 bit": Case(png(1, 0, packed(one, 1)), scaled(one, 1)),
        "PNG grey of 2 bits": Case(png(2, 0, packed(two, 2)), scaled(two, 3)),
        "PNG grey of 4 bits": Case(png(4, 0, packed(four, 4)), scaled(four, 15)),
        "PNG grey of 16 bits": Case(saved(DEEP), scaled(DEEP, 65535)),
        "PNG grey of 1 bit, white transparent": Case(png(1, 0, packed(one, 1), chunk(b"tRNS", b"\0\1")), scaled(one, 1)),
        "PNG grey of 2 bits, one transparent": Case(png(2, 0, packed(two, 2), chunk(b"tRNS", b"\0\1")), clear_of(two, 1, scaled(two, 3))),
        "PNG grey of 4 bits, one transparent": Case(
            png(4, 0, packed(four, 4), chunk(b"tRNS", b"\0\5")), clear_of(four, 5, scaled(four, 15))
        ),
        "PNG grey of 8 bits, one transparent": Case(png(8, 0, GREY, chunk(b"tRNS", b"\0\x28")), clear_of(GREY, 40, grey(GREY))),
        "PNG grey of 16 bits, one transparent": Case(
            png(16, 0, DEEP.astype(">u2"), chunk(b"tRNS", int(DEEP[3, 3]).to_bytes(2, "big"))),
            clear_of(DEEP, DEEP[3, 3], scaled(DEEP, 65535)),
        ),
        "PNG color of 8 bits, one transparent": Case(
            png(8, 2, COLORS.reshape(SIDE, -1), chunk(b"tRNS", b"".join(b"\0" + bytes([v]) for v in COLORS[4, 7]))),
            np.where((COLORS[4, 7] == COLORS).all(2)[..., None], 255, COLORS),
        ),
        "PNG color of 16 bits": Case(png(16, 2, color.astype(">u2").reshape(SIDE, -1)), in_color, 1),
        "PNG color of 16 bits, one transparent": Case(
            png(16, 2, color.astype(">u2").reshape(SIDE, -1), chunk(b"tRNS", color[4, 7].astype(">u2").tobytes())),
            np.where((color >> 8 == color[4, 7] >> 8).all(2)[..., None], 255, in_color), 1,
        ),
        "PNG grey and alpha of 16 bits": Case(
            png(16, 4, np.dstack([DEEP, np.full_like(DEEP, 65535)]).astype(">u2").reshape(SIDE, -1)), scaled(DEEP, 65535), 1
        ),
        "PGM of 8 bits": Case(netpbm("P5", 255, GREY), grey(GREY)),
        "PGM up to 100": Case(netpbm("P5", 100, DEEP // 656), scaled(DEEP // 656, 100)),
        "PGM of 12 bits": Case(netpbm("P5", 4095, twelve), scaled(twelve, 4095)),
        "PGM of 16 bits": Case(netpbm("P5", 65535, DEEP), scaled(DEEP, 65535)),
        "PGM of 16 bits up to 50,000": Case(netpbm("P5", 50_000, np.minimum(DEEP, 50_000)), scaled(np.minimum(DEEP, 50_000), 50_000)),
        "PGM in text": Case(netpbm("P2", 4095, twelve, "# a comment\n"), scaled(twelve, 4095)),
        "PBM": Case(netpbm("P4", None, one), grey(255 - one * 255)),
        "PBM in text": Case(netpbm("P1", None, one), grey(255 - one * 255)),
        "PPM": Case(netpbm("P6", 255, COLORS), COLORS),
        "PPM of 16 bits": Case(netpbm("P6", 65535, color), in_color),
        "PPM in text": Case(netpbm("P3", 65535, color), in_color),
        "PFM": Case(b"Pf\n32 32\n-1.0\n" + noise[::-1].astype("<f4").tobytes(), scaled(DEEP, 65535)),
        "TIFF of 16 bits": Case(tiff(DEEP.astype("<u2"), 16, "<"), scaled(DEEP, 65535)),
        "TIFF of 16 bits, big end first": Case(tiff(DEEP.astype(">u2"), 16, ">"), scaled(DEEP, 65535)),
        "TIFF of 16 bits, packed": Case(saved(DEEP, "TIFF", compression="tiff_lzw"), scaled(DEEP, 65535)),
        "TIFF of 16 bits, zero is white": Case(tiff(DEEP.astype("<u2"), 16, "<", white_is_zero=True), 255 - scaled(DEEP, 65535)),
        "TIFF of 8 bits, zero is white": Case(tiff(GREY, 8, "<", white_is_zero=True), 255 - grey(GREY)),
        "TIFF of 12 bits": Case(tiff(twelve_bits(twelve), 12, "<"), scaled(twelve, 4095)),
        "TIFF of 1 bit": Case(saved(Image.fromarray(GREY > 100), "TIFF", compression="group4"), grey((GREY > 100) * 255)),
        "TIFF of 16 bits with a sign": Case(tiff((signed // 2).astype("<i2"), 16, "<", sign=2), scaled(signed // 2 + 15_000, 32_767)),
        "TIFF of 32 bits": Case(tiff(wide.astype("<u4"), 32, "<"), scaled(wide, 2**32 - 1)),
        "TIFF of 32 bits that uses half of them": Case(tiff((wide // 2).astype("<u4"), 32, "<"), scaled(wide // 2, 2**32 - 1), 1),
        "TIFF of 32 bits that uses 16 of them": Case(tiff(DEEP.astype("<u4"), 32, "<"), scaled(DEEP, 65535)),
        "TIFF of 32 bits with a sign": Case(tiff((signed * 9).astype(">i4"), 32, ">", sign=2), scaled(DEEP, 65535)),
        "TIFF in color of 16 bits": Case(deep_tiff(color, "<"), in_color, 1),
        "TIFF in color of 16 bits, big end first": Case(deep_tiff(color, ">"), in_color, 1),
        "TIFF in color of 16 bits, each channel apart": Case(deep_tiff(color, "<", apart=True), in_color, 1),
        "TIFF in color of 16 bits, each channel apart, big end first": Case(deep_tiff(color, ">", apart=True), in_color, 1),
        "TIFF of 16 bits with transparency, each channel apart": Case(
            deep_tiff(np.dstack([color, np.full_like(DEEP, 65535)]), "<", apart=True), in_color, 1
        ),
        "TIFF of floats 0 to 1": Case(tiff((noise / 2).astype("<f4"), 32, "<", sign=3), scaled(noise / 2, 1), 1),
        "TIFF of floats -7 to 9": Case(tiff((noise * 16 - 7).astype(">f4"), 32, ">", sign=3), scaled(DEEP, 65535), 1),
        "TIFF of floats, some not finite": Case(tiff(holes(noise), 32, "<", sign=3), scaled(np.nan_to_num(holes(noise), posinf=1), 1)),
    }  # fmt: skip


def clear_of(values: np.ndarray, which: int, shown: np.ndarray) -> np.ndarray:
    return np.where((values == which)[..., None], 255, shown)


def holes(noise: np.ndarray) -> np.ndarray:
    found = noise.astype("<f4")
    found[3, 3:6], found[9, 9] = np.nan, np.inf
    return found


# ---- orientation ----


def turned() -> dict[str, Case]:
    """All eight orientations in every place that a kind of file has for them."""
    found = {}
    for n, turn in UPRIGHT.items():
        shows = turn(COLORS)
        for name, form in XMP_FORMS.items():
            text = form.format(n)
            found[f"XMP {n} in a PNG, {name}"] = Case(saved(COLORS, pnginfo=png_info(("XML:com.adobe.xmp", text, False))), shows)
            found[f"XMP {n} in a WebP, {name}"] = Case(saved(COLORS, "WEBP", lossless=True, xmp=text.encode()), shows)
            found[f"XMP {n} in a JPEG, {name}"] = Case(saved(COLORS, "JPEG", quality=98, subsampling=0, xmp=text.encode()), shows, 8)
        found[f"XMP {n} in a GIF"] = Case(gif_with_xmp(XMP_FORMS["attribute"].format(n).encode()), turn(BLOCKS), 2)
        found[f"XMP {n} in a TIFF"] = Case(saved(COLORS, "TIFF", tiffinfo={700: XMP_FORMS["attribute"].format(n).encode()}), shows)
        found[f"tag {n} of a TIFF"] = Case(saved(COLORS, "TIFF", tiffinfo={0x0112: n}), shows)
        found[f"tag {n} of a TIFF of 16 bits"] = Case(saved(DEEP, "TIFF", tiffinfo={0x0112: n}), scaled(turn(DEEP), 65535))
        found[f"EXIF {n} in a PNG"] = Case(saved(COLORS, exif=exif(n)), shows)
        found[f"EXIF {n} in a PNG of 16 bits"] = Case(saved(DEEP, exif=exif(n)), scaled(turn(DEEP), 65535))
        found[f"EXIF {n} in a WebP"] = Case(saved(COLORS, "WEBP", lossless=True, exif=exif(n)), shows)
        found[f"EXIF {n} in a JPEG"] = Case(saved(COLORS, "JPEG", quality=98, subsampling=0, exif=exif(n)), shows, 8)
    both = saved(COLORS, "WEBP", lossless=True, exif=exif(3), xmp=XMP_FORMS["attribute"].format(6).encode())
    found["EXIF and XMP do not agree: EXIF"] = Case(both, UPRIGHT[3](COLORS))
    raw = b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n%8d\n" % 40 + exif(6).tobytes().hex().encode() + b"\n")
    content = saved(COLORS)
    found["EXIF in a text of a PNG, as older programs write"] = Case(content[:33] + chunk(b"zTXt", raw) + content[33:], UPRIGHT[6](COLORS))
    after = chunk(b"eXIf", exif(6).tobytes()[6:])
    found["EXIF behind the pixels of a PNG"] = Case(content[:-12] + after + content[-12:], UPRIGHT[6](COLORS))
    late = content[:-12] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP_FORMS["element"].format(6).encode()) + content[-12:]
    found["XMP behind the pixels of a PNG"] = Case(late, UPRIGHT[6](COLORS))
    long = XMP_FORMS["attribute"].format(6) + " " * 3_000_000
    found["a long XMP that says how to turn it"] = Case(
        saved(COLORS, pnginfo=png_info(("XML:com.adobe.xmp", long, True))), UPRIGHT[6](COLORS)
    )
    return found


def gif_with_xmp(xmp: bytes) -> bytes:
    """BLOCKS as a GIF with XMP before its pixels: as it is, with an end that any reader of blocks comes out at."""
    content = saved(BLOCKS, "GIF")
    start = 13 + (3 << (content[10] & 7) + 1)  # behind the header and the palette
    return content[:start] + b"\x21\xff\x0bXMP DataXMP" + xmp + b"\1" + bytes(range(255, -1, -1)) + b"\0" + content[start:]


# ---- odd and sound ----


def sound() -> dict[str, Case]:
    """What viewers open, and what a careful reader may stumble over."""
    plain, photo = saved(COLORS), saved(BLOCKS, "JPEG", quality=95, subsampling=0)
    mpo = several("MPO", quality=95, subsampling=0)
    broken_exif = segment(0xE1, b"Exif\0\0" + b"no TIFF at all")
    exif_cut = segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x05\0")
    head, rest = plain[:33], plain[33:]
    bad_icc = chunk(b"iCCP", b"name\0\0" + b"not deflated")
    interlaced = zlib.compress(b"".join(adam7(BLOCKS)))
    return {
        "a PNG with 1.5 MB of XMP": Case(saved(COLORS, pnginfo=png_info(("XML:com.adobe.xmp", "a" * 1_500_000, True))), COLORS),
        "a PNG with 1.5 MB of text": Case(saved(COLORS, pnginfo=png_info(("Comment", "a" * 1_500_000, True))), COLORS),
        "a PNG with 2 MB of plain text": Case(head + chunk(b"tEXt", b"Comment\0" + b"a" * 2_000_000) + rest, COLORS),
        "a PNG with a packed text of 80 MB": Case(
            head + 80 * chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1_000_000))) + rest, COLORS
        ),
        "a PNG with a text that cannot be unpacked": Case(head + chunk(b"zTXt", b"Comment\0\0nonsense") + rest, COLORS),
        "a PNG with a text of an unknown packing": Case(head + chunk(b"zTXt", b"Comment\0\7nonsense") + rest, COLORS),
        "a PNG with a long text behind its pixels": Case(
            plain[:-12] + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 1_500_000)) + plain[-12:], COLORS
        ),
        "a PNG with 3,000 comments": Case(head + 3_000 * chunk(b"tEXt", b"Comment\0hello") + rest, COLORS),
        "a PNG with a broken profile": Case(head + bad_icc + rest, COLORS),
        "a PNG with a profile for another kind": Case(saved(COLORS, icc_profile=b"nonsense" * 20), COLORS),
        "a PNG with a wrong checksum of a comment": Case(head + chunk(b"tEXt", b"Comment\0hello", crc=1) + rest, COLORS),
        "a PNG with a wrong checksum of its resolution": Case(head + chunk(b"pHYs", bytes(9), crc=1) + rest, COLORS),
        "a PNG with a broken resolution": Case(head + chunk(b"pHYs", b"\0") + rest, COLORS),
        "a PNG with broken EXIF": Case(head + chunk(b"eXIf", b"nonsense") + rest, COLORS),
        "a PNG with transparency cut short": Case(head + chunk(b"tRNS", b"\0") + rest, COLORS),
        "a PNG with a chunk that nobody knows": Case(head + chunk(b"prVt", b"\0" * 99) + rest, COLORS),
        "a PNG without its last chunk": Case(plain[:-12], COLORS),
        "a PNG with bytes behind its end": Case(plain + b"more" * 999, COLORS),
        "a PNG in many small parts": Case(split_pixels(plain), COLORS),
        "a PNG, interlaced": Case(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 1)) + chunk(b"IDAT", interlaced)
            + chunk(b"IEND", b""), BLOCKS,
        ),
        "an animated PNG": Case(several("PNG"), BLOCKS),
        "an animated PNG of which the counts are wrong": Case(several("PNG").replace(b"acTL\0\0\0\3", b"acTL\0\0\0\0"), BLOCKS),
        "an animated GIF": Case(several("GIF"), BLOCKS, 2),
        "a GIF whose picture covers a part": Case(
            partial_gif(), np.where(((ROWS // 16 == 1) & (COLUMNS // 16 == 0))[..., None], (200, 40, 40), 255)
        ),
        "an animated WebP": Case(several("WEBP", lossless=True), BLOCKS),
        "a TIFF of several pages": Case(several("TIFF"), BLOCKS),
        "a TIFF, packed": Case(saved(COLORS, "TIFF", compression="tiff_lzw"), COLORS),
        "a TIFF, deflated": Case(saved(COLORS, "TIFF", compression="tiff_adobe_deflate"), COLORS),
        "a TIFF with a JPEG in it": Case(saved(BLOCKS, "TIFF", compression="jpeg", quality=95), BLOCKS, 12),
        "a JPEG": Case(photo, BLOCKS, 8),
        "a JPEG, progressive": Case(saved(BLOCKS, "JPEG", quality=95, subsampling=0, progressive=True), BLOCKS, 8),
        "a JPEG, grey": Case(saved(GREY, "JPEG", quality=98), grey(GREY), 5),
        "a JPEG in arithmetic coding": Case(ARITHMETIC, BLOCKS, 8),
        "a JPEG with bytes behind its end": Case(photo + b"more" * 999, BLOCKS, 8),
        "a JPEG with 500 comments": Case(with_segments(photo, *[segment(0xFE, b"hello" * 99)] * 500), BLOCKS, 8),
        "a JPEG with a broken profile": Case(with_segments(photo, segment(0xE2, b"ICC_PROFILE\0\5\1nonsense")), BLOCKS, 8),
        "a JPEG with broken EXIF": Case(with_segments(photo, broken_exif), BLOCKS, 8),
        "a JPEG with EXIF cut short": Case(with_segments(photo, exif_cut), BLOCKS, 8),
        "a JPEG with XMP that is no text": Case(
            with_segments(photo, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0\xff\xfe\xff")), BLOCKS, 8
        ),
        "a JPEG with a broken block of an editor": Case(with_segments(photo, segment(0xED, b"Photoshop 3.0\0008BIM\4\4\xff")), BLOCKS, 8),
        "a JPEG that holds more pictures (MPO)": Case(mpo, BLOCKS, 8),
        "a JPEG with a broken list of more pictures": Case(with_segments(photo, segment(0xE2, b"MPF\0II*\0\x08\0\0\0\xff\xff")), BLOCKS, 8),
        "a JPEG whose list of more pictures is cut": Case(
            mpo[: mpo.index(b"MPF\0") + 4] + b"nonsense" + mpo[mpo.index(b"MPF\0") + 12 :], BLOCKS, 8
        ),
        "a WebP with losses": Case(saved(np.full_like(COLORS, 99), "WEBP", quality=95), np.full_like(COLORS, 99), 3),
        "a WebP with broken EXIF": Case(saved(COLORS, "WEBP", lossless=True, exif=b"Exif\0\0nonsense"), COLORS),
        "a WebP with a broken profile": Case(saved(COLORS, "WEBP", lossless=True, icc_profile=b"nonsense"), COLORS),
        "a TIFF with a profile that is none": Case(saved(COLORS, "TIFF", icc_profile=b"nonsense"), COLORS),
        "one pixel": Case(saved(np.full((1, 1, 3), (9, 99, 199), np.uint8)), np.array([9, 99, 199])),
        "one pixel in a JPEG": Case(saved(np.full((1, 1, 3), (9, 99, 199), np.uint8), "JPEG"), np.array([9, 99, 199]), 3),
        "one row of 20,000": Case(saved(np.full((1, 20_000, 3), (9, 99, 199), np.uint8)), np.array([9, 99, 199])),
        "one column of 20,000": Case(saved(np.full((20_000, 1, 3), (9, 99, 199), np.uint8), "JPEG"), np.array([9, 99, 199]), 3),
    }  # fmt: skip


def partial_gif() -> bytes:
    """A red quarter at the bottom left of an empty picture."""
    content = bytearray(saved(Image.new("RGB", (16, 16), (200, 40, 40)), "GIF"))
    at = content.index(b"\x2c\0\0\0\0\x10\0\x10\0")  # where the picture lies: from the left, from the top, width, height
    content[at + 3 : at + 5] = (16).to_bytes(2, "little")
    content[6:10] = struct.pack("<HH", SIDE, SIDE)
    return bytes(content)


def several(kind: str, **options) -> bytes:
    """A file of three frames: BLOCKS, and two in one color."""
    others = [Image.new("RGB", (SIDE, SIDE), color) for color in ("red", "blue")]
    return saved(BLOCKS, kind, save_all=True, append_images=others, **options)


def adam7(pixels: np.ndarray) -> list[bytes]:
    """The rows of the seven passes of an interlaced PNG."""
    starts = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    return [b"\0" + row.tobytes() for top, left, down, right in starts for row in pixels[top::down, left::right]]


def split_pixels(content: bytes) -> bytes:
    """A PNG with its pixels in chunks of seven bytes, some of none."""
    at = content.index(b"IDAT") - 4
    length = int.from_bytes(content[at : at + 4], "big")
    data = content[at + 8 : at + 8 + length]
    parts = b"".join(chunk(b"IDAT", data[n : n + 7]) + chunk(b"IDAT", b"") for n in range(0, length, 7))
    return content[:at] + parts + content[at + 12 + length :]


# ---- what cannot be read ----


def refused() -> dict[str, tuple[bytes, str]]:
    """A file and what has to be said of it."""
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    found = {f"{kind} cut short": (saved(noise, kind)[:-900], "cut short.*Copy or download it again") for kind in KINDS}
    plain = saved(COLORS)
    start = plain.index(b"IDAT") + 20
    ftyp = lambda brand: b"\0\0\0\x20ftyp" + brand + b"\0\0\0\0mif1" + brand + bytes(99)  # noqa: E731
    twelve = saved(BLOCKS, "JPEG")
    at = twelve.index(b"\xff\xc0") + 4
    return found | {
        "a PGM cut short": (netpbm("P5", 4095, DEEP >> 4)[:-9], "cut short"),
        "a PGM in text cut short": (netpbm("P2", 4095, DEEP >> 4)[:-99], "cut short"),
        "a PGM with words": (netpbm("P2", 4095, DEEP >> 4)[:-9] + b" hello 1 2 3 4", "damaged"),
        "a PNG with damaged pixels": (plain[:start] + bytes(20) + plain[start + 20 :], "damaged.*save it as JPEG or PNG"),
        "a JPEG that lacks a few of its pixels": (saved(noise, "JPEG")[:-30], "cut short"),
        "a JPEG without the mark of its end": (saved(noise, "JPEG")[:-2], "cut short"),
        "a JPEG without the mark of its end, progressive": (saved(noise, "JPEG", progressive=True)[:-2], "cut short"),
        "a PNG whose sum of its pixels is wrong": (with_sum(plain), "damaged"),
        "a PNG out of an app for iPhones": (
            plain[:8] + chunk(b"CgBI", b"\x50\0\x20\2") + plain[8:], "rare variety.*Save it as JPEG or PNG"
        ),
        "a JPEG of 12 bits": (twelve[:at] + b"\x0c" + twelve[at + 1 :], "rare variety.*Save it as JPEG or PNG"),
        "a TIFF of 24 bits": (tiff(np.zeros((SIDE, SIDE, 3), np.uint8), 24, "<"), "rare variety.*Save it as JPEG or PNG"),
        "HEIC": (ftyp(b"heic"), "HEIC.*Save it as JPEG or PNG"),
        "HEIF, named by its second brand": (b"\0\0\0\x20ftypxxxx\0\0\0\0heic" + bytes(99), "HEIC.*Save it as JPEG or PNG"),
        "AVIF": (ftyp(b"avif"), "AVIF.*Save it as JPEG or PNG"),
        "a film": (ftyp(b"isom").replace(b"mif1", b"mp41"), "film.*Save one of its frames as JPEG or PNG"),
        "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99), "JPEG 2000.*Save it as JPEG or PNG"),
        "JPEG XL": (b"\xff\x0a" + bytes(99), "JPEG XL.*Save it as JPEG or PNG"),
        "DICOM": (bytes(128) + b"DICM" + bytes(99), "DICOM.*Save it as JPEG or PNG"),
        "an icon": (saved(COLORS, "ICO"), "ICO.*Save it as JPEG or PNG"),
        "Photoshop": (b"8BPS\0\1" + bytes(99), "Photoshop.*Save it as JPEG or PNG"),
        "SVG": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG.*Save it as JPEG or PNG"),
        "PDF": (b"%PDF-1.7\n", "PDF.*Save it as JPEG or PNG"),
        "a page of the web": (b"<!DOCTYPE html><html><body>404</body></html>", "page of the web"),
        "a stand-in of Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        "a film of Windows": (b"RIFF" + bytes(4) + b"AVI " + bytes(99), "AVI.*Save one of its frames"),
        "Thumbs.db": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "Thumbs.db"),
        "a companion of macOS": (b"\0\5\x16\7\0\2\0\0" + bytes(99), "same name without"),
        "PCX": (saved(COLORS, "PCX"), "PCX.*Save it as JPEG or PNG"),
        "an archive": (b"PK\3\4" + bytes(99), "ZIP"),
        "text": (b"hello", "no picture that can be read: choose a file of one of the kinds png"),
        "nothing": (b"", "no picture|empty"),
    }  # fmt: skip


def with_sum(content: bytes) -> bytes:
    """A PNG in which the sum at the end of its packed pixels is wrong, and nothing else."""
    at = content.index(b"IDAT")
    end = at + 4 + int.from_bytes(content[at - 4 : at], "big")
    return content[: at - 4] + chunk(b"IDAT", content[at + 4 : end - 4] + bytes(4)) + content[end + 4 :]


KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
