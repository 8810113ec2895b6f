"""What the page Depth and direction has measured once for all: stacks, heads, arguments by position, batches that leak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from core.probes.recurrence.direction import BiasReport, HeadReport, LeakReport, StackReport


@st.cache_data(max_entries=256, show_spinner=False)
def stack_report(**sizes: object) -> StackReport:
    """The Jacobians of a stack."""
    from core.probes.recurrence.direction import measure_stack

    return measure_stack(**sizes)


@st.cache_data(max_entries=256, show_spinner=False)
def head_reports(**sizes: object) -> dict[str, HeadReport]:
    """All ways to read a stack."""
    from core.probes.recurrence.direction import measure_heads

    return measure_heads(**sizes)


@st.cache_data(show_spinner=False)
def bias_reports() -> tuple[BiasReport, ...]:
    """What nn.GRU makes of arguments by position and by keyword."""
    from core.probes.recurrence.direction import positional_bias

    return positional_bias()


@st.cache_data(show_spinner=False)
def leak_report(kind: str, *, batch_first: bool) -> LeakReport:
    """Which samples of a batch touch each other."""
    from core.probes.recurrence.direction import measure_leaks

    return measure_leaks(kind, batch_first=batch_first)
