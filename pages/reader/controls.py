"""The page The image reader: which run reads which picture, and the board that shows what it holds in mind on the way."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.checks import OneOf, Whole
from core.errors import StoreError
from dashboard.pictures.answers import WAITING, knows, tokens_of
from dashboard.pictures.choose import choose_picture
from dashboard.pictures.reading import READERS
from dashboard.runs.choose import Wanted, choose_epoch, choose_run
from dashboard.runs.opened import Weighted, kept_epochs
from dashboard.shell import services, state
from dashboard.shell.choice import segmented_control
from dashboard.shell.torch_first import torch_first
from pages.reader.board import reader_board, view_sent
from pages.reader.lookups import Seen, read
from pages.reader.view import AS, Mind, message, waiting

RUN, LAYER, BOARD, ORDERS_KEY, VIEW = (f"reader_{name}" for name in ("run", "layer", "board", "orders", "view"))
CARRIERS = tuple(model for model in READERS if model != "vit")  # models that carry a state from patch to patch
FIRST_RUN = "recorded-cifar10-hand-in-0"  # in one direction, and its head reads the last state: the plainest reader
WANTED = Wanted(
    lambda config: config["model"] in CARRIERS,
    "carries no state from patch to patch, so there is none to show. Choose a GRU, an LSTM or an RNN.",
)


# ---- who reads what ----


def choose() -> Seen:
    """All controls: a run, its epoch and layer, and a picture. Raises StoreError for a run whose weights are gone."""
    help = "Runs of a GRU, an LSTM or a plain RNN whose weights are kept."
    run = choose_run("reader", WANTED, label="Reader", first=FIRST_RUN, help=help)
    snapshot = services.run(run.run_id)
    problem = None
    try:
        kept = kept_epochs(run)
        epoch = choose_epoch(snapshot, list(kept))
        layer = choose_layer(run)
    except StoreError as error:
        problem = error
    picture = choose_picture(snapshot.classes, first="ship")  # whatever the run: its controls stay
    if problem:
        raise problem
    return Seen(run, epoch, kept[epoch], layer, picture)


def choose_layer(run: Weighted) -> int:
    """Which of a run's layers is looked at, from 0: the last one at first. There is a control where there are several."""
    count = run.config["num_layers"]
    if count == 1:
        return 0
    layers = range(1, count + 1)
    state.start(LAYER, "layer", layers, count)
    st.session_state[LAYER] = st.session_state[LAYER] if st.session_state[LAYER] in layers else count  # another run may have fewer
    with st.popover("More", icon=":material/tune:", width="stretch", key="reader_more"):
        chosen = segmented_control(
            "Layer", layers, format_func="{:d}".format, key=LAYER, persist_state="session", width="stretch",
            help="Whose states and gates are shown. Layer 1 reads the patches, each other one the states of the one below; the head reads "
            "the last one.",
        )  # fmt: skip
    return chosen - 1


# ---- the board ----


def board(seen: Seen) -> str:
    """The board, with the order that is looked at, which is returned; the others follow in a message of their own
    (`pages.reader.panels`).

    Before torch is loaded nothing is read, and then the page runs again. Raises what `read` does.
    """
    torch_first(lambda: reader_board(waiting(seen.picture, what="", notes=[WAITING]), key=BOARD))
    view = view_of(seen)
    mind = read(seen, view["order"])
    why_one = why_one_order(seen)
    reader_board(
        message(seen.picture, mind, view["order"], what=seen.what, notes=notes(seen, mind, why_one), why_one=why_one, t=view["t"]),
        key=BOARD,
    )
    return view["order"]


def why_one_order(seen: Seen) -> str:
    """Why a run's patches are read in one order alone; "" where they are read in all."""
    if len(seen.kinds) > 1:
        return ""
    return f"{seen.total:,} patches are read {AS[seen.own]} only: the states of all orders would be too much for a browser."


def notes(seen: Seen, mind: Mind, why_one: str) -> list[str]:
    """What stands at the foot of the board."""
    layers = f", layer {seen.layer + 1} of {seen.layers}" if seen.layers > 1 else ""
    found = [f"{seen.run.name}: {seen.run.title}, {tokens_of(seen.run.config)[1]}, epoch {seen.epoch + 1}, H = {mind.hidden}{layers}."]
    if seen.picture.label not in mind.classes:
        found.append(knows([seen.run.name], mind.classes))
    return [*found, *(note for note in (mind.no_gates, why_one) if note)]


# ---- the view, and the link ----


def view_of(seen: Seen) -> dict[str, Any]:
    """The order and how many patches are read: as the browser has sent it last, else as the link says, else half of them in the run's own
    order."""
    total = seen.total
    if VIEW not in st.session_state:
        st.session_state[VIEW] = {"order": state.read("order", OneOf(seen.kinds)), "t": state.read("t", Whole(0, total)), "of": total}
    kept = view_sent(key=ORDERS_KEY, orders=seen.kinds, of=total) or st.session_state[VIEW]
    st.session_state[VIEW] = kept
    order, t = kept["order"], kept["t"] if kept["of"] == total else None
    return {"order": order if order in seen.kinds else seen.own, "t": total // 2 if t is None else t}


def link_values(seen: Seen) -> dict[str, str]:
    """What a link to this page says, empty where it opens so anyway."""
    run, view = seen.run, view_of(seen)
    return {
        **dict.fromkeys(("from", "set", "image"), ""),
        **seen.picture.link,
        **state.run_link(run.run_id, seen.epoch, best=run.best, first=FIRST_RUN),
        "layer": "" if seen.layer == seen.layers - 1 else str(seen.layer + 1),
        "order": "" if view["order"] == seen.own else view["order"],
        "t": "" if view["t"] == seen.total // 2 else str(view["t"]),
    }
