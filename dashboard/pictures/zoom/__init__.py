"""From a picture to a Vision Transformer: a strip under the claim of three pages, which keeps the picture and the chosen patch.

    strip = zoom_place()
    with strip:
        zoom_strip("vit", picture, at=AT.value, side=8, run={"run": "recorded-shapes-vit", "epoch": "16"})

It shows where one is on the way (a picture and a patch, the sequence of tokens, attention of this token, all layers), and leads to the
neighbours: what is shown goes along in the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.checks import OneOf, Whole
from core.data.images import SIZE
from core.errors import LabError
from dashboard.kit.component import component
from dashboard.kit.messages import sent_now
from dashboard.kit.packed import packed_picture
from dashboard.navigation import PAGES
from dashboard.pictures.choose import Shown
from dashboard.shell import services, state
from dashboard.shell.choices import Choice
from dashboard.shell.pointing import point_at

PIXELS = frozenset(product(range(SIZE), repeat=2))
AT = Choice("picture", "at", PIXELS, first=(16, 16), write="{0[0]},{0[1]}".format)  # the chosen patch is the one that holds this pixel


@dataclass(frozen=True)
class Step:
    """A step of the zoom: the address of its page, its words, what a link to it says beside the picture, and where it is seen."""

    page: str
    words: str
    link: Mapping[str, str]
    seen_in: str = ""


STEPS = {
    "picture": Step("patches", "The picture and a patch", {}),
    "tokens": Step("patches", "The sequence of tokens", {}, "patches_steps"),
    "attention": Step("attention", "Attention of this token", {"tokens": "patches"}),
    "layers": Step("vit", "All layers of a ViT", {}),
}
HTML = (
    '<nav class="zoom" aria-label="From the picture to all layers">'
    + "".join(
        f'<button type="button" data-step="{name}"><canvas aria-hidden="true"></canvas><span>{step.words}</span></button>'
        for name, step in STEPS.items()
    )
    + "</nav>"
)
_mount = component(__file__, HTML)


def zoom_place() -> DeltaGenerator:
    """Where the strip will stand: it keeps its room, for a page draws it once the picture is known."""
    place = st.container(key="zoom")
    place.html("<span hidden></span>")  # an empty one would take no room
    return place


def zoom_strip(page: str, picture: Shown, *, at: tuple[int, int], side: int, run: Mapping[str, str]) -> None:
    """Draw the strip of the page with this address. `at` is the pixel (row, column) whose patch is chosen, of `side` x `side` patches.

    `run` is what a link says of the run and its epoch. A press opens the page of a step.
    """
    message = {
        "pixels": packed_picture(picture.pixels),
        "side": side,
        "patch": at_patch(at, side),
        "here": [name for name, step in STEPS.items() if step.page == page],
    }
    chosen = sent_now(_mount(data=[message], key="zoom_strip", on_go_change=lambda: None), "go", OneOf(STEPS))
    if chosen:
        step = STEPS[chosen]
        point_at(step.seen_in)
        state.go_to(path_of(step.page), link_to(step, picture, at, run))


def link_to(step: Step, picture: Shown, at: tuple[int, int], run: Mapping[str, str]) -> dict[str, str]:
    """What the address of a step says: the picture, the patch, and the run, where its page can show it."""
    return {**picture.named, "at": AT.write(at), **(run if _shows(step, run) else {}), **step.link}


def _shows(step: Step, run: Mapping[str, str]) -> bool:
    """Whether the page of a step can show a run: all layers are those of a ViT."""
    try:
        return step.page != "vit" or not run.get("run") or services.run(run["run"]).config["model"] == "vit"
    except LabError:
        return False


def at_patch(at: tuple[int, int], side: int) -> int:
    """The patch, of `side` x `side` row by row, that holds a pixel (row, column)."""
    cell = SIZE // side
    return at[0] // cell * side + at[1] // cell


def first_pixel(patch: int, side: int) -> tuple[int, int]:
    """The first pixel (row, column) of a patch of `side` x `side`."""
    cell = SIZE // side
    return patch // side * cell, patch % side * cell


def run_here() -> dict[str, str]:
    """What a link says of the run and the epoch that came along to a page that shows none."""
    run = state.shown_run()
    epoch = state.read("epoch", Whole(1)) if run else None
    return {"run": run, "epoch": "" if epoch is None else str(epoch)}


def path_of(address: str) -> str:
    """The script of a page, as Streamlit opens it."""
    return next(page.path for page in PAGES if page.url_path == address)
