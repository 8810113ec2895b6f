"""A picture that somebody uploads, photographs or draws: anything may be in it."""

from __future__ import annotations

from core.data.picture import Bounds, Picture, UnreadableError, one_at_a_time, read_picture

BOUNDS = Bounds(file=20_000_000, pixels=50_000_000, decoded=12_000_000, of_jpeg=25_000_000)


def read_upload(content: bytes) -> Picture:
    """The picture in an uploaded file, prepared as the pictures of a folder are.

    One at a time in the whole process: others wait. Raises DataError, with what to do, for what cannot be read; ConfigError when there is
    no memory for it.
    """
    if len(content) > BOUNDS.file:
        raise UnreadableError(
            f"The file has {len(content) / 1e6:.0f} MB, at most {BOUNDS.file / 1e6:.0f} MB are read: make the picture smaller."
        )
    with one_at_a_time:
        return read_picture(content, BOUNDS)
