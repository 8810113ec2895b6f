"""What stands below the board of the page Recurrence against attention: the question, the two layers side by side, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.data.shapes import PARTS, draw
from dashboard.kit.wording import escape
from dashboard.pictures.reading import normalized
from dashboard.runs.opened import open_best, weighted_runs
from dashboard.shell.predict import predict

if TYPE_CHECKING:
    from core.probes.cost import Cost
    from core.probes.counterparts import Counterpart

ASKED_RUN = "recorded-shapes-gru"
ASKED = 200  # images of the question
COSTS = "reading_costs"
LENGTHS = {8: 16, 4: 64, 2: 256, 1: 1024}  # side of the patches of an image of 32 pixels -> their number T


# ---- the question ----


class Known(NamedTuple):
    """From which patch on the answers to some pictures stay: the median, and how many pictures are settled by half of the patches."""

    images: int
    total: int
    median: float
    by_half: int


def question() -> None:
    """After how many patches is an answer final? Counted on validation images that the recorded GRU on shapes has not learned from."""
    run = weighted_runs()[ASKED_RUN]
    found = known(ASKED_RUN, open_best(run)[0])
    half, quarter = found.total // 2, found.total // 4
    choices = {
        f"by t = {half}: half is enough": found.median <= half,
        f"between {half + 1} and {half + quarter}": half < found.median <= half + quarter,
        f"after {half + quarter}: nearly at the end": found.median > half + quarter,
    }
    predict(
        f"{run.name} reads {found.total} patches row by row. From which patch on does its answer stay, in the median of {found.images} "
        "validation pictures of shapes?",
        tuple(choices),
        answer=next(words for words, true in choices.items() if true),
        because=f"The median is t = {found.median:.0f}. By half of the patches {found.by_half} of {found.images} answers are final. What "
        "lies at the bottom of a picture is read last, however sure the network was before.",
        key="reading_predict",
    )


@st.cache_data(max_entries=64, show_spinner=False)
def known(run_id: str, epoch: int) -> Known:
    """From which patch on an epoch of a run stays with its answers to the first `ASKED` validation shapes."""
    from core.probes.reading import beliefs, known_from

    opened = open_best(weighted_runs()[run_id])[1]
    images, _ = draw(PARTS["val"][:ASKED])
    found = [known_from(each) for each in beliefs(opened.model, normalized(opened, images))]
    total = opened.model.embed.num_patches
    return Known(len(found), total, float(np.median(found)), sum(t <= total // 2 for t in found))


# ---- the layers side by side ----


def layers_panel() -> None:
    """The encoder layer of torch.nn beside its GRU: the same shapes in and out."""
    st.subheader("The same shapes, another way between them")
    st.html(layers_html(_counterparts()))
    st.caption(
        "Each layer was run on the same random tokens (B, T, C): B sequences, T tokens, C features; random weights, float64, eval mode. "
        "The last column is measured: an output depends on a token if its gradient there is not exactly 0. The encoder layer can take the "
        "GRU's place without changing a shape: what changes is who may be read, and what waits for what."
    )


@st.cache_data(show_spinner=False)
def _counterparts() -> tuple[Counterpart, ...]:
    from core.probes.counterparts import counterparts

    return counterparts()


def layers_html(layers: Sequence[Counterpart]) -> str:
    """The layers as a table, a row each."""
    length = layers[0].taken[1]
    middle = length // 2
    head = "".join(
        f'<th scope="col">{title}</th>'
        for title in ("", "in (B, T, C)", "out", "parameters", "steps in a row", f"output 1, {middle}, {length} depends on")
    )
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(layer.name)}</code></th><td>{_shape(layer.taken)}</td><td>{_shape(layer.given)}</td>'
        f"<td>{layer.parameters:,}</td><td>{layer.in_a_row}</td><td>{', '.join(map(str, layer.seen))} of {length} tokens</td></tr>"
        for layer in layers
    )
    return f'<div class="lab-scroll"><table class="lab-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"


# ---- what they cost ----


def cost_panel() -> None:
    """Time and memory by T, measured when somebody asks for it."""
    st.subheader("What reading costs by T")
    if st.button("Measure here and now", key="reading_measure", help="About two seconds."):
        with st.spinner("Measuring"):
            st.session_state[COSTS] = measured()
    if COSTS in st.session_state:
        st.html(costs_html(st.session_state[COSTS], exponents(st.session_state[COSTS])))
        st.caption(
            "One forward pass over one sequence of width 64 (attention: 4 heads, from q, k, v to its output), float32, one CPU thread, the "
            "median of five. Memory is computed, not measured: what is needed beyond what goes in and comes out. The last row is the slope "
            "through the logarithms: 1 grows with T, 2 with its square. A scan computes T steps one after the other, attention all at "
            "once: with many cores that is the larger difference."
        )
    else:
        st.caption("A recurrent scan (nn.GRU), attention by hand with its T × T weights, and PyTorch's fused kernel, for T = 16 to 1,024.")


def measured() -> dict[str, list[Cost]]:
    """What each kind of reading costs for each of `LENGTHS`."""
    from core.probes.cost import KINDS, measure_cost

    return {kind: [measure_cost(kind, length) for length in LENGTHS.values()] for kind in KINDS}


def exponents(costs: Mapping[str, Sequence[Cost]]) -> dict[str, tuple[float, float]]:
    """With which power of T the seconds and the bytes of each kind grow."""
    from core.probes.cost import exponent

    return {
        kind: tuple(exponent([cost.length for cost in found], [getattr(cost, name) for cost in found]) for name in ("seconds", "memory"))
        for kind, found in costs.items()
    }


def costs_html(costs: Mapping[str, Sequence[Cost]], powers: Mapping[str, tuple[float, float]]) -> str:
    """Time and memory as a table: a row for each length, two columns for each kind."""
    kinds = "".join(f'<th scope="colgroup" colspan="2">{escape(kind)}</th>' for kind in costs)
    units = "".join('<th scope="col">ms</th><th scope="col">kB</th>' for _ in costs)
    rows = "".join(
        f'<tr><th scope="row">T = {length:,}, patches of {patch} × {patch}</th>'
        + "".join(f"<td>{1000 * found[place].seconds:.3g}</td><td>{found[place].memory / 1000:,.0f}</td>" for found in costs.values())
        + "</tr>"
        for place, (patch, length) in enumerate(LENGTHS.items())
    )
    last = "".join(f"<td>T<sup>{time:.1f}</sup></td><td>T<sup>{memory:.1f}</sup></td>" for time, memory in powers.values())
    return (
        f'<div class="lab-scroll"><table class="lab-table"><thead><tr><th></th>{kinds}</tr><tr><th></th>{units}</tr></thead>'
        f'<tbody>{rows}<tr class="total"><th scope="row">grows like</th>{last}</tr></tbody></table></div>'
    )
