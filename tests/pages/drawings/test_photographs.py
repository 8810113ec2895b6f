"""A photograph in place of a drawing, as a student sends it by the page: upright, 32 x 32 pixels and nothing else, or refused in words."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.classroom.drawings import Drawings
from core.home import lab_home
from dashboard.pictures import camera
from dashboard.shell import services, visitor
from tests.core.data.picture_corpus import saved
from tests.pages.support import open_page, run, texts

ORIENTATION, MAKER, GPS, LATITUDE, PLACE = 0x0112, 0x010F, 0x8825, 2, 27
CHUNKS_OF_PIXELS = [b"IHDR", b"IDAT", b"IEND"]


@pytest.fixture
def drawings(monkeypatch) -> Drawings:
    """An open set, and a student who looks at the page; the page came over http, so that a file takes the camera's place."""
    monkeypatch.setattr(visitor, "role", lambda: "student")
    monkeypatch.setattr(visitor, "owner", lambda: "ann")
    monkeypatch.setattr(camera, "lends_camera", lambda address: False)
    services.classroom().drawings.open("zoo", ("cat", "dog"), 60)
    return services.classroom().drawings


def scene(width, height):
    """A photograph of four colors, of which no two ways to hold the camera are alike."""
    colors = np.array([[[210, 40, 40], [40, 200, 40]], [[40, 40, 220], [220, 210, 40]]], np.uint8)
    return Image.fromarray(np.repeat(np.repeat(colors, height // 2, 0), width // 2, 1))


def from_a_phone(orientation):
    """A JPEG with all that a phone writes beside the pixels: how it was held, whose it is, and where it was."""
    about = Image.Exif()
    about[ORIENTATION], about[MAKER] = orientation, "SECRET-PHONE"
    about.get_ifd(GPS).update({1: "N", LATITUDE: (47.0, 22.0, 33.0), PLACE: b"SECRET-PLACE"})
    content = saved(scene(640, 480), "JPEG", quality=95, exif=about, comment=b"SECRET-COMMENT", icc_profile=b"SECRET-PROFILE")
    assert Image.open(BytesIO(content)).getexif().get_ifd(GPS)[LATITUDE] == (47.0, 22.0, 33.0)
    return content


def photographed(content):
    """Choose a class, open the field for photographs and give it a file; the page after that."""
    app = open_page("drawings")
    app.session_state["drawings_photo"] = True
    app = run(app)
    app = run(app.selectbox(key="drawings_label").set_value("dog"))
    return run(app.file_uploader(key="drawings_camera").upload("IMG_0001.jpg", content))


def files():
    return sorted((lab_home() / "made").rglob("*.*"))


def chunks(png):
    """The kinds of the parts of a PNG, as its specification says: signature, then length, kind, data and checksum of each."""
    found, at = [], 8
    while at < len(png):
        found.append(png[at + 4 : at + 8])
        at += 12 + int.from_bytes(png[at : at + 4], "big")
    return found


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_photograph_becomes_a_small_upright_picture_and_nothing_else(drawings, orientation):
    content = from_a_phone(orientation)
    app = photographed(content)
    assert "Your photograph was sent: dog." in texts(app) and drawings.counts("zoo") == {"cat": 0, "dog": 1}
    (file,) = files()
    kept = file.read_bytes()
    assert file.parent.name == "dog" and len(kept) < 5_000
    with Image.open(file) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (32, 32))
        assert not image.getexif() and not image.info
        shown = np.asarray(image).astype(int)
    assert chunks(kept) == CHUNKS_OF_PIXELS and b"SECRET" not in kept
    upright = np.asarray(ImageOps.exif_transpose(Image.open(BytesIO(content)))).astype(int)  # Pillow's own way to turn it
    height, width = upright.shape[:2]
    for row in (0, 1):
        for column in (0, 1):
            corner = upright[height * (1 + 2 * row) // 4, width * (1 + 2 * column) // 4]
            assert abs(shown[8 + 16 * row, 8 + 16 * column] - corner).max() <= 3, (row, column)


def cut_short():
    whole = from_a_phone(1)
    return whole[: len(whole) // 2]


def damaged():
    """A PNG of which one byte in the middle of its pixels is another."""
    whole = bytearray(saved(scene(640, 480)))
    whole[len(whole) // 2] ^= 255
    return bytes(whole)


def pixels_of_30_million():
    return saved(Image.new("L", (6_000, 5_000), 99))


def jpeg_of_60_million():
    return saved(Image.new("L", (10_000, 6_000), 99), "JPEG")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (cut_short, "The picture is cut short: the end of this JPEG file is missing."),
        (damaged, "The picture is damaged."),
        (lambda: b"%PDF-1.7", "no picture that can be read"),
        (pixels_of_30_million, "The picture has too many pixels: up to 12 million are read, of a JPEG up to 50 million. Make it smaller"),
        (jpeg_of_60_million, "The picture has too many pixels"),
    ],
)
def test_what_is_damaged_or_too_large_is_refused_in_words_and_the_next_one_is_taken(drawings, made, said):
    app = photographed(made())
    assert said in texts(app) and "was sent" not in texts(app) and files() == []
    app = run(app.file_uploader(key="drawings_camera").upload("IMG_0002.jpg", from_a_phone(1)))
    assert "Your photograph was sent: dog." in texts(app) and drawings.counts("zoo") == {"cat": 0, "dog": 1}
    run(app)
    assert len(files()) == 1, "a page that is drawn anew sends nothing again"


def test_a_phones_jpeg_of_30_million_pixels_is_taken_for_it_is_decoded_at_a_fraction(drawings):
    photographed(saved(scene(6_000, 5_000), "JPEG"))
    (file,) = files()
    assert Image.open(file).size == (32, 32)


def test_who_photographs_is_told_what_becomes_of_it(drawings):
    app = open_page("drawings")
    app.session_state["drawings_photo"] = True
    (field,) = run(app).get("file_uploader")
    assert "is kept in the set" in field.proto.help and "this session only" not in field.proto.help
