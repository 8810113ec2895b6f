"""Decoded images on disk: what there was no room for can be decoded again, so the caches have a bound."""

import os

import numpy as np

from core.data import cache
from core.data.cache import read_cache, write_cache


def test_the_caches_that_were_read_longest_ago_make_room(tmp_path, monkeypatch):
    images = {"images": np.arange(10_000, dtype=np.uint8)}
    paths = [tmp_path / f"folder-{number}.safetensors" for number in range(4)]
    other = tmp_path / "notes.txt"
    other.write_bytes(b"x" * 100_000)
    for number, path in enumerate(paths[:3]):
        write_cache(path, "whole", images)
        os.utime(path, ns=(number + 1, number + 1))
    assert read_cache(paths[0], "whole") is not None  # the oldest, but read last
    monkeypatch.setattr(cache, "MOST", 3 * paths[0].stat().st_size)
    write_cache(paths[3], "whole", images)
    assert [path.exists() for path in paths] == [True, False, True, True]
    monkeypatch.setattr(cache, "MOST", 1)
    write_cache(paths[3], "whole", images)
    assert [path.exists() for path in paths] == [False, False, False, True], "the newest stays, however large"
    assert other.exists()
