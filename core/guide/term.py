"""A term of the unit: what the field calls something, what it is in plain words, and the page that shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    """A word of the field, and what it means in one or two plain sentences. `page` is the address of the page that shows it, `query` what
    that page is opened with; `names` are what else it is called, and other forms of the word.
    """

    name: str
    names: tuple[str, ...]
    meaning: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """Where the glossary has it: "attention-matrix"."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")
