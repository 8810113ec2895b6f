"""The road from the hand-in to the bar, climbed by a viewer: guess what a change brings, uncover it, train it."""

from __future__ import annotations

from statistics import mean
from typing import Any

import streamlit as st

from core.data import DATASETS, reads_data
from core.errors import LabError
from core.evaluation.intervals import proportion_interval
from core.readable import points, power
from core.records.results import (
    BAR_TOP1,
    GAINS,
    TOLERANCE,
    UNTIMED,
    Result,
    RoadStep,
    gain_in_words,
    preset_set_up,
    proof,
    result,
    same_images,
    set_up,
)
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.presets import CONTROL
from dashboard.kit.wording import ProofLine, Words, code, marked
from dashboard.runs.shown import shown
from dashboard.setup.controls import dataset_form
from dashboard.setup.downloads import offer_download
from dashboard.shell import services, show, state
from dashboard.training.curve import as_reference
from dashboard.training.live import chart_panel, ticking
from dashboard.training.transport import transport
from pages.bar.controls import GUESSES, RUNG, STEP, rungs_shown, start_over, uncover
from pages.bar.view import Lane, minutes, road_html


def climb(steps: list[RoadStep]) -> int:
    """The road as far as it is uncovered, and the question on its next step; how many steps are shown."""
    count = rungs_shown(len(steps))
    own = own_runs(steps)
    caption = (
        "Best validation accuracy on CIFAR-10 (n = 5,000). Each step is added to those above and may change several things. Dots are "
        "recorded runs; the dashed line is the bar, 80 %."
        + (" Rings are your runs." if any(own[step.rung.preset] for step in steps[:count]) else "")
    )
    lanes = [_lane(steps, place, count, own) for place in range(len(steps))]
    control = result(CONTROL.preset) if count == len(steps) else None
    if control:
        lanes.append(Lane(CONTROL.title, result=control, timed=CONTROL.preset not in UNTIMED))
    st.html(road_html(lanes, caption=caption))
    with st.container(key="bar_question"):
        _answer(steps[count - 1])
        if count < len(steps):
            _question(steps[count], count + 1)
        if control:
            _control_words(control, steps[-1])
    with st.container(horizontal=True):
        if count < len(steps):
            st.button("Show all", key="bar_all", on_click=RUNG.set, args=(len(steps),))
        if count > 1:
            st.button("Start over", key="bar_none", on_click=start_over)
    return count


def _control_words(control: Result, last: RoadStep) -> None:
    """What the last recipe reached without the sweeps."""
    reached, bar = mean(control.val_top1), mean(last.result.val_top1)
    show.info(
        marked("**{}: {:.1%}**, {:.1f} points below the last step. {}", CONTROL.title, reached, 100 * (bar - reached), CONTROL.lesson)
    )


def _lane(steps: list[RoadStep], place: int, count: int, own: dict[str, list[Snapshot]]) -> Lane:
    step, title = steps[place], f"{place + 1}  {steps[place].rung.title}"
    if place >= count:
        return Lane(title, next=place == count)
    reached = tuple(run.best.val_top1 for run in own[step.rung.preset] if run.best)
    before = mean(steps[place - 1].result.val_top1) if place else None
    return Lane(title, result=step.result, before=before, own=reached)


def own_runs(steps: list[RoadStep]) -> dict[str, list[Snapshot]]:
    """This lab's runs of each step, by preset, on images like those of the recorded ones."""
    lab = services.manager()
    runs: dict[str, list[Snapshot]] = {step.rung.preset: [] for step in steps}
    for row in lab.runs():
        step = _step_of(row.config, steps)
        run = lab.snapshot(row.run_id) if step else None
        if run and run.sizes and same_images(step.result.runs[0], run.classes, run.sizes["train"]):
            runs[step.rung.preset].append(run)
    return runs


def _step_of(config: dict[str, Any], steps: list[RoadStep]) -> RoadStep | None:
    """The step that a run's config is a set-up of; None if it is of none."""
    try:
        ours = set_up(config)
    except LabError:  # a run of a lab that knew other hyperparameters
        return None
    return next((step for step in steps if preset_set_up(step.rung.preset) == ours), None)


def _question(step: RoadStep, place: int) -> None:
    show.markdown(marked("**Next: {}** ({}). What will it bring?", step.rung.title, changes_of(step)))
    with st.container(horizontal=True, vertical_alignment="center"):
        guess = st.radio(
            "What will it bring?",
            [words for _, words in GAINS],
            format_func=show.label,
            index=None,
            key=f"bar_guess-{step.rung.preset}",
            horizontal=True,
            label_visibility="collapsed",
        )
        uncovering = (step.rung.preset, place, guess)
        st.button("Reveal", key="bar_reveal", type="primary", disabled=guess is None, on_click=uncover, args=uncovering)


def changes_of(step: RoadStep) -> Words:
    """All that a step sets to another value, as code."""
    return code(", ".join(f"{name} = {value}" for name, value in step.rung.changes.items()))


def _answer(step: RoadStep) -> None:
    """What the step uncovered last has brought, and why."""
    if step.gain is None:
        show.info(f"This is the first step. {step.rung.lesson}")
        return
    lesson = marked("**{}: {} points** ({}). {}", step.rung.title, points(step.gain), changes_of(step), step.rung.lesson)
    guess = GUESSES.value.get(step.rung.preset)
    if guess == gain_in_words(step.gain):
        show.success(marked("Correct. {}", lesson))
    else:
        show.info(marked("Not quite: you said “{}”. {}", guess, lesson) if guess else lesson)


def proof_line(bar: Result) -> None:
    """Whether the last step passes the bar, counted again from its confusion matrices."""
    claim = proof(bar)
    runs = marked("the lowest of {} runs of the last step", claim.runs) if claim.runs > 1 else marked("the run of the last step")
    says = marked(
        "{} classifies {:.2%} of n = {:,} validation images correctly (95 %: {}), and the bar is {:.0%}",
        runs,
        claim.least,
        claim.images,
        proportion_interval(round(claim.least * claim.images), claim.images).words(2),
        BAR_TOP1,
    )
    figures = marked(
        "Runs of the preset `bar`. Counted again from the confusion matrix, the accuracy differs by {}; tolerance {}.",
        power(claim.recount),
        power(TOLERANCE),
    )
    show.proof(ProofLine(says, claim.passed, figures))


def train_step(steps: list[RoadStep], count: int) -> RunConfig:
    """Train a step on this machine, live, over the recorded curve; the set-up that Play trains."""
    st.header("Train a step yourself")
    columns = st.columns(2, gap="medium", vertical_alignment="bottom")
    with columns[0]:
        titles = [f"{place + 1}  {step.rung.title}" for place, step in enumerate(steps)]
        place = STEP.among(range(len(steps)), first=min(count, len(steps) - 1)).selectbox("Step", format_func=titles.__getitem__)
    with columns[1]:
        dataset = dataset_form()
    step = steps[place]
    config = RunConfig.of(preset=step.rung.preset, dataset=dataset, **_data(dataset))
    there = offer_download(dataset) if DATASETS[dataset].downloads else True
    run, recorded = shown(), step.result.runs[0]
    transport(run, config if there else None)
    if not run.recorded and _step_of(run.config, [step]):
        ticking(run, lambda: chart_panel(_reference(shown(), recorded)))
    else:
        show.caption(
            f"Play trains this step on this computer, on the images that you choose. The figure above was measured on CIFAR-10. If you "
            f"train on CIFAR-10, too, you see the recorded run ({minutes(step.result.seconds)}) behind yours, and yours becomes a ring "
            f"in the figure."
        )
    return config


def _reference(run: Snapshot, recorded: Snapshot) -> dict[str, Any] | None:
    """The recorded curve, if `run` learns from images like its."""
    like = run.sizes and same_images(recorded, run.classes, run.sizes["train"])
    return as_reference(recorded, "recorded run") if like else None


def _data(dataset: str) -> dict[str, str]:
    return {"data": state.values().get("data", "")} if reads_data(dataset) else {}
