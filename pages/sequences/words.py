"""Words as vectors on the page Sequences: one-hot, and an embedding before and after it has been learned."""

from __future__ import annotations

import streamlit as st

from dashboard.kit.wording import marked
from dashboard.shell import show
from pages.sequences.controls import VECTOR, WORD
from pages.sequences.lookups import embedded
from pages.sequences.view import likeness_html


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
    show.caption(
        marked(
            "As a one-hot vector (1, V) = (1, {1}), “{0}” is 0 everywhere and 1 at place {2}. Its product with a matrix (V, C) is one "
            "row of that matrix, (1, {3}), so nn.Embedding just looks the row up ({4}). Two different one-hot vectors always have cosine "
            "0. Learned vectors do not: trained on {5:,} generated sentences (seed 0) to predict neighbouring words, words that occur in "
            "similar places become similar. The mean cosine within the {6} groups rises from {7:.2f} to **{8:.2f}**; between groups it "
            "goes from {9:.2f} to **{10:.2f}**, although nobody told it the groups. Blue cells are above 0, orange ones below; rows and "
            "columns are words, sorted by group.",
            word,
            len(WORDS),
            place + 1,
            width,
            vectors.one_hot_diff,
            vectors.sentences,
            len(WORDS) // 4,
            vectors.within(vectors.before),
            vectors.within(vectors.after),
            vectors.between(vectors.before),
            vectors.between(vectors.after),
        )
    )
