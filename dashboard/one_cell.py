"""The page The cell: its controls, and the board of one cell over a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import streamlit as st

from core.errors import ConfigError, LabError
from core.evaluation.cell_weights import read_cell
from core.evaluation.embedding import read_embedding
from core.evaluation.judged import weights_of
from core.models.cells import GATES
from core.probes.cell_by_hand import ARRAYS, LARGEST, SEQUENCES, Cell, Reading, parse_edits, sequence
from core.probes.typed import parse_matrix, written
from dashboard import services, state
from dashboard.components.cell_board import cell_board, cell_data, edits_sent, view_sent
from dashboard.feed import choose_epoch, choose_run
from dashboard.feed import link_values as feed_link
from dashboard.images import png_uri
from dashboard.pictures import choose_picture

KIND, SOURCE, SEQUENCE, HIDDEN, LENGTH = "cell_kind", "cell_weights", "cell_sequence", "cell_hidden", "cell_length"
INPUTS, SEED, SCALE, TYPED = "cell_inputs", "cell_seed", "cell_scale", "cell_typed_{}"
BOARD = "cell_board"

KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "gru2014": "GRU ’14"}
SOURCES = {"random": "Random", "run": "Trained", "typed": "Typed"}
SEQUENCE_WORDS = {"noise": "Noise", "pulse": "A pulse", "wave": "A wave", "typed": "Typed"}
LENGTHS = (*range(1, 13), 16, 24, 32, 48, 64, 128, 256)
MOST_STEPS = LENGTHS[-1]
SIZES, WIDTHS, SEEDS, SCALES = range(1, 17), range(1, 9), range(1000), (0.5, 1.0, 2.0, 4.0, 8.0)
FIRST = {"hidden": 4, "inputs": 3, "length": 8, "scale": 2.0, "t": 3}
LONGEST = 1500  # letters of typed matrices that a link can carry


@dataclass(frozen=True, eq=False)
class Asked:
    """What the controls say: the cell and its sequence, and how a link makes them again."""

    reading: Reading
    words: str  # where weights and inputs come from
    link: Mapping[str, str]
    code: str
    split: str = "no split and no epoch, for nothing is trained"
    picture: str = ""  # a data URI; its patches are the steps
    side: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def setup(self) -> str:
        """Tells one set-up from another. Both forms of the GRU are one: an edit holds in both."""
        cell, inputs = self.reading.cell, self.reading.inputs
        told = f"{cell.kind.removesuffix('2014')} {inputs.shape} {cell.weight_hh.shape}".encode()
        return sha256(told + b"".join(array.tobytes() for array in (inputs, *cell.weights))).hexdigest()[:12]


# ---- controls ----


def choose() -> Asked:
    """All controls. What is typed and cannot be used is said where it was typed, and random numbers stand in for it meanwhile."""
    state.start(KIND, "cell", KINDS, "gru")
    kind = st.segmented_control(
        "Cell", list(KINDS), format_func=KINDS.get, key=KIND, required=True, persist_state="session", width="stretch",
        help="GRU ’14, as of 2014: the reset gate acts before the hidden matmul, and z takes the candidate instead of keeping the state.",
    )  # fmt: skip
    state.start(SOURCE, "weights", SOURCES, "random")
    source = st.segmented_control(
        "Weights", list(SOURCES), format_func=SOURCES.get, key=SOURCE, required=True, persist_state="session", width="stretch"
    )
    return _trained(kind) if source == "run" else _made(kind, source)


def _made(kind: str, source: str) -> Asked:
    """Random or typed weights, and a sequence that is drawn or typed."""
    _explain_length()
    for key, name, options, default, convert in (
        (SEQUENCE, "sequence", SEQUENCE_WORDS, "noise", str), (HIDDEN, "hidden", SIZES, FIRST["hidden"], int),
        (LENGTH, "steps", LENGTHS, FIRST["length"], int), (INPUTS, "inputs", WIDTHS, FIRST["inputs"], int),
        (SEED, "random", SEEDS, 0, int), (SCALE, "scale", SCALES, FIRST["scale"], float),
    ):  # fmt: skip
        state.start(key, name, options, default, convert)
    sort = st.selectbox("Sequence", list(SEQUENCE_WORDS), format_func=SEQUENCE_WORDS.get, key=SEQUENCE, persist_state="session")
    hidden = st.slider("Hidden units, H", SIZES[0], SIZES[-1], key=HIDDEN, persist_state="session")
    length = st.select_slider("Steps, T", LENGTHS, key=LENGTH, persist_state="session", disabled=sort == "typed")
    with st.popover("More", icon=":material/tune:", width="stretch", key="cell_more"):
        width = st.slider("Numbers in an input, C", WIDTHS[0], WIDTHS[-1], key=INPUTS, persist_state="session")
        st.number_input("Seed", SEEDS[0], SEEDS[-1], key=SEED, persist_state="session", help="Of weights and noise.")
        st.select_slider(
            "Size of random weights", SCALES, key=SCALE, persist_state="session", format_func=lambda value: f"{value:g} / √H",
            help="The largest random weight. PyTorch starts its cells with 1 / √H.",
        )  # fmt: skip
    seed, scale = st.session_state[SEED] or 0, st.session_state[SCALE]  # None while the field is empty
    drawn = Cell.random(kind, width, hidden, seed=seed, scale=scale)
    cell, typed = _typed_cell(drawn) if source == "typed" else (drawn, {})
    inputs, typed_x = _typed_inputs(length, width, seed) if sort == "typed" else (sequence(sort, length, width, seed), {})
    link = {
        "cell": "" if kind == "gru" else kind, "weights": "" if source == "random" else source,
        "sequence": "" if sort == "noise" else sort, "hidden": _unless(FIRST["hidden"], hidden),
        "steps": "" if sort == "typed" else _unless(FIRST["length"], length), "inputs": _unless(FIRST["inputs"], width),
        "random": _unless(0, seed), "scale": _unless(FIRST["scale"], scale), **typed, **typed_x,
    }  # fmt: skip
    words = f"{'typed' if source == 'typed' else f'random (seed {seed})'} weights, {SEQUENCE_WORDS[sort].lower()} as inputs"
    code = _code(kind, cell, inputs, source=source, sort=sort, seed=seed, scale=scale)
    notes = _too_long({**typed, **typed_x})
    return Asked(Reading(cell, inputs), words, {n: v for n, v in link.items() if n not in notes}, code, notes=tuple(notes.values()))


def _unless(default: float, value: float) -> str:
    return "" if value == default else f"{value:g}"


def _explain_length() -> None:
    """Say once why a link's number of steps was not taken."""
    asked = state.linked("steps")
    if LENGTH in st.session_state or not asked:
        return
    try:
        count = int(asked)
    except ValueError:
        return
    first, told = FIRST["length"], f"{count:,}" if abs(count) < 10**9 else "So many"
    if count < 1:
        st.warning(f"A sequence of {told} steps leaves nothing to read: {first} steps instead.")
    elif count > MOST_STEPS:
        st.warning(f"{told} steps cannot be told apart on a page: {first} instead, and {MOST_STEPS} at most.")
    elif count not in LENGTHS:
        st.warning(f"{told} steps are not on the slider below: {first} instead.")


def _typed_cell(drawn: Cell) -> tuple[Cell, dict[str, str]]:
    """The cell in four text fields, which start with the weights of `drawn`; and what a link says of it."""
    gates, rows = GATES[drawn.kind], GATES[drawn.kind] * drawn.hidden
    found, link = {}, {}
    with st.popover("Type the weights", icon=":material/edit:", width="stretch", key="cell_type"):
        st.caption(f"A line a row; gates one above the other in PyTorch's order, {gates} × {drawn.hidden} = {rows} rows.")
        for name in ARRAYS:
            matrix = getattr(drawn, name)
            columns = 1 if matrix.ndim == 1 else matrix.shape[1]
            text = _text(name, written(matrix), f"{name} ({rows}, {columns})" if matrix.ndim > 1 else f"{name} ({rows})")
            try:
                found[name] = _parsed(text, name, rows, columns, vector=matrix.ndim == 1)
            except LabError as error:
                st.error(str(error))
                found[name] = matrix
            if text != written(matrix):
                link[name] = text or "|"  # an empty field is not one that nobody has touched
    unread = [name for name in ARRAYS if found[name] is getattr(drawn, name)]
    if unread:
        st.error(f"{', '.join(unread)}: what was typed cannot be read. Random weights stand in; see Type the weights.")
    return Cell(drawn.kind, **found), link


def _parsed(text: str, name: str, rows: int, columns: int, *, vector: bool) -> np.ndarray:
    """A matrix, or a vector in one line or one number a line; an empty vector is zeros."""
    if not vector:
        return parse_matrix(text, name, rows=rows, columns=columns, most=LARGEST)
    if not text.strip():
        return np.zeros(rows)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        return parse_matrix(text, name, rows=rows, columns=1, most=LARGEST)[:, 0]
    return parse_matrix(text, name, rows=1, columns=rows, most=LARGEST)[0]


def _typed_inputs(length: int, width: int, seed: int) -> tuple[np.ndarray, dict[str, str]]:
    """The inputs in a text field, which starts with noise; and what a link says of them."""
    noise = sequence("noise", length, width, seed)
    text = _text("x", written(noise), f"Inputs: a line a step, {width} number{'s' * (width > 1)} each")
    try:
        return parse_matrix(text, "The sequence", rows=None, columns=width, most=LARGEST, most_rows=MOST_STEPS), {"x": text}
    except LabError as error:
        st.error(f"{error} Noise stands in meanwhile.")
        return noise, {"x": text}


def _text(name: str, start: str, label: str) -> str:
    """A text field that follows `start` until somebody has typed in it, or a link has."""
    key, kept = TYPED.format(name), f"{TYPED.format(name)}_start"
    if key not in st.session_state:
        st.session_state[key] = state.linked(name)[:100_000].replace("|", "\n") or start
    elif st.session_state[key] == st.session_state.get(kept):
        st.session_state[key] = start
    st.session_state[kept] = start
    return st.text_area(label, key=key, persist_state="session", height=130, max_chars=100_000)


def _too_long(typed: Mapping[str, str]) -> dict[str, str]:
    """What a link cannot carry, and a sentence on it."""
    if sum(map(len, typed.values())) <= LONGEST:
        return {}
    return dict.fromkeys(typed, "These matrices are too long for a link: it opens this page without them. The code at the foot has them.")


def _trained(kind: str) -> Asked:
    """The first layer of a run, and a picture as that run reads it."""
    base = "gru" if kind == "gru2014" else kind
    run = choose_run(lambda config: config["model"] == base)
    kept = weights_of(services.manager(), run.run_id)
    epochs = [epoch for epoch in sorted(kept) if epoch < len(run.epochs)]
    try:
        if not epochs:
            raise ConfigError(f"Run {run.run_id} keeps no weights (yet): choose another run. Random weights stand in.")
        epoch = choose_epoch(run, epochs)
        cell, embedding = Cell(kind, *read_cell(kept[epoch])), read_embedding(kept[epoch])
    except LabError as error:
        st.error(str(error))
        return _made(kind, "random")
    with st.popover("Choose the picture", icon=":material/image:", width="stretch", key="cell_picture"):
        picture = choose_picture(run.classes)
    tokens = embedding.tokens(picture.pixels)  # (N, E)
    side = round(len(tokens) ** 0.5)
    words = f"{run.run_id}, epoch {epoch + 1}, first layer, forward; inputs: {len(tokens)} patches of {picture.caption}"
    if kind == "gru2014":
        words += " (trained as torch's GRU: the 2014 form was never trained)"
    link = {"cell": "" if kind == "gru" else kind, "weights": "run", **feed_link(run, epoch), **picture.link}
    code = (
        "import numpy as np\nfrom core.evaluation.cell_weights import read_cell\nfrom core.evaluation.embedding import read_embedding\n"
        f"from core.evaluation.judged import weights_of\nfrom core.probes.cell_by_hand import Cell, Reading\n"
        "from core.probes.cell_by_hand import parse_edits\nfrom core.training import RunManager\n\n"
        f'path = weights_of(RunManager(".lab"), {run.run_id!r})[{epoch}]\n'
        f"reading = Reading(Cell({kind!r}, *read_cell(path)), read_embedding(path).tokens(pixels))  # pixels: (3, 32, 32) uint8\n"
        "print(reading.steps.hidden.round(3))  # (T, H)"
    )
    split = f"epoch {epoch + 1} of {len(run.epochs)}, seed {run.config['seed']}"
    return Asked(Reading(cell, tokens), words, link, code, split=split, picture=png_uri(picture.pixels), side=side)


def _code(kind: str, cell: Cell, inputs: np.ndarray, *, source: str, sort: str, seed: int, scale: float) -> str:
    """Python that makes the same reading."""
    made = (
        f"cell = Cell.random({kind!r}, {cell.inputs}, {cell.hidden}, seed={seed}, scale={scale:g})"
        if source == "random"
        else f"cell = Cell({kind!r}, *map(np.array, ({', '.join(str(weight.tolist()) for weight in cell.weights)})))"
    )
    read = f"sequence({sort!r}, {len(inputs)}, {cell.inputs}, {seed})" if sort in SEQUENCES else f"np.array({inputs.tolist()})"
    return (
        "import numpy as np\nfrom core.probes.cell_by_hand import Cell, Reading, parse_edits, sequence\n"
        f"from core.probes.cell_proof import check_cell\n\n{made}\nreading = Reading(cell, {read})\n"
        "print(reading.steps.hidden.round(3))  # (T, H)\nprint(check_cell(reading))"
    )


# ---- the board ----


def board(asked: Asked) -> tuple[Reading, dict[str, str]]:
    """The board with the numbers that were replaced; returns that reading, and what a link says of edits and view."""
    edits = edits_sent(key=BOARD, setup=asked.setup)
    if edits is None:
        edits = parse_edits(state.linked("edits")) if st.session_state.setdefault("cell_linked", asked.setup) == asked.setup else ()
    reading = asked.reading.edited(edits)
    seen = {**{name: state.linked(link) for name, link in (("t", "t"), ("unit", "unit"), ("tab", "view"))}, **view_sent(key=BOARD)}
    steps, units = len(reading.inputs), reading.cell.hidden
    view = {
        "t": _between(seen["t"] or FIRST["t"], steps),
        "unit": _between(seen["unit"], units),
        "tab": "hand" if seen["tab"] == "hand" else "step",
    }
    cell_board(cell_data(reading, setup=asked.setup, edits=edits, view=view, picture=asked.picture, side=asked.side), key=BOARD)
    link = {
        "t": _unless(min(FIRST["t"], steps), view["t"]), "unit": _unless(1, view["unit"]), "view": "hand" if view["tab"] == "hand" else "",
        "edits": ",".join(map(str, edits)),
    }  # fmt: skip
    return reading, link


def _between(value: object, most: int) -> int:
    """A whole number from 1 to `most`, whatever a link or a browser says."""
    try:
        return max(1, min(most, int(value)))
    except (TypeError, ValueError, OverflowError):
        return 1


def link_of(asked: Asked, seen: Mapping[str, str]) -> dict[str, str]:
    """The query string of the whole page; lines of typed matrices are told apart by |."""
    return {name: value.replace("\n", "|") for name, value in {**asked.link, **seen}.items()}
