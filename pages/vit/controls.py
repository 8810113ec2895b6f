"""Controls of the page Vision Transformer: which run reads which picture, at which epoch, and which token and map are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.pictures.choose import Shown, choose_picture, known_picture
from dashboard.pictures.zoom import AT, at_patch, first_pixel
from dashboard.runs.choose import Wanted, choose_epoch, choose_run
from dashboard.runs.opened import Weighted, kept_epochs
from dashboard.shell import services
from dashboard.shell.choices import Choice, Kept, links
from dashboard.shell.link import link_of_run
from pages.vit.board import pin_sent
from pages.vit.lookups import Look
from pages.vit.view import Pin, checked_pin, map_name, parse_pin

BOARD = "vit_board"
FIRST_RUN = "recorded-shapes-vit"
WANTED = Wanted(
    lambda config: config["model"] == "vit",
    "is no Vision Transformer: it has no attention to look at. Choose another run.",
)
TOKEN = Choice("vit", "token", first="0")
MAP = Choice("vit", "map", first=map_name(0, 0, 1))
ALONE = "none"  # no other epoch beside the chosen one
BESIDE = Choice("vit", "beside", (ALONE,), first=ALONE)  # the epoch beside it, from 1; at first the first one that is kept
BEGINNING = Kept("vit", "beginning")  # what the browser looks at before it says so itself


@dataclass(frozen=True, eq=False)
class VitChoices:
    """What the controls say: a picture, a run, its epoch (from 0), and the weights that are kept of each epoch."""

    run: Weighted
    epoch: int
    kept: dict[int, Path]
    picture: Shown
    beside: int | None = None  # the epoch whose maps stand beside those of the chosen one

    @property
    def path(self) -> Path:
        """The weights that are looked into."""
        return self.kept[self.epoch]

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says, empty where it opens so anyway."""
        run = link_of_run(self.run.run_id, self.epoch, best=self.run.best, first=FIRST_RUN)
        beside = BESIDE.now if len(self.kept) > 1 and BESIDE.now != str(min(self.kept) + 1) else ""
        return {**self.picture.link, **run, **links(TOKEN, MAP), "beside": beside}


def choose_attending() -> tuple[Weighted, Shown, DeltaGenerator]:
    """A run with attention, a picture, and between the two a place for the epoch, of which there may be none."""
    run = choose_run("vit", WANTED, first=FIRST_RUN, help="Vision Transformers whose weights are kept.")
    place = st.container()
    classes = services.run(run.run_id).classes
    return run, choose_picture(classes, first=known_picture(run.config, classes)), place


def choose_weights(run: Weighted, picture: Shown) -> VitChoices:
    """The slider over the epochs whose weights are kept. Raises StoreError where there are none."""
    kept = kept_epochs(run)
    epoch = choose_epoch(services.run(run.run_id), list(kept))
    return VitChoices(run, epoch, kept, picture, _choose_beside(list(kept), epoch))


def _choose_beside(kept: list[int], epoch: int) -> int | None:
    """The epoch beside the chosen one; None where only one is kept, and where it is the same or none is wanted."""
    if len(kept) < 2:
        return None
    options = [str(at + 1) for at in kept]
    help = "The same map after two epochs, side by side: what has training changed?"
    beside = BESIDE.among([*options, ALONE], first=options[0]).selectbox("Beside it, epoch", help=help)
    return None if beside in (ALONE, str(epoch + 1)) else int(beside) - 1


def pin_of(attention: Look) -> Pin:
    """What is looked at: what the browser has said last, else what it was; at the first visit that of the link."""
    packed, heads = attention.packed, attention.distance.shape[1]
    size = {"tokens": packed.tokens, "layers": packed.layers}
    if (sent := pin_sent(key=BOARD)) is None:
        if TOKEN.linked is None and AT.linked:  # who comes from the picture and a patch
            TOKEN.set(str(packed.lead + at_patch(AT.linked, packed.side)))
        pin = BEGINNING.keep(parse_pin(TOKEN.value, MAP.value, **size, heads=heads))
    else:
        pin = checked_pin(sent, **size, columns=packed.columns)
    TOKEN.set(str(pin.token))
    MAP.set(map_name(pin.layer, pin.column, heads))
    if pin.token >= packed.lead and at_patch(AT.value, packed.side) != pin.token - packed.lead:
        AT.set(first_pixel(pin.token - packed.lead, packed.side))
    return pin
