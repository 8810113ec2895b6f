"""What the page Masks has computed once for all: effects of masks, and of more padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from core.probes.seq2seq.mask_effects import MaskEffects
    from core.probes.seq2seq.masked_sentence import MaskedSentence
    from core.probes.seq2seq.more_padding import PaddingReport


@st.cache_data(max_entries=128, show_spinner=False)
def effects_of(sentence: MaskedSentence, layers: int) -> dict[str, MaskEffects]:
    """What each mask lets through in a decoder of so many layers, by the mask's name."""
    from core.probes.seq2seq.mask_effects import mask_effects

    return mask_effects(sentence, layers=layers)


@st.cache_data(max_entries=128, show_spinner=False)
def padding_reports(sentence: MaskedSentence, extra: int) -> dict[str, PaddingReport]:
    """What `extra` tokens of padding change, with their mask and without it."""
    from core.probes.seq2seq.mask_effects import padding_probe

    return {
        "with the padding mask": padding_probe(sentence, extra, masked=True),
        "without it": padding_probe(sentence, extra, masked=False),
    }
