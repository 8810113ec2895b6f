"""Arrays in messages: row by row, the lowest byte first, whatever the order in memory. Their readers: tests/js/packed.test.mjs."""

from base64 import b64decode

import numpy as np
import pytest

from dashboard.kit.packed import packed, packed_picture


def test_numbers_are_packed_row_by_row():
    values = np.arange(6.0).reshape(2, 3).T
    assert np.frombuffer(b64decode(packed(values)), "<f4").tolist() == [0, 3, 1, 4, 2, 5]


@pytest.mark.parametrize(
    ("kind", "content"), [("<i2", b"\x01\x00\xfe\xff"), ("i1", b"\x01\xfe"), ("<f4", b"\x00\x00\x80\x3f\x00\x00\x00\xc0")]
)
def test_numbers_have_the_lowest_byte_first(kind, content):
    assert b64decode(packed(np.array([1.0, -2.0], ">f8"), kind)) == content


def test_a_picture_has_three_bytes_a_pixel():
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    assert list(b64decode(packed_picture(pixels))) == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
