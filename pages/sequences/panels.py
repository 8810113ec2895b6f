"""What else is on the page Sequences: padding and packing, words as vectors, convolution over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import LabError
from core.probes.padding import packing, parse_lengths
from dashboard.kit.wording import marked
from dashboard.shell import show, state
from pages.sequences.controls import Asked
from pages.sequences.examples import sentence_of
from pages.sequences.view import convolution_html, likeness_html, padded_html, padding_html, padding_proof

if TYPE_CHECKING:
    from core.probes.convolution import ConvolutionCost
    from core.probes.padded_batch import PaddedReport
    from core.probes.word_vectors import Embedded

TYPED, WIDTH, WORD = "sequences_lengths", "sequences_width", "sequences_word"
KERNEL, LAYERS = "sequences_kernel", "sequences_layers"
WIDTHS, FIRST_WIDTH, FIRST_WORD = (2, 4, 8, 32), 8, "spider"
KERNELS, FIRST_KERNEL, MOST_LAYERS, FIRST_LAYERS = (1, 3, 5, 7), 3, 8, 2
CHANNELS, SIZE, FRAMES = 16, 32, 16


def begin() -> None:
    """Give the controls of words and convolution their first values, before the address bar is written for the first time."""
    state.start(WIDTH, "vector", WIDTHS, FIRST_WIDTH)
    if WORD not in st.session_state:
        st.session_state[WORD] = state.linked("word") or FIRST_WORD
    state.start(KERNEL, "k", KERNELS, FIRST_KERNEL)
    state.start(LAYERS, "layers", range(1, MOST_LAYERS + 1), FIRST_LAYERS)


def link() -> dict[str, str]:
    """What a link says of words and convolution; empty where the page opens so anyway."""
    first = {"vector": (WIDTH, FIRST_WIDTH), "word": (WORD, FIRST_WORD), "k": (KERNEL, FIRST_KERNEL), "layers": (LAYERS, FIRST_LAYERS)}
    now = {name: (st.session_state[key], default) for name, (key, default) in first.items()}
    return {name: "" if value == default else str(value) for name, (value, default) in now.items()}


# ---- padding ----


def padding_panel(asked: Asked) -> dict[str, str]:
    """A batch of sequences of other lengths, padded and packed; returns what a link says of it."""
    st.subheader("Other lengths in one batch: padding, masking, packing")
    own = lengths_of(asked.sizes.B, asked.sizes.T)
    if TYPED not in st.session_state:
        st.session_state[TYPED] = state.linked("lengths")
    text = st.text_input(
        "Lengths of the sequences", key=TYPED, persist_state="session", max_chars=60, placeholder=" ".join(map(str, own)),
        help="Whole numbers with spaces between them. Empty: B sequences, the longest with T steps.",
    )  # fmt: skip
    lengths = own
    if text.strip():
        try:
            lengths = parse_lengths(text)
        except LabError as error:
            show.error(error)
    words = [sentence_of(length)[0] for length in lengths]
    st.html(padding_html(packing(lengths), words))
    report = padded(lengths, asked.sizes.C, asked.sizes.H, asked.sizes.K, asked.cell)
    st.html(padded_html(report, lengths))
    show.caption(padding_proof(report))
    st.markdown(
        "A recurrent network can stop at the end of each sequence, so packing costs it nothing. Attention and convolution compute all T "
        "places of the batch at once: they need a **mask**, which says what is padding."
    )
    return {"lengths": text.strip()}


def lengths_of(batch: int, longest: int) -> tuple[int, ...]:
    """Lengths for a batch, each sequence two steps shorter than the one before it."""
    return tuple(max(1, longest - 2 * b) for b in range(batch))


@st.cache_data(max_entries=256, show_spinner=False)
def padded(lengths: Sequence[int], features: int, hidden: int, classes: int, cell: str) -> PaddedReport:
    """The batch, read in all ways."""
    from core.probes.padded_batch import padded_report

    return padded_report(lengths, features=features, hidden=hidden, classes=classes, cell=cell)


# ---- words ----


def words_panel() -> None:
    """One-hot vectors and embeddings, before and after they have been learned."""
    from core.probes.word_vectors import WORDS, nearest

    st.subheader("How a word goes in: one-hot or a learned embedding")
    if st.session_state[WORD] not in WORDS:  # of a link
        st.session_state[WORD] = FIRST_WORD
    left, right = st.columns([1, 3], gap="medium")
    with left:
        width = st.select_slider("Numbers of a vector, C", WIDTHS, key=WIDTH, persist_state="session")
        word = st.selectbox("Word", WORDS, key=WORD, persist_state="session")
    found = embedded(width)
    place = WORDS.index(word)
    with left:
        near = ", ".join(f"{other} {cosine:.2f}" for other, cosine in nearest(found.after, word))
        show.markdown(marked("Nearest to **{}**, by cosine: {}", word, near))
    with right:
        columns = st.columns(2)
        for column, cosines, when in ((columns[0], found.before, "at random"), (columns[1], found.after, "learned")):
            column.html(likeness_html(cosines, WORDS, word, f"Cosine of each pair of {len(WORDS)} words, {when}"))
    show.caption(
        marked(
            "“{}” as one-hot is (1, V) = (1, {}): 0 everywhere, 1 at place {}. Times a matrix (V, C) that is one "
            "row of it, (1, {}): nn.Embedding looks it up; largest difference {:.1g}. All one-hot vectors have "
            "cosine 0: no two words are closer than others. Learned on {:,} made-up sentences (seed 0) by "
            "guessing the words beside each word, words in like company come close: mean cosine within the {} "
            "groups {:.2f} → **{:.2f}**, between them {:.2f} → **{:.2f}**. Nobody told it the groups. Blue above "
            "0, orange below; rows and columns are words, by group.",
            word,
            len(WORDS),
            place + 1,
            width,
            found.one_hot_diff,
            found.sentences,
            len(WORDS) // 4,
            found.within(found.before),
            found.within(found.after),
            found.between(found.before),
            found.between(found.after),
        )
    )


@st.cache_data(max_entries=8, show_spinner=False)
def embedded(width: int) -> Embedded:
    """Vectors of `width` numbers, learned."""
    from core.probes.word_vectors import learn_embeddings

    return learn_embeddings(width)


# ---- convolution ----


def convolution_panel() -> None:
    """What a convolution over time sees and costs, beside recurrence."""
    from core.probes.convolution import field_of_view

    st.subheader("The alternative: convolution over time")
    left, right = st.columns([1, 3], gap="medium")
    with left:
        kernel = st.select_slider("Kernel, k", KERNELS, key=KERNEL, persist_state="session")
        layers = st.slider("Layers", 1, MOST_LAYERS, key=LAYERS, persist_state="session")
    view, seen = field_of_view(layers, kernel), viewed(layers, kernel)
    with right:
        st.html(convolution_html(costs(kernel), kernel, CHANNELS))
    one, _, three = costs(kernel)
    show.caption(
        marked(
            "An output of {} layer{} of kernel {} depends on 1 + {} · ({} − 1) = **{}** inputs; by gradients "
            "**{}**. A recurrent layer reaches all that came before, but one step after the other: T steps that "
            "cannot be computed at the same time. A 3-D convolution slides over time, height and width together: "
            "k³ weights instead of k, at {} × {} × {} places instead of {}: **{:,} times** the multiplications "
            "of one over time.",
            layers,
            "s" * (layers > 1),
            kernel,
            layers,
            kernel,
            view,
            seen,
            FRAMES,
            SIZE,
            SIZE,
            FRAMES,
            three.multiplications // one.multiplications,
        )
    )


@st.cache_data(show_spinner=False)
def costs(kernel: int) -> tuple[ConvolutionCost, ...]:
    """Convolutions over one, two and three dimensions."""
    from core.probes.convolution import convolution_cost

    return tuple(convolution_cost(dims, kernel=kernel, channels=CHANNELS, size=SIZE, frames=FRAMES) for dims in (1, 2, 3))


@st.cache_data(show_spinner=False)
def viewed(layers: int, kernel: int) -> int:
    """The field of view, by gradients."""
    from core.probes.convolution import measured_view

    return measured_view(layers, kernel, 2 * layers * kernel + 1)
