"""The controls of the page The cell, and the reading that they make."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.checks import Whole
from core.probes.cell_by_hand import SEQUENCES, Cell, Reading, sequence
from dashboard.shell import show, state
from dashboard.shell.choice import segmented_control
from pages.cell.one_cell import Asked, unless
from pages.cell.trained import trained
from pages.cell.typed import MOST_STEPS, too_long, typed_cell, typed_inputs, typed_start

KIND, SOURCE, SEQUENCE, HIDDEN, LENGTH = "cell_kind", "cell_weights", "cell_sequence", "cell_hidden", "cell_length"
INPUTS, SEED, SCALE, MORE = "cell_inputs", "cell_seed", "cell_scale", "cell_more"

KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "gru2014": "GRU ’14"}
SOURCES = {"random": "Random", "run": "Trained", "typed": "Typed"}
SEQUENCE_WORDS = {"noise": "Noise", "pulse": "A pulse", "wave": "A wave", "typed": "Typed"}
LENGTHS = (*range(1, 13), 16, 24, 32, 48, 64, 128, MOST_STEPS)
SIZES, WIDTHS, SEEDS, SCALES = range(1, 17), range(1, 9), range(1000), (0.5, 1.0, 2.0, 4.0, 8.0)
FIRST = {"hidden": 4, "inputs": 3, "length": 8, "scale": 2.0}


def choose() -> Asked:
    """All controls. What is typed and cannot be used is said where it was typed, and random numbers stand in for it meanwhile."""
    state.start(KIND, "cell", KINDS, "gru")
    kind = segmented_control(
        "Cell", list(KINDS), format_func=KINDS.get, key=KIND, persist_state="session", width="stretch",
        help="GRU ’14, as of 2014: the reset gate acts before the hidden matmul, and z takes the candidate instead of keeping the state.",
    )  # fmt: skip
    state.start(SOURCE, "weights", SOURCES, "random")
    source = segmented_control("Weights", list(SOURCES), format_func=SOURCES.get, key=SOURCE, persist_state="session", width="stretch")
    return trained(kind) or _made(kind, "random") if source == "run" else _made(kind, source)


def _made(kind: str, source: str) -> Asked:
    """Random or typed weights, and a sequence that is drawn or typed."""
    _explain_length()
    for key, name, options, default in (
        (SEQUENCE, "sequence", SEQUENCE_WORDS, "noise"), (HIDDEN, "hidden", SIZES, FIRST["hidden"]),
        (LENGTH, "steps", LENGTHS, FIRST["length"]), (INPUTS, "inputs", WIDTHS, FIRST["inputs"]),
        (SEED, "random", SEEDS, 0), (SCALE, "scale", SCALES, FIRST["scale"]),
    ):  # fmt: skip
        state.start(key, name, options, default)
    sort = st.selectbox("Sequence", list(SEQUENCE_WORDS), format_func=SEQUENCE_WORDS.get, key=SEQUENCE, persist_state="session")
    hidden = st.slider("Hidden units, H", SIZES[0], SIZES[-1], key=HIDDEN, persist_state="session")
    length = st.select_slider("Steps, T", LENGTHS, key=LENGTH, persist_state="session", disabled=sort == "typed")
    start, typed_h = _more(kind)
    width = st.session_state[INPUTS]
    seed, scale = st.session_state[SEED] or 0, st.session_state[SCALE]  # None while the field is empty
    drawn = Cell.random(kind, width, hidden, seed=seed, scale=scale)
    cell, typed = typed_cell(drawn) if source == "typed" else (drawn, {})
    inputs, typed_x = typed_inputs(length, width, seed) if sort == "typed" else (sequence(sort, length, width, seed), {})
    link = {
        "cell": "" if kind == "gru" else kind, "weights": "" if source == "random" else source,
        "sequence": "" if sort == "noise" else sort, "hidden": unless(FIRST["hidden"], hidden),
        "steps": "" if sort == "typed" else unless(FIRST["length"], length), "inputs": unless(FIRST["inputs"], width),
        "random": unless(0, seed), "scale": unless(FIRST["scale"], scale), **(words_typed := {**typed, **typed_x, **typed_h}),
    }  # fmt: skip
    words = f"{'typed' if source == 'typed' else f'random (seed {seed})'} weights, {SEQUENCE_WORDS[sort].lower()} as inputs"
    reading = Reading(cell, inputs, *start)
    code = _code(reading, source=source, sort=sort, seed=seed, scale=scale)
    notes = too_long(words_typed)
    return Asked(reading, words, {n: v for n, v in link.items() if n not in notes}, code, notes=tuple(notes.values()))


def _more(kind: str) -> tuple[list[np.ndarray], dict[str, str]]:
    """What is needed less often; while it is closed it is not drawn, and keeps no picture waiting. Returns the state to start from, and
    what a link says of it."""
    with st.popover("More", icon=":material/tune:", width="stretch", key=MORE, on_change="rerun") as box:
        if box.open:
            st.slider("Numbers in an input, C", WIDTHS[0], WIDTHS[-1], key=INPUTS, persist_state="session")
            st.number_input("Seed", SEEDS[0], SEEDS[-1], key=SEED, persist_state="session", help="Of weights and noise.")
            st.select_slider(
                "Size of random weights", SCALES, key=SCALE, persist_state="session", format_func=lambda value: f"{value:g} / √H",
                help="The largest random weight. PyTorch starts its cells with 1 / √H.",
            )  # fmt: skip
        start, link, unread = typed_start(kind, st.session_state[HIDDEN], drawn=box.open)
    if unread:
        show.error(f"{', '.join(unread)}: what was typed cannot be read. Zeros stand in; see More.")
    return start, link


def _explain_length() -> None:
    """Say once why a link's number of steps was not taken."""
    count = Whole().read(state.linked("steps"))
    if LENGTH in st.session_state or count is None or count in LENGTHS:
        return
    first, told = FIRST["length"], f"{count:,}" if abs(count) < 10**9 else "So many"
    if count < 1:
        state.refuse("steps", f"A sequence of {told} steps leaves nothing to read: {first} steps instead.")
    elif count > MOST_STEPS:
        state.refuse("steps", f"{told} steps cannot be told apart on a page: {first} instead, and {MOST_STEPS} at most.")
    else:
        state.refuse("steps", f"{told} steps are not on the slider below: {first} instead.")


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
        "import numpy as np\nfrom core.probes.cell_by_hand import Cell, Reading, parse_edits, sequence\n"
        f"from core.probes.cell_proof import check_cell\n\n{made}\nreading = Reading(cell, {read}{start})\n"
        "print(reading.steps.hidden.round(3))  # (T, H)\nprint(check_cell(reading))"
    )
