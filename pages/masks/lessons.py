"""Trained live on the page Masks: the same small decoder with the mask, without it, and with the mask that is off by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.frames import csv_text, frame
from core.probes.seq2seq.cheating_words import PROMPT, WORDS, loss_floor
from core.readable import percent
from dashboard.kit.wording import ProofLine, escape, joined, marked
from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.training import background
from dashboard.training.background import DONE
from dashboard.training.lessons import lesson_status, train_button
from dashboard.training.starting import start_lesson
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.masks.controls import SEED

if TYPE_CHECKING:
    from core.probes.seq2seq.cheating import CheatingLesson

REVEAL = "masks_reveal"
NAMES = {"subsequent": "with the mask", "off-by-one": "mask off by one", "none": "without a mask"}
LOOKS = {"subsequent": ("run", ""), "off-by-one": ("ink", "6 3"), "none": ("wrong", "")}
SAMPLES = ("mercury", "january", "elephant", "hundred", "winter", "volcano")
LEAST = 1e-4  # nats, the lowest loss that the chart shows


def _key() -> str:
    return f"cheating {SEED.value or 0}"


def active() -> bool:
    """Whether the lesson that this session looks at is still to come."""
    lesson = background.known(_key())
    return lesson is not None and lesson.active


def cheating_panel() -> None:
    """Controls, curves on one axis, and what each speller writes by itself."""
    st.header("Take the mask away and see it cheat")
    show.markdown(
        f"Three decoders start from the same weights and learn {len(WORDS)} words, letter by letter. They differ only in their mask. "
        f"Which loss is the best?"
    )
    left, right = st.columns([1, 3], gap="medium")
    with left:
        seed = SEED.number_input("Seed") or 0
        lesson = background.known(_key())
        if train_button("Train all three", lesson, key="masks_train"):
            lesson = start_lesson(_key(), _maker(seed), lambda made: made.run())
        if lesson is not None:
            lesson_status(lesson, _steps())
    with right:
        if lesson is not None and lesson.made is not None:
            _curves(lesson.made)
        else:
            show.info(
                f"Not trained yet. It takes a few seconds and runs in the background. Nobody who only looks back can get below a loss of "
                f"{loss_floor():.3f} nats per letter on these words, because {len(WORDS)} beginnings are equally likely."
            )
    if lesson is not None and lesson.status == DONE:
        _reveal(lesson.made)


def _maker(seed: int) -> Any:
    def make() -> CheatingLesson:
        from core.probes.seq2seq.cheating import CheatingLesson

        return CheatingLesson(seed=seed)

    return make


def _steps() -> int:
    from core.probes.seq2seq.cheating import STEPS

    return STEPS


def _curves(lesson: CheatingLesson) -> None:
    """The losses so far, with the least that is possible without looking ahead."""
    from core.probes.seq2seq.cheating import EVERY, STEPS

    shown = {name: list(points) for name, points in lesson.points.items()}
    together = min(map(len, shown.values()))  # the thread may be between two of them
    to_come = [np.nan] * (STEPS // EVERY + 1 - together)  # so that the axis stays as it is
    lines = [
        Line(NAMES[name], LOOKS[name][0], np.array([point.loss for point in points[:together]] + to_come), LOOKS[name][1])
        for name, points in shown.items()
    ]
    data = chart_data(
        f"Loss of the next letter, after {EVERY * (together - 1)} steps", lines, x="training steps", y="nats per letter, log axis",
        first=0, step=EVERY, log=True, height=250, limits=(LEAST, 10.0), at=together - 1,
        marks=[(lesson.floor, f"least possible without looking ahead: {lesson.floor:.3f}")],
        note=f"All {len(WORDS)} words, the right letters given. Nobody gets below this line without seeing the answer.",
    )  # fmt: skip
    time_chart(data, key="masks_losses")


def _reveal(lesson: CheatingLesson) -> None:
    """Teacher forcing, and then what each writes by itself."""
    last = {name: points[-1] for name, points in lesson.points.items()}
    forced = joined((marked("{} **{:.0%}**", NAMES[name], point.forced) for name, point in last.items()), " · ")
    show.markdown(
        marked(
            "Share of letters that are predicted correctly when the right letters before them are given: {}. Now let them write: who "
            "finishes these words?",
            forced,
        )
    )
    if not st.toggle(f"Let them write from the first {PROMPT} letters", key=REVEAL):
        return
    st.html(written_html(lesson))
    download("Numbers (CSV)", lambda: points_csv(lesson), "cheating.csv", key="masks_points")
    cheats = [name for name in last if last[name].loss < lesson.floor]
    honest = last["subsequent"]
    says = marked(
        "the loss with the mask is {:.4f} and never falls below {:.4f}, the least without looking ahead", honest.loss, lesson.floor
    )
    figures = marked("The least possible loss is N ln N / letters, with N = {} words (Gibbs' inequality).", len(WORDS))
    show.proof(ProofLine(says, all(p.loss >= lesson.floor for p in lesson.points["subsequent"]), figures))
    show.caption(
        marked(
            "Below it, and so cheating: {}. A cheat has learned only one thing: to copy the letter to its right. When it writes, no letter "
            "stands there yet. Nevertheless its loss, its accuracy and its curves look perfect.",
            " and ".join(NAMES[name] for name in cheats) or "nobody",
        )
    )


def written_html(lesson: CheatingLesson) -> str:
    """What each speller writes from the first letters of some words, and how often it is right."""
    given = [word[:PROMPT] for word in SAMPLES]
    head = "".join(f'<th scope="col">{escape(start)}…</th>' for start in given)
    rows = ""
    for name, title in NAMES.items():
        last = lesson.points[name][-1]
        cells = "".join(
            f'<td class="{"right" if made == word else "wrong"}">{"✓" if made == word else "✗"} {escape(made)}</td>'
            for made, word in zip(lesson.spell(name, given), SAMPLES, strict=True)
        )
        shares = f"<td>{percent(last.forced, 0)}</td><td><b>{percent(last.free, 0)}</b></td><td>{percent(last.words, 0)}</td>"
        rows += f'<tr><th scope="row">{title}</th>{shares}{cells}</tr>'
    titles = "".join(f'<th scope="col">{title}</th>' for title in ("", "letters, forced", "letters, free", "words, free"))
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-spoken"><caption>Forced: the right letters before it are given. '
        f"Free: its own letters are given. All {len(WORDS)} words; … means that no end was written within the longest word</caption>"
        f"<thead><tr>{titles}{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def points_csv(lesson: CheatingLesson) -> str:
    """One line a decoder and step."""
    rows = [(name, p.step, p.loss, p.forced, p.free, p.words) for name, own in lesson.points.items() for p in own]
    return csv_text(frame(rows, ("mask", "step", "loss", "forced", "free", "words")), digits="%.6g")
