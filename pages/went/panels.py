"""The panels of the page Where it went: the map, its costs with their proof, what is taken along, the question."""

from __future__ import annotations

import streamlit as st

from core.readable import agreement, number
from core.records.published_systems import SYSTEMS
from dashboard.kit.wording import ProofLine, marked
from dashboard.shell import show
from dashboard.shell.download import download
from pages.went.board import system_map
from pages.went.controls import MAP, WentChoices
from pages.went.lookups import COUNTED, count_report
from pages.went.view import costs_html, map_data, map_svg, systems_csv


def map_panel(choices: WentChoices) -> None:
    """The map; a filter that leaves nothing says so."""
    if not choices.shown:
        st.info("No system on this map fits all filters: set one of them back to “all”.")
    system_map(map_data(choices.shown, choices.system, choices.length, choices.sizes), key=MAP, on_choice=lambda: None)


def costs_panel(choices: WentChoices) -> None:
    """All kinds of attention at the chosen length, and the proof that their pairs are counted rightly."""
    st.html(costs_html(choices.length, choices.sizes, SYSTEMS[choices.system].kind))
    report = count_report(choices.sizes)
    says = marked(
        "for all {} kinds of attention, the pairs by formula and the pairs counted one by one are {}",
        len(report.counted),
        agreement(report.max_abs_diff),
    )
    figures = marked(
        "Counted in matrices of {} tokens, with the sizes set here. Largest difference {}, tolerance 0. Only the pairs that attention "
        "reads are counted, not the linear layers around it, which are linear in T. A class token is left out.",
        COUNTED,
        number(report.max_abs_diff),
    )
    show.proof(ProofLine(says, report.passed, figures))


def downloads(choices: WentChoices) -> None:
    """Table and map to take along."""
    with st.container(horizontal=True):
        download("Table (CSV)", lambda: systems_csv(choices.length, choices.sizes), "where-it-went.csv", key="went_csv")
        download("Map (SVG)", lambda: map_svg(choices.shown), "where-it-went.svg", key="went_svg")
