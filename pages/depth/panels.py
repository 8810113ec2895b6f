"""The page Depth and direction: the stack, what a head reads of it, and the traps that give no error message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.frames import csv_text, frame
from core.probes.unrolled import HEADS, Graph, stack_graph
from dashboard.kit.wording import marked
from dashboard.shell import show, state
from dashboard.shell.choice import segmented_control
from dashboard.shell.predict import predict
from dashboard.shell.torch_first import torch_first
from dashboard.unrolled import unrolled, unrolled_data
from dashboard.unrolled.svg import STYLE, RowLabel, links, unrolled_svg, words
from pages.depth.view import bias_html, head_html, leaks_html, strengths, told_stack

if TYPE_CHECKING:
    from core.probes.direction import BiasReport, HeadReport, LeakReport, StackReport

NETWORK, CELL, LAYERS, WAYS, LENGTH, HIDDEN, HEAD = (f"depth_{n}" for n in ("network", "cell", "layers", "ways", "T", "H", "head"))
CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
DIRECTIONS = {"one": "Forward", "both": "Both"}
MOST_LAYERS, MOST_LENGTH, MOST_HIDDEN = 3, 8, 12
FIRST = {"layers": 2, "T": 5, "H": 6, "ways": "both", "head": "both", "cell": "gru"}
HEAD_NAMES = {
    "every": "every state (a tag a step)",
    "both": "both last states (right)",
    "h[-1]": "h[-1] (trap)",
    "states[:, -1]": "states[:, -1] (trap)",
    "mean": "the mean of all states",
}
LAST_STATE = {"both": "the last state", "h[-1]": "h[-1], the last state", "states[:, -1]": "states[:, -1], the last state"}  # one direction
WAITING = "Jacobians are measured in a moment."
KINDS = {"gru": "nn.GRU", "encoder": "nn.TransformerEncoderLayer"}


@dataclass(frozen=True)
class Asked:
    """What the controls say."""

    cell: str
    layers: int
    bidirectional: bool
    length: int
    hidden: int
    head: str

    @property
    def sizes(self) -> dict[str, object]:
        """As keywords of `core.probes.direction`."""
        return {
            "cell": self.cell,
            "length": self.length,
            "layers": self.layers,
            "bidirectional": self.bidirectional,
            "hidden": self.hidden,
        }

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        now = {
            "layers": self.layers, "T": self.length, "H": self.hidden, "ways": "both" if self.bidirectional else "one", "head": self.head,
            "cell": self.cell,
        }  # fmt: skip
        return {name: "" if value == FIRST[name] else str(value) for name, value in now.items()}

    @property
    def code(self) -> str:
        """Python that measures the same."""
        inside = ", ".join(f"{name}={value!r}" for name, value in self.sizes.items())
        return (
            f"from core.probes.direction import measure_heads, measure_stack\n\nstack = measure_stack({inside})\n"
            f"print(stack.norms.round(3))  # (layers, directions, T, T): state, input\nhead = measure_heads({inside})[{self.head!r}]\n"
            "print(head.shape, head.unused)  # weights that learn nothing"
        )


def choose() -> Asked:
    """All controls of the stack."""
    for key, name, options in (
        (LAYERS, "layers", range(1, MOST_LAYERS + 1)), (LENGTH, "T", range(1, MOST_LENGTH + 1)), (HIDDEN, "H", range(1, MOST_HIDDEN + 1)),
    ):  # fmt: skip
        state.start(key, name, options, FIRST[name])
    for key, name, options in ((WAYS, "ways", DIRECTIONS), (HEAD, "head", HEADS), (CELL, "cell", CELLS)):
        state.start(key, name, options, FIRST[name])
    layers = st.slider("Layers", 1, MOST_LAYERS, key=LAYERS, persist_state="session")
    ways = segmented_control("Directions", list(DIRECTIONS), format_func=DIRECTIONS.get, key=WAYS, persist_state="session", width="stretch")
    length = st.slider("Inputs, T", 1, MOST_LENGTH, key=LENGTH, persist_state="session")
    names = HEAD_NAMES if ways == "both" else HEAD_NAMES | LAST_STATE
    head = st.selectbox("The head reads", list(HEADS), format_func=lambda name: show.plain(names[name]), key=HEAD, persist_state="session")
    with st.popover("More", icon=":material/tune:", width="stretch", key="depth_more"):
        cell = segmented_control("Cell", list(CELLS), format_func=CELLS.get, key=CELL, persist_state="session")
        hidden = st.slider("State of one direction, H", 1, MOST_HIDDEN, key=HIDDEN, persist_state="session")
    return Asked(cell, layers, ways == "both", length, hidden, head)


# ---- the picture ----


def head_words(asked: Asked) -> str:
    """What the head reads of this stack. In one direction three ways to ask for the last state are the same."""
    return HEADS[asked.head][0] if asked.bidirectional else LAST_STATE.get(asked.head, HEADS[asked.head][0])


def stack_panel(asked: Asked) -> None:
    """The unrolled stack with what was measured. Before torch is loaded there is nothing measured, and then the page runs again."""
    graph = stack_graph(asked.length, asked.layers, bidirectional=asked.bidirectional, head=asked.head)
    parts = {node.name: WAITING for node in graph.nodes}
    torch_first(
        lambda: unrolled(unrolled_data(figure(asked, graph, None), links(graph), told=parts, idle=WAITING), key=NETWORK),
        "core.probes.direction",
    )
    report = stack(asked)
    idle = (
        f"The head reads {head_words(asked)}: {report.reads[asked.head]}. Point at a state: the inputs that it depends on light up, "
        "darker where its Jacobian is larger."
    )
    data = unrolled_data(
        figure(asked, graph, report),
        links(graph),
        told=told_stack(graph, report),
        idle=idle,
        strength=strengths(report),
        words=words(graph),
    )
    unrolled(data, key=NETWORK)


def proof_panel(asked: Asked) -> None:
    """The proof and the downloads of the stack."""
    show.caption(proof_line(stack(asked)))
    downloads(asked)


def figure(asked: Asked, graph: Graph, report: StackReport | None, *, style: str = "") -> str:
    """The stack as SVG, its rows named."""
    shape = f"(1, {asked.length}, {asked.hidden})"
    rows = {0: RowLabel("inputs x")}
    for layer in range(1, asked.layers + 1):
        for place, way in enumerate(("forward", "backward")[: 1 + asked.bidirectional]):
            row = (layer - 1) * (1 + asked.bidirectional) + place + 1
            rows[row] = RowLabel(f"layer {layer}, {way}", shape if report else "")
    rows[max(rows) + 1] = RowLabel("the head reads", str(report.reads[asked.head]) if report else "")
    zeros = [f"f{layer}.1" for layer in range(1, asked.layers + 1)]
    zeros += [f"b{layer}.{asked.length}" for layer in range(1, asked.layers + 1)] if asked.bidirectional else []
    words = f"{asked.layers} recurrent layers, {'both directions' if asked.bidirectional else 'forward only'}, unrolled"
    return unrolled_svg(graph, label=words, rows=rows, zeros=zeros, style=style)


@st.cache_data(max_entries=256, show_spinner=False)
def _stack(**sizes: object) -> StackReport:
    from core.probes.direction import measure_stack

    return measure_stack(**sizes)


@st.cache_data(max_entries=256, show_spinner=False)
def _heads(**sizes: object) -> dict[str, HeadReport]:
    from core.probes.direction import measure_heads

    return measure_heads(**sizes)


def stack(asked: Asked) -> StackReport:
    """The Jacobians of the stack."""
    return _stack(**asked.sizes)


def read_heads(asked: Asked) -> dict[str, HeadReport]:
    """All ways to read the stack."""
    return _heads(**asked.sizes)


def proof_line(report: StackReport) -> str:
    """What was compared, the largest difference, the tolerance and the verdict."""
    layers, directions, length, _ = report.norms.shape
    states, h = (shape for _, shape in report.shapes)
    return marked(
        "Proof, float64: layer by layer the same as torch's own stack, largest difference {:.1g}, tolerance "
        "{:.0g}; ‖∂h/∂x‖ is above 0 exactly where the picture has a way, {} pairs, {} differ: **{}**. torch "
        "returns states {} and h {}; {:,} weights at random, seed 0.",
        report.max_abs_diff,
        report.tolerance,
        layers * directions * length * length,
        report.differing(),
        "passed" if report.passed else "not passed",
        states,
        h,
        report.weights,
    )


def downloads(asked: Asked) -> None:
    """The figure and the Jacobians, to take along."""
    report = stack(asked)
    graph = stack_graph(asked.length, asked.layers, bidirectional=asked.bidirectional, head=asked.head)
    with st.container(horizontal=True):
        st.download_button(
            "Figure (SVG)", lambda: figure(asked, graph, report, style=STYLE), "stack.svg", "image/svg+xml",
            icon=":material/download:", on_click="ignore", key="depth_svg",
        )  # fmt: skip
        st.download_button(
            "Jacobians (CSV)", lambda: jacobians_csv(report), "jacobians.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="depth_csv",
        )  # fmt: skip


def jacobians_csv(report: StackReport) -> str:
    """One line a state: the Frobenius norm of its Jacobian by each input."""
    places, length = np.ndindex(report.norms.shape[:3]), report.norms.shape[3]
    rows = [(layer + 1, ("forward", "backward")[way], t + 1, *report.norms[layer, way, t].tolist()) for layer, way, t in places]
    return csv_text(frame(rows, ("layer", "direction", "step", *(f"x{t + 1}" for t in range(length)))), digits="%.6g")


# ---- traps ----


def heads_panel(asked: Asked) -> None:
    """Trap 3 in shapes and gradients."""
    st.subheader("Trap 3: which states does the head read?")
    reports = read_heads(asked)
    st.html(head_html(reports, asked.head))
    wrong = reports["h[-1]"]
    if asked.bidirectional:
        show.caption(
            f"h[-1] is the backward direction alone, (1, {asked.hidden}): no error, but {wrong.unused:,} of {wrong.weights:,} weights get "
            "a gradient of exactly 0 and never learn: the top layer's forward cell. states[:, -1] has the right width, 2H = "
            f"{2 * asked.hidden}, but its backward half has only made its first step, from a state of 0: the "
            f"{reports['states[:, -1]'].unused:,} weights from its state to its next state learn nothing."
        )
    else:
        st.caption("With one direction these last states are the same one: the trap opens when bidirectional=True is added later.")


def bias_panel() -> None:
    """Trap 1."""
    st.subheader("Trap 1: the fourth argument is not what it looks like")
    st.html(bias_html(bias_reports()))
    st.caption("nn.GRU(input_size, hidden_size, num_layers, bias): True, by position, sets bias. Nothing fails. Pass arguments by keyword.")


@st.cache_data(show_spinner=False)
def bias_reports() -> tuple[BiasReport, ...]:
    """What nn.GRU makes by position and by keyword."""
    from core.probes.direction import positional_bias

    return positional_bias()


def leaks_panel() -> None:
    """Trap 2."""
    st.subheader("Trap 2: without batch_first samples leak into each other")
    for column, (kind, name) in zip(st.columns(2), KINDS.items(), strict=True):
        for batch_first in (True, False):
            column.html(leaks_html(leaks(kind, batch_first=batch_first), f"{name}, batch_first={batch_first}"))
    st.caption(
        "A batch (B, T, C) = (4, 6, 4), float64, eval. Row: the sample whose output is looked at; column: the one that is replaced; each "
        "cell is the largest change of the output. Without batch_first=True the batch is read as time: six sequences of four steps. The "
        "shapes are the same, so nothing fails: the GRU carries earlier samples into later ones, attention mixes all of them."
    )


@st.cache_data(show_spinner=False)
def leaks(kind: str, *, batch_first: bool) -> LeakReport:
    """Which samples touch each other."""
    from core.probes.direction import measure_leaks

    return measure_leaks(kind, batch_first=batch_first)


# ---- the question ----


def question() -> None:
    """Who can know a later word?"""
    from core.probes.direction import measure_stack

    one, two, both = (
        measure_stack(cell="gru", length=5, layers=layers, bidirectional=ways, hidden=4).norms[-1, 0, 0]
        for layers, ways in ((1, False), (3, False), (2, True))
    )
    deeper = bool((two[1:] > 0).any())
    counts = [int((norms > 0).sum()) for norms in (one, two, both)]
    predict(
        "A forward-only GRU cannot know a later word when it translates the first one. Does a deeper stack help?",
        ("yes, three layers can", "no, however deep", "only from the second layer on"),
        answer="yes, three layers can" if deeper else "no, however deep",
        because=f"Measured by gradients: the first state of the top layer depends on {counts[0]} of 5 inputs with one layer, on "
        f"{counts[1]} with three, and on {counts[2]} with two layers in both directions. Depth makes each step richer; only a second "
        "direction looks ahead.",
        key="depth_predict",
    )
