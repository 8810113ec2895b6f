"""Matrices that somebody has typed or pasted: numbers, or a sentence on what is wrong with them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from core.errors import ConfigError
from core.typed_numbers import pieces

MOST_LETTERS = 12  # of what was typed that a message repeats
BRACKETS = str.maketrans({"[": " ", "]": " ", "(": " ", ")": " ", "{": " ", "}": " "})


def parse_matrix(text: str, name: str, *, rows: int | None, columns: int, most: float, most_rows: int = 1000) -> np.ndarray:
    """The numbers of a text, a line a row, as (rows, columns); between them spaces, tabs, commas or semicolons, as `core.typed_numbers`
    has it. Brackets and the word `tensor` are passed over, so that a printed array can be pasted.

    With `rows` None any number of them from 1 to `most_rows` will do. Raises ConfigError for another shape, or for what is no number
    between -`most` and `most`; `name` says in it which matrix this is.
    """
    lines = [line for line in _rows(text, name) if line]
    wanted = f"{rows} × {columns}" if rows else f"1 to {most_rows} rows of {columns}"
    if len(lines) > most_rows:
        raise ConfigError(f"{name} has {len(lines):,} rows, and this page shows {most_rows} at most: paste fewer of them.")
    numbers = [[_number(piece, name, most) for piece in line] for line in lines]
    if len(numbers) == 1 and rows and rows > 1 and len(numbers[0]) == rows * columns:  # all in one line: row by row
        numbers = np.reshape(numbers, (rows, columns)).tolist()
    if not numbers:
        raise ConfigError(f"{name} is empty: type {wanted} numbers, a line a row.")
    if odd := next(((n, line) for n, line in enumerate(numbers, 1) if len(line) != columns), None):
        raise ConfigError(f"{name} must be {wanted}, and its row {odd[0]} has {len(odd[1])} numbers instead of {columns}.")
    if rows and len(numbers) != rows:
        raise ConfigError(f"{name} must be {wanted}, and this is {len(numbers)} × {columns}: {_remedy(len(numbers), rows)}.")
    return np.array(numbers, np.float64)


def written(matrix: np.ndarray) -> str:
    """A matrix (or a vector, as one line) as text that `parse_matrix` reads."""
    return "\n".join(" ".join(f"{value:.4g}" for value in row) for row in np.atleast_2d(matrix))


def _lines(text: str) -> list[str]:
    """A row a line; of a printed array, which may wrap its rows, a row a bracket."""
    text = re.sub(r"\b(tensor|array)\b|,?\s*dtype=[\w.]+", " ", text)
    return (re.findall(r"\[([^\[\]]*)\]", text) if text.count("[") > 1 else []) or text.splitlines()


def _rows(text: str, name: str) -> Iterator[list[str]]:
    """The numbers of each line, still as text."""
    bracketed = re.search(r"[\[({]", text) is not None
    for line in _lines(text):
        try:
            yield pieces(line.translate(BRACKETS), bracketed=bracketed)
        except ConfigError as error:
            raise ConfigError(f"{name}: {error}") from None


def _number(piece: str, name: str, most: float) -> float:
    try:
        value = float(piece.replace("−", "-"))
    except ValueError:
        raise ConfigError(
            f"{name}: {piece[:MOST_LETTERS]!r} is no number. Type numbers with spaces between them, such as 0.5 -1 2."
        ) from None
    if not math.isfinite(value) or abs(value) > most:
        raise ConfigError(
            f"{name}: {piece[:MOST_LETTERS]} is not between -{most:,.0f} and {most:,.0f}. Beyond that every gate is 0 or 1 and sums lose "
            "their digits: type a smaller number."
        )
    return value


def _remedy(given: int, wanted: int) -> str:
    apart = abs(given - wanted)
    return f"{'add' if given < wanted else 'take away'} {apart} row{'s' * (apart != 1)}, or change C or H"
