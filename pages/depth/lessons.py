"""Trained live on the page Depth and direction: a later word that decides, and heads that know one end only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import LabError
from core.probes.recurrence.later_word import parse_sentence
from core.probes.recurrence.unrolled import HEADS
from core.readable import agreement, number, percent
from dashboard.kit.panels import panels
from dashboard.kit.wording import ProofLine, joined, marked
from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.training import background
from dashboard.training.background import Lesson
from dashboard.training.lessons import lesson_status, train_button
from dashboard.training.starting import start_lesson
from pages.depth.controls import BETWEEN, RATE, SEED, SENTENCE
from pages.depth.view import curve_svg, ends_html, points_csv, translations_html

if TYPE_CHECKING:
    from core.probes.recurrence.later_word_training import LaterWordLesson

NAMES = {"forward": "Forward only", "both": "Both directions"}
LOOKS = {"forward": "wrong", "both": "run"}
ENDS_KEY = "ends"


def _key() -> str:
    """The name of the lesson that the controls ask for."""
    return f"later word {BETWEEN.value} {SEED.value or 0} {RATE.value:g}"


def later_word_panel() -> None:
    """Spider man: controls, the lesson, and what is made of a sentence."""
    st.header("“Spider man”: a later word decides an earlier one")
    st.markdown(
        "Translate word by word, as you read: *the spider …* is **la araña**, but *the spider man …* is **el hombre araña**; *turns the "
        "old red radio* **on** or **off** is **enciende** or **apaga**. Two networks learn from the same sentences: one reads forwards "
        "only, the other in both directions."
    )
    left, right = st.columns([1, 3], gap="medium")
    with left:
        between = BETWEEN.slider(
            "Adjectives in between, at most", help="Between a verb and the word at the end of the sentence that decides it."
        )
        seed = SEED.number_input("Seed") or 0
        rate = RATE.slider("Learning rate", format_func="{:g}".format, help="The learning rate of Adam.")
        key = _key()
        if train_button("Train both networks", background.known(key), key="depth_train"):
            start_lesson(key, _maker(between, seed, rate), lambda made: made.run())
    with right:
        lesson = background.known(key)
        lesson_status(lesson, _steps(), before="It takes a few seconds and runs in the background.")
        if lesson is not None and lesson.made is not None:
            _curves(lesson.made)
    if lesson is not None and lesson.made is not None:
        _sentence_panel(lesson)


def _maker(between: int, seed: int, rate: float) -> Any:
    def make() -> LaterWordLesson:
        from core.probes.recurrence.later_word_training import LaterWordLesson

        return LaterWordLesson(between, seed=seed, learning_rate=rate)

    return make


def _steps() -> int:
    from core.probes.recurrence.later_word_training import STEPS

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
    caption = (
        f"Accuracy on {held} held-out sentences, {counted} of whose words a later word decides. Blue is the network in both "
        f"directions, orange the forward one."
    )
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
    download("Numbers (CSV)", lambda: points_csv(lesson), "later-word.csv", key="depth_points")


def _sentence_panel(lesson: Lesson) -> None:
    """A sentence of one's own, word by word, and what happens to it when its last word is another one."""
    from core.probes.recurrence.later_word import VERBS
    from core.probes.recurrence.later_word_training import changed_by_last_word

    help = 'Such as "the bat puts the new clock away"; with up to six adjectives.'
    text = SENTENCE.text_input("A sentence", max_chars=120, help=help)
    try:
        sentence = parse_sentence(text)
    except LabError as error:
        show.error(error)
        sentence = parse_sentence(SENTENCE.first)
    made = lesson.made
    st.html(translations_html(sentence, {name: made.translate(name, sentence) for name in NAMES}, NAMES))
    verb = next(word.english for word in sentence.words if word.english in VERBS)
    other_end = next(particle for particle in VERBS[verb] if particle != sentence.english[-1])
    other = parse_sentence(" ".join([*sentence.english[:-1], other_end]))
    changes = {name: changed_by_last_word(made, name, sentence, other) for name in NAMES}
    passed = changes["forward"] == 0
    says = marked(
        "with “{}” instead of “{}” at the end, the forward network's logits for all words before it stay {}",
        other_end,
        sentence.english[-1],
        agreement(changes["forward"]),
    )
    figures = marked(
        "The last word changes the logits of the words before it by {} in the forward network, which must be exactly 0, and by up to {} "
        "in the bidirectional one.",
        number(changes["forward"]),
        number(changes["both"], 2),
    )
    show.proof(ProofLine(says, passed, figures))


# ---- trap 3, trained ----


def ends_panel() -> None:
    """Trap 3 in accuracy: three heads on the same bidirectional GRU, asked for the first and for the last word."""
    from core.probes.recurrence.ends import KINDS, LENGTH, STEPS

    st.markdown(
        f"**What the trap costs in accuracy.** A sequence has {LENGTH} words of {KINDS} kinds, and the head must name the first and the "
        f"last one. Each direction has just read one of them when it ends. A head that reads the wrong state needs the state to carry "
        f"that word through all the others."
    )
    if train_button("Train the three heads", background.known(ENDS_KEY), key="depth_ends", primary=False):
        start_lesson(ENDS_KEY, _ends_lesson, lambda made: made.run())
    lesson = background.known(ENDS_KEY)
    lesson_status(lesson, STEPS, before="It takes a few seconds.")
    if lesson is not None and lesson.made is not None:
        last = {head: (own[-1].first, own[-1].last) for head, own in lesson.made.points.items()}
        st.html(ends_html(last, HEADS))
        show.caption(
            f"Accuracy on {len(lesson.made.held_out)} held-out sequences, seed 0; guessing is right in {percent(1 / KINDS, 0)} "
            f"of the cases."
        )


def _ends_lesson() -> Any:
    from core.probes.recurrence.ends import EndsLesson

    return EndsLesson()


def active() -> bool:
    """Whether a lesson that this session looks at is still to come."""
    return any(lesson is not None and lesson.active for lesson in map(background.known, (_key(), ENDS_KEY)))
