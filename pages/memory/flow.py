"""Gradients through time on the page Memory: the chart, its numbers with their proof, and all radii and biases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from core.probes.memory.gradient_flow import BATCH, KINDS, FlowSetup, gradient_flow
from core.readable import agreement, power
from dashboard.kit.wording import ProofLine, marked
from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.memory.controls import MemoryChoices
from pages.memory.view import COLORS, NAMES, flow_chart, flow_csv, flow_html, flow_verdict

SWEPT_RADII = np.arange(0.25, 3.01, 0.25)
SWEPT_BIASES = np.arange(-3.0, 6.01, 1.0)


def flow_panel(choices: MemoryChoices) -> None:
    """The chart of the gradient through time, and what it says."""
    flows = {kind: gradient_flow(kind, choices.setup) for kind in KINDS}
    time_chart(flow_chart(flows, choices.setup), key="memory_flow")
    show.markdown(flow_verdict(flows, choices.setup))


def numbers_panel(choices: MemoryChoices) -> None:
    """The numbers of the chart and their proof."""
    flows = {kind: gradient_flow(kind, choices.setup) for kind in KINDS}
    st.html(flow_html(flows, choices.setup))
    download("Numbers as CSV", lambda: flow_csv(flows), "gradient-flow.csv", key="memory_csv")
    _proof(choices.setup)


def _proof(setup: FlowSetup) -> None:
    from core.probes.memory.flow_check import check_flow  # brings torch: after the picture has been sent
    from core.training.loop.device import use_threads

    use_threads(1)  # beside a run that trains more would be slower
    report = check_flow(setup)
    says = marked(
        "the gradients computed by hand and those of nn.RNNCell, nn.LSTMCell and nn.GRUCell with autograd are {}",
        agreement(report.largest),
    )
    figures = marked(
        "{:,} steps forward and back; largest relative difference {}, tolerance {}. Untrained cells, float64: H = {}, {} sequences of the "
        "recall task, seed {}. The RNN's W_hh is that of the other cells' candidates. The loss is a fixed direction of h_T, so its "
        "gradient there has norm 1. Norms are means over the sequences.",
        report.steps,
        power(report.largest),
        power(report.tolerance),
        setup.units,
        BATCH,
        setup.seed,
    )
    show.proof(ProofLine(says, report.passed, figures))


def sweep_panel(choices: MemoryChoices) -> None:
    """What arrives at the first step for every radius, and for every bias. Computed when it is opened."""
    with st.expander("For every spectral radius and every forget-gate bias", key="memory_sweep", on_change="rerun") as box:
        if not box.open:
            return
        by_radius = sweep(choices.setup, "radius", SWEPT_RADII, ("rnn", "lstm", "gru"))
        by_bias = sweep(choices.setup, "bias", SWEPT_BIASES, ("rnn", "lstm", "gru"))
        for column, name, places, arriving in zip(
            st.columns(2), ("spectral radius", "forget-gate bias"), (SWEPT_RADII, SWEPT_BIASES), (by_radius, by_bias), strict=True
        ):
            lines = [Line(NAMES[kind], COLORS[kind], values) for kind, values in arriving.items()]
            title = f"What arrives at t = 1 of {choices.setup.length} steps, by {name}"
            data = chart_data(title, lines, x=name, y="Norm, log axis", first=places[0], step=places[1] - places[0], log=True, height=260)
            with column:
                time_chart(data, key=f"memory_by_{name.split()[0]}")
        st.caption(f"By radius at bias {choices.setup.bias:g}, by bias at radius {choices.setup.radius:g}; all else as above.")


def sweep(setup: FlowSetup, name: str, places: np.ndarray, kinds: tuple[str, ...]) -> dict[str, np.ndarray]:
    """What arrives at the first step, cell by cell, for every value of one of the controls."""

    def arrives(kind: str, place: float) -> float:
        return gradient_flow(kind, replace(setup, **{name: float(place)})).arrives

    return {kind: np.array([arrives(kind, place) for place in places]) for kind in kinds}
