"""All terms of the unit in one table, by name, in the order of the unit."""

from __future__ import annotations

from core.errors import unknown
from core.guide.chapters import attention, decoding, images, recurrence, training
from core.guide.term import Term

CHAPTERS: dict[str, tuple[Term, ...]] = {
    "Training": training.TERMS,
    "Sequences and recurrence": recurrence.TERMS,
    "Images, tokens and metrics": images.TERMS,
    "Attention": attention.TERMS,
    "Encoder and decoder": decoding.TERMS,
}
TERMS: dict[str, Term] = {term.name: term for terms in CHAPTERS.values() for term in terms}


def term_named(name: str) -> Term:
    """The row of `TERMS` that has this name, or this other name, in any case. Raises ConfigError with the nearest one if there is none."""
    asked = name.casefold()
    found = next((term for term in TERMS.values() if asked in map(str.casefold, (term.name, *term.names))), None)
    if found is None:
        raise unknown("term", name, TERMS)
    return found
