"""Why sixteen sequences of sixteen beat one of 256: what a token reaches, how long the way is, what runs at the same time."""

from __future__ import annotations

import streamlit as st

from dashboard.kit.wording import marked
from dashboard.shell import show
from pages.bar.controls import SIDE, SWEEP_TIMES
from pages.bar.lookups import reached_grids
from pages.bar.view import grid_html


def sweeps_panel() -> None:
    """The picture of both sweeps, the two ways of reading in numbers, and both timed on this machine."""
    heading = st.empty()
    from core.probes.recurrence.paths import one_sequence, sweeps  # torch: after the road has been sent

    columns = st.columns([2, 2, 5], gap="medium")
    with columns[2]:
        side = SIDE.slider("Tokens along a side")
        show.header(f"Why {side} sequences of {side} beat one of {side**2}", at=heading)
        flat, swept = one_sequence(side), sweeps(side)
        rows = {
            "Sequences at a time": (flat.sequences, swept.sequences),
            "Steps, one by one": (flat.steps, swept.steps),
            "Longest path, in steps": (flat.longest_path, swept.longest_path),
            "Updates of a state": (flat.updates, swept.updates),
        }
        st.html(_numbers(side, rows))
        _times(side)
    middle = (side // 2 - 1, side // 2 - 1)
    captions = (
        "After a sweep along the rows, the tokens of its row know the orange token;",
        "after a sweep along the columns, all tokens do.",
    )
    for column, grid, caption in zip(columns, reached_grids(side), captions, strict=False):
        column.html(grid_html(grid, middle, caption=caption))


def _times(side: int) -> None:
    """Both ways of reading timed on this machine, once somebody presses the button."""
    if st.button(
        "Time both on this machine",
        key="bar_time_sweeps",
        icon=":material/timer:",
        help="nn.GRU, forward and backward; it takes about 3 s.",
    ):
        from core.probes.recurrence.paths import reading_times

        with st.spinner("Measuring"):
            SWEEP_TIMES.keep((side, *reading_times(side)))
    measured_side, one, many = SWEEP_TIMES.value or (None, 0, 0)
    if measured_side == side:
        show.caption(
            marked(
                "The same {} tokens of 16 images through the same nn.GRU, forward and backward, take **{:,.0f} ms** as one sequence and "
                "**{:,.0f} ms** as {} sequences of {}. That is {:.1f} times as fast, with the same arithmetic.",
                side**2,
                1000 * one,
                1000 * many,
                side,
                side,
                one / many,
            )
        )


def _numbers(side: int, rows: dict[str, tuple[int, int]]) -> str:
    body = "".join(f'<tr><th scope="row">{name}</th><td>{one:,}</td><td>{other:,}</td></tr>' for name, (one, other) in rows.items())
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight"><thead><tr><th scope="col"></th><th scope="col">one of {side**2}</th>'
        f'<th scope="col">rows + columns</th></tr></thead><tbody>{body}</tbody></table></div>'
    )
