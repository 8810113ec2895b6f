"""What a file is that cannot be read as a picture: of a kind that is not read here, cut short, damaged, or no picture. And what to do."""

from __future__ import annotations

from PIL import UnidentifiedImageError

from core.data.png_chunks import PNG

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")  # Pillow knows more, and starts another program for some (EPS)
KINDS = ("png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "pgm", "ppm")  # endings of what can be read
ENDINGS = (*KINDS, "jpe", "jfif", "mpo", "apng", "dib", "pbm", "pnm", "pfm")  # and all of them, for the choice of a file
SAVE = "Save it as JPEG or PNG in another program, and take that file."
PICTURES = {  # by how their files begin
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL ": "a JPEG XL picture",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 picture",
    b"\xff\x4f\xff\x51": "a JPEG 2000 picture",
    b"\0\0\1\0": "an icon (ICO)",
    b"icns": "an icon (ICNS)",
    b"\x0a\5\1": "a PCX picture",
    b"\1\xda": "an SGI picture",
    b"P7\n": "a PAM picture",
    b"PF\n": "a PFM picture in colour",
    b"DDS ": "a DDS texture",
    b"qoif": "a QOI picture",
    b"v/1\1": "an OpenEXR picture",
    b"#?RADIANCE": "a Radiance HDR picture",
    b"SIMPLE  =": "a FITS picture",
    b"BPG\xfb": "a BPG picture",
    b"FUJIFILMCCD-RAW": "a raw photograph (RAF)",
    b"8BPS": "a Photoshop document",
    b"gimp xcf": "a GIMP document",
    b"%PDF": "a PDF document",
    b"%!PS": "a PostScript drawing",
    b"\xc5\xd0\xd3\xc6": "a PostScript drawing",
}
BRANDS = {  # the same of files that have "ftyp" in their first box
    **dict.fromkeys((b"avif", b"avis"), "an AVIF picture"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "a HEIC photograph, as iPhones take them"),
    **dict.fromkeys((b"mif1", b"msf1"), "a HEIF picture"),
    b"crx ": "a raw photograph (CR3)",
}
OTHERS = {  # what is no picture, and what to do
    b"version https://git-lfs": "a stand-in of Git LFS. Fetch the picture itself with: git lfs pull.",
    b"PK\3\4": "a ZIP archive or an Office document. Unpack it, and take the pictures out of it.",
    b"Rar!": "an archive (RAR). Unpack it first.",
    b"7z\xbc\xaf": "an archive (7z). Unpack it first.",
    b"\x1f\x8b": "an archive (gzip). Unpack it first.",
    b"\x1a\x45\xdf\xa3": "a film (WebM, Matroska). Save one of its frames as JPEG or PNG.",
    b"RIFF": "a film or a sound (AVI, WAV). Save one of its frames as JPEG or PNG.",
    b"\xd0\xcf\x11\xe0": "a file of Windows (Thumbs.db) or of an older Office. Take the pictures themselves.",
    b"\0\5\x16\7": "a companion that macOS makes. Take the file of the same name without ._ before it.",
    b"\x93NUMPY": "a NumPy array. Save its pictures as PNG.",
    b"\x89HDF": "an HDF5 file. Save its pictures as PNG.",
}
OURS = {
    b"\xff\xd8\xff": "JPEG",
    PNG: "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}


def kind_of(content: bytes) -> str:
    """The kind of a file that is read here, by its beginning (its name may say anything); empty for all others."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    netpbm = content[:1] == b"P" and content[1:2] in b"123456f" and content[2:3].isspace()
    return "PGM or PPM" if netpbm else next((kind for start, kind in OURS.items() if content.startswith(start)), "")


def wrong_kind(content: bytes) -> str:
    """A sentence on a file that is of no kind that is read here, and what to do."""
    said = next((f"{name}. {SAVE}" for start, name in PICTURES.items() if content.startswith(start)), "")
    said = said or next((words for start, words in OTHERS.items() if content.startswith(start)), "")
    head = content[:1000].lower()
    if content[4:8] == b"ftyp":
        brands = [content[at : at + 4] for at in (8, *range(16, 64, 4))]  # the first one, and what else can read it
        named = next((BRANDS[brand] for brand in brands if brand in BRANDS), "")
        said = f"{named}. {SAVE}" if named else "a film (MP4, MOV). Save one of its frames as JPEG or PNG."
    elif content[128:132] == b"DICM":
        said = f"a DICOM picture. {SAVE}"
    elif b"<svg" in head:
        said = f"an SVG drawing. {SAVE}"
    elif b"<html" in head or b"<!doctype html" in head:
        said = "a page of the web. Download the picture itself once more."
    if said:
        return f"This is no picture that can be read: it is {said}"
    return f"This is no picture that can be read: choose a file of one of the kinds {', '.join(KINDS)}."


def broken(content: bytes, error: Exception) -> str:
    """A sentence on a file of a kind that is read here, and could not be read."""
    kind = kind_of(content)
    if "truncated" in str(error) or _ends_early(kind, content):
        return f"The picture is cut short: the end of this {kind} file is missing. Copy or download it again, or choose another one."
    if isinstance(error, (SyntaxError, UnidentifiedImageError)):  # what Pillow says when it makes nothing of a header
        return f"The picture cannot be read: it is a {kind} of a rare variety, or its beginning is broken. {SAVE}"
    return f"The picture is damaged. Copy or download it again; if another program shows it: {SAVE[0].lower()}{SAVE[1:]}"


def _ends_early(kind: str, content: bytes) -> bool:
    """Whether a file lacks what stands at the end of its kind, or has fewer bytes than it says."""
    if kind == "WebP":
        return len(content) < 8 + int.from_bytes(content[4:8], "little")
    if kind == "BMP":
        return len(content) < int.from_bytes(content[2:6], "little")
    if kind == "TIFF":
        order = "little" if content[:1] == b"I" else "big"
        header = int.from_bytes(content[4:8], order)
        return len(content) < header + 2 + 12 * int.from_bytes(content[header : header + 2], order)
    end = {"PNG": b"IEND", "JPEG": b"\xff\xd9", "GIF": b";"}.get(kind, b"")
    return bool(end) and end not in content.rstrip(b"\0")[-1 if kind == "GIF" else -1000 :]
