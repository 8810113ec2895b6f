"""Packed attention against the maps it was made of, blocks against a loop, and what a link or a browser may say."""

import json
from base64 import b64decode

import numpy as np
import pytest

from core.errors import ConfigError
from pages.vit.view import MOST_BYTES, Pin, board_data, checked_pin, epoch_data, in_blocks, map_name, pack, parse_pin


def attention(layers, columns, side, lead=1, seed=0):
    raw = np.random.default_rng(seed).gamma(0.3, size=(layers, columns, side**2 + lead, side**2 + lead)).astype(np.float32)
    return raw / raw.sum(-1, keepdims=True)


def unpacked(packed):
    shape = packed.layers, packed.columns, packed.tokens
    maps = np.frombuffer(packed.maps, np.uint8).reshape(*shape, packed.side**2)
    tops, own = (np.frombuffer(values, "<f4").reshape(shape) for values in (packed.tops, packed.own))
    return maps / 255 * tops[..., None], tops, own


@pytest.mark.parametrize("lead", [0, 1])
def test_what_is_packed_comes_back_within_half_a_255th_of_its_row(lead):
    maps = attention(2, 5, 4, lead)
    packed = pack(maps, 4, lead)
    back, tops, own = unpacked(packed)
    patches = maps[..., lead:]
    assert packed.block == 1 and (tops == patches.max(-1)).all()
    assert (np.abs(back - patches) <= tops[..., None] * (0.5 / 255 + 1e-6)).all()
    assert (own == (maps[..., 0] if lead else 0)).all()


def test_a_row_of_zeros_stays_one():
    maps = attention(1, 3, 2)
    maps[0, 2, 1:] = 0
    back, tops, own = unpacked(pack(maps, 2, 1))
    assert (back[0, 2, 1:] == 0).all() and (tops[0, 2, 1:] == 0).all() and (own[0, 2, 1:] == 0).all()


@pytest.mark.parametrize("lead", [0, 1])
def test_blocks_read_the_mean_and_are_read_the_sum(lead):
    maps, side = attention(2, 3, 4, lead).astype(np.float64), 4
    found = in_blocks(maps, side, lead)
    assert found.shape == (2, 3, 4 + lead, 4 + lead)
    np.testing.assert_allclose(found.sum(-1), 1, atol=1e-6)

    def members(block):
        if block < lead:
            return [0]
        row, column = divmod(block - lead, 2)
        return [lead + (2 * row + r) * 4 + 2 * column + c for r in (0, 1) for c in (0, 1)]

    for reading in range(4 + lead):
        for read in range(4 + lead):
            wanted = np.mean([[sum(maps[1, 2, t, s] for s in members(read))] for t in members(reading)])
            assert found[1, 2, reading, read] == pytest.approx(wanted)


@pytest.mark.parametrize(("layers", "heads", "side", "block"), [(3, 4, 16, 1), (3, 4, 32, 2), (12, 16, 16, 2), (12, 12, 8, 1)])
def test_every_run_fits_on_the_wire(layers, heads, side, block):
    packed = pack(np.zeros((layers, heads + 2, side**2 + 1, side**2 + 1), np.float32), side, 1)
    assert packed.block == block and packed.side == side // block
    assert len(packed.maps) + len(packed.tops) + len(packed.own) <= MOST_BYTES


def test_maps_that_fit_nowhere_are_refused():
    with pytest.raises(ConfigError, match="600 layers of 30 heads are too many for this page"):
        pack(np.zeros((600, 32, 17 * 17 + 1, 2), np.float32), 17, 1)


def test_a_message_is_json_and_has_no_nan():
    maps = attention(1, 3, 2)
    figures = np.array([[1.234]])
    data = board_data(
        pack(maps, 2, 1), what="x", pixels=np.zeros((3, 32, 32), np.uint8), caption="c", distance=figures * np.nan, entropy=figures,
        even=1.0, bits=2.0, target="t", answers=["a"], pin=Pin(1, 0, 2), epoch="Epoch 8",
        beside=epoch_data(pack(maps[:, ::-1], 2, 1), figures, "Epoch 1"),
    )  # fmt: skip
    back = json.loads(json.dumps(data, allow_nan=False))
    assert back["distance"] == [[None]] and back["entropy"] == [[1.23]] and back["pin"] == [1, 0, 2]
    assert (back["epoch"], back["beside"]["epoch"], back["beside"]["distance"]) == ("Epoch 8", "Epoch 1", [[1.23]])
    assert len(b64decode(back["beside"]["maps"])) == 3 * 5 * 4 and back["beside"]["maps"] != back["maps"]
    assert len(b64decode(back["maps"])) == 3 * 5 * 4 and len(b64decode(back["pixels"])) == 3072


# ---- what is looked at ----

SIZE = {"tokens": 65, "layers": 3, "heads": 4}


@pytest.mark.parametrize(
    ("token", "name", "wanted"),
    [
        ("", "", Pin()), ("64", "3-4", Pin(64, 2, 3)), ("65", "1-5", Pin()), ("28", "2-rollout", Pin(28, 1, 4)),
        ("x", "3-gradient", Pin(0, 2, 5)), ("-1", "4-1", Pin()), ("99999999999999999999", "0-0", Pin()), ("²", "<b>", Pin()),
    ],
)  # fmt: skip
def test_a_link_says_what_is_looked_at_and_nonsense_nothing(token, name, wanted):
    assert parse_pin(token, name, **SIZE) == wanted


def test_the_name_of_a_map_comes_back():
    for layer in range(3):
        for column in range(6):
            assert parse_pin("5", map_name(layer, column, 4), **SIZE) == Pin(5, layer, column)


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ((1, 2, 3), Pin(1, 2, 3)), ((65, 0, 0), Pin()), ((5, -1, 99), Pin(5)),
    ],
)  # fmt: skip
def test_a_browser_may_look_at_what_another_run_had(sent, wanted):
    assert checked_pin(sent, tokens=65, layers=3, columns=6) == wanted
