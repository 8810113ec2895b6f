"""Finding images of a split by class and by what somebody types. No torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import DataError, unknown


def find_images(labels: np.ndarray, classes: Sequence[str], *, of_class: str = "", text: str = "") -> np.ndarray:
    """Positions, ascending, of the images with `labels` (N,) that are of a class (any, when empty) and fit `text`.

    `text` is an image's number from 0, or any part of a class name; empty, it fits all. Raises DataError, with what to do, for a class
    that does not exist, a number that is too high, and when nothing fits.
    """
    text = text.strip()
    if of_class and of_class not in classes:
        raise unknown("class", of_class, classes, DataError)
    wanted = np.ones(len(labels), bool) if not of_class else labels == list(classes).index(of_class)
    if text.isdecimal():
        return _by_number(text, labels, classes, wanted)
    if text:
        named = [k for k, name in enumerate(classes) if text.casefold() in name.casefold()]
        if not named:
            raise unknown("class", text, classes, DataError)
        wanted &= np.isin(labels, named)
    if not wanted.any():
        sought = [f"of the class {of_class!r}"] * bool(of_class) + [f"whose class has {text!r} in its name"] * bool(text)
        raise DataError(" ".join(["This split has no image", *sought]) + ": choose another class or split, or empty the search.")
    return np.flatnonzero(wanted)


def _by_number(text: str, labels: np.ndarray, classes: Sequence[str], wanted: np.ndarray) -> np.ndarray:
    digits = text.lstrip("0") or "0"
    if len(digits) > 18 or int(digits) >= len(labels):
        raise DataError(f"There is no image {digits[:18]} in this split: its images have the numbers 0 to {len(labels) - 1}.")
    number = int(digits)
    if not wanted[number]:
        raise DataError(f"Image {number} is of the class {classes[labels[number]]!r}: choose that class, or all.")
    return np.array([number])
