"""What the page The cell measures on its numbers, and how they are taken along."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.frames import csv_text, frame
from core.probes.cell_by_hand import Reading
from dashboard.kit.wording import marked
from dashboard.shell import show
from dashboard.shell.foot import take_along
from dashboard.shell.link import page_link
from dashboard.shell.predict import predict
from pages.cell.one_cell import Asked, Shown

ANSWERS = ("the old state", "the candidate", "zero")


def proof_panel(shown: Shown) -> None:
    """The proof line for the numbers on the page."""
    from core.probes.cell_proof import check_cell  # brings torch: after the picture has been sent

    report = check_cell(*shown.rows)
    title = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[report.kind]
    stand_in, batch = "", f"{report.rows} rows of a batch, " if report.rows > 1 else ""
    if shown.reading.cell.kind == "gru2014":
        stand_in = " torch has no GRU of 2014: compared with the reset gate held open and the sign of z's weights turned, where both agree."
    show.caption(
        marked(
            "Proof, float64, largest difference over {}{} step{}: from nn.{}Cell step by step {:.1g}, from nn.{} "
            "over the whole sequence {:.1g}; tolerance {:.0g}: **{}**.{}",
            batch,
            report.steps,
            "s" * (report.steps > 1),
            title,
            report.cell,
            title,
            report.layer,
            report.tolerance,
            "equal" if report.passed else "not equal",
            stand_in,
        )
    )


def forms_panel(reading: Reading) -> None:
    """The GRU of 2014 against torch's, measured on the sequence of the page."""
    if not reading.cell.kind.startswith("gru"):
        return
    from core.probes.cell_proof import compare_forms

    report = compare_forms(reading)
    show.caption(
        marked(
            "The two GRUs on this sequence, same weights, largest difference of a state: **{:.2g}** (at step "
            "{}). With the sign of z's weights turned in one of them, so that z has the same role, **{:.2g}** is "
            "left: the place of the reset gate. With the reset gates held open as well: {:.1g}.",
            report.as_they_are,
            report.at,
            report.roles_matched,
            report.reset_open,
        )
    )


def course_panel() -> None:
    """Task 1.2 at the course's own sizes."""
    found = course_facts()
    shapes = " → ".join(f"{name} {shape}" for name, shape in found.items() if name != "difference")
    show.caption(
        marked(
            "Task 1.2 at the course's sizes, C = 7, H = 5, B = 2: {}; largest difference from nn.GRUCell {:.1g} "
            "(float64). `from core.models.cells import gru_cell`",
            shapes,
            found["difference"],
        )
    )


@st.cache_data(show_spinner=False)
def course_facts() -> dict[str, tuple[int, ...] | float]:
    """What `course_check` has found."""
    from core.probes.cell_proof import course_check

    return course_check()


def question() -> None:
    """What a closed update gate does, in torch's form."""
    found = kept_facts()
    distances = ", ".join(f"{distance:.2g} from {name}" for name, distance in found["gru"].items())
    predict(
        "Somebody holds every update gate z of torch's GRU at 1. What is the new state?",
        ANSWERS,
        answer=min(found["gru"], key=found["gru"].get),
        because=f"Measured on a random cell, the new state is away by {distances}: z keeps. In the form of 2014 the same z takes: there it "
        f"is {found['gru2014']['the candidate']:.1g} away from the candidate.",
        key="cell_predict",
    )


@st.cache_data(show_spinner=False)
def kept_facts() -> dict[str, dict[str, float]]:
    """What `kept_by` has found for both forms."""
    from core.probes.cell_proof import kept_by

    return {kind: kept_by(kind) for kind in ("gru", "gru2014")}


def foot(asked: Asked, reading: Reading, link: Mapping[str, str]) -> None:
    """Where the numbers come from, and how to take them along."""
    st.download_button(
        "Numbers as CSV", lambda: numbers_csv(reading), f"{reading.cell.kind}.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key="cell_csv", help="One line a step: inputs, affine maps, gates, states.",
    )  # fmt: skip
    show.caption(
        f"{asked.words} · n = 1 sequence of {len(reading.inputs)} steps, C = {reading.cell.inputs}, H = {reading.cell.hidden} · "
        f"{asked.split} · NumPy {np.__version__}, float64, on the server's CPU"
    )
    edits = link.get("edits", "")
    code = asked.code + (
        f"\nprint(reading.edited(parse_edits({edits!r})).steps.hidden.round(3))  # with what was replaced" if edits else ""
    )
    take_along(page_link(link), code, language="python")


def numbers_csv(reading: Reading) -> str:
    """Every number of every step as a table: a line a step, a column a number."""
    steps = {"x": reading.inputs, **reading.steps._asdict()}
    head = ["step", *(f"{name}_{n + 1}" for name, values in steps.items() for n in range(values.shape[1]))]
    rows = [[t + 1, *(value for values in steps.values() for value in values[t].tolist())] for t in range(len(reading.inputs))]
    return csv_text(frame(rows, head), digits="%.8g")
