"""The text of a lesson as HTML, and its sentences. It needs no screen."""

from __future__ import annotations

from core.lessons.checks import ByDoing, ByOwnRun, LessonCheck
from core.lessons.lesson import Lesson
from core.lessons.text import BOLD, CODE, EMPHASIS, Block, Piece
from core.training.history import RunSummary
from dashboard.kit.wording import escape

TAGS = {BOLD: "strong", EMPHASIS: "em", CODE: "code"}
MOST_LETTERS = 5_000  # of a paragraph
NOT_DONE = "This is not done yet. Follow the text above, and then press “Check” again."
DONE = "You have done it."


def text_html(blocks: tuple[Block, ...]) -> str:
    """Paragraphs and lists; whatever stands in them is shown letter by letter."""
    return f'<div class="lesson-text">{"".join(map(_block, blocks))}</div>'


def _block(block: Block) -> str:
    lines = ["".join(map(_piece, line)) for line in block.lines]
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if block.listed else f"<p>{lines[0]}</p>"


def _piece(piece: Piece) -> str:
    text = escape(piece.text, MOST_LETTERS)
    return f"<{tag}>{text}</{tag}>" if (tag := TAGS.get(piece.kind)) else text


def progress_html(lesson: Lesson, number: int, passed: frozenset[tuple[str, int]]) -> str:
    """How far somebody is, in words and as a row of marks: a full one is passed, the one of now has a frame."""
    marks = "".join(
        f'<i class="{"passed" if (step.lesson, step.number) in passed else ""}{" now" if at == number else ""}"></i>'
        for at, step in enumerate(lesson.steps, 1)
    )
    return f'<p class="lesson-progress">Step {number} of {len(lesson.steps)} <span aria-hidden="true">{marks}</span></p>'


def hidden_css(keys: tuple[str, ...]) -> str:
    """The style that hides controls by their keys, and classes by a dot before them. Names were checked when the lesson was read."""
    return f"<style>{', '.join(key if key.startswith('.') else f'.st-key-{key}' for key in keys)} {{ display: none !important; }}</style>"


def asked_words(check: LessonCheck) -> str:
    """What is to be done for a check, in a sentence; "" where the text of the step says it."""
    if isinstance(check, ByOwnRun):
        return f"A run of yours must be right in more than {100 * check.above:g} % of the validation images or pairs."
    return ""


def not_yet_words(check: LessonCheck, best: RunSummary | None, elsewhere: str) -> str:
    """Why a step is not passed yet. `best` is the run of one's own that has come nearest, `elsewhere` the other page that it is done on."""
    if isinstance(check, ByOwnRun) and best:
        return f"Your best run so far has reached {100 * best.best_val_top1:.1f} %."
    if isinstance(check, ByOwnRun):
        return "You have no such run yet, or it has not finished its first epoch."
    return f"This is done on the page “{elsewhere}”: go there first." if isinstance(check, ByDoing) and elsewhere else NOT_DONE
