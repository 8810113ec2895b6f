"""Mean and deviation of the training images, counted before the student's eyes, and how many images they need."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.kit.wording import marked
from dashboard.shell import show

if TYPE_CHECKING:
    from core.data.splits import Dataset
    from core.data.statistics import Running

LEVEL = 1 / 255
CHOICES = {"10": 10, "100": 100, "1,000": 1000, "10,000": 10_000, "more": math.inf}
LOOK_SECONDS = 0.04  # that a look stays at least: counting alone is too fast to be watched
CHANNELS = ("red", "green", "blue")
LOW, HIGH = 0.01, 200.0  # levels, of the axis
KEPT = "counted"
EXACT = 1e-12


def counting_panel(dataset: Dataset) -> None:
    """The question how many images the mean needs; then all training images are counted, and the answer is read off."""
    st.subheader("Predict, then reveal")
    st.markdown("Mean and deviation of each channel are counted over the training images, one after the other.")
    guess = st.radio(
        "How many of them are enough, for every channel's mean to stay within one level of 255 of that of all?",
        list(CHOICES), index=None, key="counting-choice", horizontal=True,
    )  # fmt: skip
    pressed = st.button("Reveal: count them now", key="counting-reveal", icon=":material/play_arrow:", disabled=guess is None)
    spot = st.empty()
    mark = (dataset.name, len(dataset.train), dataset.mean, dataset.std)
    if pressed:
        st.session_state[KEPT] = (mark, _count(dataset, spot), guess)
    kept = st.session_state.get(KEPT)
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
    answer = next(words for words, most in CHOICES.items() if enough <= most)
    because = (
        f"From the look at {enough:,} images on, all three means stay within one level of that of all {course[-1].seen:,}. "
        "The distance falls with the root of their number: one more digit takes a hundred times as many."
    )
    if guess == answer:
        show.success(f"Yes: {answer}. {because}")
    else:
        show.info(f"It is: {answer}. {because}")


def _proof(dataset: Dataset, course: Sequence[Running]) -> None:
    """What was counted against what normalises the images, and against what is published of them."""
    from core.data.statistics import DIGITS, PUBLISHED, largest_difference, running_statistics

    off = largest_difference(course[-1], dataset.mean, dataset.std)
    told = marked(
        "Proof: counted here, and used to normalise: largest difference {:.1g}, tolerance {:.0g}: **{}**.",
        off,
        EXACT,
        "passed" if off <= EXACT else "not passed",
    )
    if dataset.name in PUBLISHED:
        published = PUBLISHED[dataset.name]
        parts = [dataset.train.images, dataset.val.images]
        (whole,) = running_statistics(parts, [sum(map(len, parts))])
        off = largest_difference(whole, *published)
        told += marked(
            " Published are {} and {}, over training and validation images together: these {:,} have {} and {}, "
            "largest difference {:.4f}, tolerance {:g}: **{}**.",
            _triple(published[0]),
            _triple(published[1]),
            whole.seen,
            _triple(whole.mean),
            _triple(whole.std),
            off,
            DIGITS,
            "passed" if off <= DIGITS else "not passed",
        )
    show.caption(told)


def _triple(values: Sequence[float]) -> str:
    return f"({', '.join(f'{value:.4f}' for value in values)})"


def course_html(course: Sequence[Running], mean: Sequence[float]) -> str:
    """The channels' mean and deviation at the last look, and how far the mean was from `mean` at every look, on logarithmic axes."""
    now = course[-1]
    rows = "".join(
        f'<tr><th scope="row">{channel}</th><td>{now.mean[c]:.4f}</td><td>{now.std[c]:.4f}</td>'
        f"<td>{255 * now.mean[c]:.1f}</td><td>{255 * now.std[c]:.1f}</td></tr>"
        for c, channel in enumerate(CHANNELS)
    )
    dots = "".join(
        f'<i class="{channel}" style="--at:{_along(running.seen)};--up:{_up(abs(running.mean[c] - mean[c]) / LEVEL)}"></i>'
        for running in course
        for c, channel in enumerate(CHANNELS)
    )
    across = "".join(f'<span style="--at:{_along(10**k)}">{10**k:,}</span>' for k in range(6))
    up = "".join(f'<span style="--up:{_up(levels)}">{levels:g}</span>' for levels in (0.01, 0.1, 1, 10, 100))
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("channel", "mean", "deviation", "mean × 255", "deviation × 255"))
    legend = "".join(f'<i class="{channel}"></i> {channel}' for channel in CHANNELS)
    told = "Distance of the mean so far from that of all, in levels of 255, over images counted; dashed: one level."
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight"><caption>First {now.seen:,} training images</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<figure class="lab-course"><figcaption>{told} {legend}</figcaption>'
        f'<div role="img" aria-label="A dot a look and channel, to {now.seen:,} images.">{up}<b style="--up:{_up(1)}"></b>{dots}</div>'
        f'<div class="across">{across}</div></figure>'
    )


def _along(seen: int) -> float:
    """A place on the axis of images, 0 to 1; it ends at 100,000."""
    return round(min(1.0, math.log10(seen) / 5), 4)


def _up(levels: float) -> float:
    """A place on the axis of levels, 0 to 1."""
    return round(math.log(min(HIGH, max(LOW, levels)) / LOW) / math.log(HIGH / LOW), 4)
