"""Finding images by class and by what was typed."""

import numpy as np
import pytest

from core.data.search import find_images
from core.errors import DataError

CLASSES = ("cat", "dog", "wildcat", "never")
LABELS = np.array([0, 1, 2, 1, 0, 2, 1])


@pytest.mark.parametrize(
    ("of_class", "text", "expected"),
    [
        ("", "", [0, 1, 2, 3, 4, 5, 6]),
        ("dog", "", [1, 3, 6]),
        ("", "cat", [0, 2, 4, 5]),
        ("", " WILD ", [2, 5]),
        ("cat", "cat", [0, 4]),
        ("", "5", [5]),
        ("", "005", [5]),
        ("dog", "3", [3]),
    ],
)
def test_what_fits(of_class, text, expected):
    assert find_images(LABELS, CLASSES, of_class=of_class, text=text).tolist() == expected


@pytest.mark.parametrize(
    ("of_class", "text", "message"),
    [
        ("dgo", "", "no class named 'dgo'. Did you mean 'dog'"),
        ("", "wildcta", "no class named 'wildcta'. Did you mean 'wildcat'"),
        ("", "7", "no image 7 in this split: its images have the numbers 0 to 6"),
        ("", "9" * 10_000, "no image 999999999999999999 in this split"),
        ("cat", "3", "Image 3 is of the class 'dog': choose that class, or all"),
        ("never", "", "no image of the class 'never': choose another class or split"),
        ("dog", "cat", "no image of the class 'dog' whose class has 'cat' in its name"),
        ("", "never", "no image whose class has 'never' in its name"),
    ],
)
def test_what_does_not_fit_is_explained(of_class, text, message):
    with pytest.raises(DataError, match=message):
        find_images(LABELS, CLASSES, of_class=of_class, text=text)


def test_of_an_empty_split_nothing_fits():
    with pytest.raises(DataError, match="no image"):
        find_images(LABELS[:0], CLASSES)
