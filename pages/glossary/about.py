"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Every word of the unit is said here in one or two plain sentences, and **each of them leads to the page that shows it.**"
    ),
    experiments={
        "The words of recurrence: state, gate, cell": {"chapter": "sequences-and-recurrence"},
        "The words of attention: query, key, value": {"chapter": "attention"},
        "The words of a run: epoch, loss, learning rate": {"chapter": "training"},
    },
    words=(
        "vocabulary",
        "definitions",
        "dictionary",
        "terms",
        "meaning of a word",
    ),
    picture="glossary_terms",
)
