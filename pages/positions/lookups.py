"""What the page Positions has computed once for all: verdicts of the shuffle test, and runs that have finished."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import ConfigError
from core.probes.positions.tables import KINDS
from core.records.recorded import recorded_names, recorded_run
from core.training.history import Snapshot
from dashboard.shell import services
from pages.positions.view import Verdict

MOST_RUNS = 60  # of this lab, the newest


@st.cache_data(max_entries=64, show_spinner=False)
def verdicts(length: int, dim: int, name: str, learned: np.ndarray | None) -> dict[str, list[Verdict]]:
    """For each kind what the shuffle test says of it: in a ViT, in the transformer of 2017, and moved together."""
    from core.probes.equivariance.permutations import named_permutation
    from core.probes.positions.placing import layernormed_tokens, place_test
    from core.training.loop.device import use_threads

    use_threads(1)  # beside a run that trains more would be slower
    tokens, permutation = layernormed_tokens(length, dim), named_permutation(name, length)

    def one(kind: str, norm_first: bool, together: bool) -> Verdict:
        if together and kind == "rotary":
            return Verdict(why="cannot be")
        try:
            report = place_test(kind, tokens, permutation, norm_first=norm_first, together=together, table=learned)
        except ConfigError:
            return Verdict(why="needs a square number of tokens" if kind == "grid" else "needs an even width")
        return Verdict(report.verdict, report.max_abs_diff, report.tolerance, report.moved)

    return {kind: [one(kind, True, False), one(kind, False, False), one(kind, True, True)] for kind in KINDS}


def finished_runs() -> list[Snapshot]:
    """The ViT runs that have finished: this lab's newest, then those that came with it."""
    own = [row.run_id for row in services.manager().runs() if row.config["model"] == "vit" and row.status == "finished"]
    recorded = [run for run in map(recorded_run, recorded_names()) if run.config["model"] == "vit"]
    return [*map(finished_run, own[:MOST_RUNS]), *recorded]


@st.cache_resource(max_entries=MOST_RUNS, show_spinner=False)
def finished_run(run_id: str) -> Snapshot:
    """A run that does not change any more."""
    return services.run(run_id)
