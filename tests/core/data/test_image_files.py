import errno
import os
import subprocess
import sys
import threading
import warnings
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import images, uploads
from core.data.images import decode, read_image
from core.errors import ConfigError, DataError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def colors():
    return np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)


def halves(mode="RGB", size=(64, 48), left=(255, 0, 0), right=(0, 0, 255)):
    """An image whose left half is red and whose right half is blue."""
    image = Image.new(mode, size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return image


def saved(image, path, **options):
    image.save(path, **options)
    return read_image(str(path))


def test_a_32_pixel_image_is_kept_as_it_is(tmp_path, colors):
    assert np.array_equal(saved(Image.fromarray(colors), tmp_path / "a.png"), colors)
    jpeg = tmp_path / "a.jpg"
    read = saved(Image.fromarray(colors), jpeg, quality=90)
    assert np.array_equal(read, np.asarray(Image.open(jpeg)))


def test_resizing_is_antialiased(tmp_path):
    """Lines of one pixel become grey; without antialiasing they stay black or white."""
    lines = np.zeros((256, 256), np.uint8)
    lines[:, ::2] = 255
    read = saved(Image.fromarray(lines), tmp_path / "a.png").astype(int)
    assert np.abs(read - 127).max() < 6


def test_the_whole_of_an_oblong_image_is_squeezed(tmp_path):
    read = saved(halves(size=(200, 50)), tmp_path / "a.png").astype(int)
    assert read.shape == (32, 32, 3)
    assert np.abs(read[:, :14] - [255, 0, 0]).max() < 10
    assert np.abs(read[:, 18:] - [0, 0, 255]).max() < 10


@pytest.mark.parametrize("mode", ["L", "1", "LA", "P", "CMYK", "I;16", "YCbCr"])
def test_every_mode_becomes_three_channels(tmp_path, mode):
    grey = Image.fromarray(np.full((40, 40), 128, np.uint8))
    wide = Image.fromarray(np.full((40, 40), 128 << 8, np.uint16))
    image = wide if mode == "I;16" else grey.convert(mode, dither=Image.Dither.NONE)
    suffix = {"CMYK": "tif", "YCbCr": "jpg"}.get(mode, "png")
    read = saved(image, tmp_path / f"a.{suffix}")
    assert read.shape == (32, 32, 3)
    assert read.dtype == np.uint8
    assert np.abs(read.astype(int) - (255 if mode == "1" else 128)).max() <= 2


def test_what_is_transparent_is_white(tmp_path):
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 32, 64))
    read = saved(image, tmp_path / "a.png").astype(int)
    assert np.abs(read[:, :14] - [200, 0, 0]).max() < 10
    assert read[:, 18:].min() > 245


def test_half_transparent_is_half_white_and_edges_have_no_dark_seam(tmp_path):
    half = saved(Image.new("RGBA", (64, 64), (0, 0, 0, 128)), tmp_path / "a.png")
    assert np.abs(half.astype(int) - 127).max() <= 1
    image = Image.new("RGBA", (66, 66), (0, 0, 0, 0))  # white on transparent black: white all over
    image.paste((255, 255, 255, 255), (0, 0, 33, 66))
    assert saved(image, tmp_path / "b.png").min() >= 254


def test_a_transparent_palette_color_is_white(tmp_path):
    image = Image.new("P", (32, 32), 1)
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.paste(0, (0, 0, 16, 32))
    read = saved(image, tmp_path / "a.png", transparency=1)
    assert (read[:, :16] == [10, 20, 30]).all()
    assert (read[:, 16:] == 255).all()


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_exif_orientation_is_honoured(tmp_path, suffix):
    """Orientation 6: to be turned clockwise by 90 degrees, so that left becomes top."""
    exif = Image.Exif()
    exif[0x0112] = 6
    read = saved(halves(), tmp_path / f"a.{suffix}", exif=exif).astype(int)
    assert np.abs(read[:12] - [255, 0, 0]).max() < 30
    assert np.abs(read[20:] - [0, 0, 255]).max() < 30


def test_a_huge_jpeg_is_decoded_at_a_fraction_of_its_size(tmp_path, monkeypatch):
    path = tmp_path / "wide.jpg"
    halves(size=(30_000, 300)).save(path)
    sizes = []
    load = Image.Image.resize
    monkeypatch.setattr(Image.Image, "resize", lambda self, *a, **k: sizes.append(self.size) or load(self, *a, **k))
    read = read_image(str(path)).astype(int)
    assert np.abs(read[:, :14] - [255, 0, 0]).max() < 10
    assert sizes == [(7500, 75)]


def png_header(path, width, height):
    """A PNG that claims a size: enough to be refused, too little to be read."""
    Image.new("1", (1, 1)).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    path.write_bytes(data)
    return str(path)


def test_unreadable_and_enormous_files_are_skipped_in_silence(tmp_path, colors):
    Image.fromarray(colors).save(tmp_path / "good.png")
    Image.fromarray(255 - colors).save(tmp_path / "other.png")
    (tmp_path / "text.jpg").write_text("this is no image")
    (tmp_path / "empty.png").touch()
    whole = (tmp_path / "good.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    files = ["text.jpg", "good.png", "empty.png", "cut.png", "gone.png", "other.png"]
    paths = [str(tmp_path / f) for f in files]
    paths.append(png_header(tmp_path / "bomb.png", 30_000, 30_000))
    paths.append(png_header(tmp_path / "warned.png", 30_000, 3_200))  # above Pillow's own limit for a warning
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images, readable = decode(paths)
    assert readable.tolist() == [f in ("good.png", "other.png") for f in files] + [False, False]
    assert np.array_equal(images, np.stack([colors, 255 - colors]).transpose(0, 3, 1, 2))


def test_odd_files_are_read_in_silence(tmp_path):
    """In a process of its own, whose warnings are errors: a test's own filters would hide those of the module."""
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\x05\0")  # cut short: Pillow warns of it
    code = "import sys; from core.data.images import decode; print(decode(sys.argv[1:])[1])"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path / "a.jpg")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[ True]\n", "")


def test_two_who_read_at_the_same_time_leave_warnings_as_they_were(tmp_path, colors, monkeypatch):
    Image.fromarray(colors).save(tmp_path / "a.png")
    first, second = threading.Event(), threading.Event()
    monkeypatch.setattr("core.data.images.read_image", lambda path: first.set() or (second.wait(20) and None))
    reader = threading.Thread(target=decode, args=([str(tmp_path / "a.png")],))
    whole = uploads.read_picture

    def read(content, bounds):  # the first reader began before this one, and ends before it
        second.set()
        reader.join(20)
        return whole(content, bounds)

    monkeypatch.setattr(uploads, "read_picture", read)
    before = list(warnings.filters)
    reader.start()
    assert first.wait(20)
    uploads.read_upload((tmp_path / "a.png").read_bytes())
    assert not reader.is_alive()
    assert list(warnings.filters) == before


def test_over_100_megapixels_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = png_header(tmp_path / "a.png", 30_000, 3_400)
    monkeypatch.setattr("core.data.picture.squeezed", lambda image: pytest.fail("decoded"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        assert read_image(path) is None


def test_a_jpeg_that_could_be_read_at_an_eighth_is_refused_by_its_size_too(tmp_path, monkeypatch):
    """It would need little memory, and long all the same: what its header says counts."""
    Image.new("RGB", (1_000, 1_000), (9, 9, 9)).save(tmp_path / "a.jpg")
    for most, read in ((1_000_000, True), (999_999, False)):
        monkeypatch.setattr(images, "BOUNDS", replace(images.BOUNDS, pixels=most))
        assert (read_image(str(tmp_path / "a.jpg")) is not None) == read


def test_what_takes_too_many_pixels_in_memory_is_skipped_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr("core.data.picture.squeezed", lambda image: pytest.fail("decoded"))
    assert read_image(png_header(tmp_path / "a.png", 6_000, 4_001)) is None
    Image.new("RGB", (6_000, 4_001)).save(tmp_path / "a.webp")
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("opened"))
    assert read_image(str(tmp_path / "a.webp")) is None


def test_kinds_that_are_not_meant_are_not_opened(tmp_path, colors):
    """Pillow would start Ghostscript for the first."""
    for kind in ("eps", "pcx", "ico"):
        Image.fromarray(colors).save(tmp_path / f"a.{kind}")
        assert read_image(str(tmp_path / f"a.{kind}")) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")  # opening it would wait for ever
    (tmp_path / "device.png").symlink_to("/dev/zero")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.png", "device.png", "empty.png", "folder.png", "gone.png"):
        assert read_image(str(tmp_path / name)) is None


def test_a_file_of_too_many_bytes_is_skipped(tmp_path, colors, monkeypatch):
    Image.fromarray(colors).save(tmp_path / "a.png")
    monkeypatch.setattr(images, "BOUNDS", replace(images.BOUNDS, file=50))
    assert read_image(str(tmp_path / "a.png")) is None


def test_without_memory_for_a_large_picture_reading_ends_with_a_sentence(tmp_path, monkeypatch):
    Image.new("L", (2500, 2000)).save(tmp_path / "a.png")
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    with pytest.raises(ConfigError, match="A picture of 5 million pixels needs about 80 MB"):
        decode([str(tmp_path / "a.png")])


def test_progress_counts_files_and_can_stop_the_reading(tmp_path, colors, monkeypatch):
    Image.fromarray(colors).save(tmp_path / "a.png")
    paths = [str(tmp_path / "a.png")] * 1000
    seen = []
    decode(paths, lambda *step: seen.append(step))
    assert seen[-1] == (1000, 1000, "Reading images")

    class Stop(Exception):
        pass

    read, original = [], read_image
    monkeypatch.setattr("core.data.images.read_image", lambda path: read.append(path) or original(path))

    def stop(done, total, what):
        raise Stop

    with pytest.raises(Stop):
        decode(paths * 20, stop)
    assert len(read) < 10_000


def test_a_picture_that_no_free_file_was_left_for_is_not_taken_for_a_broken_one(tmp_path, monkeypatch):
    """The pictures that could be read would be kept as the whole set, also when files are free again."""
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    opened = os.open

    def refuse(path, *rest):
        if str(path).endswith(".png"):
            raise OSError(errno.EMFILE, "Too many open files")
        return opened(path, *rest)

    monkeypatch.setattr("core.data.images.os.open", refuse)
    with pytest.raises(DataError, match="too many files open.*try again"):
        decode([str(tmp_path / "a.png")])
    monkeypatch.undo()
    assert decode([str(tmp_path / "a.png")])[1].all()
