"""The page Shuffle test: the board, the proof line, and who survives which shuffle."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.ship import SEARCHED
from core.errors import LabError
from core.probes.equivariance.architectures import ARCHITECTURES
from core.readable import agreement, power
from dashboard.kit.wording import ProofLine, marked
from dashboard.pictures.choose import SAILING, Shown
from dashboard.runs.opened import weighted_runs
from dashboard.shell import show, visitor
from dashboard.shell.settled import rerun_when_settled
from dashboard.shell.torch_first import torch_first
from pages.shuffle.board import shuffle_board
from pages.shuffle.controls import BOARD, STAMP, ShuffleChoices, order_of, probe_way
from pages.shuffle.lookups import examined, proved, read_by, reader, survivals
from pages.shuffle.view import board_data, card, survival_html

LEGEND = (
    "Orange patches are tokens whose outputs differ by more than the tolerance; darker means more. The hatched part of the scale is "
    "rounding. A bar is a probability after the shuffle, the line across it the probability before."
)


def board(choices: ShuffleChoices) -> None:
    """The board with its cards. Before torch is loaded it has none, and then the page runs again."""
    picture, patch, stamp = choices.picture, choices.patch, STAMP.value
    torch_first(lambda: shuffle_board(board_data(picture, patch, "", stamp - 1, []), key=BOARD))
    from core.training.loop.device import use_threads

    use_threads(1)  # for one picture more are no faster, and beside a run that trains they were far slower
    try:
        permutation, text = order_of(patch)
    except LabError as error:
        show.warning(f"The order cannot be used: {visitor.told(error)}")
        permutation, text = order_of(patch)
    way, runs = probe_way(choices.way), weighted_runs()
    readers = [reader(name, patch, runs) for name in choices.models]
    cards = [card(one, examined(one, picture, permutation, way), picture.label, choices.way["compared"]) for one in readers]
    shuffle_board(board_data(picture, patch, text, stamp, cards), key=BOARD)


def settled(choices: ShuffleChoices, proved: DeltaGenerator) -> dict[str, str]:
    """What follows when the board has come to rest: the proof line, which stands at `proved`. Returns what a link says."""
    rerun_when_settled(key="shuffle")
    with proved:
        show.proof(proof(choices))
    return choices.link(order_of(choices.patch)[1])


def proof(choices: ShuffleChoices) -> ProofLine:
    """The proof line: the claim itself, on the picture and the order of the board, in float64."""
    import torch

    from core.probes.equivariance.ways import Way, examine

    model = proved(choices.patch)
    permutation, _ = order_of(choices.patch)
    report = examine(model.subject, read_by(model, choices.picture).double(), permutation, Way(dtype=torch.float64))
    says = marked(
        "for the {}, the outputs for the shuffled tokens, put back in order, and the outputs without the shuffle are {}",
        model.name.lower(),
        agreement(report.max_abs_diff),
    )
    figures = marked(
        "f(x[p]), put back with the inverse of p, against f(x): random weights, float64, eval mode, {} tokens, of which {} moved. Largest "
        "difference {}, tolerance {}.",
        len(permutation),
        report.moved,
        power(report.max_abs_diff),
        power(report.tolerance),
    )
    return ProofLine(says, report.equivariant, figures, "" if report.moved else "nothing has moved, so nothing is proved yet")


def legend(picture: Shown) -> None:
    """What the board shows, and of the ship that it opens with how that was found."""
    st.caption(LEGEND)
    if picture.name == SAILING:
        st.caption(SEARCHED)


# ---- who survives what ----


def survival_panel(models: Sequence[str], patch: int) -> None:
    """All architectures, and the chosen runs, by the shuffles that they survive; computed when it is opened."""
    with st.expander("Which shuffles does each model survive?", key="shuffle_survival", on_change="rerun") as box:
        if box.open:
            names = (*(name for name in models if name not in ARCHITECTURES), *ARCHITECTURES)
            runs = weighted_runs()
            rows = {reader(name, patch, runs).name: found for name, found in survivals(names, patch).items()}
            st.html(survival_html(rows))
            show.caption(
                f"✓ means equivariant, ○ invariant (the mean, or the single answer), – order matters. The picture is noise of "
                f"{(32 // patch) ** 2} patches of {patch} × {patch}, in float64. Random shuffles are drawn three times, and a model must "
                f"survive all three."
            )
