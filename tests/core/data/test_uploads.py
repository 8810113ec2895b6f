"""Pictures that people upload, good and bad, made here byte by byte or by Pillow."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.data import picture, uploads
from core.data.uploads import read_upload
from core.errors import ConfigError, DataError
from tests.core.data.picture_corpus import huge, saved

COLORS = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def test_a_picture_of_the_right_size_keeps_its_pixels():
    found = read_upload(saved(Image.fromarray(COLORS)))
    assert found.pixels.shape == (3, 32, 32) and found.pixels.dtype == np.uint8 and found.told == ()
    assert (found.pixels == COLORS.transpose(2, 0, 1)).all()


@pytest.mark.parametrize("size", [(96, 32), (32, 96)])
def test_an_oblong_is_squeezed_whole(size):
    """Each third has a color; all of them are left, in order."""
    colors = np.array([(230, 20, 20), (20, 230, 20), (20, 20, 230)], np.uint8)
    wide = np.repeat(np.repeat(colors[None], 32, 1), 32, 0)  # (32, 96, 3)
    found = read_upload(saved(Image.fromarray(wide if size == (96, 32) else wide.transpose(1, 0, 2))))
    pixels = found.pixels.transpose(1, 2, 0) if size == (96, 32) else found.pixels.transpose(2, 1, 0)
    assert (pixels[:, [3, 16, 28]] == colors).all()
    assert found.told == (f"Its {size[0]} x {size[1]} pixels are squeezed to a square, as those of the training images are.",)


def test_exif_turns_it_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise
    found = read_upload(saved(Image.fromarray(COLORS), exif=exif))
    assert (found.pixels.transpose(1, 2, 0) == np.rot90(COLORS, -1)).all()


def test_transparency_is_white_paper():
    clear = Image.fromarray(np.dstack([COLORS, np.where(np.arange(32) < 16, 255, 0).astype(np.uint8)[:, None].repeat(32, 1)]))
    found = read_upload(saved(clear))
    assert (found.pixels[:, 16:] == 255).all() and (found.pixels[:, :16] == COLORS.transpose(2, 0, 1)[:, :16]).all()
    assert found.told == ("What is transparent is put on white.",)


def test_of_an_animation_the_first_frame():
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "blue", "lime")]
    found = read_upload(saved(frames[0], "gif", save_all=True, append_images=frames[1:]))
    assert found.pixels[:, 5, 5].tolist() == [255, 0, 0] and "Of its frames the first is used." in found.told


def test_cmyk_is_converted():
    found = read_upload(saved(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "jpeg", quality=95))
    red, green, blue = found.pixels[:, 10, 10].tolist()
    assert red > 200 and green < 60 and blue < 60 and "CMYK" in found.told[0]


def test_sixteen_bits_become_eight():
    grey = np.full((32, 32), 0x8123, np.uint16)
    found = read_upload(saved(Image.fromarray(grey)))
    assert (found.pixels == 0x81).all() and "8 bits" in found.told[0]


def test_a_huge_picture_is_refused_before_it_is_decoded(monkeypatch):
    with pytest.raises(DataError, match="too many pixels"):
        read_upload(huge())
    monkeypatch.setattr(uploads, "BOUNDS", replace(uploads.BOUNDS, pixels=32 * 32 - 1))
    monkeypatch.setattr(picture, "squeezed", None)  # would fail if it were called
    with pytest.raises(DataError, match="too many pixels.*up to 12 million are read, of a JPEG up to 0 million.*or save it as a JPEG"):
        read_upload(saved(Image.fromarray(COLORS)))


@pytest.mark.parametrize(
    ("kind", "read"), [("png", False), ("gif", False), ("bmp", False), ("tiff", False), ("webp", False), ("jpeg", True)]
)
def test_of_a_jpeg_more_is_read_for_it_is_decoded_at_a_fraction(kind, read, monkeypatch):
    monkeypatch.setattr(uploads, "BOUNDS", replace(uploads.BOUNDS, decoded=400 * 300 - 1))
    content = saved(Image.new("RGB", (400, 300), "red"), kind)
    if kind == "jpeg":
        assert read_upload(content).pixels[:, 16, 16].tolist() == [254, 0, 0]
        return
    monkeypatch.setattr(picture, "squeezed", None)  # would fail if it were called
    with pytest.raises(DataError, match="too many pixels"):
        read_upload(content)


def test_a_progressive_jpeg_counts_as_it_is_kept(monkeypatch):
    content = saved(Image.new("RGB", (400, 300), "red"), "jpeg", progressive=True)
    assert read_upload(content).pixels[:, 16, 16].tolist() == [254, 0, 0]
    monkeypatch.setattr(
        uploads, "BOUNDS", replace(uploads.BOUNDS, pixels=400 * 300, of_jpeg=200 * 300)
    )  # all of it may be told, half of it may be kept
    monkeypatch.setattr(picture, "make_room", lambda pixels: pytest.fail(f"{pixels} pixels") if pixels != 60_000 else None)
    read_upload(content)


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_large_webp_is_refused_before_it_is_opened(lossless, mode, monkeypatch):
    """Opening one makes room for all of its pixels, twice."""
    content = saved(Image.new(mode, (4000, 3001)), "webp", lossless=lossless)
    monkeypatch.setattr(Image, "open", None)  # would fail if it were called
    with pytest.raises(DataError, match="too many pixels"):
        read_upload(content)


@pytest.mark.parametrize(
    "head", [b"RIFF", b"RIFF\0\0\0\0WEBP", b"RIFF\0\0\0\0WEBPVP8X" + bytes(99), b"RIFF\0\0\0\0WEBPABCD" + b"\xff" * 50]
)
def test_broken_webps(head):
    with pytest.raises(DataError, match=r"cut short|damaged|rare variety|no picture|too many"):
        read_upload(head)


def test_pictures_are_decoded_one_at_a_time(monkeypatch):
    """The first one is held while the others ask; none of them begins before it has ended, and each gets its own picture."""
    inside, begun, go, original, most = [], threading.Event(), threading.Event(), picture.squeezed, []

    def slow(image):
        inside.append(1)
        most.append(len(inside))
        begun.set()
        assert go.wait(30)
        found = original(image)
        inside.pop()
        return found

    monkeypatch.setattr(picture, "squeezed", slow)
    contents = [saved(Image.new("RGB", (32, 32), (30 * n, 0, 0))) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        reading = [pool.submit(read_upload, content) for content in contents]
        assert begun.wait(30)
        go.set()
        assert [one.result().pixels[0, 0, 0] for one in reading] == [30 * n for n in range(8)]
    assert most == [1] * 8


def test_without_memory_a_sentence(monkeypatch):
    def exhausted(image):
        raise MemoryError

    monkeypatch.setattr(picture, "squeezed", exhausted)
    with pytest.raises(DataError, match="no memory for this picture now: make it smaller"):
        read_upload(saved(Image.fromarray(COLORS)))
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    with pytest.raises(ConfigError, match="A picture of 5 million pixels needs about 80 MB of memory, and 0 MB are free: make it smaller"):
        read_upload(saved(Image.new("L", (2500, 2000))))


def test_too_many_bytes(monkeypatch):
    monkeypatch.setattr(uploads, "BOUNDS", replace(uploads.BOUNDS, file=100))
    with pytest.raises(DataError, match="make the picture smaller"):
        read_upload(saved(Image.fromarray(COLORS)))


@pytest.mark.parametrize("content", [b"", b"hello", b"<svg onload=alert(1)>", b"%PDF-1.7 "])
def test_what_is_no_picture(content):
    with pytest.raises(DataError, match="no picture that can be read"):
        read_upload(content)


@pytest.mark.parametrize("kind", ["eps", "tga", "pcx"])
def test_a_kind_that_is_not_named_is_not_opened(kind):
    """Pillow would start Ghostscript for the first."""
    with pytest.raises(DataError, match="no picture that can be read"):
        read_upload(saved(Image.fromarray(COLORS), kind))


@pytest.mark.parametrize("kind", ["png", "gif", "bmp", "tiff", "webp"])
def test_every_kind_that_is_named_is_read(kind):
    options = {"lossless": True} if kind == "webp" else {}
    few = Image.fromarray(COLORS // 128 * 255)  # eight colors: what a palette holds
    assert (read_upload(saved(few, kind, **options)).pixels == np.asarray(few).transpose(2, 0, 1)).all()


@pytest.mark.parametrize("mode", ["P", "LA", "PA"])
def test_transparency_of_a_palette_and_of_greys_is_white_paper(mode):
    clear = Image.new("RGBA", (32, 32), (9, 9, 9, 0))
    clear.paste((200, 200, 200, 255), (0, 0, 16, 32))
    content = saved(clear.convert(mode), "tiff" if mode == "PA" else "png")
    found = read_upload(content)
    assert (found.pixels[:, :, 16:] == 255).all() and (found.pixels[:, :, :16] == 200).all()


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "bmp", "tiff"])
def test_cut_short(kind):
    whole = saved(Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)), kind)
    for kept in (12, len(whole) // 2, len(whole) * 9 // 10):
        with pytest.raises(DataError, match="cut short: the end of this .* file is missing"):
            read_upload(whole[:kept])
