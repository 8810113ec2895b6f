"""What the browser is sent of an image and its tokens, and which patches it may choose."""

import json
from base64 import b64decode

import numpy as np
import pytest
import streamlit as st

from core.models.orders import scan_order
from pages.patches import board as module
from pages.patches.board import grid_data, patch_grid

RNG = np.random.default_rng(0)
PIXELS, TOKENS = RNG.integers(0, 256, (3, 32, 32), dtype=np.uint8), RNG.normal(size=(16, 24))
DATA = grid_data(PIXELS, TOKENS, 8, scan_order("snake", 4), at=(9, 31), label="a <b> & c")


def test_everything_arrives_as_it_was():
    sent = json.loads(json.dumps(DATA))
    pixels = np.frombuffer(b64decode(sent["pixels"]), np.uint8).reshape(32, 32, 3)
    assert np.array_equal(pixels.transpose(2, 0, 1), PIXELS)
    tokens = np.frombuffer(b64decode(sent["tokens"]), "<f4").reshape(16, 24)
    assert tokens == pytest.approx(TOKENS, abs=1e-6)
    assert sent["order"] == [0, 1, 2, 3, 7, 6, 5, 4, 8, 9, 10, 11, 15, 14, 13, 12]
    assert (sent["size"], sent["patch"], sent["at"], sent["label"]) == (32, 8, [9, 31], "a <b> & c")


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ([8, 24], [(8, 24)]),
        ([0, 31], [(0, 31)]),
        *((wrong, []) for wrong in (None, [], [1], [1, 2, 3], [-1, 0], [0, 32], [0.5, 1], ["1", 2], "ab", {"0": 1})),
    ],
)
def test_only_a_pixel_of_the_image_is_taken(monkeypatch, said, taken):
    mounted, found = {}, []
    monkeypatch.setattr(module, "_mount", lambda **arguments: mounted.update(arguments))
    monkeypatch.setattr(st, "session_state", {"grid": {"at": said}})
    patch_grid(DATA, key="grid", on_choose=found.append)
    assert mounted["key"] == "grid" and mounted["data"] == [DATA]
    mounted["on_at_change"]()
    assert found == taken
