"""The page The cell in words and numbers. Pure."""

from __future__ import annotations

from core.frames import csv_text, frame
from core.probes.recurrence.cell_by_hand import Reading


def place_words(place: str, layers: int) -> str:
    """What a cell of a stack is called."""
    return f"layer {place.removesuffix('b')} of {layers}, {'backward' if place.endswith('b') else 'forward'}"


def numbers_csv(reading: Reading) -> str:
    """Every number of every step as a table: a line a step, a column a number."""
    steps = {"x": reading.inputs, **reading.steps._asdict()}
    head = ["step", *(f"{name}_{n + 1}" for name, values in steps.items() for n in range(values.shape[1]))]
    rows = [[t + 1, *(value for values in steps.values() for value in values[t].tolist())] for t in range(len(reading.inputs))]
    return csv_text(frame(rows, head), digits="%.8g")
