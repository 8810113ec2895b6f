"""What the page GRU against transformer has computed once for all: the bottleneck probe on runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import StoreError
from core.evaluation.sequences.contests import contender
from dashboard.shell import services

if TYPE_CHECKING:
    from core.probes.seq2seq.bottleneck import BottleneckReport


@st.cache_data(max_entries=64, show_spinner=False)
def proof(task: str, name: str, run_id: str, version: int, hidden: int) -> BottleneckReport:
    """The bottleneck probe on a run's best weights, or on random ones where there are none."""
    from core.probes.seq2seq.bottleneck import bottleneck_test
    from core.training.runs.checkpoint import task_of
    from core.training.runs.datasets import load_shared
    from dashboard.runs.opened import open_best_seq2seq, seq2seq_runs

    config = contender(name, task, hidden=hidden)
    dataset = load_shared(config, services.manager().home, lambda *_: None)
    batch = dataset.test[:8].trimmed()
    if run_id:
        known = seq2seq_runs(task)
        if run_id not in known:
            raise StoreError(f"Run {run_id} is not there any more: reload the page.")
        model = open_best_seq2seq(known[run_id])[1].model
    else:
        from core.models import build_model

        model = build_model(config.model, task_of(dataset), seed=0, **vars(config.model_config)).eval()
    return bottleneck_test(model, batch.source, batch.targets[:, :-1])
