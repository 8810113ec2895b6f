"""A PNG without everything that is no pixel. Its texts, profiles and comments, long or broken, then cannot keep it from being read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
PIXELS = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
XMP = "xmp"  # as Pillow calls it
EXIF = "exif"
TEXTS = {b"XML:com.adobe.xmp": XMP, b"Raw profile type xmp": XMP, b"Raw profile type exif": EXIF, b"Raw profile type APP1": EXIF}
MOST_TEXT = 16_000_000  # bytes of a text that are unpacked: a few kilobytes can hold gigabytes


def only_pixels(content: bytes) -> tuple[bytearray, dict[str, bytes], bool]:
    """A PNG of the chunks that make its pixels; what its EXIF and its XMP hold, by their names in Pillow; whether it was animated.

    Transparency is in the units that Pillow reads the pixels in. Raises ValueError for pixels whose checksum is wrong, SyntaxError for a
    PNG out of an app for iPhones, which few programs read.
    """
    kept, notes, animated = bytearray(PNG), {}, False  # in one piece: there may be millions of chunks
    for kind, raw, sound in _chunks(content):
        if kind in PIXELS:
            if not sound:
                raise ValueError("wrong checksum")
            kept += raw
        elif kind == b"CgBI":  # its pixels are packed without a head, and blue comes first
            raise SyntaxError("a PNG as Apple packs it for its own devices")
        elif kind == b"tRNS" and sound and (clear := _transparency(content, bytes(raw[8:-4]))):
            kept += _chunk(kind, clear)
        elif kind == b"eXIf" and sound:
            notes.setdefault(EXIF, b"Exif\0\0" + bytes(raw[8:-4]))
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            key, _, rest = bytes(raw[8:-4]).partition(b"\0")
            if key in TEXTS and TEXTS[key] not in notes and (text := _text(kind, key, rest)):
                notes[TEXTS[key]] = text
        animated |= kind == b"acTL"
    return kept, notes, animated


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview, bool]]:
    """Each chunk's kind, the whole of it, and whether its checksum fits, which is not known of one that is cut short."""
    at, whole = len(PNG), memoryview(content)
    while at + 8 <= len(content):
        end = at + 12 + int.from_bytes(whole[at : at + 4], "big")
        kind = bytes(whole[at + 4 : at + 8])
        yield kind, whole[at:end], end > len(content) or zlib.crc32(whole[at + 4 : end - 4]) == int.from_bytes(whole[end - 4 : end], "big")
        if kind == b"IEND":
            return
        at = end


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _transparency(content: bytes, data: bytes) -> bytes:
    """What is transparent, as Pillow needs it: it makes 8 bits of samples of 2, 4 and (in color) 16, but not of this. Empty if broken."""
    depth, color = content[24], content[25]
    if color == 3:
        return data[:256]
    count = {0: 1, 2: 3}.get(color, 0)
    if len(data) < 2 * count:
        return b""
    samples = [int.from_bytes(data[2 * n : 2 * n + 2], "big") & ((1 << depth) - 1) for n in range(count)]
    if depth in (2, 4):
        samples = [value * 255 // ((1 << depth) - 1) for value in samples]
    elif depth == 16 and color == 2:
        samples = [value >> 8 for value in samples]
    return b"".join(value.to_bytes(2, "big") for value in samples)


def _text(kind: bytes, key: bytes, rest: bytes) -> bytes:
    """The text of a chunk, unpacked up to a bound; empty if it is broken."""
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed, parts = rest[:1] == b"\1", rest[2:].split(b"\0", 2)  # language, keyword in that language, text
        rest = parts[-1] if len(parts) == 3 else b""
    elif packed:
        rest = rest[1:]  # how it is packed: there is one way only
    try:
        text = zlib.decompressobj().decompress(rest, MOST_TEXT) if packed else rest
        return bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode()) if key.startswith(b"Raw") else text  # name, size, then its digits
    except (zlib.error, ValueError):
        return b""
