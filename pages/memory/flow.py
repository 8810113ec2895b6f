"""Gradients through time on the page Memory: its controls, its chart and its proof."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from core.checks import OneOf
from core.probes.gradient_flow import BATCH, KINDS, FlowSetup, gradient_flow
from core.typed_numbers import comma_remedy
from dashboard.kit.wording import marked
from dashboard.shell import show, state
from dashboard.shell.predict import predict
from dashboard.shell.words import number
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.memory.view import COLORS, NAMES, flow_chart, flow_csv, flow_html, flow_verdict

MOST_LENGTH = 200  # on the page: the picture follows the slider
RADII = [round(0.05 * i, 2) for i in range(61)]  # 0 to 3
BIASES = [round(0.5 * i, 1) for i in range(-8, 17)]  # -4 to 8
UNITS = (1, 2, 4, 8, 16, 32, 64, 128)
STRENGTHS = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0)
FIRST = FlowSetup(bias=3.0)  # an open gate: the claim is in sight, and the slider takes it away
SWEPT_RADII = np.arange(0.25, 3.01, 0.25)
SWEPT_BIASES = np.arange(-3.0, 6.01, 1.0)
ASKED = FlowSetup(bias=0.0)

CONTROLS: dict[str, tuple[str, Any, Any]] = {  # key -> its name in a link, its options, its default
    "memory_length": ("length", range(1, MOST_LENGTH + 1), FIRST.length),
    "memory_radius": ("radius", RADII, FIRST.radius),
    "memory_bias": ("bias", BIASES, FIRST.bias),
    "memory_units": ("units", UNITS, FIRST.units),
    "memory_strength": ("input", STRENGTHS, FIRST.strength),
    "memory_seed": ("seed", range(100), FIRST.seed),
}


def start_controls() -> None:
    """Give the controls their first values, from the link; what a link asks for that cannot be is said."""
    for key, (name, options, default) in CONTROLS.items():
        if (asked := state.linked(name)) and OneOf(options).read(asked) is None:
            shown = re.sub(r"[^\w.+-]", "", asked)[:12]
            told = f"{name} = {shown} cannot be shown here: choose {options[0]:g} to {options[-1]:g}. This is {default:g}."
            state.refuse(name, told + comma_remedy(asked, OneOf(options)))
        state.start(key, name, options, default)


def link_values() -> dict[str, str]:
    """What a link says of the controls, empty where the page opens so anyway."""
    values = {name: (st.session_state.get(key, default), default) for key, (name, _, default) in CONTROLS.items()}
    return {name: "" if value == default else f"{value:g}" for name, (value, default) in values.items()}


def setup() -> FlowSetup:
    """The set-up that the controls describe."""
    at = {key: st.session_state.get(key, default) for key, (_, _, default) in CONTROLS.items()}
    return FlowSetup(
        length=at["memory_length"], radius=at["memory_radius"], bias=at["memory_bias"], units=at["memory_units"],
        strength=at["memory_strength"], seed=at["memory_seed"] or 0,
    )  # fmt: skip


def controls() -> None:
    """The sliders."""
    st.slider("Length of the sequence T", 1, MOST_LENGTH, key="memory_length", persist_state="session", help="Steps that are read.")
    st.select_slider(
        "Spectral radius of W_hh", RADII, key="memory_radius", persist_state="session",
        help="The largest absolute eigenvalue of each H × H block of W_hh: by what a linear network's state is multiplied at every step.",
    )  # fmt: skip
    st.select_slider(
        "Forget-gate bias", BIASES, key="memory_bias", persist_state="session",
        help="Added to the LSTM's forget gate f, and to the GRU's update gate z, which does the same: both say how much of the old state "
        "is kept. At 0 a gate is half open. The plain RNN has none.",
    )  # fmt: skip
    with st.expander("More"):
        st.selectbox("Hidden units H", UNITS, key="memory_units", persist_state="session")
        st.selectbox(
            "Strength of the input", STRENGTHS, key="memory_strength", persist_state="session",
            help="Standard deviation of W_ih. A strong input drives tanh to where it is flat.",
        )  # fmt: skip
        st.number_input("Seed", 0, 99, key="memory_seed", persist_state="session", help="Draws weights and sequences.")


def flow_panel() -> None:
    """The sliders beside the chart and what it says."""
    left, right = st.container(key="memory_flow_row").columns([1, 4], gap="medium")
    with left:
        controls()
    chosen = setup()
    flows = {kind: gradient_flow(kind, chosen) for kind in KINDS}
    with right:
        time_chart(flow_chart(flows, chosen), key="memory_flow")
        show.markdown(flow_verdict(flows, chosen))


def numbers_panel() -> None:
    """The numbers of the chart and their proof."""
    chosen = setup()
    flows = {kind: gradient_flow(kind, chosen) for kind in KINDS}
    st.html(flow_html(flows, chosen))
    st.download_button(
        "Numbers as CSV", lambda: flow_csv(flows), "gradient-flow.csv", "text/csv", icon=":material/download:", on_click="ignore",
        key="memory_csv",
    )  # fmt: skip
    _proof(chosen)


def _proof(chosen: FlowSetup) -> None:
    from core.probes.flow_check import check_flow  # brings torch: after the picture has been sent
    from core.training.device import use_threads

    use_threads(1)  # beside a run that trains more would be slower
    found = check_flow(chosen)
    show.caption(
        marked(
            "Untrained cells, float64: H = {}, {} sequences of the recall task, seed {}; the RNN's W_hh is that "
            "of the other cells' candidates. The loss is a fixed direction of h_T, so its gradient there has "
            "norm 1; norms are means over the sequences. Proof: {:,} steps there and back by hand against "
            "nn.RNNCell, nn.LSTMCell and nn.GRUCell with autograd. Largest relative difference {:.1g}, tolerance "
            "{:.0g}: **{}**.",
            chosen.units,
            BATCH,
            chosen.seed,
            found.steps,
            found.largest,
            found.tolerance,
            "equal" if found.passed else "not equal",
        )
    )


def question() -> None:
    """At bias 0, which cell keeps most? Not one with gates."""
    flows = {kind: gradient_flow(kind, ASKED) for kind in ("rnn", "lstm", "gru")}
    best = max(flows, key=lambda kind: flows[kind].arrives)
    opened = gradient_flow("lstm", FlowSetup(bias=3.0)).arrives
    predict(
        f"Forget-gate bias 0, spectral radius 1, {ASKED.length} steps, untrained: of which cell does most of the gradient reach step 1?",
        tuple(NAMES[kind] for kind in flows),
        answer=NAMES[best],
        because=f"{', '.join(f'{NAMES[kind]} {number(flow.arrives)}' for kind, flow in flows.items())}. At bias 0 a gate is half open: "
        f"half of the state is lost at every step, more than tanh takes away. A gate helps when it is open: at bias 3 the LSTM keeps "
        f"{number(opened)}. That is why LSTMs are started at a bias of 1 or more (Jozefowicz et al. 2015).",
        key="memory_predict",
    )


def sweep_panel(chosen: FlowSetup) -> None:
    """What arrives at the first step for every radius, and for every bias. Computed when it is opened."""
    with st.expander("For every spectral radius and every forget-gate bias", key="memory_sweep", on_change="rerun") as box:
        if not box.open:
            return
        by_radius = sweep(chosen, "radius", SWEPT_RADII, ("rnn", "lstm", "gru"))
        by_bias = sweep(chosen, "bias", SWEPT_BIASES, ("rnn", "lstm", "gru"))
        for column, name, places, found in zip(
            st.columns(2), ("spectral radius", "forget-gate bias"), (SWEPT_RADII, SWEPT_BIASES), (by_radius, by_bias), strict=True
        ):
            lines = [Line(NAMES[kind], COLORS[kind], values) for kind, values in found.items()]
            title = f"What arrives at t = 1 of {chosen.length} steps, by {name}"
            data = chart_data(title, lines, x=name, y="Norm, log axis", first=places[0], step=places[1] - places[0], log=True, height=260)
            with column:
                time_chart(data, key=f"memory_by_{name.split()[0]}")
        st.caption(f"By radius at bias {chosen.bias:g}, by bias at radius {chosen.radius:g}; all else as above.")


def sweep(chosen: FlowSetup, name: str, places: np.ndarray, kinds: tuple[str, ...]) -> dict[str, np.ndarray]:
    """What arrives at the first step, cell by cell, for every value of one of the controls."""

    def arrives(kind: str, place: float) -> float:
        return gradient_flow(kind, replace(chosen, **{name: float(place)})).arrives

    return {kind: np.array([arrives(kind, place) for place in places]) for kind in kinds}
