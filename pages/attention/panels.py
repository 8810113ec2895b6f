"""The page Attention by hand: its controls, the linked matrices, and what is measured on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st

from core.data.images import SIZE
from core.errors import LabError
from core.models.embedding import cut
from core.probes.attention_by_hand import (
    DIVISORS,
    MASKS,
    WIDTHS,
    ByHand,
    Projections,
    Saturation,
    attention_by_hand,
    divisor_of,
    make_mask,
    number_tokens,
    parse_numbers,
    parse_words,
    patch_tokens,
    possible_heads,
    saturation,
    score_spread,
    word_tokens,
)
from dashboard.kit.wording import marked
from dashboard.pictures.choose import choose_picture
from dashboard.pictures.html import png_uri
from dashboard.shell import show, state
from dashboard.shell.choice import segmented_control
from dashboard.shell.predict import predict
from pages.attention.board import linked_matrices, matrices_data
from pages.attention.view import because, course_line, layer_html, proof_line, saturation_html, spread_html

KIND, WORDS, NUMBERS, CUT = "attention_kind", "attention_words", "attention_numbers", "attention_cut"
DIVISOR, TEMPERATURE, MASK, HEADS = "attention_divisor", "attention_temperature", "attention_mask", "attention_heads"
WIDTH, SEED = "attention_width", "attention_seed"

KINDS = {"words": "Words", "numbers": "Numbers", "patches": "Patches"}
FIRST_WORDS, FIRST_NUMBERS = "the cat sat on the mat", "3 -1 0.5 2 10"
CUTS = (2, 4)  # patches a side
DIVISOR_SIGNS = {"none": "1", "sqrt(D)": "√D", "sqrt(T)": "√T"}
DIVISOR_LINKS = {"none": "1", "sqrt(D)": "D", "sqrt(T)": "T"}
MASK_WORDS = {"none": "None", "causal": "Causal", "earlier": "Earlier only"}
TEMPERATURES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
MOST_HEADS, FIRST_HEADS, FIRST_WIDTH = 8, 2, 8
SEEDS = range(1000)
LONG = WIDTHS[-1]  # features of the longest key
SPREAD_SIZES, SPREAD_LENGTHS = (4, 16, 64), (6, 100)
ANSWERS = ("more than before", "about as much", "less than half")


@dataclass(frozen=True, eq=False)
class Tokens:
    """The tokens on the page with their names, and how a link and a line of Python make them again."""

    at: Callable[[int], np.ndarray]  # the features (T, C) for any width C
    names: tuple[str, ...]
    origin: str  # of their features, in words
    code: str
    pictures: tuple[str, ...] = ()
    link: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Asked:
    """What the controls say, and the attention that it makes."""

    tokens: Tokens
    hand: ByHand
    divisor: str
    temperature: float
    mask: str
    seed: int

    @property
    def value(self) -> float:
        """What scores are divided by, temperature aside."""
        return divisor_of(self.divisor, size=self.hand.size, length=len(self.tokens.names))

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        width = self.hand.tokens.shape[1]
        return {
            **self.tokens.link,
            "divide": "" if self.divisor == "sqrt(D)" else DIVISOR_LINKS[self.divisor],
            "temperature": "" if self.temperature == 1 else f"{self.temperature:g}",
            "mask": "" if self.mask == "none" else self.mask,
            "heads": "" if self.hand.heads == FIRST_HEADS else str(self.hand.heads),
            "width": "" if width == FIRST_WIDTH else str(width),
            "random": "" if not self.seed else str(self.seed),
        }

    @property
    def code(self) -> str:
        """Python that makes the same matrices."""
        width, divisor = self.hand.tokens.shape[1], f'divisor_of("{self.divisor}", size={self.hand.size}, length=len(tokens))'
        return (
            f"from core.probes.attention_by_hand import *\n\n{self.tokens.code}\nmask = make_mask({self.mask!r}, len(tokens))\n"
            f"factor = 1 / ({divisor} * {self.temperature:g})\n"
            f"hand = attention_by_hand(tokens, Projections.random({width}, {self.seed}), {self.hand.heads}, mask=mask, factor=factor)\n"
            "print(hand.weights.round(3))  # (heads, T, T)"
        )


# ---- controls ----


def choose() -> Asked:
    """All controls. What is typed and cannot be used is said, and the first tokens are shown meanwhile."""
    state.start(WIDTH, "width", WIDTHS, FIRST_WIDTH)
    state.start(SEED, "random", SEEDS, 0)
    width, seed = st.session_state[WIDTH], st.session_state[SEED] or 0  # None while the field is empty
    tokens = _choose_tokens(width, seed)
    divisor, temperature = _choose_scale()
    mask = _choose_mask()
    heads = _choose_heads(width)
    with st.popover("More", icon=":material/tune:", width="stretch", key="attention_more"):
        st.select_slider(
            "Width of a token, C", WIDTHS, key=WIDTH, persist_state="session",
            help="Features of every token. With 64 and one head the keys are as long as those of the course.",
        )  # fmt: skip
        st.number_input(
            "Seed", SEEDS[0], SEEDS[-1], key=SEED, persist_state="session",
            help="Of the four weight matrices and the embedding: nothing here is trained.",
        )  # fmt: skip
    length = len(tokens.names)
    factor = 1 / (divisor_of(divisor, size=width // heads, length=length) * temperature)
    hand = attention_by_hand(tokens.at(width), Projections.random(width, seed), heads, mask=make_mask(mask, length), factor=factor)
    return Asked(tokens, hand, divisor, temperature, mask, seed)


def _choose_tokens(width: int, seed: int) -> Tokens:
    state.start(KIND, "tokens", KINDS, "words")
    kind = segmented_control("Tokens", list(KINDS), format_func=KINDS.get, key=KIND, persist_state="session", width="stretch")
    if kind == "patches":
        return _patches(width, seed)
    key, first = (WORDS, FIRST_WORDS) if kind == "words" else (NUMBERS, FIRST_NUMBERS)
    if key not in st.session_state:
        st.session_state[key] = state.linked(kind) or first
    text = st.text_input(
        KINDS[kind],
        key=key,
        persist_state="session",
        max_chars=300,
        label_visibility="collapsed",
        help="1 to 12, with spaces between them.",
    )
    make = _words if kind == "words" else _numbers
    link = {"tokens": "" if kind == "words" else kind, kind: "" if text == first else text}
    try:
        return make(text, width, seed, link)
    except LabError as error:
        show.error(error)
        return make(first, width, seed, link)


def _words(text: str, width: int, seed: int, link: Mapping[str, str]) -> Tokens:
    words = parse_words(text)
    origin = "a number drawn at random, seeded by the word, after LayerNorm"
    return Tokens(
        partial(word_tokens, words, seed=seed), words, origin, f"tokens = word_tokens({words!r}, {width}, seed={seed})", link=link
    )


def _numbers(text: str, width: int, seed: int, link: Mapping[str, str]) -> Tokens:
    numbers = parse_numbers(text)
    names = tuple(f"{number:g}".replace("-", "−") for number in numbers)
    code = f"tokens = number_tokens({numbers!r}, {width}, seed={seed})"
    return Tokens(partial(number_tokens, numbers, seed=seed), names, "the number times a, plus b, after LayerNorm", code, link=link)


def _patches(width: int, seed: int) -> Tokens:
    state.start(CUT, "cut", CUTS, CUTS[-1])
    with st.popover("Choose the picture", icon=":material/image:", width="stretch", key="attention_picture"):
        picture = choose_picture(())
        side = segmented_control("Cut into", CUTS, format_func=lambda n: f"{n:d} × {n:d} patches", key=CUT, persist_state="session")
    pictures = cut(picture.pixels, SIZE // side).reshape(side * side, 3, SIZE // side, SIZE // side)
    names = tuple(f"patch {n + 1}" for n in range(len(pictures)))
    code = f"tokens = patch_tokens(pixels, {side}, {width}, seed={seed})  # pixels: {picture.caption!r}, (3, 32, 32) uint8"
    link = {**picture.link, "tokens": "patches", "cut": "" if side == CUTS[-1] else str(side)}
    at = partial(patch_tokens, picture.pixels, side, seed=seed)
    return Tokens(at, names, "the patch times an untrained matrix, after LayerNorm", code, tuple(map(png_uri, pictures)), link)


def _choose_scale() -> tuple[str, float]:
    state.start(DIVISOR, "divide", DIVISORS, "sqrt(D)", DIVISOR_LINKS.get)
    divisor = segmented_control(
        "Scores are divided by", DIVISORS, format_func=DIVISOR_SIGNS.get, key=DIVISOR, persist_state="session",
        width="stretch", help="1 is no scaling. √D, the size of a key, is right; √T, of the number of tokens, is the unit's trap.",
    )  # fmt: skip
    state.start(TEMPERATURE, "temperature", TEMPERATURES, 1.0)
    temperature = st.select_slider(
        "Temperature", TEMPERATURES, key=TEMPERATURE, format_func=lambda value: f"{value:g}", persist_state="session",
        help="Divides the scores once more. Low: a row reads one token. High: all alike.",
    )  # fmt: skip
    return divisor, temperature


def _choose_mask() -> str:
    state.start(MASK, "mask", MASKS, "none")
    return segmented_control(
        "Mask", MASKS, format_func=MASK_WORDS.get, key=MASK, persist_state="session", width="stretch",
        help="Causal: a token reads itself and earlier ones. Earlier only: not itself, so that the first token has nothing to read.",
    )  # fmt: skip


def _choose_heads(width: int) -> int:
    """The number of heads, of those that divide the width; what was chosen before and does not is said."""
    possible = possible_heads(width, MOST_HEADS)
    state.start(HEADS, "heads", range(1, MOST_HEADS + 1), FIRST_HEADS)
    wanted = st.session_state[HEADS]
    if wanted not in possible:
        st.session_state[HEADS] = max(heads for heads in possible if heads < wanted)
        show.warning(f"{wanted} heads do not divide a width of {width}: {st.session_state[HEADS]} it is.")
    heads = segmented_control("Heads", possible, format_func="{:d}".format, key=HEADS, persist_state="session", width="stretch")
    rest = ", ".join(str(n) for n in range(1, MOST_HEADS + 1) if n not in possible)
    show.caption(f"D = C / heads = {width} / {heads} = {width // heads}." + (f" Not {rest}: they do not divide {width}." if rest else ""))
    return heads


# ---- the picture ----


def matrices_panel(asked: Asked) -> None:
    """All matrices, linked in the browser."""
    sign, value = DIVISOR_SIGNS[asked.divisor], asked.value
    inside = {"none": "", "sqrt(D)": f" = √{asked.hand.size}", "sqrt(T)": f" = √{len(asked.tokens.names)}"}[asked.divisor]
    data = matrices_data(
        asked.hand, asked.tokens.names, origin=asked.tokens.origin, pictures=asked.tokens.pictures, temperature=asked.temperature,
        divisor=f"{sign}{inside} = {value:.2f}" if inside else "1, that is not scaled",
        scaling=f"/ {value:.2f}" + (f" / {asked.temperature:g}" if asked.temperature != 1 else ""),
    )  # fmt: skip
    linked_matrices(data, key="attention_matrices")


def proof_panel(asked: Asked) -> None:
    """The proof line for the matrices on the page."""
    from core.probes.attention_proof import check_by_hand  # brings torch: after the picture has been sent

    show.caption(proof_line(check_by_hand(asked.hand)))


# ---- scaling, measured ----


def scale_panel(asked: Asked) -> None:
    """Trap 8: what each divisor does to these tokens, and of what size scores are."""
    st.subheader("Why √D, and not √T")
    st.markdown(
        "A score is a sum of D products, so it grows with **D, the size of a key**: by √D, if features are independent and of variance 1. "
        "The number of tokens T adds rows, not terms. The unit's own text and code disagree on this; the numbers below do not. Scores that "
        "are too large **saturate** softmax: one weight becomes 1, and the gradient that softmax lets through becomes 0."
    )
    long = attention_by_hand(asked.tokens.at(LONG), Projections.random(LONG, asked.seed), 1, mask=asked.hand.mask)
    left, right = st.columns([3, 2], gap="large")
    for hand, what in ((asked.hand, "The tokens above"), (long, f"The same tokens with C = {LONG} and one head")):
        found = saturation(hand, asked.temperature)
        left.html(saturation_html(found, chosen=asked.divisor, hand=hand, temperature=asked.temperature, what=what))
    right.html(spread_html(spreads(), SPREAD_SIZES, SPREAD_LENGTHS))


@st.cache_data(show_spinner=False)
def spreads() -> list[list[float]]:
    """The measured spread of scores, a line a length and a column a size."""
    return [[score_spread(size, length) for size in SPREAD_SIZES] for length in SPREAD_LENGTHS]


def question() -> None:
    """What leaving out the division does, on the first words with the course's width and one head."""
    none, by_size = long_keys()
    predict(
        "Six tokens, one head, keys of D = 64 numbers, and somebody forgets to divide by √D. How much gradient does softmax let through?",
        ANSWERS,
        answer=answer_of(none.slope / by_size.slope),
        because=because(none, by_size),
        key="attention_predict",
    )


def long_keys() -> tuple[Saturation, Saturation]:
    """Not scaled and scaled by √D, for the question's tokens."""
    hand = attention_by_hand(word_tokens(parse_words(FIRST_WORDS), LONG), Projections.random(LONG, 0), 1)
    return saturation(hand)[0], saturation(hand)[1]


def answer_of(ratio: float) -> str:
    """The answer that a ratio of gradients is."""
    return ANSWERS[0 if ratio > 1.1 else 2 if ratio < 0.5 else 1]


# ---- what stands around it ----


def layer_panel() -> None:
    """The shapes of the course, and one encoder layer as a drawing with its proof."""
    st.subheader("The shapes of the course, and the layer around attention")
    shapes, report = layer_facts()
    st.html(layer_html())
    show.caption(course_line(shapes))
    kinds = (
        ("LayerNorm first", report.before),
        ("LayerNorm after the sum", report.after),
        (f"{report.layers} layers stacked", report.stacked),
    )
    told = ", ".join(f"{name} {value:.1g}" for name, value in kinds)
    show.caption(
        marked(
            "Proof: the lab's EncoderLayer against nn.TransformerEncoderLayer, same random weights, tokens {}, "
            "float64; largest difference: {}; tolerance {:.0g}: **{}**.",
            report.shape,
            told,
            report.tolerance,
            "equal" if report.passed else "not equal",
        )
    )


@st.cache_data(show_spinner=False)
def layer_facts():
    """The shapes that a hook has seen, and the report on the encoder layer."""
    from core.probes.attention_proof import check_layer, course_shapes

    return course_shapes(), check_layer()
