"""Trained live on the page Depth and direction: a later word that decides, and heads that know one end only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import LabError
from core.frames import csv_text, frame
from core.probes.later_word import MOST_BETWEEN, parse_sentence
from core.probes.unrolled import HEADS
from dashboard.kit.panels import panels
from dashboard.kit.wording import joined, marked
from dashboard.shell import show, state
from dashboard.training import background
from dashboard.training.background import FAILED, Lesson
from dashboard.training.lessons import lesson_status
from pages.depth.view import curve_svg, ends_html, translations_html

if TYPE_CHECKING:
    from core.probes.later_word_training import LaterWordLesson

BETWEEN, SEED, RATE, SENTENCE = "depth_between", "depth_seed", "depth_rate", "depth_sentence"
FIRST_BETWEEN, FIRST_RATE, FIRST_SENTENCE = 2, 0.02, "the spider man turns the old red radio on"
RATES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.2)
SEEDS = range(1000)
TICK = 0.7  # seconds
NAMES = {"forward": "Forward only", "both": "Both directions"}
LOOKS = {"forward": "wrong", "both": "run"}
ENDS_KEY = "ends"


def begin() -> None:
    """Give the controls their first values, before the address bar is written for the first time."""
    state.start(BETWEEN, "between", range(MOST_BETWEEN + 1), FIRST_BETWEEN)
    state.start(SEED, "random", SEEDS, 0)
    state.start(RATE, "rate", RATES, FIRST_RATE)
    if SENTENCE not in st.session_state:
        st.session_state[SENTENCE] = state.linked("sentence") or FIRST_SENTENCE


def link() -> dict[str, str]:
    """What a link says of the lesson and the sentence; empty where the page opens so anyway."""
    between, seed, rate, sentence = (st.session_state[key] for key in (BETWEEN, SEED, RATE, SENTENCE))
    return {
        "between": "" if between == FIRST_BETWEEN else str(between),
        "random": "" if not seed else str(seed),
        "rate": "" if rate == FIRST_RATE else f"{rate:g}",
        "sentence": "" if sentence == FIRST_SENTENCE else sentence,
    }


def _key() -> str:
    """The name of the lesson that the controls ask for."""
    return f"later word {st.session_state[BETWEEN]} {st.session_state[SEED] or 0} {st.session_state[RATE]:g}"


def later_word_panel() -> None:
    """Spider man: controls, the lesson, and what is made of a sentence."""
    st.subheader("“Spider man”: a later word decides an earlier one")
    st.markdown(
        "Translate word by word, as you read: *the spider …* is **la araña**, but *the spider man …* is **el hombre araña**; *turns the "
        "old red radio* **on** or **off** is **enciende** or **apaga**. Two readers learn from the same sentences."
    )
    left, right = st.columns([1, 3], gap="medium")
    with left:
        between = st.slider(
            "Adjectives in between, at most", 0, MOST_BETWEEN, key=BETWEEN, persist_state="session",
            help="Between a verb and the word at the end of the sentence that decides it.",
        )  # fmt: skip
        seed = st.number_input("Seed", SEEDS[0], SEEDS[-1], key=SEED, persist_state="session") or 0
        rate = st.select_slider(
            "Learning rate", RATES, key=RATE, persist_state="session", format_func=lambda value: f"{value:g}",
            help="Of Adam.",
        )  # fmt: skip
        key = _key()
        known = background.known(key)
        label = "Train again" if known and known.status == FAILED else "Train both readers"
        if st.button(
            show.label(label),
            key="depth_train",
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(known and known.status != FAILED),
        ):
            background.lesson(key, _maker(between, seed, rate), lambda made: made.run(), owner=state.owner())
    with right:
        lesson = background.known(key)
        lesson_status(lesson, _steps(), before="Some seconds on this computer, behind the page: nothing waits for it.")
        if lesson is not None and lesson.made is not None:
            _curves(lesson.made)
    if lesson is not None and lesson.made is not None:
        _sentence_panel(lesson)


def _maker(between: int, seed: int, rate: float) -> Any:
    def make() -> LaterWordLesson:
        from core.probes.later_word_training import LaterWordLesson

        return LaterWordLesson(between, seed=seed, learning_rate=rate)

    return make


def _steps() -> int:
    from core.probes.later_word_training import STEPS

    return STEPS


def _curves(lesson: LaterWordLesson) -> None:
    """Accuracies on held-out sentences over the steps so far."""
    points = {name: list(own) for name, own in lesson.points.items()}
    later = {name: [(p.step, p.later_words) for p in own] for name, own in points.items()}
    every = {name: [(p.step, p.every_word) for p in own] for name, own in points.items()}
    held = len(lesson.held_out)
    drawings = [
        curve_svg(later, LOOKS, title="words that a later word decides", steps=_steps(), guess=lesson.best_guess),
        curve_svg(every, LOOKS, title="all words", steps=_steps()),
    ]
    now = {name: own[-1] for name, own in points.items()}
    counted = sum(len(sentence.open_places) for sentence in lesson.held_out)
    caption = f"Accuracy on {held} held-out sentences ({counted} deciding places). Blue: both directions; orange: forward only."
    panels(drawings, caption, key="depth_curves")
    table = joined(
        (
            marked(
                "**{}**: later words **{:.1%}**, all words **{:.1%}** ({:,} weights)",
                NAMES[name],
                own.later_words,
                own.every_word,
                lesson.weights(name),
            )
            for name, own in now.items()
        ),
        " · ",
    )
    show.markdown(table)
    st.download_button(
        "Numbers (CSV)", lambda: points_csv(lesson), "later-word.csv", "text/csv",
        icon=":material/download:", on_click="ignore", key="depth_points",
    )  # fmt: skip


def points_csv(lesson: LaterWordLesson) -> str:
    """One line a reader and step."""
    rows = [(name, p.step, p.loss, p.later_words, p.every_word) for name, own in lesson.points.items() for p in own]
    return csv_text(frame(rows, ("reader", "step", "loss", "later_words", "every_word")), digits="%.6g")


def _sentence_panel(lesson: Lesson) -> None:
    """A sentence of one's own, word by word, and what happens to it when its last word is another one."""
    from core.probes.later_word import VERBS
    from core.probes.later_word_training import changed_by_last_word

    text = st.text_input(
        "A sentence", key=SENTENCE, persist_state="session", max_chars=120,
        help='Such as "the bat puts the new clock away"; adjectives as many as you like, up to six.',
    )  # fmt: skip
    try:
        asked = parse_sentence(text)
    except LabError as error:
        show.error(error)
        asked = parse_sentence(FIRST_SENTENCE)
    made = lesson.made
    st.html(translations_html(asked, {name: made.translate(name, asked) for name in NAMES}, NAMES))
    verb = next(word.english for word in asked.words if word.english in VERBS)
    other_end = next(particle for particle in VERBS[verb] if particle != asked.english[-1])
    other = parse_sentence(" ".join([*asked.english[:-1], other_end]))
    changes = {name: changed_by_last_word(made, name, asked, other) for name in NAMES}
    passed = changes["forward"] == 0
    show.caption(
        marked(
            "Proof: with “{}” instead of “{}” at the end, the logits of all words before it change by {:.1g} "
            "(forward only) and by up to {:.2g} (both directions). Forward only must be exactly 0: **{}**.",
            other_end,
            asked.english[-1],
            changes["forward"],
            changes["both"],
            "passed" if passed else "not passed",
        )
    )


# ---- trap 3, trained ----


def ends_panel() -> None:
    """Trap 3 in accuracy: three heads on the same bidirectional GRU, asked for the first and for the last word."""
    from core.probes.ends import KINDS, LENGTH, STEPS

    st.markdown(
        f"**And in accuracy.** {LENGTH} words of {KINDS} kinds; the head is to name the first and the last one. Each direction has one of "
        "them fresh in its last state; a head that reads the wrong state must have it carried through all others."
    )
    known = background.known(ENDS_KEY)
    if st.button("Train the three heads", key="depth_ends", icon=":material/play_arrow:", disabled=bool(known and known.status != FAILED)):
        background.lesson(ENDS_KEY, _ends_lesson, lambda made: made.run(), owner=state.owner())
    lesson = background.known(ENDS_KEY)
    lesson_status(lesson, STEPS, before="Some seconds.")
    if lesson is not None and lesson.made is not None:
        last = {head: (own[-1].first, own[-1].last) for head, own in lesson.made.points.items()}
        st.html(ends_html(last, HEADS))
        show.caption(f"Accuracy on {len(lesson.made.held_out)} held-out sequences, seed 0; guessing names {1 / KINDS:.0%}.")


def _ends_lesson() -> Any:
    from core.probes.ends import EndsLesson

    return EndsLesson()


def active() -> bool:
    """Whether a lesson that this session looks at is still to come."""
    return any(lesson is not None and lesson.active for lesson in map(background.known, (_key(), ENDS_KEY)))
