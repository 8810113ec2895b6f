"""Which embedding makes the tokens on a page: that of a run at an epoch, or an untrained one where the run has other patches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.errors import LabError
from core.evaluation.embedding import read_embedding
from core.models import MODELS
from core.models.configs import PATCH_SIZES, WIDTHS, PatchConfig
from core.models.embedding import Embedding
from core.training.history import Snapshot
from dashboard.runs.choose import Wanted, choose_epoch, choose_run
from dashboard.shell import services, show, state

PATCH, WIDTH, PATCHES_OF = "patch_size", "token_width", "patches_of"
PLAIN = np.full(3, 0.5), np.full(3, 0.25)  # mean and deviation where no run says any


@dataclass(frozen=True, eq=False)
class Chosen:
    """The run and epoch on the page, its trained embedding (None where it keeps no weights), and the one that makes the tokens."""

    run: Snapshot
    epoch: int | None
    trained: Embedding | None
    used: Embedding
    words: str  # whose embedding makes the tokens
    link: Mapping[str, str]


def has_patch_embedding(config: Mapping[str, Any]) -> bool:
    """Whether a run's model starts with a `PatchEmbed`."""
    return config["model"] in MODELS and issubclass(MODELS[config["model"]].config, PatchConfig)


EMBEDDED = Wanted(has_patch_embedding, "cuts no patches: choose another run.", weights=False)


def choose_embedding() -> Chosen:
    """The controls run, epoch, patch size and width of a token."""
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
    link = {
        "patch": "" if patch_size == run.config["patch_size"] else str(patch_size),
        "width": "" if fits or width == run.config["embed_dim"] else str(width),
    }
    return Chosen(run, epoch, trained, used, words, link)


def _trained(run: Snapshot) -> tuple[int | None, Embedding | None]:
    """The chosen epoch, of those whose weights are kept, and its embedding; None and why where there is none."""
    weights: dict[int, Path] = services.manager().kept_weights(run.run_id)
    epochs = [epoch for epoch in sorted(weights) if epoch < len(run.epochs)]
    if not epochs:
        st.caption("This run keeps no weights (yet): nothing of it can be looked into.")
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
    state.start(PATCH, "patch", PATCH_SIZES, own)
    if st.session_state.setdefault(PATCHES_OF, run.run_id) != run.run_id:
        st.session_state.update({PATCH: own, PATCHES_OF: run.run_id})
    return st.select_slider(
        "Patch size (pixels)", PATCH_SIZES, key=PATCH, persist_state="session",
        help=show.label(f"The divisors of 32. The run has {own}: for any other size the embedding is an untrained one."),
    )  # fmt: skip


def _width(run: Snapshot, *, disabled: bool) -> int:
    """How many numbers a token has; of a trained embedding that is settled."""
    label, own = "Numbers in a token", run.config["embed_dim"]
    widths = sorted({*WIDTHS, own, st.session_state.get(WIDTH, own)})  # a run from a script may have any, and so may the one before
    if disabled:
        st.select_slider(
            show.label(label),
            widths,
            value=own,
            format_func=show.label,
            disabled=True,
            help="The run has learned with this width. Another patch size frees it.",
        )
        return own
    state.start(WIDTH, "width", widths, own)
    return st.select_slider(
        show.label(label), widths, key=WIDTH, format_func=show.label, persist_state="session", help="embed_dim of the untrained embedding."
    )
