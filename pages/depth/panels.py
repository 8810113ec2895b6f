"""The page Depth and direction: the stack, what a head reads of it, and the traps that give no error message."""

from __future__ import annotations

import streamlit as st

from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.shell.torch_first import torch_first
from dashboard.unrolled import unrolled, unrolled_data
from dashboard.unrolled.svg import STYLE, links, words
from pages.depth.controls import DepthChoices
from pages.depth.lookups import bias_reports, head_reports, leak_report, stack_report
from pages.depth.view import bias_html, figure, head_html, jacobians_csv, leaks_html, proof_line, stack_sentences, strengths

NETWORK = "depth_network"  # the drawing's key
WAITING = "The Jacobians are measured in a moment."
KINDS = {"gru": "nn.GRU", "encoder": "nn.TransformerEncoderLayer"}


# ---- the picture ----


def stack_panel(choices: DepthChoices) -> None:
    """The unrolled stack with what was measured. Before torch is loaded there is nothing measured, and then the page runs again."""
    graph = choices.graph
    parts = {node.name: WAITING for node in graph.nodes}
    torch_first(
        lambda: unrolled(unrolled_data(figure(choices, None), links(graph), told=parts, idle=WAITING), key=NETWORK),
        "core.probes.recurrence.direction",
    )
    report = stack_report(**choices.sizes)
    idle = (
        f"The head reads {choices.head_words}: {report.reads[choices.head]}. Point at a state to see the inputs that it depends on; "
        f"darker means a larger Jacobian."
    )
    data = unrolled_data(
        figure(choices, report),
        links(graph),
        told=stack_sentences(graph, report),
        idle=idle,
        strength=strengths(report),
        words=words(graph),
    )
    unrolled(data, key=NETWORK)


def proof_panel(choices: DepthChoices) -> None:
    """The proof and the downloads of the stack."""
    show.proof(proof_line(stack_report(**choices.sizes)))
    downloads(choices)


def downloads(choices: DepthChoices) -> None:
    """The figure and the Jacobians, to take along."""
    report = stack_report(**choices.sizes)
    with st.container(horizontal=True):
        download("Figure (SVG)", lambda: figure(choices, report, style=STYLE), "stack.svg", key="depth_svg")
        download("Jacobians (CSV)", lambda: jacobians_csv(report), "jacobians.csv", key="depth_csv")


# ---- traps ----


def heads_panel(choices: DepthChoices) -> None:
    """Trap 3 in shapes and gradients."""
    st.header("Trap 3: which states does the head read?")
    reports = head_reports(**choices.sizes)
    st.html(head_html(reports, choices.head))
    wrong = reports["h[-1]"]
    if choices.bidirectional:
        show.caption(
            f"h[-1] is the backward direction alone, (1, {choices.hidden}). No error appears, but {wrong.unused:,} of {wrong.weights:,} "
            f"weights, those of the top layer's forward cell, get a gradient of exactly 0 and never learn.",
            help=f"states[:, -1] has the right width, 2H = {2 * choices.hidden}, but its backward half has made only its first step, from "
            f"a state of 0, so the {reports['states[:, -1]'].unused:,} weights from its state to its next state learn nothing.",
        )
    else:
        st.caption("With one direction these last states are the same, so the trap appears only when bidirectional=True is added later.")


def bias_panel() -> None:
    """Trap 1."""
    st.header("Trap 1: the fourth argument is not what it looks like")
    st.html(bias_html(bias_reports()))
    st.caption(
        "The parameters are nn.GRU(input_size, hidden_size, num_layers, bias, …), so True in the fourth place sets bias. Nothing "
        "fails. Pass arguments by keyword."
    )


def leaks_panel() -> None:
    """Trap 2."""
    st.header("Trap 2: without batch_first samples leak into each other")
    for column, (kind, name) in zip(st.columns(2), KINDS.items(), strict=True):
        for batch_first in (True, False):
            column.html(leaks_html(leak_report(kind, batch_first=batch_first), f"{name}, batch_first={batch_first}"))
    st.caption(
        "Without batch_first=True the batch (B, T, C) = (4, 6, 4) is read as six sequences of four steps: the shapes still fit, so "
        "nothing fails, but samples leak into each other.",
        help="A row is the sample whose output is measured, a column the sample that is replaced. A cell is the largest change of the "
        "output.",
    )
