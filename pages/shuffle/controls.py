"""The board of the page Shuffle test: which models, which order of the patches, done in which way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import LabError
from dashboard.pictures.choose import Shown
from dashboard.runs.choose import Wanted, choose_several, several
from dashboard.runs.choose import classes_of as classes_of_runs
from dashboard.runs.opened import Weighted, open_best, weighted_runs
from dashboard.shell import services, show, state, visitor
from dashboard.shell.choice import segmented_control
from dashboard.shell.torch_first import torch_first
from pages.shuffle.board import order_sent, shuffle_board
from pages.shuffle.view import COMPARED, Reader, board_data, card

if TYPE_CHECKING:
    from torch import Tensor, nn

    from core.probes.subjects import Subject
    from core.probes.ways import Way

PATCH, BOARD, TYPED = "shuffle_patch", "shuffle_board", "shuffle_typed"
ORDER, STAMP = "shuffle_order", "shuffle_stamp"  # (patch size, order as text); how many orders did not come from the browser
PATCHES = (2, 4, 8, 16)
FIRST_PATCH = 8
MOST = 3
FIRST_MODELS = ("recorded-cifar10-vit-none-0", "recorded-cifar10-compare-vit-0", "recorded-cifar10-compare-gru-0")
DOSES, FIRST_DOSES = "shuffle_doses", "swaps"  # which of core.evaluation.shuffled.KINDS the figure below shows
MODELS = several("shuffle", FIRST_MODELS, "models")
ALONE = "at random weights: "
WAYS = {  # widget: (label, {value: words}); the first value is the right one
    "places": ("Shuffle tokens", {"before": "before positions are added", "after": "after"}),
    "undo": ("Put outputs back with", {"inverse": "the inverse of p", "permutation": "p itself"}),
    "mode": ("Mode", {"eval": "eval", "train": "train"}),
    "dtype": ("Numbers", {"float32": "float32", "float64": "float64"}),
    "compared": ("Compare", COMPARED),
}
WRONG = {
    "after": "Positions move along with their tokens: what is tested is the model without its positions, and passing proves nothing of it.",
    "permutation": "p itself undoes only what is its own inverse, such as a swap: an equivariant model fails, and so does one that is not.",
    "pooled": "The mean forgets where outputs stand: equal means are invariance, which is less than equivariance.",
}


# ---- which models ----


def options() -> dict[str, str]:
    """What can be put to the test, by id: runs that keep weights, then architectures at random weights."""
    from core.probes.architectures import ARCHITECTURES

    runs = {run.run_id: f"{model_name(run)} on {run.title.split(' on ')[1]} · {run.name}" for run in weighted_runs().values()}
    return runs | {name: f"{ALONE}{row.title}" for name, row in ARCHITECTURES.items()}


def choose_models() -> list[str]:
    """The list of models that are put to the test."""
    help = f"Up to {MOST}: trained runs with their best weights, and architectures at random weights, of which it is known what they do."
    return choose_several(MODELS, options(), "Models", first=FIRST_MODELS, most=MOST, help=help, why_not=Wanted().why_not)


def choose_patch() -> int:
    """The side of the patches that are moved."""
    state.start(PATCH, "patch", PATCHES, FIRST_PATCH)
    return st.select_slider(
        "Patches to move", PATCHES, key=PATCH, format_func=lambda side: f"{side:d} × {side:d}", persist_state="session",
        help="Side in pixels. Smaller tokens of a model move in blocks; a model whose tokens are larger is tested from the pixels on.",
    )  # fmt: skip


def reader(name: str, patch: int, runs: Mapping[str, Weighted]) -> Reader:
    """The model `name`, an architecture or one of `runs`, for patches of this size; with what is wrong where it cannot be read."""
    from core.probes.architectures import ARCHITECTURES

    if name in ARCHITECTURES:
        row = ARCHITECTURES[name]
        return Reader(name, row.title, f"{row.title}, at random weights", row.why, _untrained(name, patch))
    return _trained(runs[name], patch)


@st.cache_resource(max_entries=64, show_spinner=False)
def _untrained(name: str, patch: int) -> Subject:
    from core.probes.subjects import untrained

    return untrained(name, patch)


@lru_cache(maxsize=64)
def _taken_apart(model: nn.Module, patch: int) -> Subject:
    from core.probes.subjects import trained

    return trained(model, patch)


def _trained(run: Weighted, patch: int) -> Reader:
    from core.probes.architectures import why

    try:
        epoch, opened = open_best(run)
        subject = _taken_apart(opened.model, patch)
    except LabError as error:
        return Reader(run.run_id, run.name, run.title, "", None, problem=visitor.told(error))
    title = f"{run.title}, weights of epoch {epoch + 1}"
    because = why(run.config, patch)
    return Reader(run.run_id, f"{model_name(run)} · {run.name}", title, because, subject, opened.mean, opened.std, tuple(opened.classes))


def model_name(run: Weighted) -> str:
    """A run's model in a few words, with its positions where it has a choice of them."""
    model, places = run.title.split(" on ")[0], run.config.get("positions")
    return f"{model}, {'no' if places == 'none' else places} positions" if places else model


# ---- which order ----


def typed(patch: int) -> None:
    """The field in which an order can be typed, and what is wrong with it."""
    length = (32 // patch) ** 2
    st.text_input(
        show.label(f"Type an order of the {length} patches"), key=TYPED, on_change=_take_typed, args=(patch,), persist_state="session",
        max_chars=state.LONGEST,
        placeholder="reverse, or 3 2 1 0 …", help="Place t gets the patch whose number stands there: each of them once, from 0, or a name.",
    )  # fmt: skip


def _take_typed(patch: int) -> None:
    """Take what has been typed for the board's order, if it is one."""
    from core.probes.permutations import order_text, parse_order

    try:
        text = order_text(parse_order(st.session_state[TYPED], (32 // patch) ** 2))
    except LabError as error:
        state.say(f"The order cannot be used: {visitor.told(error)}")
        return
    st.session_state[ORDER] = (patch, text)
    st.session_state[STAMP] = st.session_state.get(STAMP, 0) + 1


def order_of(patch: int) -> tuple[Tensor, str]:
    """The order of the patches, (N,), and as text: what the browser sent last, else what it was; at the first visit that of the link.

    Raises ConfigError when it is none.
    """
    from core.probes.permutations import order_text, parse_order

    length = (32 // patch) ** 2
    if ORDER not in st.session_state:
        st.session_state[ORDER] = (patch, "")
        st.session_state[ORDER] = (patch, order_text(parse_order(state.linked("order", state.LONGEST), length)))
    sent = order_sent(key=BOARD, patch=patch, stamp=st.session_state.get(STAMP, 0))
    if sent is not None:
        st.session_state[ORDER] = (patch, order_text(parse_order(sent, length)))
    elif st.session_state[ORDER][0] != patch:
        st.session_state[ORDER] = (patch, "")
    text = st.session_state[ORDER][1]
    return parse_order(text, length), text


# ---- in which way ----


def choose_way() -> dict[str, str]:
    """The switches between the right way and the wrong ones; returns the chosen value of each by name."""
    found = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, (label, words) in WAYS.items():
            key = f"shuffle_{name}"
            state.start(key, name, words, next(iter(words)))
            found[name] = segmented_control(
                show.label(label),
                list(words),
                format_func=lambda name, words=words: show.label(words[name]),
                key=key,
                persist_state="session",
                width="content",
            )
    return found


def way_of(chosen: Mapping[str, str]) -> Way:
    """The switches as the probe takes them."""
    import torch

    from core.probes.ways import Way

    return Way(
        places=chosen["places"], undo=chosen["undo"], training=chosen["mode"] == "train", dtype=getattr(torch, chosen["dtype"])
    )  # fmt: skip


def warn_of_wrong_ways(chosen: Mapping[str, str]) -> None:
    """Say above the board what is wrong with the chosen way, and how to set it right."""
    wrong = {name: value for name, value in chosen.items() if value in WRONG}
    if not wrong:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="shuffle_wrong"):
        show.warning("Wrong on purpose. " + " ".join(WRONG[value] for value in wrong.values()))
        st.button("Set it right", key="shuffle_right", on_click=_set_right, args=(list(wrong),))


def _set_right(names: Sequence[str]) -> None:
    for name in names:
        st.session_state[f"shuffle_{name}"] = next(iter(WAYS[name][1]))


# ---- the board ----


def board(picture: Shown, models: Sequence[str], patch: int, chosen: Mapping[str, str]) -> None:
    """The board with its cards. Before torch is loaded it has none, and then the page runs again."""
    stamp = st.session_state.get(STAMP, 0)
    torch_first(lambda: shuffle_board(board_data(picture, patch, "", stamp - 1, []), key=BOARD))
    from core.training.loop.device import use_threads

    use_threads(1)  # for one picture more are no faster, and beside a run that trains they were far slower
    try:
        permutation, text = order_of(patch)
    except LabError as error:
        show.warning(f"The order cannot be used: {visitor.told(error)}")
        permutation, text = order_of(patch)
    way = way_of(chosen)
    runs = weighted_runs()
    cards = [card(reader(name, patch, runs), picture, permutation, way, chosen["compared"]) for name in models]
    shuffle_board(board_data(picture, patch, text, stamp, cards), key=BOARD)


def link_values(picture: Shown, models: Sequence[str], patch: int, chosen: Mapping[str, str], doses: str) -> dict[str, str]:
    """What a link to this page says but for the order, empty where it opens so anyway. A picture of one's own cannot be linked."""
    return {
        **dict.fromkeys(("from", "set", "image"), ""),
        **picture.link,
        "models": MODELS.written(models),
        "patch": "" if patch == FIRST_PATCH else str(patch),
        "doses": "" if doses == FIRST_DOSES else doses,
        **{name: "" if value == next(iter(WAYS[name][1])) else value for name, value in chosen.items()},
    }


def known_classes(models: Sequence[str]) -> list[str]:
    """All classes that some of the chosen runs know, each once."""
    runs = weighted_runs()
    return classes_of_runs(model for model in models if model in runs)


def first_run(models: Sequence[str]) -> str:
    """The first of the chosen models that is a run, for the foot of the page; the recorded one where none is."""
    runs = weighted_runs()
    return next((name for name in models if name in runs), f"recorded-{services.first_recorded()}")
