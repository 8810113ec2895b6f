"""Controls of the page Shuffle test: which models, which order of the patches, done in which way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.checks import Text
from core.errors import LabError
from core.evaluation.shuffled import KINDS
from core.probes.equivariance.architectures import ARCHITECTURES
from dashboard.pictures.choose import SAILING, Shown, choose_picture
from dashboard.runs.choose import Wanted, choose_several, classes_of, several
from dashboard.runs.opened import weighted_runs
from dashboard.shell import show, state, visitor
from dashboard.shell.choices import Choice, Kept, links
from pages.shuffle.board import order_sent
from pages.shuffle.view import COMPARED, model_name

if TYPE_CHECKING:
    from torch import Tensor

    from core.probes.equivariance.ways import Way

BOARD = "shuffle_board"
MOST = 3  # models that are shown
FIRST_MODELS = ("recorded-cifar10-vit-none-0", "recorded-cifar10-compare-vit-0", "recorded-cifar10-compare-gru-0")
MODELS = several("shuffle", FIRST_MODELS, "models")
PATCH = Choice("shuffle", "patch", (2, 4, 8, 16), first=8)
DOSES = Choice("shuffle", "doses", KINDS, first="swaps")  # which way to shuffle the figure below shows
TYPED = Choice("shuffle", "typed", in_link=False)
LINKED_ORDER = Choice("shuffle", "order", check=Text(state.LONGEST))
ORDER = Kept("shuffle", "arranged")  # (patch size, order as text)
STAMP = Kept("shuffle", "stamp", 0)  # how many orders did not come from the browser
WAYS = {  # widget: (label, {value: words}); the first value is the right one
    "places": ("Shuffle tokens", {"before": "before positions are added", "after": "after"}),
    "undo": ("Put outputs back with", {"inverse": "the inverse of p", "permutation": "p itself"}),
    "mode": ("Mode", {"eval": "eval", "train": "train"}),
    "dtype": ("Numbers", {"float32": "float32", "float64": "float64"}),
    "compared": ("Compare", COMPARED),
}
WRONG = {
    "after": "The positions move along with their tokens, so only the model without its positions is tested.",
    "permutation": "p undoes itself only if it is its own inverse, such as a swap. For any other p even an equivariant model fails the "
    "test.",
    "pooled": "The mean forgets the order of the outputs: equal means show invariance, which is less than equivariance.",
}
SWITCHES = {name: Choice("shuffle", name, words, first=next(iter(words))) for name, (_, words) in WAYS.items()}


@dataclass(frozen=True, eq=False)
class ShuffleChoices:
    """What the controls say: a picture, models by their ids, the side of the patches, and the chosen way by the name of its switch."""

    picture: Shown
    models: list[str]
    patch: int
    way: dict[str, str]

    @property
    def runs(self) -> list[str]:
        """Those of the models that are trained runs."""
        return runs_among(self.models)

    def link(self, order: str) -> dict[str, str]:
        """What a link to this page says, empty where it opens so anyway. A picture of one's own cannot be linked."""
        return {**self.picture.link, "models": MODELS.written(self.models), **links(PATCH, DOSES, *SWITCHES.values()), "order": order}


def choose() -> tuple[Shown, list[str], int]:
    """The picture; below it the models, whose runs say what a picture of one's own can be said to show, and the side of the patches."""
    own, others = st.container(), st.container()
    with others:
        models = choose_models()
        patch = choose_patch()
    with own:
        return choose_picture(classes_of(runs_among(models)), first=SAILING), models, patch


# ---- which models ----


def runs_among(models: Sequence[str]) -> list[str]:
    """Those of some models that are trained runs."""
    return [name for name in models if name not in ARCHITECTURES]


def options() -> dict[str, str]:
    """What can be put to the test, by id: runs that keep weights, then architectures at random weights."""
    runs = {run.run_id: f"{model_name(run)} on {run.title.split(' on ')[1]} · {run.name}" for run in weighted_runs().values()}
    return runs | {name: f"random weights: {row.title}" for name, row in ARCHITECTURES.items()}


def choose_models() -> list[str]:
    """The list of models that are put to the test."""
    help = f"Up to {MOST}: trained runs with their best weights, and architectures with random weights, whose behaviour is known."
    return choose_several(MODELS, options(), "Runs", first=FIRST_MODELS, most=MOST, help=help, why_not=Wanted().why_not)


def choose_patch() -> int:
    """The side of the patches that are moved."""
    help = (
        "Side of a patch in pixels. If the tokens of a model are smaller, they move in blocks; if they are larger, the test starts at "
        "the pixels."
    )
    return PATCH.slider("Patches to move", format_func=lambda side: f"{side:d} × {side:d}", help=help)


# ---- which order ----


def type_order(patch: int) -> None:
    """The field in which an order can be typed, and what is wrong with it."""
    TYPED.text_input(
        f"Type an order of the {(32 // patch) ** 2} patches",
        on_change=_take_typed,
        args=(patch,),
        max_chars=state.LONGEST,
        placeholder="reverse, or 3 2 1 0 …",
        help="At place t write the number of the patch that moves there, each from 0 on once; or write a name.",
    )


def _take_typed(patch: int) -> None:
    """Take what has been typed for the board's order, if it is one."""
    try:
        _arrange(TYPED.now, patch)
    except LabError as error:
        state.say(f"The order cannot be used: {visitor.told(error)}")
        return
    STAMP.keep(STAMP.value + 1)


def _arrange(text: str, patch: int) -> None:
    """Keep an order of the patches of this size, as it is written out. Raises ConfigError when it is none."""
    from core.probes.equivariance.permutations import order_text, parse_order

    ORDER.keep((patch, order_text(parse_order(text, (32 // patch) ** 2))))


def order_of(patch: int) -> tuple[Tensor, str]:
    """The order of the patches, (N,), and as text: what the browser sent last, else what it was; at the first visit that of the link.

    Raises ConfigError when it is none.
    """
    from core.probes.equivariance.permutations import parse_order

    if ORDER.value is None:
        ORDER.keep((patch, ""))
        _arrange(LINKED_ORDER.linked or "", patch)
    sent = order_sent(key=BOARD, patch=patch, stamp=STAMP.value)
    if sent is not None:
        _arrange(sent, patch)
    elif ORDER.value[0] != patch:
        ORDER.keep((patch, ""))
    text = ORDER.value[1]
    return parse_order(text, (32 // patch) ** 2), text


# ---- in which way ----


def choose_way() -> dict[str, str]:
    """The switches between the right way and the wrong ones; returns the chosen value of each by name."""
    way = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, choice in SWITCHES.items():
            label, words = WAYS[name]
            way[name] = choice.segmented(label, format_func=words.__getitem__, width="content")
    return way


def probe_way(way: dict[str, str]) -> Way:
    """The switches as the probe takes them."""
    import torch

    from core.probes.equivariance.ways import Way

    return Way(places=way["places"], undo=way["undo"], training=way["mode"] == "train", dtype=getattr(torch, way["dtype"]))


def warn_of_wrong_ways(way: dict[str, str]) -> None:
    """Say above the board what is wrong with the chosen way, and how to set it right."""
    wrong = {name: value for name, value in way.items() if value in WRONG}
    if not wrong:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="shuffle_wrong"):
        show.warning("Wrong on purpose. " + " ".join(WRONG[value] for value in wrong.values()))
        st.button("Set it right", key="shuffle_right", on_click=_set_right, args=(list(wrong),))


def _set_right(names: Sequence[str]) -> None:
    for name in names:
        SWITCHES[name].set(SWITCHES[name].first)
