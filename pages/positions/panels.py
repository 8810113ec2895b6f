"""The panels of the page Positions: the map and its proof, how loud positions are, the shuffle test, what trained runs reached."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from core.errors import ConfigError, LabError
from core.evaluation.by_positions import Setup, by_positions
from core.probes.positions.tables import KINDS, LEARNED_STD, Loudness, distance_gap, loudness, position_table, similarity
from core.readable import agreement, number, power
from core.training.config import RunConfig
from dashboard.kit.wording import ProofLine, Words, joined, marked
from dashboard.shell import show, visitor
from dashboard.shell.download import download
from dashboard.shell.state import set_up_link
from dashboard.shell.words import counted
from pages.positions.board import map_data, position_map
from pages.positions.controls import PERMUTATION, PERMUTATION_WORDS, PositionChoices
from pages.positions.lookups import finished_runs, verdicts
from pages.positions.view import FORMULAS, WHY, index_words, loudness_html, reached_html, table_csv, verdicts_html

MOST_SETUPS = 4
GAP_TOLERANCE = 1e-9
YES, NO = "yes", "no"


def map_panel(choices: PositionChoices) -> None:
    """The table, its similarities, and the formula of the number that is pointed at."""
    if choices.note:
        show.warning(choices.note)
    if choices.table is None:
        show.warning(choices.why)
        return
    position_map(map_data(choices.kind, choices.table, similarity(choices.table)), key="positions_map")


def proof_panel(choices: PositionChoices) -> None:
    """The formula of the kind, and the proof that the table is that of the models."""
    st.caption(FORMULAS[choices.kind] + " Point at a picture, or use the arrow keys.")
    if choices.table is None:
        return
    gap = distance_gap(similarity(choices.table))
    alone = "" if choices.kind in ("none", "index") else _distance_words(gap)
    if choices.kind == "learned":
        learned = (
            f"There is no formula to compare with: these are {choices.table.size:,} learned weights of {choices.words}. Their standard "
            f"deviation was {LEARNED_STD} at the start and is {choices.table.std():.3f} now."
        )
        show.caption(joined([learned, alone]))
        return
    from core.probes.positions.placing import table_test  # brings torch: after the picture has been sent

    report = table_test(choices.kind, choices.length, choices.dim)
    what = "what the models turn (1, 0) to" if choices.kind == "rotary" else "what the models add to the tokens"
    says = marked("all {:,} numbers of the formula and {} are {}", report.entries, what, agreement(report.max_abs_diff))
    figures = marked("Largest difference {}, tolerance {}.", power(report.max_abs_diff), power(report.tolerance))
    show.proof(ProofLine(says, report.equal, figures))
    if alone:
        show.caption(alone)


def _distance_words(gap: float) -> Words:
    if gap <= GAP_TOLERANCE:
        return marked("Pairs of positions at the same distance are equally similar: **the distance alone counts**.")
    return marked("Similarities of pairs at the same distance differ by up to {}: where they stand counts, too.", number(gap, 2))


def loudness_panel(choices: PositionChoices) -> None:
    """How long the vectors of each kind are beside a token."""
    st.header("How loud is a position?")
    loud: dict[str, Loudness | str] = {}
    for kind in KINDS:
        try:
            own = kind == choices.kind and choices.table is not None
            loud[kind] = loudness(choices.table if own else position_table(kind, choices.length, choices.dim))
        except ConfigError as error:
            loud[kind] = visitor.told(error)
    loud["rotary"] = "adds nothing: queries and keys are rotated and keep their length"
    st.html(loudness_html(loud, chosen=choices.kind, length=choices.length, dim=choices.dim))
    learned = f"Learned: {choices.words}." if choices.words else f"Learned: as at the start, drawn with standard deviation {LEARNED_STD}."
    show.caption(index_words(choices.length, choices.dim, loud["index"]) + " " + learned)


# ---- shuffle test ----


def shuffle_panel(choices: PositionChoices) -> None:
    """What each kind does to the shuffle test, for a permutation chosen by name."""
    st.header("What they do to the shuffle test")
    from core.probes.equivariance.permutations import PERMUTATIONS

    columns = st.columns([1, 3], gap="medium")
    with columns[0]:
        help = "; ".join(f"{PERMUTATION_WORDS[name]}: {words}" for name, words in PERMUTATIONS.items()) + "."
        name = PERMUTATION.selectbox("Permutation", format_func=PERMUTATION_WORDS.get, help=help)
        st.caption(WHY[choices.kind])
    own = choices.table if choices.kind == "learned" else None
    results = verdicts(choices.length, choices.dim, name, own)
    moved, tolerance = results["none"][0].moved, results["none"][0].tolerance
    with columns[1]:
        caption = f"Encoder of 2 layers at random weights, {counted(choices.length, 'tokens')} of {choices.dim} features, {moved} moved"
        st.html(verdicts_html(results, chosen=choices.kind, caption=caption))
    st.caption(
        "The tokens change places *before* their positions are added, and the outputs are put back with the inverse."
        + ("" if moved else " **Nothing moved here**, so nothing is proved: choose another permutation, or more tokens."),
        help=f"The number under a verdict is the largest difference from the outputs without the shuffle (float64; tolerance "
        f"{power(tolerance)}). **Moved together** is trap 6: where a token takes its position along, the encoder gets the same vectors in "
        "another order. The test then passes whatever the positions are, and proves nothing. Rotary positions cannot be taken along, "
        "because attention itself applies them.",
    )


# ---- trained runs ----


def reached_panel(choices: PositionChoices) -> None:
    """What trained runs reached with each kind, equals beside equals."""
    st.header("What trained runs reached with each")
    setups = by_positions(finished_runs())
    if not any(setup.config["dataset"] == "shapes" for setup in setups):  # its images are always there
        setups.append(Setup(RunConfig.of(model="vit", dataset="shapes").flat()))
    for setup in setups[:MOST_SETUPS]:
        st.html(reached_html(setup, chosen=choices.kind, train=train_link))
    more = f" Not shown: {len(setups) - MOST_SETUPS} more set-ups." if len(setups) > MOST_SETUPS else ""
    show.caption(
        f"The runs in one table differ only in their positions and their seed; each is shown at its best epoch on the validation images. "
        f"The interval covers the choice of the images, not the choice of the seed.{more}"
    )


def train_link(setup: Setup, kind: str) -> str:
    """The address of the page Train with this set-up and these positions."""
    try:
        values = RunConfig.of(**setup.train(kind)).flat()
    except LabError:  # what is no config here cannot be set up here
        return "train"
    if values["data"]:
        values["data"] = visitor.path(values["data"])
    return "train?" + urlencode(set_up_link(values))


def numbers_panel(choices: PositionChoices) -> None:
    """The table to take along."""
    if choices.table is not None:
        file = f"positions-{choices.kind}.csv"
        download("Table as CSV", lambda: table_csv(choices.table), file, key="positions_csv", help="One line for each position.")
