"""Controls of the page Attention by hand: tokens, what scores are divided by, a mask, heads; and the attention that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st

from core.data.images import SIZE
from core.errors import LabError
from core.models.embedding import cut
from core.probes.attention.by_hand import (
    DIVISORS,
    MASKS,
    WIDTHS,
    ByHand,
    Projections,
    attention_by_hand,
    divisor_of,
    make_mask,
    number_tokens,
    parse_numbers,
    parse_words,
    patch_tokens,
    possible_heads,
    word_tokens,
)
from dashboard.pictures.choose import Shown, choose_picture
from dashboard.pictures.html import png_uri
from dashboard.pictures.zoom import AT, at_patch, run_here
from dashboard.shell import show
from dashboard.shell.choices import Choice, links

KINDS = {"words": "Words", "numbers": "Numbers", "patches": "Patches"}
DIVISOR_SIGNS = {"none": "1", "sqrt(D)": "√D", "sqrt(T)": "√T"}
DIVISOR_LINKS = {"none": "1", "sqrt(D)": "D", "sqrt(T)": "T"}
MASK_WORDS = {"none": "None", "causal": "Causal", "earlier": "Earlier only"}
MOST_HEADS = 8
LENGTHS = (1, 4, 16, 64, 100, 256, 512, 1024, 2048, 4096)  # tokens at which the cost of attention is measured

KIND = Choice("attention", "tokens", tuple(KINDS), first="words")
WORDS = Choice("attention", "words", first="the cat sat on the mat")
NUMBERS = Choice("attention", "numbers", first="3 -1 0.5 2 10")
CUT = Choice("attention", "cut", (2, 4), first=4)  # patches a side
DIVISOR = Choice("attention", "divide", DIVISORS, first="sqrt(D)", write=DIVISOR_LINKS.get)
TEMPERATURE = Choice("attention", "temperature", (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0), first=1.0, write="{:g}".format)
MASK = Choice("attention", "mask", MASKS, first="none")
HEADS = Choice("attention", "heads", range(1, MOST_HEADS + 1), first=2)
WIDTH = Choice("attention", "width", WIDTHS, first=8)
SEED = Choice("attention", "seed", range(1000), first=0, old=("random",))
LENGTH = Choice("attention", "length", LENGTHS, first=1024)


@dataclass(frozen=True, eq=False)
class Tokens:
    """The tokens on the page with their names, and how a link and a line of Python make them again."""

    at: Callable[[int], np.ndarray]  # the features (T, C) for any width C
    names: tuple[str, ...]
    origin: str  # of their features, in words
    code: str
    pictures: tuple[str, ...] = ()
    picture: Shown | None = None  # that is cut into them
    link: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class AttentionChoices:
    """What the controls say, and the attention that it makes."""

    tokens: Tokens
    hand: ByHand
    divisor: str
    temperature: float
    mask: str
    seed: int

    @property
    def token(self) -> int | None:
        """The token of the chosen patch; None where there are no patches."""
        return at_patch(AT.value, CUT.value) if self.kind == "patches" else None

    @property
    def kind(self) -> str:
        """Of what the tokens are: words, numbers or patches."""
        return KIND.value

    @property
    def value(self) -> float:
        """What scores are divided by, temperature aside."""
        return divisor_of(self.divisor, size=self.hand.size, length=len(self.tokens.names))

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        return {**self.tokens.link, **links(DIVISOR, TEMPERATURE, MASK, HEADS, WIDTH, SEED)}

    @property
    def code(self) -> str:
        """Python that makes the same matrices."""
        width, divisor = self.hand.tokens.shape[1], f'divisor_of("{self.divisor}", size={self.hand.size}, length=len(tokens))'
        return (
            f"from core.probes.attention.by_hand import *\n\n{self.tokens.code}\nmask = make_mask({self.mask!r}, len(tokens))\n"
            f"factor = 1 / ({divisor} * {self.temperature:g})\n"
            f"hand = attention_by_hand(tokens, Projections.random({width}, {self.seed}), {self.hand.heads}, mask=mask, factor=factor)\n"
            "print(hand.weights.round(3))  # (heads, T, T)"
        )


def choose() -> AttentionChoices:
    """All controls. What is typed and cannot be used is said, and the first tokens are shown meanwhile."""
    width, seed = WIDTH.value, SEED.value or 0  # None while the field is empty
    tokens = _choose_tokens(width, seed)
    divisor, temperature = _choose_scale()
    mask = _choose_mask()
    heads = _choose_heads(width)
    with st.popover("More", icon=":material/tune:", width="stretch", key="attention_more"):
        WIDTH.slider(
            "Embedding size, C",
            help="The number of features of every token. With 64 and one head, the keys are as long as those of the course.",
        )
        SEED.number_input("Seed", help="For the four weight matrices and the embedding. Nothing here is trained.")
    length = len(tokens.names)
    factor = 1 / (divisor_of(divisor, size=width // heads, length=length) * temperature)
    hand = attention_by_hand(tokens.at(width), Projections.random(width, seed), heads, mask=make_mask(mask, length), factor=factor)
    return AttentionChoices(tokens, hand, divisor, temperature, mask, seed)


def _choose_tokens(width: int, seed: int) -> Tokens:
    kind = KIND.segmented("Tokens", format_func=KINDS.get, width="stretch")
    if kind == "patches":
        return _patches(width, seed)
    typed, make = (WORDS, _words) if kind == "words" else (NUMBERS, _numbers)
    text = typed.text_input(KINDS[kind], max_chars=300, label_visibility="collapsed", help="1 to 12, with spaces between them.")
    try:
        return make(text, width, seed, links(KIND, typed))
    except LabError as error:
        show.error(error)
        return make(typed.first, width, seed, links(KIND, typed))


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
    with st.popover("Choose the picture", icon=":material/image:", width="stretch", key="attention_picture"):
        picture = choose_picture(())
        side = CUT.segmented("Cut into", format_func=lambda n: f"{n:d} × {n:d} patches")
    pictures = cut(picture.pixels, SIZE // side).reshape(side * side, 3, SIZE // side, SIZE // side)
    names = tuple(f"patch {n + 1}" for n in range(len(pictures)))
    code = f"tokens = patch_tokens(pixels, {side}, {width}, seed={seed})  # pixels: {picture.caption!r}, (3, 32, 32) uint8"
    link = {**picture.link, **links(KIND, CUT, AT), **run_here()}
    at = partial(patch_tokens, picture.pixels, side, seed=seed)
    return Tokens(at, names, "the patch times an untrained matrix, after LayerNorm", code, tuple(map(png_uri, pictures)), picture, link)


def _choose_scale() -> tuple[str, float]:
    """What scores are divided by."""
    help = "1 means no scaling. √D, with the size D of a key, is right; √T, with the number of tokens, is the unit's trap."
    divisor = DIVISOR.segmented("Scores are divided by", format_func=DIVISOR_SIGNS.get, width="stretch", help=help)
    help = "It divides the scores once more. If it is low, a row reads one token; if it is high, all tokens equally."
    return divisor, TEMPERATURE.slider("Temperature", format_func="{:g}".format, help=help)


def _choose_mask() -> str:
    """Which scores are masked."""
    help = "Causal: a token reads itself and earlier tokens. Earlier only: it does not read itself, so the first token has nothing to read."
    return MASK.segmented("Mask", format_func=MASK_WORDS.get, width="stretch", help=help)


def _choose_heads(width: int) -> int:
    """The number of heads, of those that divide the width; what was chosen before and does not is said."""
    possible, wanted = possible_heads(width, MOST_HEADS), HEADS.value
    wanted = wanted if wanted in HEADS.options else HEADS.first  # a browser may say that nothing is chosen
    if wanted not in possible:
        HEADS.set(max(heads for heads in possible if heads < wanted))
        show.warning(f"The number of heads must divide {width}, and {wanted} does not: {HEADS.value} heads are shown.")
    heads = HEADS.among(possible).segmented("Heads", format_func="{:d}".format, width="stretch")
    must = f" The number of heads must divide {width}." if len(possible) < MOST_HEADS else ""
    show.caption(f"D = C / heads = {width} / {heads} = {width // heads}.{must}")
    return heads
