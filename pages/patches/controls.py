"""Controls of the page Patches: whose embedding makes the tokens of which picture, read in which order, and what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.errors import LabError
from core.evaluation.kept_weights import read_embedding
from core.models import MODELS
from core.models.configs import PATCH_SIZES, WIDTHS, PatchConfig
from core.models.embedding import Embedding
from core.models.orders import ORDERS
from core.training.history import Snapshot
from dashboard.pictures.choose import Shown, choose_picture
from dashboard.pictures.zoom import AT
from dashboard.runs.choose import Wanted, choose_epoch, choose_run, run_link
from dashboard.shell import services, show
from dashboard.shell.choices import Choice, Kept, links

ORDER_WORDS = {"rows": "Rows", "columns": "Columns", "snake": "Snake", "hilbert": "Hilbert curve", "random": "Random but fixed"}
PATCH = Choice("patches", "patch", PATCH_SIZES, first=PATCH_SIZES[0])  # at first that of the run
WIDTH = Choice("patches", "width", WIDTHS, first=WIDTHS[0])  # as well
PATCH_OF = Kept("patches", "patch_of")  # the run for which a patch size was chosen
ORDER = Choice("patches", "order", ORDERS, first="rows")
FEATURE = Choice("patches", "feature", range(1, max(WIDTHS) + 1), first=1)
REBUILT = Choice("patches", "rebuilt", (True,), first=False, write=lambda _: "1")
PLAIN = np.full(3, 0.5), np.full(3, 0.25)  # mean and deviation where no run says any


@dataclass(frozen=True, eq=False)
class PatchesChoices:
    """What the controls say: a run and its epoch, its trained embedding (None where it keeps no weights), the one that makes the tokens."""

    run: Snapshot
    epoch: int | None
    trained: Embedding | None
    used: Embedding
    words: str  # whose embedding makes the tokens
    order: str  # in which the patches are read
    picture: Shown

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says, empty where it opens so anyway."""
        own, fits = self.run.config, self.used is self.trained
        return {
            **run_link(self.run, self.epoch),
            "patch": "" if self.used.patch_size == own["patch_size"] else str(self.used.patch_size),
            "width": "" if fits or self.used.embed_dim == own["embed_dim"] else str(self.used.embed_dim),
            **self.picture.link,
            **links(AT, ORDER, FEATURE, REBUILT),
        }


def has_patch_embedding(config: Mapping[str, Any]) -> bool:
    """Whether a run's model starts with a `PatchEmbed`."""
    return config["model"] in MODELS and issubclass(MODELS[config["model"]].config, PatchConfig)


EMBEDDED = Wanted(has_patch_embedding, "cuts no patches: choose another run.", weights=False)


def choose() -> PatchesChoices:
    """All controls: run, epoch, patch size, width of a token, scan order, and the picture."""
    run = services.run(choose_run("patches", EMBEDDED).run_id)
    epoch, trained = _trained(run)
    patch_size = _patch_size(run)
    fits = trained is not None and trained.patch_size == patch_size
    width = _width(run, disabled=fits)
    name = run.run_id
    if fits:
        used, words = trained, f"the embedding of {name}, epoch {epoch + 1}"
    else:
        mean, std = (trained.mean, trained.std) if trained else PLAIN
        used = Embedding.untrained(patch_size, width, mean=mean, std=std)
        why = f"{name} has patches of {run.config['patch_size']}" if trained else f"{name} keeps no weights"
        words = f"an untrained embedding ({why})"
    help = "The order of the sequence. The models of this lab read by rows; the tokens are the same in any order."
    order = ORDER.selectbox("Scan order", format_func=ORDER_WORDS.get, help=help)
    with st.popover("Choose the image", icon=":material/image:", width="stretch", key="patches_picture"):
        picture = choose_picture(run.classes, any_split=True)
    return PatchesChoices(run, epoch, trained, used, words, order, picture)


def _trained(run: Snapshot) -> tuple[int | None, Embedding | None]:
    """The chosen epoch, of those whose weights are kept, and its embedding; None and why where there is none."""
    weights: dict[int, Path] = services.manager().kept_weights(run.run_id)
    epochs = [epoch for epoch in sorted(weights) if epoch < len(run.epochs)]
    if not epochs:
        st.caption("This run keeps no weights (yet), so its embedding cannot be shown.")
        return None, None
    epoch = choose_epoch(run, epochs)
    try:
        return epoch, read_embedding(weights[epoch])
    except LabError as error:
        show.error(error)
        return epoch, None


def _patch_size(run: Snapshot) -> int:
    """The side of a patch; that of the run until another one is chosen, and again when the run is changed."""
    own = run.config["patch_size"]
    if PATCH_OF.value not in (None, run.run_id):
        PATCH.set(own)
    PATCH_OF.keep(run.run_id)
    help = f"The divisors of 32. The run has {own}; for any other size the embedding is untrained."
    return PATCH.among(PATCH_SIZES, first=own).slider("Patch size (pixels)", help=help)


def _width(run: Snapshot, *, disabled: bool) -> int:
    """How many numbers a token has; of a trained embedding that is settled."""
    label, own = "Embedding size, C", run.config["embed_dim"]
    widths = sorted({*WIDTHS, own, WIDTH.now or own})  # a run from a script may have any, and so may the one before
    if disabled:
        st.select_slider(
            show.label(label),
            widths,
            value=own,
            format_func=show.label,
            disabled=True,
            help="The run was trained with this embedding size. With another patch size you can change it.",
        )
        return own
    return WIDTH.among(widths, first=own).slider(label, help="How many numbers a token of the untrained embedding has.")
