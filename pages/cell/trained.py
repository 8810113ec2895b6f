"""The cell of a trained run on the page The cell, and a picture as that run reads it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import ConfigError, LabError
from core.evaluation.kept_weights import read_embedding, read_layers
from core.probes.recurrence.cell_by_hand import inside
from dashboard.pictures.choose import choose_picture
from dashboard.pictures.html import png_uri
from dashboard.runs.choose import Wanted, choose_epoch, choose_run, run_link
from dashboard.shell import services, show
from dashboard.shell.choices import links
from pages.cell.choices import KIND, PLACE, SOURCE, CellChoices
from pages.cell.view import place_words


def trained(kind: str) -> CellChoices | None:
    """A cell of a run, and a picture as that run reads it; None, after a sentence on the page, if there are no weights to read."""
    base = kind.removesuffix("2014")
    wanted = Wanted(lambda config: config["model"] == base, "has no such cell: choose another run.", weights=False)
    run = services.run(choose_run("cell", wanted).run_id)
    kept = services.manager().kept_weights(run.run_id)
    epochs = [epoch for epoch in sorted(kept) if epoch < len(run.epochs)]
    try:
        if not epochs:
            raise ConfigError(f"Run {run.run_id} keeps no weights (yet): choose another run. Random weights are used instead.")
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
    link = {**links(KIND, SOURCE), "layer": PLACE.written(place), **run_link(run, epoch), **picture.link}
    code = _code(kind, run.run_id, epoch, layer, backward=backward)
    split = f"epoch {epoch + 1} of {len(run.epochs)}, seed {run.config['seed']}"
    side = round(len(tokens) ** 0.5)
    return CellChoices(reading, words, link, code, split=split, picture=png_uri(picture.pixels), side=side, backward=backward)


def _code(kind: str, run_id: str, epoch: int, layer: int, *, backward: bool) -> str:
    """Python that makes the same reading."""
    return (
        "import numpy as np\nfrom core.evaluation.kept_weights import read_layers\nfrom core.evaluation.embedding import read_embedding\n"
        "from core.probes.recurrence.cell_by_hand import inside, parse_edits\n"
        "from core.training import RunManager\n\n"
        f'path = RunManager(".lab").weights({run_id!r}, {epoch})\n'
        "tokens = read_embedding(path).tokens(pixels)  # pixels: (3, 32, 32) uint8\n"
        f"reading = inside({kind!r}, read_layers(path), tokens, {layer}, backward={backward})\n"
        "print(reading.steps.hidden.round(3))  # (T, H)"
    )


def _choose_place(layers: list[list[Any]]) -> str:
    """Which cell of a stack: "1", "1b" (layer 1, backward), "2" and so on. No choice where there is one cell only."""
    places = [f"{n}{way}" for n, directions in enumerate(layers, 1) for way in ("", "b")[: len(directions)]]
    if len(places) == 1:
        return PLACE.among(places).value
    return PLACE.among(places).selectbox(
        "Layer and direction",
        format_func=lambda place: place_words(place, len(layers)).capitalize(),
        help="A higher layer reads the states of the layer below, in both directions. A backward cell starts at the end.",
    )
