"""Mean and deviation of the training images, counted before the student's eyes, and how many images they need."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.readable import agreement, power
from dashboard.kit.wording import ProofLine, marked
from dashboard.shell import show
from dashboard.shell.choices import Kept
from pages.data.view import LEVEL, course_html

if TYPE_CHECKING:
    from core.data.splits import Dataset
    from core.data.statistics import Running

ENOUGH = {"10": 10, "100": 100, "1,000": 1000, "10,000": 10_000, "more": math.inf}
LOOK_SECONDS = 0.04  # that a look stays at least: counting alone is too fast to be watched
COUNTED = Kept("data", "counted")  # (of which images, the looks, the guess)
EXACT = 1e-12


def counting_panel(dataset: Dataset) -> None:
    """The question how many images the mean needs; then all training images are counted, and the answer is read off."""
    st.header("Predict, then reveal")
    st.markdown("The mean and standard deviation of each channel are computed over the training images, one image after the other.")
    guess = st.radio(
        "After how many images does the mean of every channel stay within one level (of 255) of the mean over all images?",
        list(ENOUGH),
        index=None,
        key="data_enough",
        horizontal=True,
    )
    pressed = st.button("Reveal: compute them now", key="data_count", icon=":material/play_arrow:", disabled=guess is None)
    spot = st.empty()
    mark = (dataset.name, len(dataset.train), dataset.mean, dataset.std)
    if pressed:
        COUNTED.keep((mark, _count(dataset, spot), guess))
    kept = COUNTED.value
    if kept and kept[0] == mark:
        _, course, guessed = kept
        spot.html(course_html(course, dataset.mean))
        _answer(course, guessed)
        _proof(dataset, course)


def _count(dataset: Dataset, spot: st.delta_generator.DeltaGenerator) -> tuple[Running, ...]:
    """Count the training images, and draw every look."""
    from core.data.statistics import looks, running_statistics

    course: list[Running] = []
    for running in running_statistics([dataset.train.images], looks(len(dataset.train))):
        course.append(running)
        spot.html(course_html(course, dataset.mean))
        time.sleep(LOOK_SECONDS)
    return tuple(course)


def _answer(course: Sequence[Running], guess: str) -> None:
    from core.data.statistics import settled

    enough = settled(course, LEVEL)
    answer = next(words for words, most in ENOUGH.items() if enough <= most)
    because = (
        f"From {enough:,} images on, all three means stay within one level of the mean over all {course[-1].seen:,}. The error falls "
        f"with the square root of their number: one more correct digit needs a hundred times as many images."
    )
    if guess == answer:
        show.success(f"Correct: {answer}. {because}")
    else:
        show.info(f"Not quite. The answer is: {answer}. {because}")


def _proof(dataset: Dataset, course: Sequence[Running]) -> None:
    """What was counted against what normalises the images, and against what is published of them."""
    from core.data.statistics import DIGITS, PUBLISHED, largest_difference, running_statistics

    off = largest_difference(course[-1], dataset.mean, dataset.std)
    says = marked("the mean and standard deviation counted here and those that normalise the images are {}", agreement(off))
    figures = marked("Largest difference {}, tolerance {}.", power(off), power(EXACT))
    show.proof(ProofLine(says, off <= EXACT, figures))
    if dataset.name in PUBLISHED:
        published = PUBLISHED[dataset.name]
        parts = [dataset.train.images, dataset.val.images]
        (whole,) = running_statistics(parts, [sum(map(len, parts))])
        off = largest_difference(whole, *published)
        says = marked("over training and validation images together, they differ from the published ones by less than {}", DIGITS)
        figures = marked(
            "Published are {} and {}, over training and validation images together. These {:,} images have {} and {}: largest "
            "difference {:.4f}, tolerance {}.",
            _triple(published[0]),
            _triple(published[1]),
            whole.seen,
            _triple(whole.mean),
            _triple(whole.std),
            off,
            DIGITS,
        )
        show.proof(ProofLine(says, off <= DIGITS, figures))


def _triple(values: Sequence[float]) -> str:
    return f"({', '.join(f'{value:.4f}' for value in values)})"
