"""What the page Where it went has computed once for all: the proof that pairs are counted rightly."""

from __future__ import annotations

import streamlit as st

from core.probes.attention.pairs import AttentionSizes, CountReport, count_test

COUNTED = 64  # tokens at which every pair is counted


@st.cache_data(max_entries=64, show_spinner=False)
def count_report(sizes: AttentionSizes) -> CountReport:
    """The pairs of every kind by formula, beside those counted one by one."""
    return count_test(COUNTED, sizes)
