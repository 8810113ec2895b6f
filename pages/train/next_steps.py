"""What one does with a run that has ended: links that carry it to the pages that show more of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.records.recorded import RECORDED, recorded_names, recorded_run
from core.training.flat_config import kind_of
from core.training.history import Snapshot
from dashboard.navigation import PAGES
from dashboard.pictures.reading import READERS
from dashboard.shell import show, state


@dataclass(frozen=True)
class Step:
    """A page that shows more of a run, by its address, and the link that sets it up."""

    label: str
    page: str
    link: Mapping[str, str]
    icon: str


def next_steps(run: Snapshot) -> None:
    """Offer them once a run of this lab has ended with an epoch."""
    if not run.recorded and not run.active and run.epochs:
        st.caption("What now?")
        step_buttons(run.run_id, run.config)


def step_buttons(run_id: str, config: Mapping[str, Any], *, at: str = "next") -> None:
    """A button for each step; `at` tells those of one place on the page from those of another."""
    with st.container(horizontal=True):
        for step in steps(run_id, config):
            if st.button(show.label(step.label), key=f"{at}-{step.page}-{run_id}", icon=step.icon, type="tertiary"):
                state.go_to(next(page.path for page in PAGES if page.url_path == step.page), step.link)


def steps(run_id: str, config: Mapping[str, Any]) -> list[Step]:
    """All that can be done with a run of this kind of model."""
    compare = Step("Compare", "compare", {"runs": ".".join([run_id, *_like(config)])}, ":material/compare_arrows:")
    if kind_of(config) == "sequences":
        return [Step("Watch it write", "translate", {"run": run_id}, ":material/translate:"), compare]
    found = [
        Step("See its mistakes", "evaluate", {"run": run_id}, ":material/grid_on:"),
        compare,
        Step("Try your own picture", "try", {"runs": run_id, "from": "draw"}, ":material/photo_camera:"),
    ]
    if config["model"] == "vit":
        found.append(Step("Watch it attend", "vit", {"run": run_id}, ":material/visibility:"))
    elif config["model"] in READERS:
        found.append(Step("Watch it read", "reader", {"run": run_id}, ":material/auto_stories:"))
    return found


def _like(config: Mapping[str, Any]) -> list[str]:
    """The first recorded run on the same data, to compare with."""
    like = (name for name in recorded_names() if recorded_run(name).config["dataset"] == config["dataset"])
    return [f"{RECORDED}{name}" for name in like][:1]
