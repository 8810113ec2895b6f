"""The page Masks: the matrices and what they let through, the trap, padding, and rows that may read nothing."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import streamlit as st

from core.errors import ConfigError
from core.probes.masked_sentence import ENDS, MOST_PADDING, MOST_SYMBOLS, Sentence, parse_sentence
from dashboard.kit.wording import marked
from dashboard.shell import show, state, visitor
from dashboard.shell.choice import segmented_control
from dashboard.shell.predict import predict
from pages.masks.board import mask_board
from pages.masks.view import board_data, effects_csv, empty_html, masks_svg, padding_html, proof_line, trap_html

if TYPE_CHECKING:
    from core.probes.mask_effects import MaskEffects
    from core.probes.more_padding import PaddingReport

BOARD = "masks_board"
TEXT, PADDING, END, LAYERS, PLACE, EXTRA = (f"masks_{name}" for name in ("text", "padding", "end", "layers", "place", "extra"))
FIRST_TEXT, FIRST_PADDING, FIRST_END, FIRST_LAYERS, FIRST_EXTRA = "hello", 2, "end", 1, 3
MOST_LAYERS, MOST_EXTRA = 3, 8
TYPED = 60  # characters that the box takes
SCORES = (0.5, 2.0, -1.0, 0.0)  # of the row that may read nothing
END_WORDS = {"end": "End", "start": "Start"}


@dataclass(frozen=True)
class Asked:
    """What the controls say; `problem` where the text cannot be used, and then the first text stands in for it."""

    text: str
    sentence: Sentence
    padding: int
    end: str
    layers: int
    problem: str = ""

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        return {
            "text": "" if self.text == FIRST_TEXT or self.problem else self.text,
            "pad": "" if self.padding == FIRST_PADDING else str(self.padding),
            "at": "" if self.end == FIRST_END else self.end,
            "layers": "" if self.layers == FIRST_LAYERS else str(self.layers),
        }

    @property
    def code(self) -> str:
        """Python that measures the same."""
        text = FIRST_TEXT if self.problem else self.text
        return (
            "from core.probes.mask_effects import mask_effects\nfrom core.probes.masked_sentence import parse_sentence\n\n"
            f"sentence = parse_sentence({text!r}, {self.padding}, {self.end!r})\n"
            f"for name, one in mask_effects(sentence, layers={self.layers}).items():\n"
            "    print(name, one.passed, one.before, one.reach)\n    print(one.changes.round(3))  # row: output, column: replaced token"
        )


def choose() -> Asked:
    """All controls of the matrices."""
    if TEXT not in st.session_state:
        st.session_state[TEXT] = state.linked("text") or FIRST_TEXT
    state.start(PADDING, "pad", range(MOST_PADDING + 1), FIRST_PADDING)
    state.start(END, "at", ENDS, FIRST_END)
    state.start(LAYERS, "layers", range(1, MOST_LAYERS + 1), FIRST_LAYERS)
    text = st.text_input(
        "A word, or a few words", key=TEXT, persist_state="session", max_chars=TYPED,
        help=f"Up to {MOST_SYMBOLS} letters, or words with spaces between them.",
    )  # fmt: skip
    padding = st.slider("Padding", 0, MOST_PADDING, key=PADDING, persist_state="session", help="Tokens · that only fill up the batch.")
    end = segmented_control("Padding stands at the", ENDS, format_func=END_WORDS.get, key=END, persist_state="session", width="stretch")
    layers = st.slider("Decoder layers", 1, MOST_LAYERS, key=LAYERS, persist_state="session")
    try:
        return Asked(text, parse_sentence(text, padding, end), padding, end, layers)
    except ConfigError as error:
        return Asked(text, parse_sentence(FIRST_TEXT, padding, end), padding, end, layers, visitor.told(error))


@st.cache_data(max_entries=128, show_spinner=False)
def _effects(sentence: Sentence, layers: int) -> dict[str, MaskEffects]:
    from core.probes.mask_effects import mask_effects

    return mask_effects(sentence, layers=layers)


def effects_of(asked: Asked) -> dict[str, MaskEffects]:
    """What was measured for the sentence."""
    return _effects(asked.sentence, asked.layers)


def board_panel(asked: Asked) -> None:
    """The matrices. Before torch is loaded nothing is measured, and then the page runs again."""
    if asked.problem:
        show.error(f"{asked.problem} Shown meanwhile: {FIRST_TEXT}.")
    if "torch" not in sys.modules:
        mask_board(board_data(asked.sentence, None), key=BOARD)
        import core.probes.mask_effects  # noqa: F401 - seconds

        st.rerun()
    mask_board(board_data(asked.sentence, effects_of(asked)), key=BOARD)


def downloads(asked: Asked) -> None:
    """Matrices and changes to take along."""
    with st.container(horizontal=True):
        st.download_button(
            "Masks (SVG)", lambda: masks_svg(asked.sentence), "masks.svg", "image/svg+xml",
            icon=":material/download:", on_click="ignore", key="masks_svg",
        )  # fmt: skip
        st.download_button(
            "Changes (CSV)", lambda: effects_csv(asked.sentence, effects_of(asked)), "masks.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="masks_csv",
        )  # fmt: skip


def proof_panel(asked: Asked) -> None:
    """The causality probe's verdict."""
    show.caption(proof_line(effects_of(asked)))


# ---- the trap ----


def trap_panel(asked: Asked) -> None:
    """Two masks without names: which one leaks?"""
    st.subheader("A trap to find: one of these masks leaks")
    st.markdown(
        "Both masks look like a lower triangle. One is built one diagonal too far. Nothing fails, and the loss falls faster than with the "
        "right one. You see what a test sees: how far outputs move."
    )
    effects = effects_of(asked)
    places = [report.place for report in effects["subsequent"].counted]
    if st.session_state.get(PLACE) not in places:
        st.session_state[PLACE] = places[len(places) // 2]
    place = segmented_control(
        "Replace the token at position", places, key=PLACE,
        format_func=lambda t: show.label(f"{t} {asked.sentence.names[t]}"),
    )  # fmt: skip
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
        key="masks_predict",
    )


# ---- padding, and nothing to read ----


@st.cache_data(max_entries=128, show_spinner=False)
def _padding(sentence: Sentence, extra: int) -> dict[str, PaddingReport]:
    from core.probes.mask_effects import padding_probe

    return {
        "with the padding mask": padding_probe(sentence, extra, masked=True),
        "without it": padding_probe(sentence, extra, masked=False),
    }


def padding_panel(asked: Asked) -> None:
    """What the other mask is for."""
    st.subheader("It is not a padding mask")
    st.markdown(
        "**Subsequent**: one triangle (T, T), the same for every sentence; it hides what the decoder is to *predict*, which stands there "
        "only in training. **Padding**: a row (B, 1, 1, S) of its own for each sentence, in encoder and decoder; it hides what is *no "
        "token at all*. Neither does the other's work: point at the last columns above."
    )
    state.start(EXTRA, "extra", range(1, MOST_EXTRA + 1), FIRST_EXTRA)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        extra = st.slider("More padding for the source", 1, MOST_EXTRA, key=EXTRA, persist_state="session")
    reports = _padding(asked.sentence, extra)
    with right:
        st.html(padding_html(reports))
        passed = all(report.passed for report in reports.values())
        show.caption(
            marked(
                "Proof: the same sentence as the source of an encoder-decoder, without and with {} more padding: "
                "with its mask nothing changes but float noise, without it something does: **{}**.",
                extra,
                "passed" if passed else "not passed",
            )
        )


def extra_link() -> dict[str, str]:
    """What a link says of the padding probe."""
    extra = st.session_state.get(EXTRA, FIRST_EXTRA)
    return {"extra": "" if extra == FIRST_EXTRA else str(extra)}


def empty_panel() -> None:
    """A row without anything to read."""
    from core.probes.mask_effects import empty_rows

    st.subheader("Rows that may read nothing")
    st.html(empty_html(empty_rows(SCORES), SCORES))
    st.caption(
        "Put the padding at the start: with both masks its rows have nothing to read. softmax of nothing but −∞ is 0 / 0, "
        "NaN, which the next layer spreads to every token. A very low number instead gives equal weights to all, the future "
        "among them. The lab sets masked weights to exactly 0 after the softmax: such a row reads nothing. No loss counts it either way."
    )
