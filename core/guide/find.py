"""Finding what the lab has by words: pages, claims, experiments, hyperparameters, terms, tasks, and whatever else is given as an `Entry`.

An entry is ranked by the first of these rules that it keeps:
1. exact: the question is one of its names;
2. prefix: one of its names begins with the question;
3. words of a name: each word of the question begins a word of one of its names;
4. words: each word of the question begins a word of its names or of its text;
5. spelling: the same as 1 to 4, once each word that nobody uses has given way to the nearest one that somebody does (`difflib`);
6. some words: those of its words that are asked for make up a part of the question, where rare words count more than frequent ones.
Within a rule that comes first which is nearer to the question; what is equally near stays in the order of the entries.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache

EXACT, PREFIX, NAMED, WORDS, SPELLING, SOME = range(6)
NEAR = 0.72  # of difflib's ratio: "equivarient", "vansihing" and "atention" are near enough, "patch" and "path" are not confused
LEAST = 0.34  # part of a question, by weight, that is an answer at all; or two words of it
LESSER = 0.05  # by how much another name is farther than a title
MOST_LETTERS = 300  # of a question that are read
MANY, FULLNESS = 30, 0.4  # how much an entry of many words gives way to one of few that has the same words of the question
LINKS = "a an and are as at be by can does for from has how i in into is it its of on or so than that the this to what where which who with"
EMPTY = frozenset(LINKS.split())  # words that say nothing by themselves


@dataclass(frozen=True, kw_only=True)
class Findable:
    """Something that is found by words: `kind` says what it is ("page", "term"), `title` and `text` are shown, `page` is the address that
    it leads to, `query` what is opened there. `names` are what else it is called, and `words` what else is searched.
    """

    kind: str
    title: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    names: tuple[str, ...] = ()
    words: str = ""

    @cached_property
    def called(self) -> tuple[tuple[str, ...], ...]:
        """The words of each of its names."""
        return tuple(words_of(name) for name in (self.title, *self.names))

    @cached_property
    def in_names(self) -> frozenset[str]:
        return frozenset(word for name in self.called for word in name)

    @cached_property
    def in_all(self) -> frozenset[str]:
        return self.in_names | {*words_of(self.text), *words_of(self.words)}


@dataclass(frozen=True)
class Hit:
    """An entry that was found, the rule by which it was, and how much of the question it has by that rule, 0 to 1."""

    entry: Findable
    rule: int
    share: float


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, without accents and without the s of a plural; numbers such as 1.2 are words, too."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    found = re.findall(r"\d+(?:\.\d+)+|[^\W_]+", plain)
    return tuple(word[:-1] if len(word) > 3 and word[-1] == "s" != word[-2] else word for word in found)


def find(text: str, entries: Sequence[Findable], most: int = 12) -> list[Hit]:
    """The best `most` entries for a question, the best one first; none for a question without words."""
    return Index(entries).find(text, most)


class Index:
    """Entries made ready for many questions."""

    def __init__(self, entries: Iterable[Findable]) -> None:
        self.entries = tuple(entries)
        used = Counter(word for entry in self.entries for word in entry.in_all)
        self.vocabulary = sorted(used)
        self.weights = {word: math.log(1 + len(self.entries) / count) for word, count in used.items()}
        self.nearest = lru_cache(maxsize=1024)(self._nearest)

    def find(self, text: str, most: int = 12) -> list[Hit]:
        """As the function `find`."""
        asked = words_of(text[:MOST_LETTERS])
        if not asked:
            return []
        spelled = tuple(map(self.nearest, asked))
        hits = [hit for entry in self.entries if (hit := self._hit(entry, asked, spelled))]
        return sorted(hits, key=lambda hit: (hit.rule, -hit.share))[:most]  # sorting keeps the order of what is alike

    def _hit(self, entry: Findable, asked: tuple[str, ...], spelled: tuple[str, ...]) -> Hit | None:
        rule = _rule(entry, asked)
        if rule is None and spelled != asked and (near := _rule(entry, spelled)) is not None:
            return Hit(entry, SPELLING, 1 - (near + 1 - _closeness(entry, spelled)) / SPELLING)
        if rule is not None:
            return Hit(entry, rule, _closeness(entry, asked))
        share, count = self._shared(entry, spelled)
        return Hit(entry, SOME, share / (1 + len(entry.in_all) / MANY) ** FULLNESS) if share >= LEAST or count > 1 else None

    def _shared(self, entry: Findable, asked: tuple[str, ...]) -> tuple[float, int]:
        """How much of a question's words an entry has by weight, words of its text for a half, and how many. Words that nobody uses, short
        ones and single letters do not count.
        """
        telling = {word for word in asked if word in self.weights and word not in EMPTY and len(word) > 1}
        whole, shared = sum(map(self.weights.get, telling)), telling & entry.in_all
        found = sum(self.weights[word] * (1 if word in entry.in_names else 0.5) for word in shared)
        return found / whole if whole else 0.0, len(shared)

    def _nearest(self, word: str) -> str:
        """The word that was meant: the same if somebody uses it or one that begins with it, else the nearest one, if there is one."""
        if len(word) < 4 or any(known.startswith(word) for known in self.vocabulary):
            return word
        near = get_close_matches(word, self.vocabulary, n=1, cutoff=NEAR)
        return near[0] if near else word


def _rule(entry: Findable, asked: tuple[str, ...]) -> int | None:
    """The first rule but those of spelling and of some words that an entry keeps."""
    if asked in entry.called:
        return EXACT
    if any(" ".join(name).startswith(" ".join(asked)) for name in entry.called):
        return PREFIX
    if any(all(_has(name, word) for word in asked) for name in entry.called):
        return NAMED
    if all(_has(entry.in_all, word) for word in asked):
        return WORDS
    return None


def _has(words: Iterable[str], begun: str) -> bool:
    """Whether one of some words begins with letters that were typed."""
    return any(word.startswith(begun) for word in words)


def _closeness(entry: Findable, asked: tuple[str, ...]) -> float:
    """How much of a name has been asked for: "mask" is nearer to "Masks" than to "Subsequent mask". Its title counts before other names."""
    letters = len(" ".join(asked))
    meant = [(place, " ".join(name)) for place, name in enumerate(entry.called) if all(_has(name, word) for word in asked)]
    return max((min(1.0, letters / len(name)) - LESSER * (place > 0) for place, name in meant), default=0.0)
