"""What the page Translate shows: the board, its proof, a question, and what can be taken along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.checks import Whole
from core.errors import LabError
from core.readable import agreement, power
from dashboard.kit.wording import ProofLine, marked
from dashboard.pictures.html import png_uri
from dashboard.shell import show, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.download import download
from dashboard.shell.torch_first import torch_first
from pages.translate.board import MOST, PARTS, translate_board, view_sent
from pages.translate.controls import TranslateChoices
from pages.translate.lookups import Read, open_asked, output_of, read_input, symbols_of, weights_asked
from pages.translate.view import (
    FIRST_STEP,
    alignment_svg,
    board_message,
    outcomes_html,
    waiting_message,
    weights_csv,
)

if TYPE_CHECKING:
    from core.probes.seq2seq.written import Written

BOARD = "translate_board"
VIEW = (
    Choice("translate", "t", check=Whole(0, MOST)),
    Choice("translate", "layer", check=Whole(1, MOST)),
    Choice("translate", "head", check=Whole(1, MOST)),
    Choice("translate", "part", PARTS),
)
LEGEND = (
    "Top: the input, and under it its memory: a column a token, a row a feature, blue above 0, orange below. Bottom: the output from ⊢ on; "
    "green is what the decoder reads of it in this step, lines are what it reads of the memory, in the layer and head that are chosen. "
    "Dashed orange: not what is right. Click a token, or use the arrow keys on the bar."
)


@dataclass(frozen=True, eq=False)
class Translation:
    """What an input has become, or the task's example where it cannot be read; `problem` says instead why there is nothing to show."""

    choices: TranslateChoices
    read: Read | None = None
    written: Written | None = None
    problem: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return self.read.opened.vocabulary.names

    @property
    def output(self) -> str:
        return self.read.opened.vocabulary.decode(self.written.tokens)


def find(choices: TranslateChoices) -> Translation:
    """Read the input and write the output. What goes wrong is a sentence in `problem`. Loads torch, if that has not been done."""
    try:
        opened = open_asked(choices)
        read = read_input(opened, choices.text)
        return Translation(choices, read, output_of(choices, weights_asked(choices), read))
    except LabError as error:
        return Translation(choices, problem=visitor.told(error))


def board_panel(choices: TranslateChoices) -> Translation | None:
    """The board; None while torch is being loaded, after which the page runs again."""
    torch_first(lambda: translate_board(waiting_message(symbols_of(choices.spec, choices.text)), key=BOARD))
    translation = find(choices)
    if translation.problem:
        problem, choices = translation.problem, replace(choices, text=choices.spec.example)
        translation = find(choices)
        show.error(problem if translation.problem else f"{problem} Shown meanwhile: {choices.text}.")
    if translation.problem:
        translate_board(waiting_message([]), key=BOARD)
        return translation
    read = translation.read
    translate_board(
        board_message(
            translation.written, what=choices.name, how=choices.how, weights=weights_words(choices), source=read.symbols,
            images=None if read.images is None else [png_uri(image.numpy()) for image in read.images],
            names=translation.names, right=None if read.target is None else read.target[1:], texts=(translation.output, read.answer),
            view=first_view(choices, len(translation.written.tokens)),
        ),
        key=BOARD,
    )  # fmt: skip
    return translation


def weights_words(choices: TranslateChoices) -> str:
    """Whose weights these are, in a sentence."""
    if choices.run is None:
        return "Weights: random, seed 0."
    recorded = "recorded run" if choices.run.run_id != choices.run.name else "run"
    return f"Weights: epoch {choices.epoch + 1} of {recorded} {choices.run.name}."


def first_view(choices: TranslateChoices, steps: int) -> dict[str, Any]:
    """Where the board stands before anybody moves it: as its link says, else some tokens have been written already."""
    t, layer, head, part = _linked_view().values()
    return {
        "t": min(FIRST_STEP, steps - 1) if t is None else t,
        "layer": (layer or MOST) - 1,  # the last one
        "head": (head or 0) - 1,
        "part": part or ("beam" if choices.how == "beam" else "cross"),
    }


def _linked_view() -> dict[str, Any]:
    """What the link says of the board, layers and heads from 1; None each where it says nothing that can be used."""
    return {choice.name: choice.linked for choice in VIEW}


def view_link() -> dict[str, str]:
    """What a link says of the board."""
    seen = view_sent(key=BOARD)
    if seen is None:
        return {name: "" if value is None else str(value) for name, value in _linked_view().items()}
    return {
        "t": str(seen["t"]), "layer": str(seen["layer"] + 1), "head": str(seen["head"] + 1) if seen["head"] >= 0 else "",
        "part": "" if seen["part"] == "cross" else seen["part"],
    }  # fmt: skip


def proof_panel(translation: Translation) -> None:
    """Whether what the board shows is what the model does."""
    written = translation.written
    maps = (
        "There is no attention to check"
        if written.unseen
        else f"The rows of attention and what is made of them differ by {power(written.attention_off)} at most"
    )
    says = marked("the probabilities written with a cache and those computed again without one are {}", agreement(written.off))
    figures = marked("float64; largest difference {}, tolerance {}. {}.", power(written.off), power(written.tolerance), maps)
    show.proof(ProofLine(says, written.passed, figures))
    if translation.read.no_answer:
        show.caption(f"No right answer is known for this input: {translation.read.no_answer}")


def beam_panel(translation: Translation) -> None:
    """All outputs of a beam search, if it was one."""
    if translation.written.tree:
        st.html(outcomes_html(translation.written.tree, translation.names, translation.read.opened.vocabulary.joiner))


def downloads(translation: Translation) -> None:
    """Picture and numbers to take along."""
    written, read = translation.written, translation.read
    with st.container(horizontal=True):
        if written.alignment is not None:
            title = f"{read.text} → {translation.output}"
            download(
                "Alignment (SVG)",
                lambda: alignment_svg(written, read.symbols, translation.names, title),
                "alignment.svg",
                key="translate_svg",
            )
        download("Numbers (CSV)", lambda: weights_csv(written, read.symbols, translation.names), "translate.csv", key="translate_csv")
