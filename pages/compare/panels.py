"""What the Compare page says of selected runs: in what they differ, whether the difference is real, and one of them as a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.errors import LabError
from core.evaluation.pairs import best_interval
from core.records.published import PUBLISHED_ID
from core.records.recorded import recorded_names
from core.records.results import result
from core.training.config import RunConfig
from core.training.history import ACTIVE, Snapshot
from dashboard.kit.messages import drawn
from dashboard.kit.wording import code, marked
from dashboard.runs.lines import board_runs
from dashboard.shell import services, show, state, visitor
from dashboard.shell.download import download
from dashboard.shell.page import fragment
from pages.compare.board import run_board
from pages.compare.controls import ARRIVAL, REVEALED, RUNS, SCRIPT, board_view, reveal, take_view
from pages.compare.lookups import alarms_of, board_message, verdict_on
from pages.compare.view import (
    NAMES,
    accuracy_words,
    counts_html,
    difference_html,
    differences,
    differences_html,
    proof_words,
    verdict_words,
)

KEY = "compare_board"
PAIR = ("cifar10-compare-gru-0", "cifar10-compare-vit-0")  # recorded runs that a first visitor compares
SEEDS = "hand-in"  # a preset that was recorded with several seeds
WATCH_SECONDS = 5.0
CHANCE = "neither: it may be chance"


def board_panel() -> list[Snapshot]:
    """The board of all runs; returns the selected ones, in the order of their selection."""
    runs = board_runs()
    if not drawn(KEY) or ARRIVAL.value is None:  # a new board
        if not RUNS.value:
            RUNS.set(_first_pair())
        ARRIVAL.keep(board_view())
    shown = run_board(board_message(runs, ARRIVAL.value), key=KEY)
    if shown is not None:
        take_view(shown)
    _watch(runs)
    known = {run_id for run_id, _ in runs}
    return [services.run(run_id) for run_id in RUNS.value if run_id in known]


def _first_pair() -> tuple[str, ...]:
    """The runs that are compared before anything is chosen: this person's two newest with an epoch and the same data, else recorded ones.

    What others train meanwhile must not change what the page opens on.
    """
    own = [row for row in services.manager().runs() if row.epochs_done and row.owner == visitor.owner()]
    like = tuple(row.run_id for row in own if row.config["dataset"] == own[0].config["dataset"])
    return like[:2] if len(like) > 1 else tuple(f"recorded-{name}" for name in PAIR if name in recorded_names())


def _watch(runs: Sequence[tuple[str, str]]) -> None:
    """While a run trains, draw the page again after each of its epochs; who compares still attends to the run on the Train page."""

    def look() -> None:
        services.manager().attend(state.shown_run())
        if board_runs() != list(runs):
            st.rerun()

    if any(version.partition("-")[0] in ACTIVE for _, version in runs):
        fragment(look, run_every=WATCH_SECONDS)()


def pair_panel(runs: Sequence[Snapshot]) -> None:
    """In what the selected runs differ, and of the first two: which is better, to be predicted, then revealed."""
    st.header("Is the difference real?")
    if len(runs) < 2:
        st.info("Select two runs in the table: the first is A, the second B.")
        return
    shown, (a, b) = runs[: len(NAMES)], runs[:2]
    left, right = st.columns([2, 3], gap="large")
    with left:
        names = [run.run_id for run in shown]
        values = differences(shown)
        values |= {"data": [None if folder is None else visitor.path(folder) for folder in values["data"]]} if "data" in values else {}
        caption = f"{len(values)} settings differ" if len(values) != 1 else "One setting differs"
        st.html(differences_html(names, values, caption=caption) if values else "<p>They have the same set-up, the seed included.</p>")
    with right:
        for name, run in zip("AB", (a, b), strict=True):
            n = f", n = {int(run.best.val_confusion.sum()):,}, epoch {run.best.epoch + 1}" if run.best else ""
            show.markdown(marked("**{}** {} · validation {}{}", name, code(run.run_id), accuracy_words(best_interval(run)), n))
        _question(a, b)


def _question(a: Snapshot, b: Snapshot) -> None:
    """Predict, then reveal. What was revealed of a pair stays."""
    pair = f"{a.run_id} {b.run_id}"
    if pair not in REVEALED.value:
        guess = st.radio(
            "Which is better, beyond what the choice of the validation images could do?",
            ("A", "B", CHANCE),
            index=None,
            key=f"compare_guess {pair}",
            horizontal=True,
        )
        st.button("Reveal", key="compare_reveal", type="primary", disabled=guess is None, on_click=reveal, args=(pair, guess))
        return
    try:
        with st.spinner("Evaluating the validation images"):
            answer = verdict_on(a.run_id, b.run_id, a.version, b.version)
    except LabError as error:
        show.error(error)
        return
    guess = REVEALED.value[pair]
    if guess == {"a": "A", "b": "B", "": CHANCE}[answer.better]:
        show.success(marked("Correct. {}", verdict_words(answer)))
    else:
        show.info(marked("Not quite: you said “{}”. {}", guess, verdict_words(answer)))
    st.html(f'<div class="lab-pair-row">{difference_html(answer)}{counts_html(answer)}</div>')
    show.proof(proof_words(answer, alarms_of(answer)))
    show.caption(_limits())


def _limits() -> str:
    """What a comparison of two runs cannot say."""
    seeds = result(SEEDS)
    spread = ", ".join(f"{100 * value:.1f}" for value in seeds.val_top1) if seeds else ""
    return (
        "Another seed would change both accuracies as well"
        + (marked(" ({} seeds of preset `{}`: {} %)", len(seeds.runs), SEEDS, spread) if seeds else "")
        + ", and each best epoch was chosen on these images. One of twenty pairs of equal runs looks different by chance."
    )


def script_panel(runs: Sequence[Snapshot]) -> None:
    """One of the selected runs as a PyTorch script of its own."""
    st.header("A run as a script")
    if not runs:
        st.info("Select a run in the table.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        known = {run.run_id: run for run in runs}
        run = known[SCRIPT.among(list(known)).selectbox("Run", help="One of those selected in the table.")]
        try:
            RunConfig.of(**run.config)
        except LabError as error:
            show.error(f"This run was made by another version of the lab. {visitor.told(error)}")
            return
        if run.kind == "sequences":
            why = "There are scripts only for models that classify images. This command trains the run again:"
            show.info(marked("{} {}", why, code(visitor.command(run.config))))
            return
        download("Download", lambda: _script(run.run_id), f"{run.run_id}.py", key="compare_script_file")
    st.caption("It trains the run again with PyTorch alone, from the same start on the same batches. A test of the lab runs such scripts.")
    with st.expander("Show it", key="compare_script_shown", on_change="rerun") as box:
        if box.open:
            st.code(_script(run.run_id), language="python", height=420)


def _script(run_id: str) -> str:
    from core.training.script import script  # torch: after the board has been sent

    run = services.run(run_id)
    if run.config.get("data"):  # the script names it
        run = replace(run, config={**run.config, "data": visitor.path(run.config["data"])})
    return script(run)


def feeding(runs: Sequence[Snapshot]) -> Snapshot:
    """The run that the foot of the page is about: the first selected one."""
    return runs[0] if runs else services.run(PUBLISHED_ID)
