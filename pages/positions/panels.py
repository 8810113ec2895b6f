"""The panels of the page Positions: the map and its proof, how loud positions are, the shuffle test, what trained runs reached."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import ConfigError
from core.evaluation.by_positions import Setup, by_positions
from core.probes.positions import KINDS, LEARNED_STD, Loudness, distance_gap, loudness, position_table, similarity
from core.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from core.training.history import Snapshot
from dashboard.kit.wording import marked
from dashboard.shell import services, show, state, visitor
from dashboard.shell.predict import predict
from pages.positions.board import map_data, position_map
from pages.positions.controls import FIRST_LENGTH, FIRST_WIDTH, Chosen
from pages.positions.view import FORMULAS, WHY, Verdict, index_words, loudness_html, plural, reached_html, table_csv, verdicts_html

PERMUTATION, FIRST_PERMUTATION = "positions_permutation", "random"
PERMUTATION_WORDS = {"random": "Random", "reverse": "Reverse", "shift": "Shift by one", "swap": "Swap two", "halves": "Swap the halves"}
MOST_SETUPS, MOST_RUNS = 4, 60
GAP_TOLERANCE = 1e-9
YES, NO = "yes", "no"


def map_panel(chosen: Chosen) -> None:
    """The table, its similarities, and the formula of the number that is pointed at."""
    if chosen.note:
        show.warning(chosen.note)
    if chosen.table is None:
        show.warning(chosen.why)
        return
    position_map(map_data(chosen.kind, chosen.table, similarity(chosen.table)), key="positions_map")


def proof_panel(chosen: Chosen) -> None:
    """The formula of the kind, and the proof that the table is that of the models."""
    st.caption(FORMULAS[chosen.kind] + " Point at a picture, or focus it and use the arrow keys.")
    if chosen.table is None:
        return
    gap = distance_gap(similarity(chosen.table))
    alone = "" if chosen.kind in ("none", "index") else _distance_words(gap)
    if chosen.kind == "learned":
        show.caption(
            f"No formula, so nothing to compare with: {chosen.table.size:,} weights of {chosen.words}. Their standard deviation was "
            f"{LEARNED_STD} at the start and is {chosen.table.std():.3f} now.{alone}"
        )
        return
    from core.probes.placing import table_test  # brings torch: after the picture has been sent

    report = table_test(chosen.kind, chosen.length, chosen.dim)
    what = "what the module of the models turns (1, 0) to" if chosen.kind == "rotary" else "what the module of the models adds"
    show.caption(
        marked(
            "Proof: {} against the formula, all {:,} numbers. Largest difference {:.1g}, tolerance {:.0g}: **{}**.{}",
            what,
            report.entries,
            report.max_abs_diff,
            report.tolerance,
            "equal" if report.equal else "not equal",
            alone,
        )
    )


def _distance_words(gap: float) -> str:
    told = f" Similarities of pairs at the same distance differ by at most {gap:.1g}: "
    return told + (marked("**the distance alone counts**.") if gap <= GAP_TOLERANCE else "where they stand counts, too.")


def loudness_panel(chosen: Chosen) -> None:
    """How long the vectors of each kind are beside a token."""
    st.subheader("How loud is a position?")
    found: dict[str, Loudness | str] = {}
    for kind in KINDS:
        try:
            own = kind == chosen.kind and chosen.table is not None
            found[kind] = loudness(chosen.table if own else position_table(kind, chosen.length, chosen.dim))
        except ConfigError as error:
            found[kind] = visitor.told(error)
    found["rotary"] = "adds nothing: queries and keys are turned, and keep their length"
    st.html(loudness_html(found, chosen=chosen.kind, length=chosen.length, dim=chosen.dim))
    learned = f"Learned: {chosen.words}." if chosen.words else f"Learned: as at the start, drawn with deviation {LEARNED_STD}."
    show.caption(index_words(chosen.length, chosen.dim, found["index"]) + " " + learned)


# ---- shuffle test ----


def shuffle_panel(chosen: Chosen) -> str:
    """What each kind does to the shuffle test, for a permutation chosen by name; returns its name."""
    st.subheader("What they do to the shuffle test")
    from core.probes.permutations import PERMUTATIONS

    columns = st.columns([1, 3], gap="medium")
    with columns[0]:
        state.start(PERMUTATION, "p", PERMUTATIONS, FIRST_PERMUTATION)
        name = st.selectbox(
            "Permutation", list(PERMUTATIONS), format_func=PERMUTATION_WORDS.get, key=PERMUTATION, persist_state="session",
            help=show.label("; ".join(f"{PERMUTATION_WORDS[key]}: {told}" for key, told in PERMUTATIONS.items()) + "."),
        )  # fmt: skip
        st.caption(WHY[chosen.kind])
    own = chosen.table if chosen.kind == "learned" else None
    found = verdicts(chosen.length, chosen.dim, name, own)
    moved, tolerance = found["none"][0].moved, found["none"][0].tolerance
    with columns[1]:
        caption = f"Encoder of 2 layers at random weights, {plural(chosen.length, 'token')} of {chosen.dim} features, {moved} moved"
        st.html(verdicts_html(found, chosen=chosen.kind, caption=caption))
    st.caption(
        "Proof: tokens change places *before* positions are put in; outputs are put back by the inverse; under each verdict the largest "
        f"difference, in float64, tolerance about {tolerance:.0e}. **Moved together** is trap 6: where a token takes its position along, "
        "the encoder gets the same vectors in another order, so the test passes whatever the positions are, and proves nothing. Rotary "
        "positions cannot be taken along: attention itself puts them in."
        + ("" if moved else " **Nothing moved here**, so nothing is proved: choose another permutation, or more tokens.")
    )
    return name


@st.cache_data(max_entries=64, show_spinner=False)
def verdicts(length: int, dim: int, name: str, learned: np.ndarray | None) -> dict[str, list[Verdict]]:
    """For each kind what the shuffle test says of it: in a ViT, in the transformer of 2017, and moved together."""
    from core.probes.permutations import named_permutation
    from core.probes.placing import layernormed_tokens, place_test
    from core.training.device import use_threads

    use_threads(1)  # beside a run that trains more would be slower
    tokens, permutation = layernormed_tokens(length, dim), named_permutation(name, length)

    def one(kind: str, norm_first: bool, together: bool) -> Verdict:
        if together and kind == "rotary":
            return Verdict(why="cannot be")
        try:
            found = place_test(kind, tokens, permutation, norm_first=norm_first, together=together, table=learned)
        except ConfigError:
            return Verdict(why="needs a square number of tokens" if kind == "grid" else "needs an even width")
        return Verdict(found.verdict, found.max_abs_diff, found.tolerance, found.moved)

    return {kind: [one(kind, True, False), one(kind, False, False), one(kind, True, True)] for kind in KINDS}


def question() -> None:
    """Does a ViT with the bare index notice a shuffle?"""
    vit, older, _ = verdicts(FIRST_LENGTH, FIRST_WIDTH, FIRST_PERMUTATION, None)["index"]
    predict(
        f"A ViT gets the bare index: 0 is added to every feature of the class token, 1 to the first patch, and so on up to "
        f"{FIRST_LENGTH - 1}. Then its patches are shuffled. Does its answer change?",
        (YES, NO),
        answer=NO if vit.word == "equivariant" else YES,
        because=f"The same number on every feature is what LayerNorm takes out, and in a ViT LayerNorm comes before everything that reads "
        f"a token: largest difference {vit.difference:.1g}. With LayerNorm after the sum, as in 2017, it is {older.difference:.1g}.",
        key="positions_predict",
    )


# ---- trained runs ----


def reached_panel(chosen: Chosen) -> None:
    """What trained runs reached with each kind, equals beside equals."""
    st.subheader("What trained runs reached with each")
    setups = by_positions(_finished())
    if not any(setup.config["dataset"] == "shapes" for setup in setups):  # its images are always there
        setups.append(Setup(RunConfig.of(model="vit", dataset="shapes").flat()))
    for setup in setups[:MOST_SETUPS]:
        st.html(reached_html(setup, chosen=chosen.kind))
    more = f" Not shown: {len(setups) - MOST_SETUPS} more set-ups." if len(setups) > MOST_SETUPS else ""
    show.caption(
        "In one table runs differ in their positions and their seed alone. Each at its best epoch by validation. The interval is by the "
        f"choice of the images; one run a kind says nothing of other seeds.{more}"
    )


def _finished() -> list[Snapshot]:
    """The ViT runs that have finished: this lab's newest, then those that came with it."""
    own = [row.run_id for row in services.manager().runs() if row.config["model"] == "vit" and row.status == "finished"]
    recorded = [run for run in map(recorded_run, recorded_names()) if run.config["model"] == "vit"]
    return [*map(_snapshot, own[:MOST_RUNS]), *recorded]


@st.cache_resource(max_entries=MOST_RUNS, show_spinner=False)
def _snapshot(run_id: str) -> Snapshot:
    return services.run(run_id)  # a finished run does not change


def numbers_panel(chosen: Chosen) -> None:
    """The table to take along."""
    if chosen.table is not None:
        st.download_button(
            "Table as CSV", lambda: table_csv(chosen.table), f"positions-{chosen.kind}.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="positions_csv", help="One line a position.",
        )  # fmt: skip
