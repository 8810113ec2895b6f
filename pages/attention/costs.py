"""What attention costs by the number of tokens: computed memory, and milliseconds measured on this machine at a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.kit.wording import marked
from dashboard.shell import services, show
from dashboard.shell.page import fragment
from dashboard.shell.plotly_figure import plotly_figure
from dashboard.training import background
from dashboard.training.lessons import measuring_status
from dashboard.training.starting import start_lesson
from pages.attention.controls import LENGTH, LENGTHS

if TYPE_CHECKING:
    from core.probes.attention.cost import Cost

COST_HEADS, COST_WIDTH, FITTED_FROM = 4, 64, 256  # shorter sequences are mostly overhead: they are not in the exponent
KEY, TICK_SECONDS = "costs of attention", 0.7
MOST_BY_HAND = 2048  # tokens: by hand, T x T matrices of more would take most of a gigabyte
ROUNDS = 5
NAMES = {"by hand": "attention by hand", "fused": "attention, fused kernel", "gru scan": "recurrent scan, nn.GRU"}


alone: Costs | None = None  # what was measured last while nothing trained, for everybody


def cost_panel() -> None:
    """A slider for the length, what it costs, and a button that measures."""
    st.header("What it costs by the number of tokens T")
    left, right = st.columns([3, 4], gap="large")
    with left:
        help = f"One image, C = {COST_WIDTH}, {COST_HEADS} heads, float32, forward pass."
        length = LENGTH.slider("Tokens, T", format_func="{:,}".format, help=help)
        pressed = st.button("Measure on this machine", key="attention_measure", icon=":material/timer:", help="It takes about ten seconds.")
        if pressed:
            background.forget(KEY)  # measured beside a run, or by somebody else: measured again
            start_lesson(KEY, lambda: measure_costs(COST_WIDTH, COST_HEADS))
        fragment(_status, run_every=TICK_SECONDS if _active() else None)(_active())
        measured = background.known(KEY)
        costs = (measured.made if measured and measured.made else None) or alone
        st.html(cost_html(length, costs.points if costs else ()))
        most = LENGTHS[-1]
        show.caption(
            f"More than {most:,} tokens are not offered, and by hand no more than {MOST_BY_HAND:,} are measured: memory grows with the "
            f"square, and {most:,} tokens would take {_bytes(memory_of('by hand', most))} of a server that a class shares."
        )
    with right:
        from pages.attention.costs_view import cost_figure

        memory = memory_lines()
        what = "memory computed, time measured here" if costs else "memory computed; time not measured yet"
        ends = ", ".join(f"{kind} {_bytes(sizes[0][1])} to {_bytes(sizes[-1][1])}" for kind, sizes in memory.items())
        alt = f"Cost by the number of tokens, {LENGTHS[0]} to {most}: {what}. Memory: {ends}."
        caption = f"Attention in one layer for one image. {costs.words if costs else 'Memory is computed from the sizes; no run.'}"
        plotly_figure(cost_figure(memory, costs.points if costs else ()), key="attention_cost", alt=alt, caption=caption)
        show.caption(
            costs.words + " " + slopes(costs.points) if costs else "Computed memory. Press the button for the time on this machine."
        )


def _active() -> bool:
    measuring = background.known(KEY)
    return measuring is not None and measuring.active


def _status(ticking: bool) -> None:
    """How far the measurement is: drawn again while it is on its way."""
    if (measuring := background.known(KEY)) is not None:
        measuring_status(measuring)
    if ticking and not _active():
        st.rerun()  # the whole page, with what was found


@dataclass(frozen=True)
class Costs:
    """What attention and a recurrent scan cost here, for all sessions, and on which machine and how that was measured."""

    points: tuple[Cost, ...]
    words: str


def measure_costs(width: int, heads: int) -> Costs:
    """Measure attention by hand, the fused kernel and nn.GRU at `LENGTHS`; kept for everyone if nothing trained meanwhile.

    To be called while holding a turn.
    """
    global alone
    import torch

    from core.probes.attention.cost import KINDS, measure_cost
    from core.probes.clock import THREAD_CLOCK, WALL_CLOCK
    from core.training.loop.device import device_name

    beside = services.anyone_trains()
    lengths = {kind: [n for n in LENGTHS if kind != "by hand" or n <= MOST_BY_HAND] for kind in KINDS}
    points = tuple(measure_cost(kind, n, width, heads=heads, rounds=ROUNDS) for kind in KINDS for n in lengths[kind])
    beside = beside or services.anyone_trains()
    clock = "time" if THREAD_CLOCK is WALL_CLOCK else "CPU time"
    words = (
        f"Measured on {device_name(torch.device('cpu'))}, one thread, torch {torch.__version__}: one image, C = {width}, {heads} "
        f"heads, float32, forward; {clock}, median of {ROUNDS} rounds{', beside a run that trains' if beside else ''}."
    )
    costs = Costs(points, words)
    if not beside:
        alone = costs
    return costs


def memory_of(kind: str, length: int) -> int:
    """Bytes of one forward pass beyond what goes in and comes out."""
    from core.probes.attention.cost import memory

    return memory(kind, length, COST_WIDTH, heads=COST_HEADS)


def memory_lines() -> dict[str, list[tuple[int, int]]]:
    """Computed memory by length, for each kind of reading."""
    return {kind: [(length, memory_of(kind, length)) for length in LENGTHS] for kind in NAMES}


def cost_html(length: int, points: tuple[Cost, ...]) -> str:
    """Memory and time of the three ways to read `length` tokens, as a table."""
    times = {point.kind: f"{1000 * point.seconds:,.3g} ms" for point in points if point.length == length}
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{_bytes(memory_of(kind, length))}</td><td>{times.get(kind, "–")}</td></tr>'
        for kind, name in NAMES.items()
    )
    caption = f"T = {length:,}: {COST_HEADS} heads × {length:,} × {length:,} = {COST_HEADS * length**2:,} weights"
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight"><caption>{caption}</caption><thead><tr><th scope="col"></th>'
        '<th scope="col" title="at the peak, beyond what goes in and comes out; checked against the profiler">memory</th>'
        f'<th scope="col" title="median of the rounds, one thread">time</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def slopes(points: tuple[Cost, ...]) -> str:
    """With which power of T each measured time grows, in a sentence."""
    from core.probes.attention.cost import exponent

    powers = []
    for kind, name in NAMES.items():
        some = [point for point in points if point.kind == kind and point.length >= FITTED_FROM]
        powers.append(f"{name} T^{exponent([p.length for p in some], [p.seconds for p in some]):.2f}")
    return marked(
        "From T = {} on, the time grows like **{}** (slope of the logarithms); T² is quadratic. The fused kernel saves memory, not "
        "arithmetic. By hand, the T × T tables must also be cleared in memory, so the measured power can be above 2.",
        FITTED_FROM,
        "; ".join(powers),
    )


def _bytes(count: int) -> str:
    """A size with its unit, powers of ten."""
    unit = next((unit for unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")) if count >= unit[0]), (1, "B"))
    return f"{count / unit[0]:,.3g} {unit[1]}"
