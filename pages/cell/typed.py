"""Weights, inputs and a state to start from, as somebody types or pastes them on the page The cell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.errors import LabError
from core.models.cells import GATES
from core.probes.recurrence.cell_by_hand import ARRAYS, LARGEST, Cell, sequence
from core.probes.recurrence.typed import parse_matrix, written
from dashboard.kit.wording import marked
from dashboard.shell import show, visitor
from dashboard.shell.choices import Choice
from pages.cell.choices import MOST_STEPS, STARTS, STEPS, WEIGHTS

LONGEST = 1500  # letters of typed matrices that a link can carry
NAMES = {"h0": "h₀, the state before the first step", "c0": "c₀, the cell state before the first step"}


def typed_cell(drawn: Cell) -> tuple[Cell, dict[str, str]]:
    """The cell in four text fields, which start with the weights of `drawn`; and what a link says of it."""
    gates, rows = GATES[drawn.kind], GATES[drawn.kind] * drawn.hidden
    matrices, link = {}, {}
    with st.popover("Type the weights", icon=":material/edit:", width="stretch", key="cell_type"):
        show.caption(f"One line for each row; the gates follow each other in PyTorch's order, {gates} × {drawn.hidden} = {rows} rows.")
        for name, choice in WEIGHTS.items():
            matrix = getattr(drawn, name)
            columns = 1 if matrix.ndim == 1 else matrix.shape[1]
            field = choice.following(written(matrix))
            text = _area(field, f"{name} ({rows}, {columns})" if matrix.ndim > 1 else f"{name} ({rows})")
            try:
                matrices[name] = parsed(text, name, rows, columns, vector=matrix.ndim == 1)
            except LabError as error:
                show.error(error)
                matrices[name] = matrix
            if field.written():
                link[name] = field.written()
    unread = [name for name in ARRAYS if matrices[name] is getattr(drawn, name)]
    if unread:
        show.error(f"{', '.join(unread)}: what was typed cannot be read. Random weights are used instead; see Type the weights.")
    return Cell(drawn.kind, **matrices), link


def parsed(text: str, name: str, rows: int, columns: int, *, vector: bool) -> np.ndarray:
    """A matrix, or a vector in one line or one number a line; an empty vector is zeros."""
    if not vector:
        return parse_matrix(text, name, rows=rows, columns=columns, most=LARGEST)
    if not text.strip():
        return np.zeros(rows)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        return parse_matrix(text, name, rows=rows, columns=1, most=LARGEST)[:, 0]
    return parse_matrix(text, name, rows=1, columns=rows, most=LARGEST)[0]


def typed_inputs(length: int, width: int, seed: int) -> tuple[np.ndarray, dict[str, str]]:
    """The inputs in a text field, which starts with noise; and what a link says of them."""
    noise = sequence("noise", length, width, seed)
    text = _area(STEPS.following(written(noise)), f"Inputs: one line for each step, with {width} number{'s' * (width > 1)}")
    link = {"x": text.replace("\n", "|")}
    try:
        return parsed_inputs(text, width), link
    except LabError as error:
        show.error(f"{visitor.told(error)} Noise is used meanwhile.")
        return noise, link


def parsed_inputs(text: str, width: int) -> np.ndarray:
    """Inputs (T, C), a line a step."""
    return parse_matrix(text, "The sequence", rows=None, columns=width, most=LARGEST, most_rows=MOST_STEPS)


def _area(field: Choice, label: str, *, height: int = 130) -> str:
    """A text field for a matrix."""
    return field.text_area(marked("{}", label), height=height, max_chars=100_000)


def typed_start(kind: str, hidden: int, *, drawn: bool) -> tuple[list[np.ndarray], dict[str, str], list[str]]:
    """The state to start from, (H,), of an LSTM the cell state too, in text fields that open at zeros; what a link says of them; and which
    could not be read. What was typed counts also while the fields are not drawn."""
    states, link, unread = [], {}, []
    for name in STARTS if kind == "lstm" else ("h0",):
        zeros, short = np.zeros(hidden), NAMES[name][:2]
        field = STARTS[name].following(written(zeros))
        text = _area(field, f"{NAMES[name]}: H = {hidden} numbers", height=68) if drawn else field.value
        try:
            states.append(parsed(text, short, hidden, 1, vector=True))
        except LabError as error:
            show.error(f"{visitor.told(error)} Zeros are used meanwhile.")
            states.append(zeros)
            unread.append(short)
        if field.written():
            link[name] = field.written()
    return states, link, unread


def too_long(typed: Mapping[str, str]) -> dict[str, str]:
    """What a link cannot carry, and a sentence on it."""
    if sum(map(len, typed.values())) <= LONGEST:
        return {}
    return dict.fromkeys(
        typed, "These matrices are too long for a link, which opens this page without them. The code at the foot of the page contains them."
    )
