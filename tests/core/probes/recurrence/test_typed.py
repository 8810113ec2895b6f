"""Matrices that are typed or pasted: what is read, and what is said of the rest."""

import numpy as np
import pytest
import torch

from core.errors import ConfigError
from core.probes.recurrence.typed import parse_matrix, written


def parse(text, rows=2, columns=3, **options):
    return parse_matrix(text, "weight_ih", rows=rows, columns=columns, **{"most": 1000.0, **options})


@pytest.mark.parametrize(
    "text",
    [
        "1 2 3\n4 5 -6",
        "1, 2, 3\n4, 5, −6\n",
        "1;2;3\n\n4\t5\t-6e0",
        "1 2 3 4 5 -6",
        "[[1, 2, 3], [4, 5, -6]]",
        "tensor([[ 1.,  2.,  3.],\n        [ 4.,  5., -6.]], dtype=torch.float64)",
        "array([[1, 2,\n 3], [4, 5, -6]])",
        "1,2,3\n4,5,-6",
        "1.0,2,3\n4,5.0,-6",
        "[[1,2,3],[4,5,-6]]",
        "{{1,2,3},\n{4,5,-6}}",
    ],
)
def test_what_is_read(text):
    assert parse(text).tolist() == [[1, 2, 3], [4, 5, -6]]


def test_what_is_printed_or_written_can_be_pasted():
    matrix = np.random.default_rng(0).normal(size=(15, 7))
    np.testing.assert_allclose(parse(written(matrix), 15, 7), matrix, rtol=1e-3)
    np.testing.assert_allclose(parse(str(torch.from_numpy(matrix)), 15, 7), matrix, atol=1e-4)
    np.testing.assert_allclose(parse(str(matrix), 15, 7), matrix, atol=1e-6)
    assert parse("7", 1, 1).tolist() == [[7]] and parse("1 2\n3 4\n5 6", None, 2).shape == (3, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2 3", "must be 2 × 3, and this is 1 × 3: add 1 row"),
        ("1 2 3\n" * 5, "take away 3 rows, or change C or H"),
        ("1 2\n3 4", "its row 1 has 2 numbers instead of 3"),
        ("1 2 3\n4 5 6 7", "its row 2 has 4 numbers"),
        ("1 2 three\n4 5 6", "'three' is no number"),
        ("1 2 " + "x" * 500 + "\n4 5 6", "'xxxxxxxxxxxx' is no number"),
        ("1 2 1e999\n4 5 6", "1e999 is not between -1,000 and 1,000"),
        ("1 2 nan\n4 5 6", "nan is not between"),
        ("1 2 -1001\n4 5 6", "type a smaller number"),
        ("1 2 0,5\n4 5 6", "'0,5' may be one number or two. Write a point: 0.5; or, for two, a space between them: 0 5"),
        ("1 2\t-1,5\n4 5 6", "Write a point: -1.5"),
        ("0,5; 1,5; 2,5\n4 5 6", "Write a point: 0.5"),
        ("0,5, 1,5, 2,5\n4 5 6", "Write a point: 0.5"),
        ("[0,5 1,5 2,5]\n[4 5 6]", "Write a point: 0.5"),
        ("", "is empty: type 2 × 3 numbers"),
        ("  \n []", "is empty"),
    ],
)
def test_what_cannot_be_read(text, message):
    with pytest.raises(ConfigError, match="weight_ih") as caught:
        parse(text)
    assert message in str(caught.value)


def test_ten_thousand_rows_are_bounded():
    with pytest.raises(ConfigError, match="has 10,000 rows, and this page shows 256 at most"):
        parse("1 2 3\n" * 10_000, None, 3, most_rows=256)
