"""Text from people made harmless for what draws it: Markdown, HTML, Plotly. Pure: `show` puts it on pages."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Any

from core.text import MOST_NAME, MOST_SENTENCE, taken

NOTHING = "\u2060"  # a sign without width: it keeps apart what Streamlit would take for a link or an icon after it has read the Markdown
# What Streamlit's Markdown reads: emphasis, code, links, HTML, formulas, strikes, tables, entities, and directives such as :red[...].
SIGNS = re.compile(r"[\\`*\[\]<>$~|]|(?<!\w)_|_(?!\w)|&(?=[#\w])|:(?=[A-Za-z])")
# What it still finds in text that has been escaped: links, addresses, :icons:, arrows drawn with ASCII.
AUTOMATIC = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\w@)(?=[\w-])|(?<=:)(?=material/|[+\w-]+:)", re.IGNORECASE)
ARROWS = re.compile(r"(?<!\S)(<->|->|<-|--|>=|<=|~=)(?!\S)")
FIRST = re.compile(r"^(\d+)([.)])(?=\s|$)|^([#+-])(?=[#+\s-]|$)")  # what makes a heading, a list or a line of what stands first


class Words(str):
    """Markdown of our own, in which all that came from elsewhere has been escaped: only `marked` and `code` make it."""

    __slots__ = ()

    def __add__(self, other: str) -> Words:
        return Words(str(self) + markdown(other))

    def __radd__(self, other: str) -> Words:
        return Words(markdown(other) + str(self))

    def join(self, parts: Any) -> Words:
        return Words(str(self).join(map(markdown, parts)))


class _Escaping(Formatter):
    """`str.format` whose values are escaped, but for numbers and for `Words`."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str) and not format_spec:
            return markdown(value)
        made = super().format_field(value, format_spec)
        return markdown(f"{made[:-1]} %" if format_spec.endswith("%") else made)


def marked(template: str, *values: Any, **named: Any) -> Words:
    """A sentence in Markdown: `template` is a literal of ours, with the places of `str.format`; each value is shown as it is."""
    return Words(_Escaping().vformat(template, values, named))


@dataclass(frozen=True)
class ProofLine:
    """The proof line of a page: in one sentence what was compared with what and what came out. Its figures open on demand."""

    says: str
    passed: bool
    figures: str
    verdict: str = ""  # where it is neither

    @property
    def words(self) -> Words:
        """The sentence with its verdict."""
        return marked("Proof: {}: **{}**.", self.says, self.verdict or ("passed" if self.passed else "not passed"))


def joined(parts: Iterable[str], between: str = " ") -> Words:
    """Several sentences, or words, as one; `between` is a literal of ours."""
    return Words(between).join(parts)


def replaced(text: Words, pattern: re.Pattern, make: Callable[[re.Match], Words | None]) -> Words:
    """Markdown of ours in which what `make` makes stands for each match of a pattern; where it makes None, the match stays."""
    return Words(pattern.sub(lambda match: match[0] if (made := make(match)) is None else str(made), text))


def markdown(value: object, most: int = MOST_SENTENCE) -> str:
    """`value` as Markdown that shows it letter by letter, in one line; `Words` as they are."""
    if isinstance(value, Words):
        return str(value)
    text = taken(" ".join(str(value)[: most + 1].split("\n")), most)
    text = ARROWS.sub(lambda match: match[1][0] + NOTHING + match[1][1:], AUTOMATIC.sub(NOTHING, text))
    text = SIGNS.sub(r"\\\g<0>", text)
    return FIRST.sub(lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", text)


def code(value: object, most: int = MOST_SENTENCE) -> Words:
    """`value` as Markdown in the letters of code, where nothing needs an escape but the marks around it."""
    text = taken(" ".join(str(value)[: most + 1].split("\n")), most)
    marks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    text = text.replace(":material/", f":{NOTHING}material/")  # which is rewritten in code, too
    space = " " * (text.startswith("`") or text.endswith("`") or not text.strip())
    return Words(f"{marks}{space}{text}{space}{marks}")


def escape(value: object, most: int = MOST_SENTENCE) -> str:
    """`value` as HTML, in an element or in quotes."""
    return html.escape(taken(value, most))


def plotted(value: object, most: int = MOST_NAME) -> str:
    """`value` as Plotly draws it in titles, names, ticks and hover texts, which read tags, entities and %{places} of templates."""
    return html.escape(taken(value, most), quote=False).replace("%{", "%&#123;").replace("$", "&#36;")
