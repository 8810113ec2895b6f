"""Controls of the page The image reader: which run reads which picture, at which epoch, in which layer, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.checks import Whole
from core.errors import StoreError
from core.models.orders import ORDERS, TRAINED
from dashboard.pictures.answers import tokens_of
from dashboard.pictures.choose import Shown, choose_picture
from dashboard.pictures.reading import READERS
from dashboard.runs.choose import Wanted, choose_epoch, choose_run
from dashboard.runs.opened import Weighted, kept_epochs
from dashboard.shell import services
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.link import link_of_run
from pages.reader.board import view_sent

BOARD, ORDERS_BOARD = "reader_board", "reader_orders"
CARRIERS = tuple(model for model in READERS if model != "vit")  # models that carry a state from patch to patch
FIRST_RUN = "recorded-cifar10-hand-in-0"  # in one direction, and its head reads the last state: the plainest reader
WANTED = Wanted(
    lambda config: config["model"] in CARRIERS,
    "carries no state from patch to patch, so there is no state to show. Choose a GRU, an LSTM or an RNN.",
)
MOST_PATCHES = 256  # that are read in every order: of 1,024 the states of five orders are more than a browser should be sent
RUN = Choice("reader", "run")  # as `choose_run` declares it
LAYER = Choice("reader", "layer")
VIEW = Kept("reader", "view")  # {"order", "t", "of"}, as the browser sends it


@dataclass(frozen=True, eq=False)
class ReaderChoices:
    """What the controls say: a picture, the weights that read it, and which of their layers (from 0) is looked at."""

    run: Weighted
    epoch: int
    path: Path
    layer: int
    picture: Shown

    @property
    def what(self) -> str:
        """Tells one reading from another."""
        return f"{self.run.run_id} {self.epoch} {self.layer} {self.picture.name}"

    @property
    def own(self) -> str:
        """The order in which the run has learned to read."""
        return TRAINED

    @property
    def layers(self) -> int:
        """How many layers the run has."""
        return self.run.config["num_layers"]

    @property
    def total(self) -> int:
        """Patches, T."""
        return (32 // tokens_of(self.run.config)[0]) ** 2

    @property
    def kinds(self) -> tuple[str, ...]:
        """The orders in which the patches are read, the run's own first: all, or of too many patches that one alone."""
        return tuple(dict.fromkeys((self.own, *ORDERS))) if self.total <= MOST_PATCHES else (self.own,)

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says, empty where it opens so anyway."""
        view = view_of(self)
        return {
            **self.picture.link,
            **link_of_run(self.run.run_id, self.epoch, best=self.run.best, first=FIRST_RUN),
            "layer": "" if self.layer == self.layers - 1 else str(self.layer + 1),
            "order": "" if view["order"] == self.own else view["order"],
            "t": "" if view["t"] == self.total // 2 else str(view["t"]),
        }


def choose() -> ReaderChoices:
    """All controls: a run, its epoch and layer, and a picture. Raises StoreError for a run whose weights are gone."""
    help = "Runs of a GRU, an LSTM or a plain RNN whose weights are kept."
    run = choose_run("reader", WANTED, label="Run", first=FIRST_RUN, help=help)
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
    return ReaderChoices(run, epoch, kept[epoch], layer, picture)


def choose_layer(run: Weighted) -> int:
    """Which of a run's layers is looked at, from 0: the last one at first. There is a control where there are several."""
    count = run.config["num_layers"]
    if count == 1:
        return 0
    help = (
        "The layer whose states and gates are shown. Layer 1 reads the patches, each other layer reads the layer below, and the head "
        "reads the last one."
    )
    with st.popover("More", icon=":material/tune:", width="stretch", key="reader_more"):
        layer = LAYER.among(range(1, count + 1), first=count).segmented("Layer", format_func="{:d}".format, width="stretch", help=help)
    return layer - 1


def view_of(choices: ReaderChoices) -> dict[str, Any]:
    """The order and how many patches are read: as the browser has sent it last, else as the link says, else half of them in the run's own
    order."""
    total, kinds = choices.total, choices.kinds
    if VIEW.value is None:
        order, t = Choice("reader", "order", kinds).linked, Choice("reader", "t", check=Whole(0, total)).linked
        VIEW.keep({"order": order, "t": t, "of": total})
    kept = VIEW.keep(view_sent(key=ORDERS_BOARD, orders=kinds, of=total) or VIEW.value)
    order, t = kept["order"], kept["t"] if kept["of"] == total else None
    return {"order": order if order in kinds else choices.own, "t": total // 2 if t is None else t}
