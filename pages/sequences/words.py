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
        width = VECTOR.slider("Numbers of a vector, C")
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
            vectors.one_hot_diff,
            vectors.sentences,
            len(WORDS) // 4,
            vectors.within(vectors.before),
            vectors.within(vectors.after),
            vectors.between(vectors.before),
            vectors.between(vectors.after),
        )
    )
