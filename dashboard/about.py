"""What a page is about, as data: whoever looks for a page, or draws a map of all of them, reads it without running one.

Each page has a module `about.py` with one `ABOUT`, which imports neither torch nor Streamlit: reading all of them costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.kit.wording import Words


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A question on the claim of a page, which is asked before its picture is shown.

    What is right is written nowhere: `answer()` in the page's module `answer.py` computes it once somebody wants to know.
    """

    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Which of the choices of a prediction is right, and why: plain text, or Markdown by `wording.marked`."""

    choice: str
    because: str


@dataclass(frozen=True, kw_only=True)
class About:
    """`claim` is the one sentence that stands below the title, in Markdown. `experiments` says what "Try this" offers, and the query string
    that sets it up. `words` are others by which somebody looks for the page: terms, names, tasks of the unit. `picture` is the key of the
    container with the page's picture, and `seen_in` that of another one, by what a link names that is seen there.
    """

    claim: Words
    experiments: Mapping[str, Mapping[str, str]]
    words: tuple[str, ...] = ()
    prediction: Prediction | None = None
    picture: str = "lab"
    seen_in: Mapping[str, str] = field(default_factory=dict)
