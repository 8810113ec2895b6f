"""All that can be found in the lab, made of what its pages, runs, terms and tasks say of themselves: there is no list of it by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from core.guide.find import Findable
from core.guide.tasks import TASKS
from core.guide.terms import TERMS
from core.lessons.shelf import shelf
from core.lessons.text import plain_text
from core.models import MODELS
from core.training.config import RunConfig
from dashboard.navigation import PAGES
from dashboard.shell.chips import seen_in

PAGE, TASK, EXPERIMENT, TERM, HYPERPARAMETER, LESSON = "page", "task", "experiment", "term", "hyperparameter", "lesson"
LESSONS = "lessons"  # where a lesson begins whose first step leaves the reader where he is
HOME = "home"  # where the lab's name leads
SET_UP = "train"  # the page on which hyperparameters are chosen


@dataclass(frozen=True, kw_only=True)
class Entry(Findable):
    """Something to be found. `seen` is the key of the container that is shown once its page is open; `folded` names the group of controls
    that is closed at first and holds it; `lesson` is the name of a lesson, which begins beside that page.
    """

    seen: str = ""
    folded: str = ""
    lesson: str = ""


@cache
def entries() -> tuple[Entry, ...]:
    """All of them, pages first: what is equally near to a question stays in this order."""
    return (*_pages(), *_tasks(), *_terms(), *_experiments(), *_hyperparameters(), *_lessons())


@cache
def home() -> int:
    """The place of the page Home among all entries."""
    return next(place for place, entry in enumerate(entries()) if (entry.kind, entry.page) == (PAGE, HOME))


def _pages() -> Iterator[Entry]:
    for page in PAGES:
        about = page.about
        claim = about.claim.replace("**", "")
        yield Entry(
            kind=PAGE,
            title=page.title,
            page=page.url_path,
            text=claim,
            names=about.words,
            words=f"{page.help} {page.section} {page.url_path}",
        )


def _tasks() -> Iterator[Entry]:
    for task in TASKS:
        names = (task.title, f"{task.name}: {task.title}")
        yield Entry(kind=TASK, title=task.name, page=task.page, query=task.query, text=f"{task.title}. {task.text}", names=names)


def _experiments() -> Iterator[Entry]:
    for page in PAGES:
        for text, query in page.about.experiments.items():
            yield Entry(kind=EXPERIMENT, title=text, page=page.url_path, query=query, words=page.title, seen=seen_in(page.about, query))


def _terms() -> Iterator[Entry]:
    for term in TERMS.values():
        yield Entry(kind=TERM, title=term.name, page=term.page, query=term.query, text=term.meaning, names=term.names)


def _hyperparameters() -> Iterator[Entry]:
    """Each once, with the first of the models that have it."""
    first, groups = {}, {}
    for model in MODELS:
        groups |= {h.name: group for group, several in RunConfig.groups(model).items() for h in several}
        for name, declared in RunConfig.hyperparameters(model).items():
            first.setdefault(name, (model, declared))
    for name, (model, declared) in first.items():
        yield Entry(
            kind=HYPERPARAMETER,
            title=declared.label,
            page=SET_UP,
            query={"model": model},
            text=declared.help,
            names=(name, declared.flag),
            words="hyperparameter",
            seen=f"hp_{model}_{name}",
            folded="" if declared.basic else groups[name],
        )


def _lessons() -> Iterator[Entry]:
    """Those that came with the lab: what an instructor adds meanwhile is on the page Lessons."""
    for lesson in shelf(frozenset(page.url_path for page in PAGES)).lessons.values():
        if not lesson.own:
            first = lesson.steps[0]
            more = {"page": first.page or LESSONS, "query": first.state if first.page else {}, "lesson": lesson.name}
            yield Entry(kind=LESSON, title=lesson.title, text=plain_text(lesson.about), words=f"lesson {lesson.row}", **more)


@cache
def as_json() -> bytes:
    """All entries as a browser gets them: kind, title, address of the page, text, names and words of each; and the titles of pages."""
    rows = [[entry.kind, entry.title, entry.page, entry.text, list(entry.names), entry.words] for entry in entries()]
    made = {"pages": {page.url_path: page.title for page in PAGES}, "entries": rows}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
