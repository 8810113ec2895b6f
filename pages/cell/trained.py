"""The cell of a trained run on the page The cell, and a picture as that run reads it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import ConfigError, LabError
from core.evaluation.cell_weights import read_layers
from core.evaluation.embedding import read_embedding
from core.probes.cell_by_hand import inside
from dashboard.pictures.choose import choose_picture
from dashboard.pictures.html import png_uri
from dashboard.runs.choose import Wanted, choose_epoch, choose_run, run_link
from dashboard.shell import services, show, state
from pages.cell.one_cell import Asked

PLACE = "cell_place"  # layer and direction


def trained(kind: str) -> Asked | None:
    """A cell of a run, and a picture as that run reads it; None, after a sentence on the page, if there are no weights to read."""
    base = kind.removesuffix("2014")
    wanted = Wanted(lambda config: config["model"] == base, "has no such cell: choose another run.", weights=False)
    run = services.run(choose_run("cell", wanted).run_id)
    kept = services.manager().kept_weights(run.run_id)
    epochs = [epoch for epoch in sorted(kept) if epoch < len(run.epochs)]
    try:
        if not epochs:
            raise ConfigError(f"Run {run.run_id} keeps no weights (yet): choose another run. Random weights stand in.")
        epoch = choose_epoch(run, epochs)
        layers, embedding = read_layers(kept[epoch]), read_embedding(kept[epoch])
    except LabError as error:
        show.error(error)
        return None
    place = _choose_place(layers)
    layer, backward = int(place.removesuffix("b")) - 1, place.endswith("b")
    with st.popover("Choose the picture", icon=":material/image:", width="stretch", key="cell_picture"):
        picture = choose_picture(run.classes)
    tokens = embedding.tokens(picture.pixels)  # (N, E)
    reading = inside(kind, layers, tokens, layer, backward=backward)
    read = f"{len(tokens)} patches of {picture.caption}"
    below = f"states of layer {layer} on " if layer else ""
    words = (
        f"{run.run_id}, epoch {epoch + 1}, {place_words(place, len(layers))}; inputs: {below}{read}"
        f"{', from the last to the first' if backward else ''}"
    )
    if kind == "gru2014":
        words += " (trained as torch's GRU: the 2014 form was never trained)"
    link = {
        "cell": "" if kind == "gru" else kind,
        "weights": "run",
        "layer": "" if place == "1" else place,
        **run_link(run, epoch),
        **picture.link,
    }
    code = (
        "import numpy as np\nfrom core.evaluation.cell_weights import read_layers\nfrom core.evaluation.embedding import read_embedding\n"
        "from core.probes.cell_by_hand import inside, parse_edits\n"
        "from core.training import RunManager\n\n"
        f'path = RunManager(".lab").weights({run.run_id!r}, {epoch})\n'
        "tokens = read_embedding(path).tokens(pixels)  # pixels: (3, 32, 32) uint8\n"
        f"reading = inside({kind!r}, read_layers(path), tokens, {layer}, backward={backward})\n"
        "print(reading.steps.hidden.round(3))  # (T, H)"
    )
    split = f"epoch {epoch + 1} of {len(run.epochs)}, seed {run.config['seed']}"
    side = round(len(tokens) ** 0.5)
    return Asked(reading, words, link, code, split=split, picture=png_uri(picture.pixels), side=side, backward=backward)


def _choose_place(layers: list[list[Any]]) -> str:
    """Which cell of a stack: "1", "1b" (layer 1, backward), "2" and so on. No choice where there is one cell only."""
    places = [f"{n}{way}" for n, directions in enumerate(layers, 1) for way in ("", "b")[: len(directions)]]
    state.start(PLACE, "layer", places, "1")
    if st.session_state[PLACE] not in places:  # of the run before
        st.session_state[PLACE] = "1"
    if len(places) == 1:
        return "1"
    return st.selectbox(
        "Layer and direction", places, format_func=lambda place: show.plain(place_words(place, len(layers)).capitalize()),
        key=PLACE,
        persist_state="session",
        help="A higher layer reads the states of the one below, of both directions; a backward cell starts at the end.",
    )  # fmt: skip


def place_words(place: str, layers: int) -> str:
    """What a cell of a stack is called."""
    return f"layer {place.removesuffix('b')} of {layers}, {'backward' if place.endswith('b') else 'forward'}"
