"""Which positions a page shows: their kind, how many of how many features, and of learned ones the run and epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.data.images import SIZE
from core.errors import ConfigError, LabError
from core.evaluation.learned_positions import read_positions
from core.probes.positions import KINDS, MOST_TOKENS, MOST_WIDTH, check_size, position_table
from core.training.history import Snapshot
from dashboard.runs.feed import choose_epoch, choose_run
from dashboard.runs.feed import link_values as feed_link
from dashboard.shell import services, show, state, visitor
from pages.positions.view import TITLES, plural

KIND, LENGTH, WIDTH = "positions_kind", "positions_length", "positions_width"
FIRST, FIRST_LENGTH, FIRST_WIDTH = "sinusoidal", 65, 64
TYPED = range(-10_000, 1_000_000)  # what a link may say of a size before it is checked


@dataclass(frozen=True, eq=False)
class Chosen:
    """The positions on the page: their table (T, C), None where they cannot be, and `why`; of learned ones the run and epoch.

    `note` says what of the controls is not as it was asked for.
    """

    kind: str
    length: int
    dim: int
    table: np.ndarray | None
    why: str
    words: str
    run: Snapshot | None
    epoch: int | None
    link: Mapping[str, str]
    note: str = ""


def has_learned_positions(config: Mapping[str, Any]) -> bool:
    """Whether a run has a table of learned positions that is small enough to be shown."""
    if config["model"] != "vit" or config.get("positions") != "learned":
        return False
    return tokens_of(config) <= MOST_TOKENS and config["embed_dim"] <= MOST_WIDTH


def tokens_of(config: Mapping[str, Any]) -> int:
    """How many tokens a ViT of this config reads: its patches and the class token."""
    return (SIZE // config["patch_size"]) ** 2 + 1


def choose_positions() -> Chosen:
    """The controls."""
    state.start(KIND, "kind", KINDS, FIRST)
    kind = st.radio(
        "Positions", KINDS, format_func=TITLES.get, key=KIND, persist_state="session",
        help="How a token knows its place; the same choice as that of the ViT on the page Train.",
    )  # fmt: skip
    return _learned() if kind == "learned" else _made(kind)


def _made(kind: str) -> Chosen:
    """Positions that follow a formula, of any size."""
    length = _size(LENGTH, "length", "Tokens", FIRST_LENGTH, f"1 to {MOST_TOKENS}; 65 are 8 × 8 patches and a class token.")
    title = "Width of a head" if kind == "rotary" else "Width of a token"
    dim = _size(WIDTH, "width", title, FIRST_WIDTH, f"Features, 2 to {MOST_WIDTH}.")
    note = ""
    try:
        check_size(length, dim)
    except ConfigError as error:
        length, dim = max(1, min(length, MOST_TOKENS)), max(2, min(dim, MOST_WIDTH))
        note = f"{visitor.told(error)} Shown: {plural(length, 'token')}, {plural(dim, 'feature')}."
    link = {
        "kind": "" if kind == FIRST else kind,
        "length": "" if length == FIRST_LENGTH else str(length),
        "width": "" if dim == FIRST_WIDTH else str(dim),
    }
    try:
        table, why = position_table(kind, length, dim), ""
    except ConfigError as error:
        table, why = None, visitor.told(error)
    return Chosen(kind, length, dim, table, why, "", None, None, link, note)


def _size(key: str, name: str, label: str, default: int, told: str) -> int:
    state.start(key, name, TYPED, default)
    return int(st.number_input(show.label(label), step=1, key=key, required=True, persist_state="session", help=show.label(told)))


def _learned() -> Chosen:
    """The table of a run at one of its epochs."""
    run = choose_run(has_learned_positions)
    length, dim = tokens_of(run.config), run.config["embed_dim"]
    weights: dict[int, Path] = services.manager().kept_weights(run.run_id)
    epochs = [epoch for epoch in sorted(weights) if epoch < len(run.epochs)]
    table, epoch, why = None, None, f"{run.run_id} keeps no weights (yet), so its positions cannot be shown: choose another run."
    if epochs:
        epoch = choose_epoch(run, epochs)
        try:
            table, why = read_positions(weights[epoch]), ""
        except LabError as error:
            why = visitor.told(error)
    words = f"{run.run_id} after epoch {epoch + 1}" if epoch is not None else run.run_id
    return Chosen("learned", length, dim, table, why, words, run, epoch, {"kind": "learned", **feed_link(run, epoch)})
