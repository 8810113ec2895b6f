"""The controls of the page The cell, and the reading that they make."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.probes.recurrence.cell_by_hand import SEQUENCES, Cell, Reading, sequence
from dashboard.shell import show
from dashboard.shell.choices import links
from pages.cell.choices import (
    HIDDEN,
    INPUTS,
    KIND,
    KINDS,
    LENGTH,
    SCALE,
    SEED,
    SEQUENCE,
    SEQUENCE_WORDS,
    SOURCE,
    SOURCES,
    CellChoices,
)
from pages.cell.trained import trained
from pages.cell.typed import too_long, typed_cell, typed_inputs, typed_start


def choose() -> CellChoices:
    """All controls. What is typed and cannot be used is said where it was typed, and random numbers stand in for it meanwhile."""
    help = (
        "GRU ’14 is the original form of 2014: the reset gate acts before the hidden matrix product, and z is the share of the "
        "candidate instead of the share of the old state."
    )
    kind = KIND.segmented("Cell", format_func=KINDS.get, width="stretch", help=help)
    source = SOURCE.segmented("Weights", format_func=SOURCES.get, width="stretch")
    return trained(kind) or _made(kind, "random") if source == "run" else _made(kind, source)


def _made(kind: str, source: str) -> CellChoices:
    """Random or typed weights, and a sequence that is drawn or typed."""
    sort = SEQUENCE.selectbox("Sequence", format_func=SEQUENCE_WORDS.get)
    hidden = HIDDEN.slider("Hidden size, H")
    length = LENGTH.slider("Steps, T", disabled=sort == "typed")
    start, typed_h = _more(kind)
    width, scale, seed = INPUTS.value, SCALE.value, SEED.value or 0  # None while the field is empty
    drawn = Cell.random(kind, width, hidden, seed=seed, scale=scale)
    cell, typed = typed_cell(drawn) if source == "typed" else (drawn, {})
    inputs, typed_x = typed_inputs(length, width, seed) if sort == "typed" else (sequence(sort, length, width, seed), {})
    matrices = {**typed, **typed_x, **typed_h}
    notes = too_long(matrices)
    link = links(KIND, SOURCE, SEQUENCE, HIDDEN, LENGTH, INPUTS, SEED, SCALE)
    if sort == "typed":
        link["steps"] = ""
    link |= {name: text for name, text in matrices.items() if name not in notes}
    words = f"{'typed' if source == 'typed' else f'random (seed {seed})'} weights, {SEQUENCE_WORDS[sort].lower()} as inputs"
    reading = Reading(cell, inputs, *start)
    code = _code(reading, source=source, sort=sort, seed=seed, scale=scale)
    return CellChoices(reading, words, link, code, notes=tuple(notes.values()))


def _more(kind: str) -> tuple[list[np.ndarray], dict[str, str]]:
    """What is needed less often; while it is closed it is not drawn, and keeps no picture waiting. Returns the state to start from, and
    what a link says of it."""
    with st.popover("More", icon=":material/tune:", width="stretch", key="cell_more", on_change="rerun") as box:
        if box.open:
            INPUTS.slider("Input size, C")
            SEED.number_input("Seed", help="For the weights and the noise.")
            help = "The largest random weight. PyTorch starts its cells with 1 / √H."
            SCALE.slider("Size of random weights", format_func="{:g} / √H".format, help=help)
        start, link, unread = typed_start(kind, HIDDEN.value, drawn=box.open)
    if unread:
        show.error(f"{', '.join(unread)}: what was typed cannot be read. Zeros are used instead; see More.")
    return start, link


def _code(reading: Reading, *, source: str, sort: str, seed: int, scale: float) -> str:
    """Python that makes the same reading."""
    cell, inputs = reading.cell, reading.inputs
    made = (
        f"cell = Cell.random({cell.kind!r}, {cell.inputs}, {cell.hidden}, seed={seed}, scale={scale:g})"
        if source == "random"
        else f"cell = Cell({cell.kind!r}, *map(np.array, ({', '.join(str(weight.tolist()) for weight in cell.weights)})))"
    )
    read = f"sequence({sort!r}, {len(inputs)}, {cell.inputs}, {seed})" if sort in SEQUENCES else f"np.array({inputs.tolist()})"
    start = "".join(f", {name}=np.array({state.tolist()})" for name, state in reading.start.items() if state.any())
    return (
        "import numpy as np\nfrom core.probes.recurrence.cell_by_hand import Cell, Reading, parse_edits, sequence\n"
        f"from core.probes.recurrence.cell_proof import check_cell\n\n{made}\nreading = Reading(cell, {read}{start})\n"
        "print(reading.steps.hidden.round(3))  # (T, H)\nprint(check_cell(reading))"
    )
