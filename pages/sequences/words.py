"""Words as vectors on the page Sequences: one-hot, and an embedding before and after it has been learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.readable import agreement
from dashboard.kit.wording import marked
from dashboard.shell import show
from pages.sequences.controls import VECTOR, WORD
from pages.sequences.lookups import embedded
from pages.sequences.view import likeness_html

if TYPE_CHECKING:
    from core.probes.recurrence.word_vectors import Embedded


def words_panel() -> None:
    """One-hot vectors and embeddings, before and after they have been learned."""
    from core.probes.recurrence.word_vectors import WORDS, nearest

    st.header("How a word goes in: one-hot or a learned embedding")
    left, right = st.columns([1, 3], gap="medium")
    with left:
        width = VECTOR.slider("Embedding size, C")
        word = WORD.among(WORDS).selectbox("Word")
    vectors = embedded(width)
    place = WORDS.index(word)
    with left:
        near = ", ".join(f"{other} {cosine:.2f}" for other, cosine in nearest(vectors.after, word))
        show.markdown(marked("Nearest to **{}**, by cosine: {}", word, near))
    with right:
        columns = st.columns(2)
        for column, cosines, when in ((columns[0], vectors.before, "at random"), (columns[1], vectors.after, "learned")):
            column.html(likeness_html(cosines, WORDS, word, f"Cosines of {len(WORDS)} words, {when}"))
    _learned(vectors)
    show.caption(
        marked(
            "As a one-hot vector, “{}” is (1, {}): 1 at place {}, and 0 everywhere else. Its product with a matrix (V, C) is one row of "
            "that matrix, (1, {}), and nn.Embedding looks this row up: both are {}.",
            word,
            len(WORDS),
            place + 1,
            width,
            agreement(vectors.one_hot_diff),
        ),
        help="Two different one-hot vectors always have cosine 0.",
    )


def _learned(vectors: Embedded) -> None:
    """What became of the cosines, with a legend of the two pictures."""
    from core.probes.recurrence.word_vectors import WORDS

    show.caption(
        marked(
            "Words that occur in similar places become similar: the mean cosine within the {} groups goes from {:.2f} to **{:.2f}**, "
            "between groups from {:.2f} to **{:.2f}**. Nobody told it the groups.",
            len(WORDS) // 4,
            vectors.within(vectors.before),
            vectors.within(vectors.after),
            vectors.between(vectors.before),
            vectors.between(vectors.after),
        ),
        help=marked(
            "Rows and columns are words, sorted by group; blue cells are above 0, orange ones below. The vectors were trained on {:,} "
            "generated sentences (seed 0) to predict neighbouring words.",
            vectors.sentences,
        ),
    )
