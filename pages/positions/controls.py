"""Which positions a page shows: their kind, how many of how many features, and of learned ones the run and epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.images import SIZE
from core.errors import ConfigError, LabError
from core.evaluation.kept_weights import read_positions
from core.probes.positions.tables import KINDS, MOST_TOKENS, MOST_WIDTH, check_size, position_table
from core.training.history import Snapshot
from dashboard.runs.choose import Wanted, choose_epoch, choose_run, run_link
from dashboard.shell import services, visitor
from dashboard.shell.choices import Choice, links
from dashboard.shell.words import counted
from pages.positions.view import TITLES

SIZES = range(-10_000, 1_000_000)  # what a link may say of a size before it is checked
PERMUTATION_WORDS = {"random": "Random", "reverse": "Reverse", "shift": "Shift by one", "swap": "Swap two", "halves": "Swap the halves"}

ANY_SIZE = {"min_value": None, "max_value": None, "required": True}  # of a field: what is wrong with a size is said below

KIND = Choice("positions", "kind", KINDS, first="sinusoidal")
LENGTH = Choice("positions", "length", SIZES, first=65)
WIDTH = Choice("positions", "width", SIZES, first=64)
PERMUTATION = Choice("positions", "p", tuple(PERMUTATION_WORDS), first="random")


@dataclass(frozen=True, eq=False)
class PositionChoices:
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

    @property
    def code(self) -> str:
        """Python that makes the same table, where a formula does."""
        return f'from core.probes.positions.tables import position_table\n\nposition_table("{self.kind}", {self.length}, {self.dim})'


def has_learned_positions(config: Mapping[str, Any]) -> bool:
    """Whether a run has a table of learned positions that is small enough to be shown."""
    if config["model"] != "vit" or config.get("positions") != "learned":
        return False
    return tokens_of(config) <= MOST_TOKENS and config["embed_dim"] <= MOST_WIDTH


LEARNED = Wanted(has_learned_positions, "has no learned positions that fit here: choose another run.", weights=False)


def tokens_of(config: Mapping[str, Any]) -> int:
    """How many tokens a ViT of this config reads: its patches and the class token."""
    return (SIZE // config["patch_size"]) ** 2 + 1


def choose() -> PositionChoices:
    """The controls."""
    kind = KIND.radio(
        "Positions", format_func=TITLES.get, help="How a token knows its position; the same choice as for the ViT on the page Train."
    )
    kind = kind if kind in KINDS else KIND.first  # a browser may say anything
    return _learned() if kind == "learned" else _made(kind)


def link_of(choices: PositionChoices) -> dict[str, str]:
    """What a link to the whole page says."""
    return {**choices.link, **links(PERMUTATION)}


def _made(kind: str) -> PositionChoices:
    """Positions that follow a formula, of any size."""
    length = LENGTH.number_input("Tokens", help=f"1 to {MOST_TOKENS}. For example, 65 are 8 × 8 patches and a class token.", **ANY_SIZE)
    title = "Size of a head, D" if kind == "rotary" else "Embedding size, C"
    dim = WIDTH.number_input(title, help=f"Number of features, 2 to {MOST_WIDTH}.", **ANY_SIZE)
    note = ""
    try:
        check_size(length, dim)
    except ConfigError as error:
        length, dim = max(1, min(length, MOST_TOKENS)), max(2, min(dim, MOST_WIDTH))
        note = f"{visitor.told(error)} Shown: {counted(length, 'tokens')}, {counted(dim, 'features')}."
    link = {**links(KIND), "length": LENGTH.written(length), "width": WIDTH.written(dim)}
    try:
        table, why = position_table(kind, length, dim), ""
    except ConfigError as error:
        table, why = None, visitor.told(error)
    return PositionChoices(kind, length, dim, table, why, "", None, None, link, note)


def _learned() -> PositionChoices:
    """The table of a run at one of its epochs."""
    run = services.run(choose_run("positions", LEARNED).run_id)
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
    return PositionChoices("learned", length, dim, table, why, words, run, epoch, {"kind": "learned", **run_link(run, epoch)})
