"""The board of the page The image reader: which run reads which picture, what it holds in mind on the way, and in which order it reads."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from core.data.shapes import PARTS, draw
from core.errors import ConfigError, LabError
from core.models import MODELS
from core.models.orders import ORDERS, TRAINED, scan_order
from dashboard import services, state
from dashboard.answers import WAITING, knows, tokens_of
from dashboard.components.reader_board import reader_board, view_sent
from dashboard.opened import Weighted, of_sequences, open_best, opened, weighted_runs
from dashboard.pictures import Shown
from dashboard.predict import predict
from dashboard.reader_cards import AS, Mind, message, plane_words, proof_line, states_csv, waiting
from dashboard.reading import READERS, count_of, normalized
from dashboard.reading_cards import EXPLAINED

if TYPE_CHECKING:
    from core.probes.states import StateCheck

RUN, REFUSED, BOARD, VIEW, START, ALL = (f"reader_{name}" for name in ("run", "refused", "board", "view", "start", "all"))
CARRIERS = tuple(model for model in READERS if model != "vit")  # models that carry a state from patch to patch
FIRST_RUN = "recorded-cifar10-hand-in-0"  # in one direction, and its head reads the last state: the plainest reader
MOST_PATCHES = 256  # that are read in every order: of 1,024 the states of five orders are more than a browser should be sent
ASKED_RUN, ASKED, ASKED_ORDER = "recorded-shapes-gru", 200, "snake"


# ---- who reads ----


def carriers() -> dict[str, Weighted]:
    """Every run with weights whose model carries a state, by id; the one that is shown first is the first."""
    found = {run_id: run for run_id, run in weighted_runs().items() if run.config["model"] in CARRIERS}
    return {FIRST_RUN: found[FIRST_RUN], **found}


def choose_run() -> Weighted:
    """The list of runs that read."""
    runs, asked = carriers(), state.shown_run()
    if RUN not in st.session_state and asked and asked not in runs and state.linked("run") == asked:
        st.session_state[REFUSED] = why_not(asked)  # kept until another is chosen: the page runs more than once before it is complete
        state.show_run("")
    now = (state.shown_run(), st.session_state.get(RUN))  # the run of the other pages, if it carries a state
    st.session_state[RUN] = next((run_id for run_id in now if run_id in runs), FIRST_RUN)
    chosen = st.selectbox(
        "Reader", list(runs), format_func=lambda run_id: f"{runs[run_id].name}: {runs[run_id].title}", key=RUN, on_change=_take_run,
        persist_state="session", help="Runs of a GRU, an LSTM or a plain RNN whose weights are kept. The percentage is the accuracy on "
        "validation images.",
    )  # fmt: skip
    if st.session_state.get(REFUSED):
        st.warning(st.session_state[REFUSED])
    return runs[chosen]


def _take_run() -> None:
    st.session_state[REFUSED] = ""
    state.show_run(st.session_state[RUN])
    state.show_epoch(None)


def why_not(run_id: str) -> str:
    """Why a run that a link asks for does not read here."""
    if told := of_sequences(run_id):
        return told
    try:
        model = services.run(run_id).config["model"]
    except LabError:
        return f"There is no run {run_id[:40]} here (any more): choose another one."
    if model in CARRIERS:
        return f"Run {run_id} keeps no weights (any more): choose another run, or train it again."
    title = MODELS[model].title if model in MODELS else model
    return f"Run {run_id} ({title}) carries no state from patch to patch, so there is none to show. Choose a GRU, an LSTM or an RNN."


# ---- what it holds in mind ----


class Seen(NamedTuple):
    """A picture, and the weights that read it."""

    run: Weighted
    epoch: int
    path: Path
    picture: Shown

    @property
    def what(self) -> str:
        """Tells one reading from another."""
        return f"{self.run.run_id} {self.epoch} {self.picture.name}"


def read(seen: Seen, kinds: tuple[str, ...]) -> Mind:
    """What the weights hold in mind while they read the picture in some orders, the trained one first.

    Raises StoreError when the file cannot be read, ConfigError for a model that cannot be followed, DataError for weights without finite
    answers.
    """
    opened(seen.path)  # says what is wrong with the file
    return _read(str(seen.path), seen.path.stat().st_mtime_ns, seen.picture.pixels.tobytes(), kinds)


@st.cache_resource(max_entries=24, show_spinner=False)
def _read(path: str, changed: int, content: bytes, kinds: tuple[str, ...]) -> Mind:
    from core.probes.reading import known_from, way_of_reading
    from core.probes.states import record_states, steps_by_hand

    found = opened(Path(path))
    model, image = found.model, normalized(found, np.frombuffer(content, np.uint8).reshape(1, 3, 32, 32).copy())
    orders = _orders(kinds, 32 // model.embed.patch_size)
    record = record_states(model, image, orders)
    try:
        gates, no_gates = steps_by_hand(model, record.tokens)._asdict(), ""
    except ConfigError as error:
        gates, no_gates = {}, str(error)
    return Mind(
        kinds, orders, record.states.numpy(), record.beliefs.numpy(), tuple(known_from(each) for each in record.beliefs),
        {name: values.numpy() for name, values in gates.items() if name != "hidden"}, no_gates, found.classes, model.embed.patch_size,
        way_of_reading(model), model.readout, model.rnn.mode.split("_")[0], model.rnn.hidden_size,
    )  # fmt: skip


@st.cache_data(max_entries=256, show_spinner=False)
def _check(path: str, changed: int, content: bytes, kinds: tuple[str, ...]) -> StateCheck:
    from core.probes.states import check_states, record_states, steps_by_hand

    found = opened(Path(path))
    model, image = found.model, normalized(found, np.frombuffer(content, np.uint8).reshape(1, 3, 32, 32).copy())
    record = record_states(model, image, _orders(kinds, 32 // model.embed.patch_size))
    try:
        hands = steps_by_hand(model, record.tokens)
    except ConfigError:  # the board says why there are no gates
        hands = None
    return check_states(model, image, record, hands)


def _orders(kinds: tuple[str, ...], side: int) -> np.ndarray:
    return np.stack([scan_order(kind, side) for kind in kinds])  # (S, T)


def all_kinds(run: Weighted) -> tuple[str, ...]:
    """The orders in which a run's patches are read, the trained one first: all, or of too many patches that one alone."""
    patch, _ = tokens_of(run.config)
    few = (32 // patch) ** 2 <= MOST_PATCHES
    return tuple(dict.fromkeys((TRAINED, *ORDERS))) if few else (TRAINED,)


# ---- the board ----


def board(seen: Seen) -> Mapping[str, str]:
    """The board; returns what a link says of its view. Raises what `read` does.

    Before torch is loaded nothing is read. A new picture is first read in the order that is looked at, then in all of them: each time the
    page runs again.
    """
    picture = seen.picture
    if "torch" not in sys.modules:
        reader_board(waiting(picture, what="", notes=[WAITING]), key=BOARD)
        state.load_torch()
    wanted = all_kinds(seen.run)
    total = (32 // tokens_of(seen.run.config)[0]) ** 2
    view = view_of(total, wanted)
    done = st.session_state.get(ALL) == seen.what or len(wanted) == 1
    mind = read(seen, wanted if done else tuple(dict.fromkeys((TRAINED, view["order"]))))
    if not view_sent(key=BOARD):
        st.session_state[START] = view
    # The view comes from the browser: to send it back would make another message of it, and all states would travel again.
    why_one = (
        "" if len(wanted) > 1 else f"{total:,} patches are read in rows only: the states of all orders would be too much for a browser."
    )
    reader_board(
        message(picture, mind, what=seen.what, notes=_notes(seen, mind, why_one), why_one=why_one, start=st.session_state[START]), key=BOARD
    )
    if not done:
        read(seen, wanted)
        st.session_state[ALL] = seen.what
        state.run_again()
    return link_of(view)


def _notes(seen: Seen, mind: Mind, why_one: str) -> list[str]:
    count = seen.run.config["num_layers"]
    layers = f", the last of {count} layers" if count > 1 else ""
    notes = [f"{seen.run.name}: {seen.run.title}, {tokens_of(seen.run.config)[1]}, epoch {seen.epoch + 1}, H = {mind.hidden}{layers}."]
    if seen.picture.label not in mind.classes:
        notes.append(knows([seen.run.name], mind.classes))
    return [*notes, *(note for note in (mind.no_gates, why_one) if note)]


def view_of(total: int, kinds: tuple[str, ...]) -> dict[str, Any]:
    """The order and how many of `total` patches are read: as the browser has sent it last, else as the link says, else half of them."""
    st.session_state.setdefault(VIEW, {"order": state.linked("order"), "t": state.linked("t"), "of": total})
    sent = view_sent(key=BOARD)
    if sent.get("of") == total:
        st.session_state[VIEW] = dict(sent)
    kept = st.session_state[VIEW]
    t = count_of(kept.get("t"), total) if kept.get("of") == total else None
    order = str(kept.get("order"))
    return {"order": order if order in kinds else TRAINED, "t": total // 2 if t is None else t, "of": total}


def link_of(view: Mapping[str, Any]) -> dict[str, str]:
    """What a link says of the view, empty where a page opens so anyway."""
    return {"order": "" if view["order"] == TRAINED else view["order"], "t": "" if view["t"] == view["of"] // 2 else str(view["t"])}


def link_values(run: Weighted, epoch: int, picture: Shown, view: Mapping[str, str]) -> dict[str, str]:
    """What a link to this page says, empty where it opens so anyway."""
    return {
        **dict.fromkeys(("from", "set", "image"), ""),
        **picture.link,
        "run": "" if run.run_id == FIRST_RUN else run.run_id,
        "epoch": "" if epoch == run.best else str(epoch + 1),
        **view,
    }


# ---- below the board ----


def explained(seen: Seen) -> str:
    """What "after t patches" means for this reader."""
    return EXPLAINED[read(seen, all_kinds(seen.run)).reads]


def plane(seen: Seen) -> str:
    """Where the plane of the path comes from."""
    return plane_words(read(seen, all_kinds(seen.run)))


def proof(seen: Seen) -> str:
    """The proof line of what is on the board."""
    kinds = all_kinds(seen.run)
    return proof_line(_check(str(seen.path), seen.path.stat().st_mtime_ns, seen.picture.pixels.tobytes(), kinds), len(kinds))


def numbers(seen: Seen) -> None:
    """What was recorded, to take along."""
    st.download_button(
        "States as CSV", lambda: states_csv(read(seen, all_kinds(seen.run))), f"states-{seen.run.name}.csv", "text/csv",
        icon=":material/download:", on_click="ignore", key="reader_csv", help="A line for each order and t.",
    )  # fmt: skip


# ---- the question ----


def question() -> None:
    """How much does the order matter? Counted on validation images that the recorded GRU on shapes has not learned from."""
    run = weighted_runs()[ASKED_RUN]
    right = {kind: right_in(ASKED_RUN, open_best(run)[0], kind) for kind in ORDERS}
    choices = ("as many, or nearly", "clearly fewer, but most of them", "less than half of them")
    share = right[ASKED_ORDER] / right[TRAINED]
    predict(
        f"{run.name} learned to read in rows, and names {right[TRAINED]} of {ASKED} validation pictures of shapes right. Now every second "
        "row is read backwards (a snake): the same patches, and each still in its row. How many does it name now?",
        choices,
        answer=choices[0] if share > 0.9 else choices[1] if share > 0.5 else choices[2],
        because="Right of "
        + f"{ASKED}: "
        + ", ".join(f"{count} {AS[kind]}" for kind, count in right.items())
        + ". To a recurrent network the order is part of the picture: another order of the same patches is another sentence.",
        key="reader_predict",
    )


@st.cache_data(max_entries=64, show_spinner=False)
def right_in(run_id: str, epoch: int, kind: str) -> int:
    """How many of the first `ASKED` validation shapes an epoch of a run names right when it reads them in an order."""
    from core.probes.states import answers_in_order

    found = open_best(weighted_runs()[run_id])[1]
    images, labels = draw(PARTS["val"][:ASKED])
    answers = answers_in_order(found.model, normalized(found, images), scan_order(kind, 32 // found.model.embed.patch_size))
    return int((answers.numpy() == labels).sum())
