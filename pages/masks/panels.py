"""The page Masks: the matrices and what they let through, the trap, padding, and rows that may read nothing."""

from __future__ import annotations

from zlib import crc32

import streamlit as st

from dashboard.kit.wording import ProofLine, marked
from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.shell.predict import predict
from dashboard.shell.torch_first import torch_first
from pages.masks.board import mask_board
from pages.masks.controls import EXTRA, PLACE, TEXT, MaskChoices
from pages.masks.lookups import effects_of, padding_reports
from pages.masks.view import board_data, effects_csv, empty_html, masks_svg, padding_html, proof_line, trap_html

BOARD = "masks_board"
SCORES = (0.5, 2.0, -1.0, 0.0)  # of the row that may read nothing


def board_panel(asked: MaskChoices) -> None:
    """The matrices. Before torch is loaded nothing is measured, and then the page runs again."""
    if asked.problem:
        show.error(f"{asked.problem} Shown meanwhile: {TEXT.first}.")
    torch_first(lambda: mask_board(board_data(asked.sentence, None), key=BOARD), "core.probes.seq2seq.mask_effects")
    mask_board(board_data(asked.sentence, effects_of(asked.sentence, asked.layers)), key=BOARD)


def downloads(asked: MaskChoices) -> None:
    """Matrices and changes to take along."""
    with st.container(horizontal=True):
        download("Masks (SVG)", lambda: masks_svg(asked.sentence), "masks.svg", key="masks_svg")
        download(
            "Changes (CSV)",
            lambda: effects_csv(asked.sentence, effects_of(asked.sentence, asked.layers)),
            "masks.csv",
            key="masks_csv",
        )


def proof_panel(asked: MaskChoices) -> None:
    """The causality probe's verdict."""
    show.proof(proof_line(effects_of(asked.sentence, asked.layers)))


# ---- the trap ----


def trap_panel(asked: MaskChoices) -> None:
    """Two masks without names: which one leaks?"""
    st.header("A trap to find: one of these masks leaks")
    st.markdown(
        "Both masks look like a lower triangle, but one of them reaches one diagonal too far. Nothing fails, and the loss even falls "
        "faster than with the right mask. You see what a test sees: how far the outputs move."
    )
    effects = effects_of(asked.sentence, asked.layers)
    places = [report.place for report in effects["subsequent"].counted]
    place = PLACE.among(places, first=places[len(places) // 2]).segmented(
        "Replace the token at position", format_func=lambda t: show.label(f"{t} {asked.sentence.names[t]}")
    )
    names = ("subsequent", "off-by-one")
    first = crc32(f"{asked.text} {asked.layers} {place}".encode()) % 2
    pair = [effects[names[first]], effects[names[1 - first]]]
    st.html(trap_html(asked.sentence, pair, place))
    leaks, moved = "AB"[1 - first], effects["off-by-one"].changes[place - 1, place]
    predict(
        "Which mask leaks?",
        ("A", "B", "neither"),
        answer=leaks,
        because=marked(
            "Output {} is there to predict position {}, and under {leaks} it moves by {:.3g} when that token is replaced: it has read the "
            "answer. Under {} it stays where it is, exactly. {leaks} is `tril(1)` instead of `tril(0)`. With {} the leak reaches back {}: "
            "one for each layer that there is room for.",
            place - 1,
            place,
            moved,
            "AB"[first],
            f"{asked.layers} layer{'s' * (asked.layers > 1)}",
            f"{effects['off-by-one'].reach} position{'s' * (effects['off-by-one'].reach > 1)}",
            leaks=leaks,
        ),
        key="masks_trap",
    )


# ---- padding, and nothing to read ----


def padding_panel(asked: MaskChoices) -> None:
    """What the other mask is for."""
    st.header("It is not a padding mask")
    st.markdown(
        "**Subsequent mask**: one triangle (T, T), the same for every sentence. It hides what the decoder must *predict*, which stands "
        "there only in training. **Padding mask**: one row (B, 1, 1, S) for each sentence, in encoder and decoder. It hides what is *not "
        "a token at all*. Neither replaces the other: point at the last columns above."
    )
    left, right = st.columns([1, 3], gap="medium")
    with left:
        extra = EXTRA.slider("More padding for the source")
    reports = padding_reports(asked.sentence, extra)
    with right:
        st.html(padding_html(reports))
        passed = all(report.passed for report in reports.values())
        says = "with a padding mask, more padding changes nothing in the outputs; without it, it does"
        figures = f"The same sentence is the source of an encoder-decoder, without and with {extra} more padding. Rounding is not a change."
        show.proof(ProofLine(says, passed, figures))


def empty_panel() -> None:
    """A row without anything to read."""
    from core.probes.seq2seq.mask_effects import empty_rows

    st.header("Rows that may read nothing")
    st.html(empty_html(empty_rows(SCORES), SCORES))
    st.caption(
        "With the padding at the start and both masks, its rows have nothing to read. The softmax of only −∞ is 0 / 0 = NaN, and the "
        "next layer spreads it to every token.",
        help="A very low number instead of −∞ gives equal weights to all tokens, also to future ones. The lab sets masked weights to "
        "exactly 0 after the softmax, so such a row reads nothing.",
    )
