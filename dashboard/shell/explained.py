"""Words of the field that are explained where they stand: each is a link to the glossary, whose tooltip says what it means."""

from __future__ import annotations

import re
from functools import cache

from core.guide.term import Term
from core.guide.terms import TERMS
from dashboard.kit.wording import Words, marked, replaced

GLOSSARY = "glossary"
END = r"(?:s|es)?(?![\w-])"  # a plural is the same word


def anchor_of(term: Term) -> str:
    """The id of a term's place in the glossary, as its address names it."""
    return f"term-{term.anchor}"


def explained(text: Words) -> Words:
    """A sentence of ours in which the first occurrence of each term is a link to the glossary."""
    told = set()

    def link(match: re.Match) -> Words | None:
        term = _terms()[match[1].casefold()]
        if term.name in told:
            return None
        told.add(term.name)
        return marked('[{}]({} "{}")', match[0], f"{GLOSSARY}#{anchor_of(term)}", term.meaning.replace('"', "”"))

    return replaced(text, _pattern(), link)


@cache
def _terms() -> dict[str, Term]:
    """Terms by the names that can mean nothing else in a sentence: their own, and others of several words."""
    found = {name.casefold(): term for term in TERMS.values() for name in term.names if " " in name}
    return found | {term.name.casefold(): term for term in TERMS.values()}


@cache
def _pattern() -> re.Pattern:
    """Where one of these names stands, the longest one that does."""
    names = "|".join(re.escape(name) for name in sorted(_terms(), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({names}){END}", re.IGNORECASE)
