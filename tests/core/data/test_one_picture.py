"""One picture of every kind: read right, or named with what to do; and the same wherever it comes from."""

import re
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from core.data.images import read_image, why_not
from core.data.png_chunks import only_pixels
from core.data.squeezing import squeezed
from core.data.uploads import read_upload
from core.errors import DataError
from tests.core.data import picture_corpus as corpus

SHOWN = {
    f"{kind}: {name}": case
    for kind in ("modes", "depths", "turned", "sound")
    for name, case in getattr(corpus, kind)().items()
}  # fmt: skip
REFUSED = corpus.refused()


def from_folder(tmp_path, content, name="picture.jpg"):
    (tmp_path / name).write_bytes(content)
    return read_image(str(tmp_path / name))


@pytest.mark.parametrize("name", SHOWN)
def test_every_picture_shows_what_is_in_it_from_a_folder_and_uploaded(name, tmp_path):
    """The expected pixels are those that were drawn, by arithmetic in NumPy. The name of the file lies about its kind."""
    case = SHOWN[name]
    found = from_folder(tmp_path, case.content)
    assert found is not None, why_not(str(tmp_path / "picture.jpg"))
    assert found.shape == (32, 32, 3) and found.dtype == np.uint8
    assert np.abs(found.astype(int) - case.shows).max() <= case.within
    assert np.array_equal(read_upload(case.content).pixels, found.transpose(2, 0, 1))


def test_a_png_of_very_many_chunks_takes_no_more_than_its_bytes():
    plain = corpus.saved(corpus.COLORS)
    content = plain[:33] + corpus.chunk(b"IDAT", b"") * 50_000 + plain[33:]
    tracemalloc.start()
    kept, _, _ = only_pixels(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(kept) == len(content) and peak < 3 * len(content)


def test_the_corpus_is_large_enough():
    assert len(SHOWN) >= 40 and len(REFUSED) >= 20


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_said_with_what_to_do(name, tmp_path):
    content, said = REFUSED[name]
    with pytest.raises(DataError) as error:
        read_upload(content)
    assert re.search(said, str(error.value))
    assert from_folder(tmp_path, content) is None
    assert re.search(said, why_not(str(tmp_path / "picture.jpg")))


TOLD = {
    "sound: a PNG with 1.5 MB of XMP": "",
    "sound: an animated PNG": "Of its frames the first is used.",
    "sound: an animated GIF": "Of its frames the first is used.",
    "sound: an animated WebP": "Of its frames the first is used.",
    "sound: one row of 20,000": "Its 20000 x 1 pixels are squeezed to a square",
    "modes: P, one color transparent": "What is transparent is put on white.",
    "modes: CMYK in a TIFF": "(CMYK) are converted to RGB",
    "modes: LAB": "(LAB) are converted to RGB",
    "depths: PNG grey of 16 bits": "its format's largest value becomes white",
    "depths: TIFF of 12 bits": "its format's largest value becomes white",
    "depths: TIFF of 32 bits": "does not say which number is white",
    "depths: TIFF of floats -7 to 9": "does not say which number is white",
}


@pytest.mark.parametrize("name", TOLD)
def test_what_was_done_to_a_picture_is_said(name):
    told = " ".join(read_upload(SHOWN[name].content).told)
    assert TOLD[name] in told and bool(told) == bool(TOLD[name])


def in_memory(mode: str) -> Image.Image:
    """COLORS in a mode that no file is opened in."""
    alpha = np.full_like(corpus.GREY, 255)
    if mode.startswith("I;16"):
        return Image.frombytes(mode, (32, 32), corpus.DEEP.astype(">u2" if mode.endswith("B") else "<u2").tobytes())
    if mode == "La":
        return Image.fromarray(np.dstack([corpus.GREY, alpha]), "LA").convert("La")
    return Image.fromarray(np.dstack([corpus.COLORS, alpha])).convert(mode)


@pytest.mark.parametrize(
    ("mode", "shows"),
    [
        ("RGBa", corpus.COLORS), ("RGBX", corpus.COLORS), ("HSV", corpus.COLORS), ("YCbCr", corpus.COLORS),
        ("La", corpus.grey(corpus.GREY)), ("I;16L", corpus.scaled(corpus.DEEP, 65535)), ("I;16B", corpus.scaled(corpus.DEEP, 65535)),
    ],
)  # fmt: skip
def test_modes_of_pictures_in_memory(mode, shows):
    image = in_memory(mode) if mode != "RGBa" else in_memory("RGBA").convert("RGBa")
    assert np.abs(np.asarray(squeezed(image)).astype(int) - shows).max() <= (12 if mode in ("HSV", "YCbCr") else 0)


SMOOTH = np.stack(np.broadcast_arrays(np.linspace(0, 255, 300)[None], np.linspace(255, 0, 200)[:, None], 99), 2).astype(np.uint8)
OBLONG = {
    **{kind: {} for kind in ("png", "jpeg", "bmp", "tiff", "gif", "ppm", "jpeg cmyk", "jpeg large", "png large")},
    **{kind: {} for kind in ("png grey", "png grey16", "png clear", "png palette", "tiff grey16")},
    "webp": {"lossless": True},
    "jpeg progressive": {"progressive": True},
    "jpeg turned": {"exif": corpus.exif(6)},
    "png turned": {"exif": corpus.exif(8)},
    "webp turned": {"exif": corpus.exif(5), "lossless": True},
    "tiff turned": {"tiffinfo": {0x0112: 7}},
}


def oblong(name: str, options: dict) -> bytes:
    """SMOOTH, 300 x 200, or ten times as large, in a kind and a mode."""
    kind, _, how = name.partition(" ")
    image = Image.fromarray(SMOOTH)
    if how == "grey16":
        return corpus.saved(SMOOTH[..., 0].astype(np.uint16) * 257, kind.upper())
    image = image.resize((3000, 2000)) if how == "large" else image
    image = image.convert({"cmyk": "CMYK", "grey": "L", "clear": "RGBA", "palette": "P"}.get(how, "RGB"))
    if how == "clear":
        image.putalpha(Image.fromarray(SMOOTH[..., 0]))
    return corpus.saved(image, kind.upper(), **options)


@pytest.mark.parametrize("name", OBLONG)
def test_a_folder_an_upload_and_a_camera_give_the_same_pixels(name, tmp_path):
    """Of a picture that is not square all is there, squeezed: its edges too, as the mean of what a model's pixel covers."""
    from dashboard.pictures.choose import shown_file

    content = oblong(name, OBLONG[name])
    folder = from_folder(tmp_path, content, "picture.png").transpose(2, 0, 1)
    upload, camera = read_upload(content), shown_file(content, "photograph")
    assert np.array_equal(folder, upload.pixels) and np.array_equal(folder, camera.pixels)
    size = re.match(r"Its (\d+) x (\d+) pixels are squeezed to a square", upload.told[0])
    turned = name.endswith("turned")
    assert (int(size[1]) < int(size[2])) == turned and upload.told == camera.remarks
    if name in ("png", "tiff", "webp", "bmp", "ppm"):
        means = SMOOTH.astype(float)[:, np.linspace(4, 295, 32).round().astype(int)][np.linspace(3, 196, 32).round().astype(int)]
        assert np.abs(folder.transpose(1, 2, 0) - means).max() < 4


def test_nothing_of_pillow_is_changed_while_pictures_are_read(tmp_path):
    """Its settings belong to the process: of two readers who change them for a while, one would leave its own behind."""
    from PIL import ImageFile, PngImagePlugin

    def settings():
        return {
            (module.__name__, name): value
            for module in (Image, ImageFile, PngImagePlugin)
            for name, value in vars(module).items()
            if name.isupper() and isinstance(value, (int, type(None)))
        }

    before = settings()
    for case in SHOWN.values():
        read_upload(case.content)
    assert settings() == before and len(before) > 5


def test_the_script_of_a_run_reads_every_picture_as_the_lab_does(tmp_path):
    from core.data.config import DataConfig
    from core.training.script import imports_of
    from core.training.script.data import data_text

    text, names, path = data_text("folder", DataConfig(data=str(tmp_path))), {}, tmp_path / "picture.jpg"
    exec(f"{imports_of(text)}\nimport torch\n{text}", names)
    for name, case in SHOWN.items():
        path.write_bytes(case.content)
        found = names["read"](str(path))
        assert np.array_equal(found.numpy(), read_upload(case.content).pixels), name
    for name, (content, _) in REFUSED.items():
        path.write_bytes(content)
        assert names["read"](str(path)) is None, name
