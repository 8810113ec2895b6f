"""The control of the page Glossary: which chapter's words are shown."""

from __future__ import annotations

from core.guide.terms import CHAPTERS
from dashboard.shell.choices import Choice

ALL = "all"
TITLES = {ALL: "All words", **{title.lower().replace(",", "").replace(" ", "-"): title for title in CHAPTERS}}  # by what a link calls them
CHAPTER = Choice("glossary", "chapter", tuple(TITLES), first=ALL)


def choose() -> tuple[str, ...]:
    """Draw the control. Returns the titles of the chapters that are chosen."""
    chosen = CHAPTER.segmented("Words of", format_func=TITLES.__getitem__, label_visibility="collapsed")
    return tuple(CHAPTERS) if chosen == ALL else (TITLES[chosen],)
