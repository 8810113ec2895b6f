"""The page The cell: its controls, the board of one cell over a sequence, and what is measured on it."""

from __future__ import annotations

import csv
import io
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
from core.probes.cell_by_hand import LARGEST, SEQUENCES, Cell, Reading, parse_edits, sequence
from core.probes.typed import parse_matrix, written
from dashboard import services, state
from dashboard.components.cell_board import cell_board, cell_data, edits_sent, view_sent
from dashboard.feed import choose_epoch, choose_run
from dashboard.feed import link_values as feed_link
from dashboard.foot import take_along
from dashboard.images import png_uri
from dashboard.live import page_link
from dashboard.pictures import choose_picture
from dashboard.predict import predict

KIND, SOURCE, SEQUENCE, HIDDEN, LENGTH = "cell_kind", "cell_weights", "cell_sequence", "cell_hidden", "cell_length"
INPUTS, SEED, SCALE, TYPED_X, TYPED = "cell_inputs", "cell_seed", "cell_scale", "cell_x", "cell_typed_{}"
BOARD = "cell_board"

KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "gru2014": "GRU ’14"}
SOURCES = {"random": "Random", "run": "Trained", "typed": "Typed"}
SEQUENCE_WORDS = {"noise": "Noise", "pulse": "A pulse", "wave": "A wave", "typed": "Typed"}
LENGTHS = (*range(1, 13), 16, 24, 32, 48, 64, 128, 256)
MOST_STEPS = LENGTHS[-1]
SIZES, WIDTHS, SEEDS, SCALES = range(1, 17), range(1, 9), range(1000), (0.5, 1.0, 2.0, 4.0, 8.0)
FIRST = {"hidden": 4, "inputs": 3, "length": 8, "scale": 2.0, "t": 3}
LONGEST = 1500  # letters of typed matrices that a link can carry
ARRAYS = {"weight_ih": "weight_ih", "weight_hh": "weight_hh", "bias_ih": "bias_ih", "bias_hh": "bias_hh"}
ANSWERS = ("the old state", "the candidate", "zero")


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
        told = repr(sorted({**self.link, "cell": self.reading.cell.kind.removesuffix("2014")}.items()))
        return sha256(told.encode() + self.reading.inputs.tobytes()).hexdigest()[:12]


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
    cell, typed = _typed_cell(kind, width, hidden, seed, scale) if source == "typed" else (_random(kind, width, hidden, seed, scale), {})
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
    if count < 1:
        st.warning(f"A sequence of {count} steps leaves nothing to read: {FIRST['length']} steps instead.")
    elif count > MOST_STEPS:
        st.warning(f"{count:,} steps cannot be told apart on a page: {FIRST['length']} instead, and {MOST_STEPS} at most.")


def _random(kind: str, width: int, hidden: int, seed: int, scale: float) -> Cell:
    return Cell.random(kind, width, hidden, seed=seed, scale=scale)


def _typed_cell(kind: str, width: int, hidden: int, seed: int, scale: float) -> tuple[Cell, dict[str, str]]:
    """The cell in four text fields, which start with random weights; and what a link says of it."""
    model = _random(kind, width, hidden, seed, scale)
    rows = GATES[kind] * hidden
    found, link = {}, {}
    with st.popover("Type the weights", icon=":material/edit:", width="stretch", key="cell_type"):
        st.caption(f"A line a row; gates one above the other in PyTorch's order, {GATES[kind]} × {hidden} = {rows} rows.")
        for name in ARRAYS:
            matrix = getattr(model, name)
            columns = 1 if matrix.ndim == 1 else matrix.shape[1]
            text = _text(name, written(matrix), f"{name} ({rows}, {columns})" if matrix.ndim > 1 else f"{name} ({rows})")
            try:
                found[name] = _parsed(text, name, rows, columns, vector=matrix.ndim == 1)
            except LabError as error:
                st.error(str(error))
                found[name] = matrix
            if text != written(matrix):
                link[name] = text
    unread = [name for name in ARRAYS if found[name] is getattr(model, name)]
    if unread:
        st.error(f"{', '.join(unread)}: what was typed cannot be read. Random weights stand in; see Type the weights.")
    return Cell(kind, **found), link


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


# ---- what is measured ----


def proof_panel(reading: Reading) -> None:
    """The proof line for the numbers on the page."""
    from core.probes.cell_proof import check_cell  # brings torch: after the picture has been sent

    report = check_cell(reading)
    title = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[report.kind]
    stand_in = ""
    if reading.cell.kind == "gru2014":
        stand_in = " torch has no GRU of 2014: compared with the reset gate held open and the sign of z's weights turned, where both agree."
    st.caption(
        f"Proof, float64, largest difference over {report.steps} step{'s' * (report.steps > 1)}: from nn.{title}Cell step by step "
        f"{report.cell:.1g}, from nn.{title} over the whole sequence {report.layer:.1g}; tolerance {report.tolerance:.0g}: "
        f"**{'equal' if report.passed else 'not equal'}**.{stand_in}"
    )


def forms_panel(reading: Reading) -> None:
    """The GRU of 2014 against torch's, measured on the sequence of the page."""
    if not reading.cell.kind.startswith("gru"):
        return
    from core.probes.cell_proof import compare_forms

    report = compare_forms(reading)
    st.caption(
        f"The two GRUs on this sequence, same weights, largest difference of a state: **{report.as_they_are:.2g}** (at step {report.at}). "
        f"With the sign of z's weights turned in one of them, so that z has the same role, **{report.roles_matched:.2g}** is left: the "
        f"place of the reset gate. With the reset gates held open as well: {report.reset_open:.1g}."
    )


def course_panel() -> None:
    """Task 1.2 at the course's own sizes."""
    found = course_facts()
    shapes = " → ".join(f"{name} {shape}" for name, shape in found.items() if name != "difference")
    st.caption(
        f"Task 1.2 at the course's sizes, C = 7, H = 5, B = 2: {shapes}; largest difference from nn.GRUCell {found['difference']:.1g} "
        "(float64). `from core.models.cells import gru_cell`"
    )


@st.cache_data(show_spinner=False)
def course_facts() -> dict[str, tuple[int, ...] | float]:
    """What `course_check` has found."""
    from core.probes.cell_proof import course_check

    return course_check()


def question() -> None:
    """What a closed update gate does, in torch's form."""
    found = kept_facts()
    distances = ", ".join(f"{distance:.2g} from {name}" for name, distance in found["gru"].items())
    predict(
        "Somebody holds every update gate z of torch's GRU at 1. What is the new state?",
        ANSWERS,
        answer=min(found["gru"], key=found["gru"].get),
        because=f"Measured on a random cell, the new state is away by {distances}: z keeps. In the form of 2014 the same z takes: there it "
        f"is {found['gru2014']['the candidate']:.1g} away from the candidate.",
        key="cell_predict",
    )


@st.cache_data(show_spinner=False)
def kept_facts() -> dict[str, dict[str, float]]:
    """What `kept_by` has found for both forms."""
    from core.probes.cell_proof import kept_by

    return {kind: kept_by(kind) for kind in ("gru", "gru2014")}


def foot(asked: Asked, reading: Reading, link: Mapping[str, str]) -> None:
    """Where the numbers come from, and how to take them along."""
    st.download_button(
        "Numbers as CSV", lambda: numbers_csv(reading), f"{reading.cell.kind}.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key="cell_csv", help="One line a step: inputs, affine maps, gates, states.",
    )  # fmt: skip
    st.caption(
        f"{asked.words} · n = 1 sequence of {len(reading.inputs)} steps, C = {reading.cell.inputs}, H = {reading.cell.hidden} · "
        f"{asked.split} · NumPy {np.__version__}, float64, on the server's CPU"
    )
    edits = link.get("edits", "")
    code = asked.code + (
        f"\nprint(reading.edited(parse_edits({edits!r})).steps.hidden.round(3))  # with what was replaced" if edits else ""
    )
    take_along(page_link(link), code, language="python")


def numbers_csv(reading: Reading) -> str:
    """Every number of every step as a table: a line a step, a column a number."""
    steps = {"x": reading.inputs, **reading.steps._asdict()}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["step", *(f"{name}_{n + 1}" for name, values in steps.items() for n in range(values.shape[1]))])
    for t in range(len(reading.inputs)):
        table.writerow([t + 1, *(f"{value:.8g}" for values in steps.values() for value in values[t])])
    return text.getvalue()
