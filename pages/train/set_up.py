"""What the controls of the page Train say beside the run that its chart shows: a chart of another model must not pass for this one's."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import streamlit as st

from core.data import DATASETS
from core.evaluation.pairs import differing
from core.models import MODELS
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.set_ups import MACHINE
from dashboard.kit.wording import marked
from dashboard.runs.labels import data_label, run_label
from dashboard.shell import show, state
from dashboard.shell.torch_first import torch_is_loaded
from pages.train.forecast import forecasts, timed
from pages.train.view import span

NAMED = 4  # hyperparameters that are named before "and so many more"


def set_up_line(run: Snapshot, config: RunConfig | None, *, ready: bool) -> None:
    """Beside a run that has ended: that it is a recorded one, or in what the controls differ from it; and what Play trains, if `ready`."""
    if run.active:
        return
    apart = [name for name in differing([run.config, config.flat()]) if name not in (*MACHINE, "precision")] if config else []
    if not apart:
        if run.recorded:
            same = marked(" The controls are set as it was: press **Play** to train it anew.") if ready else ""
            show.caption(marked("This is a recorded example.{}", same))
        return
    if other_model(run, config) and not state.just_opened():
        st.html('<span class="lab-other-model"></span>')  # page.css lets the chart and its numbers fade
    play = marked(" **Play** trains it.") if ready else ""
    show.caption(marked("{} Your set-up: **{}**{}.{}", _shown(run, apart), _model(config), _sizes(config), play))


def other_model(run: Snapshot, config: RunConfig) -> bool:
    """Whether the controls describe another model or other data than those of the run: its numbers say nothing of this one."""
    own = {"model": config.model, "dataset": config.dataset, **vars(config.model_config), **vars(config.data_config)}
    return any(run.config.get(name) != value for name, value in own.items())


def _shown(run: Snapshot, apart: list[str]) -> str:
    apart = sorted(apart, key=lambda name: name not in ("model", "dataset"))  # these first
    names = ", ".join(apart[:NAMED]) + (f" and {len(apart) - NAMED} more" if len(apart) > NAMED else "")
    return f"The chart shows another run ({run_label(run)}); the controls differ from it in {names}."


def _model(config: RunConfig) -> str:
    return f"{MODELS[config.model].title} on {data_label(config.flat())}"


def _sizes(config: RunConfig) -> str:
    """How many parameters, and how long it will take, as far as that is known without making anybody wait."""
    sizes = []
    spec = DATASETS[config.dataset]
    if torch_is_loaded() and not (spec.needs_folder or spec.needs_set):  # how many classes these have, nobody has counted yet
        sizes.append(f"{parameters(config.model, config.model_config, config.dataset):,} parameters")
    if promised := forecasts.get(timed(config)):
        sizes.append(f"about {span(promised.seconds)}")
    return "".join(f", {words}" for words in sizes)


@lru_cache(maxsize=256)
def parameters(model: str, hyperparameters: Any, dataset: str) -> int:
    """How many numbers a model of these hyperparameters learns; it is not made for that."""
    from core.models.weightless import build_weightless
    from core.training.runs.speed import rehearsed

    task = rehearsed(RunConfig(model=model, dataset=dataset, model_config=hyperparameters))
    return sum(weight.numel() for weight in build_weightless(model, task, **vars(hyperparameters)).parameters())
