"""What the page Vote says and draws: phases, question, distributions, shift matrix, messages to the board. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from string import ascii_uppercase
from typing import Any

from core.classroom.poll import AGAIN, DISCUSS, EXPERIMENT, PREDICT, REVEAL
from core.classroom.questions.answers import CellAnswer, ChoiceAnswer, CurveAnswer, NumberAnswer
from core.classroom.questions.question import PARTS, ByProbe, ByRun, ByVariants, Question
from core.classroom.shift import bin_of, edges
from dashboard.kit.wording import escape

PHASE_WORDS = {PREDICT: "Predict", DISCUSS: "Discuss", EXPERIMENT: "Experiment", AGAIN: "Vote again", REVEAL: "Reveal"}
ROUND_WORDS = ("before", "after")
FEW = 5  # labels whose bars are thick


def phases_html(phase: str) -> str:
    """The five phases in a row, the present one marked."""
    steps = "".join(f"<li{' class=now aria-current=step' if name == phase else ''}>{words}</li>" for name, words in PHASE_WORDS.items())
    return f'<ol class="vote-phases" aria-label="Phases">{steps}</ol>'


def question_html(question: Question) -> str:
    """The question, large enough for the last row."""
    return f'<p class="vote-part">{escape(PARTS[question.part])}</p><p class="vote-question">{escape(question.text)}</p>'


def decided_words(question: Question) -> str:
    """What decides a question, in a sentence."""
    match question.decides:
        case ByProbe(recorded=True):
            return "Decided by what came with the lab, recorded."
        case ByProbe():
            return "Decided by a measurement of a few seconds."
        case ByRun():
            return "Decided by a run that is trained before all eyes, about a minute."
    return "Decided by runs of all: each trains a variant."


def variants_html(decides: ByVariants, counted: Mapping[str, tuple[int, int]]) -> str:
    """How many train each variant, and how many have finished: no result."""
    rows = "".join(
        f'<tr><th scope="row">{escape(variant.name)}</th><td>{counted[variant.name][0]}</td><td>{counted[variant.name][1]}</td></tr>'
        for variant in decides.variants
    )
    head = '<thead><tr><th scope="col">variant</th><th scope="col">runs</th><th scope="col">finished</th></tr></thead>'
    return f'<table class="lab-table">{head}<tbody>{rows}</tbody></table>'


def truth_html(question: Question, view: Mapping[str, Any]) -> str:
    """What was measured, and what somebody answered last."""
    truth = view["outcome"]["truth"]
    if truth is None:
        return '<p class="vote-truth">Closed before anything was measured.</p>'
    return f'<p class="vote-truth">Measured: <b>{escape(question.answer.words(truth))}</b>{_own_html(question, view)}</p>'


def answers_html(question: Question, outcome: Mapping[str, Any]) -> str:
    """Both distributions as bars, where a question has no board that shows them."""
    given = [outcome["distributions"][round] for round in (1, 2)]
    match question.answer:
        case ChoiceAnswer(options=options):
            return bars_html(list(options.values()), given, [name == outcome["truth"] for name in options])
        case NumberAnswer():
            labels = [f"{low:g} to {high:g}" for low, high in pairwise(edges(question.answer))]
            return bars_html(labels, given, [at == bin_of(question.answer, outcome["truth"]) for at in range(len(labels))])
    raise ValueError(f"A {question.answer.kind} has a board.")


def changes_html(question: Question, outcome: Mapping[str, Any]) -> str:
    """The shift matrix, and the reason of the truth."""
    because = f"<b>{escape(question.claim)}</b> {escape(outcome['because'])}"
    return f'{shift_html(outcome["shift"])}<p class="vote-because">{because}</p>'


def _own_html(question: Question, view: Mapping[str, Any]) -> str:
    """What somebody answered last."""
    own = view["own"].get(2) or view["own"].get(1)
    return f" · your answer: {escape(question.answer.words(own['answer']))}" if own else ""


def bars_html(labels: Sequence[str], given: Sequence[Mapping[str, Any]], right: Sequence[bool]) -> str:
    """Two bars a label, before and after; what is right is marked."""
    rows = ""
    for at, label in enumerate(labels):
        bars = "".join(
            f'<span class="vote-bar {name}" style="--p:{one["counts"][at] / max(1, one["people"]):.4f}"><b>{one["counts"][at]}</b></span>'
            for name, one in zip(ROUND_WORDS, given, strict=True)
        )
        rows += f'<div class="vote-row{" right" if right[at] else ""}"><div>{escape(label)}</div><div>{bars}</div></div>'
    many = " many" if len(labels) > FEW else ""
    return f'<div class="vote-bars{many}">{_key_html(given)}{rows}</div>'


def _key_html(given: Sequence[Mapping[str, Any]]) -> str:
    words = "".join(
        f'<span class="vote-key {name}">{name}: n = {one["people"]}</span>' for name, one in zip(ROUND_WORDS, given, strict=True)
    )
    return f'<p class="vote-keys">{words}<span class="vote-key right">measured</span></p>'


def shift_html(shift: Mapping[str, Any]) -> str:
    """Who changed from what (row) to what (column), each by a letter, for labels are long: those that nobody chose, and that are not right,
    are left out."""
    counts = shift["counts"]
    kept = [at for at, label in enumerate(shift["labels"]) if label == shift["right"] or sum(counts[at]) or sum(row[at] for row in counts)]
    people = sum(map(sum, counts))
    if not people:
        return '<p class="vote-shift-words">Nobody answered both times.</p>'
    letters = {at: (letter, escape(shift["labels"][at])) for letter, at in zip(ascii_uppercase, kept, strict=False)}
    head = "".join(f'<th scope="col"{_right(shift, at)} aria-label="{label}">{letter}</th>' for at, (letter, label) in letters.items())
    rows = "".join(
        f'<tr><th scope="row"{_right(shift, at)}><b>{letter}</b> {label}</th>{"".join(_cell(counts, at, to, people) for to in kept)}</tr>'
        for at, (letter, label) in letters.items()
    )
    to, away = shift["reached"]
    words = f"{to} changed to what was measured, {away} away from it, of {people} who answered both times."
    return (
        f'<p class="vote-shift-words">{words}</p><div class="lab-scroll"><table class="lab-table lab-tight vote-shift">'
        f"<caption>row = answer before, column = answer after, people</caption><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _right(shift: Mapping[str, Any], at: int) -> str:
    return ' class="right"' if shift["labels"][at] == shift["right"] else ""


def _cell(counts: Sequence[Sequence[int]], at: int, to: int, people: int) -> str:
    number = counts[at][to]
    return f'<td class="{"stayed" if at == to else "changed"}" style="--v:{number / people:.3f}">{number or "·"}</td>'


def board_message(
    question: Question, *, draft: Any = None, locked: bool = False, outcome: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The message to the board: of a matrix or of axes, one's own answer so far, and at the reveal what all answered."""
    answering = question.answer
    shown = {"kind": answering.kind, "draft": draft, "locked": locked, "outcome": _outcome_data(outcome)}
    match answering:
        case CellAnswer():
            axes = {name: list(getattr(answering, name)) for name in ("rows", "columns")}
            return {**shown, **axes, "row_axis": answering.row_axis, "column_axis": answering.column_axis, "diagonal": answering.diagonal}
        case CurveAnswer():
            names = ("x_axis", "y_axis", "low", "high")
            return {**shown, "x": list(answering.x), **{name: getattr(answering, name) for name in names}}
    raise ValueError(f"A {answering.kind} has a widget of its own, no board.")


def _outcome_data(outcome: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    before, after = (outcome["distributions"][round] for round in (1, 2))
    return {"truth": outcome["truth"], "before": before, "after": after}
