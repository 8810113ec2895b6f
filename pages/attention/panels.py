"""The panels of the page Attention by hand: the linked matrices with their proof, the scaling, the layer around it."""

from __future__ import annotations

import streamlit as st

from core.probes.attention.by_hand import WIDTHS, Projections, attention_by_hand, saturation
from core.readable import agreement, power
from dashboard.kit.wording import ProofLine, marked
from dashboard.pictures.zoom import AT, run_here, zoom_strip
from dashboard.shell import show
from pages.attention.board import linked_matrices, matrices_data
from pages.attention.controls import CUT, DIVISOR_SIGNS, AttentionChoices
from pages.attention.lookups import SPREAD_LENGTHS, SPREAD_SIZES, layer_facts, spreads
from pages.attention.view import course_line, layer_html, proof_line, saturation_html, spread_html

LONG = WIDTHS[-1]  # features of the longest key


# ---- the picture ----


def zoom_panel(choices: AttentionChoices) -> None:
    """Where the page stands on the way from a picture to a Vision Transformer, where its tokens are patches."""
    if choices.tokens.picture:
        zoom_strip("attention", choices.tokens.picture, at=AT.value, side=CUT.value, run=run_here())


def matrices_panel(choices: AttentionChoices) -> None:
    """All matrices, linked in the browser."""
    sign, value = DIVISOR_SIGNS[choices.divisor], choices.value
    inside = {"none": "", "sqrt(D)": f" = √{choices.hand.size}", "sqrt(T)": f" = √{len(choices.tokens.names)}"}[choices.divisor]
    data = matrices_data(
        choices.hand,
        choices.tokens.names,
        origin=choices.tokens.origin,
        pictures=choices.tokens.pictures,
        token=choices.token,
        temperature=choices.temperature,
        divisor=f"{sign}{inside} = {value:.2f}" if inside else "1, that is not scaled",
        scaling=f"/ {value:.2f}" + (f" / {choices.temperature:g}" if choices.temperature != 1 else ""),
    )
    linked_matrices(data, key="attention_matrices")


def proof_panel(choices: AttentionChoices) -> None:
    """The proof line for the matrices on the page."""
    from core.probes.attention.proof import check_by_hand  # brings torch: after the picture has been sent

    show.proof(proof_line(check_by_hand(choices.hand)))


# ---- scaling, measured ----


def scale_panel(choices: AttentionChoices) -> None:
    """Trap 8: what each divisor does to these tokens, and of what size scores are."""
    st.header("Why √D, and not √T")
    st.markdown(
        "A score is a sum of D products, so it grows with **D, the size of a key**: like √D, if the features are independent with "
        "variance 1. The number of tokens T adds rows, not terms. Scores that are too large **saturate** softmax: one weight becomes "
        "1, and the gradient that passes softmax becomes 0."
    )
    long = attention_by_hand(choices.tokens.at(LONG), Projections.random(LONG, choices.seed), 1, mask=choices.hand.mask)
    left, right = st.columns([3, 2], gap="large")
    for hand, what in ((choices.hand, "The tokens above"), (long, f"The same tokens with C = {LONG} and one head")):
        saturations = saturation(hand, choices.temperature)
        left.html(saturation_html(saturations, chosen=choices.divisor, hand=hand, temperature=choices.temperature, what=what))
    right.html(spread_html(spreads(), SPREAD_SIZES, SPREAD_LENGTHS))


# ---- what stands around it ----


def layer_panel() -> None:
    """The shapes of the course, and one encoder layer as a drawing with its proof."""
    st.header("The shapes of the course, and the layer around attention")
    shapes, report = layer_facts()
    st.html(layer_html())
    show.caption(course_line(shapes))
    kinds = (
        ("LayerNorm first", report.before),
        ("LayerNorm after the sum", report.after),
        (f"{report.layers} layers stacked", report.stacked),
    )
    differences = ", ".join(f"{name} {power(value)}" for name, value in kinds)
    says = marked(
        "the outputs of the lab's EncoderLayer and of nn.TransformerEncoderLayer with the same weights are {}",
        agreement(max(value for _, value in kinds)),
    )
    figures = marked(
        "Random weights, tokens {}, float64. Largest difference: {}; tolerance {}.", report.shape, differences, power(report.tolerance)
    )
    show.proof(ProofLine(says, report.passed, figures))
