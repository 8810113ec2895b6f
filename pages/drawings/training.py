"""Training on what was drawn: one tap, and its curve beside the pictures."""

from __future__ import annotations

import streamlit as st

from core.data.made_sets import MADE, check_enough, in_words
from core.errors import DataError
from core.training.config import RunConfig
from core.training.history import Snapshot
from dashboard.kit.wording import marked
from dashboard.runs.shown import shown
from dashboard.shell import orders, show, state, visitor
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.notices import said_above
from dashboard.shell.page import fragment
from dashboard.shell.pulsed import rerun_when_pulsed
from dashboard.training.live import chart_panel, ticking
from pages.drawings.lookups import drawings, shown_set

# What learns from a few dozen pictures within half a minute: small steps, many epochs, and a fifth of the pictures to be judged by.
MODELS = {
    "CNN": {"model": "cnn", "epochs": 30, "batch_size": 16, "lr": 2e-3},
    "GRU": {"model": "gru", "patch_size": 4, "embed_dim": 32, "hidden_size": 64, "epochs": 40, "batch_size": 16, "lr": 4e-3},
    "ViT": {"model": "vit", "epochs": 60, "batch_size": 16, "lr": 1e-3},
}
MODEL = Choice("drawings", "model", MODELS, first="CNN", in_link=False)
DRAWN = Kept("drawings", "enough")  # whether the button that is on the page now was drawn for a set with enough pictures


def training_panel() -> None:
    """The button that trains on the set as it is now, be it open or not, and the curve of the run on it that this session looks at."""
    run, missing = shown(), _missing(shown_set())
    DRAWN.keep(missing == "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        MODEL.segmented("Model")
        more = {"type": "primary", "on_click": _train, "disabled": (_is_on_set(run) and run.active) or missing != ""}
        st.button("Train on them", icon=":material/play_arrow:", key="drawings_train", **more)
        if _is_on_set(run) and run.active and visitor.may_steer(run.run_id):
            st.button("Stop", icon=":material/stop:", key="drawings_stop", on_click=_stop, args=(run,))
    fragment(_pictures)()
    if _is_on_set(run):
        ticking(run, chart_panel)


def _pictures() -> None:
    """What there is to train on, which follows what arrives. The button is drawn anew once it is enough, or is not any more."""
    rerun_when_pulsed("drawings", drawings().version, key="drawings_pictures")
    name, run = shown_set(), shown()
    if not name or DRAWN.value != (_missing(name) == ""):
        st.rerun()
    said = marked("**{}**: {}. A fifth of them is kept for validation, a tenth for the final test.", name, in_words(*_found(name)))
    if _is_on_set(run) and run.sizes:
        said += marked(" **{}** began with {} pictures, and keeps them.", run.run_id, f"{sum(run.sizes.values()):,}")
    elif drawings().now:
        said += " A run keeps the pictures with which it begins. Pictures that arrive later are for the next run."
    show.caption(_missing(name) or said)


def _found(name: str) -> tuple[int, int]:
    """How many classes of a set have pictures, and how many pictures all have."""
    counts = drawings().counts(name).values()
    return sum(map(bool, counts)), sum(counts)


def _missing(name: str) -> str:
    """What a set lacks to be trained on, in a sentence; "" when it has enough."""
    try:
        check_enough(name, *_found(name))
        return ""
    except DataError as error:
        return visitor.told(error)


def _is_on_set(run: Snapshot) -> bool:
    return run.config["dataset"] == MADE and run.config.get("made") == shown_set()


def config_for(model: str, name: str) -> RunConfig:
    """How one of `MODELS` is trained on a set."""
    return RunConfig.of(**MODELS[model], dataset=MADE, made=name, val_fraction=0.2, test_fraction=0.1)


def _train() -> None:
    with said_above():
        name = shown_set()
        check_enough(name, *_found(name))
        state.show_run(orders.submit(config_for(MODEL.value, name)))


def _stop(run: Snapshot) -> None:
    with said_above():
        orders.stop(run.run_id)
