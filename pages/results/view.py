"""The table of the page Results, and its sentences: made of what `core.classroom.results` reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.classroom.results import Deeds, answer_text, when
from core.classroom.roster import Matched
from core.readable import percent
from dashboard.kit.wording import Words, escape, joined, marked

MOST_SHOWN = 40  # letters of an answer on the page; the CSV has all
NUMBERS = ("votes before", "votes after", "changed", "lessons done", "runs", "best accuracy", "last active")


def results_html(rows: Sequence[Deeds], polls: Mapping[int, str], *, names: Mapping[str, str] | None = None) -> str:
    """One row a person: who it is, what was counted, and the answers to each question before and after. `names` by person, or nobody's."""
    questions = "".join(f'<th scope="col" colspan="2">{place}. {escape(question)}</th>' for place, question in enumerate(polls.values(), 1))
    titles = (*(("name",) if names is not None else ()), *NUMBERS)
    head = '<th scope="col">who</th>' + "".join(f'<th scope="col">{title}</th>' for title in titles) + questions
    body = "".join(_row(row, polls, names) for row in rows)
    return (
        '<div class="lab-scroll"><table class="lab-table lab-results"><caption>Of each question: the vote before, the vote after'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Deeds, polls: Mapping[int, str], names: Mapping[str, str] | None) -> str:
    accuracy = "–" if math.isnan(row.best) else percent(row.best)
    counted = (row.voted(1), row.voted(2), row.changed, len(row.lessons), row.runs, accuracy, when(row.last) or "–")
    cells = [*([names.get(row.person, "")] if names is not None else []), *counted]
    for poll in polls:
        cells += [answer_text(row.votes.get((poll, number)))[:MOST_SHOWN] or "–" for number in (1, 2)]
    return f'<tr><th scope="row">{escape(row.pseudonym)}</th>' + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"


def roster_words(found: Matched, people: Sequence[Deeds]) -> list[Words]:
    """Who is on the roster and not in the class, and the other way round; names are to be shown to whom may know them alone."""
    if not found.lines:
        return []
    strangers = [row.name for row in people if row.person not in found.places]
    said = [marked("**{}** of {} on the roster have joined.", len(set(found.places.values())), len(found.lines))]
    if found.missing:
        said.append(marked("Not in the class: {}.", joined(found.missing, "; ")))
    if strangers:
        said.append(marked("Not on the roster: {}.", joined(strangers, "; ")))
    return said
