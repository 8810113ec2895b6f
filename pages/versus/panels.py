"""Around the pictures of the page GRU against transformer: numbers, seeds, the proof, and the question."""

from __future__ import annotations

import streamlit as st

from core.errors import LabError
from core.evaluation.sequences.contests import CONTENDERS, contender
from core.evaluation.sequences.lengths import lengths_rows
from core.frames import rows_csv
from dashboard.kit.wording import marked
from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.training import contest
from dashboard.training.contest import Standing
from pages.versus.controls import SEED, VersusChoices
from pages.versus.lookups import proof
from pages.versus.view import proof_words, seeds_html, table_html


def numbers_panel(choices: VersusChoices, shown: dict[str, Standing]) -> None:
    """The numbers behind the pictures, and to take along."""
    st.html(table_html(list(shown.values()), choices.row.unit))
    st.caption(
        "In the first model the decoder starts from the encoder's last state and learns nothing else; in the others it looks back at "
        "every input token for each token that it writes.",
        help="The encoder reads all S tokens, and the decoder writes as many as are needed.",
    )
    if recorded := [one.record for one in shown.values() if one.run is None and one.record]:
        made = "; ".join(sorted({row.made for row in recorded}))
        show.caption(
            marked(
                "Recorded: {}; made by `python -m core train` as at the foot of this page, then `python -m core runs lengths RUN`.", made
            )
        )
    curves = {one.title: one.curve for one in shown.values() if one.curve}
    epochs = [
        {"model": one.title, "epoch": number + 1, **epoch._asdict()} for one in shown.values() for number, epoch in enumerate(one.epochs)
    ]
    with st.container(horizontal=True):
        if rows := lengths_rows(curves):
            download("By length (CSV)", lambda: rows_csv(rows), f"by-length-{choices.task}.csv", key="versus_by_length_csv")
        if epochs:
            download("Epochs (CSV)", lambda: rows_csv(epochs), f"epochs-{choices.task}.csv", key="versus_epochs_csv")


def seeds_panel(choices: VersusChoices) -> None:
    """What one seed shows and what it does not."""
    st.header("Does the seed decide?")
    curves = {}
    for name, row in CONTENDERS.items():
        wanted = [(row.title, contender(name, choices.task, hidden=choices.hidden, seed=seed)) for seed in SEED.options]
        curves[row.title] = dict(zip(SEED.options, (one.curve for one in contest.standings(wanted)), strict=True))
    st.html(seeds_html(curves, choices.row.unit))
    known = sum(all(row[seed] for row in curves.values()) for seed in SEED.options)
    says = "One seed says nothing" if known < 2 else f"{known} seeds say little"
    show.caption(
        f"{says} about a small difference: the intervals above cover the choice of the inputs, but another seed changes the weights.",
        help="These are also not the best possible results of each model: all have the same pairs and epochs, and their learning rates "
        "were not tuned.",
    )


def proof_panel(choices: VersusChoices, shown: dict[str, Standing]) -> None:
    """All that the decoder hangs on, by the probe that the tests call."""
    try:
        reports = {one.title: proof(choices.task, name, one.weights, _version(one), choices.hidden) for name, one in shown.items()}
    except LabError as error:
        show.warning(error)
        return
    drawn = [one.title for one in shown.values() if not one.weights]
    apart = f" ({', '.join(drawn)}: drawn at random)" if drawn else ""
    show.proof(proof_words(reports, f"8 test inputs, weights as trained{apart}"))


def _version(one: Standing) -> int:
    return one.run.version if one.run else 0
