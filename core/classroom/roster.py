"""A pasted list of names, and who of the class is on it: names are compared forgivingly, and what fits nowhere is shown, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.text import MOST_NAME, taken

MOST_LINES = 1_000
NO_ACCENT = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "đ": "d", "ð": "d", "þ": "th", "æ": "a", "œ": "o"})
UMLAUTS = re.compile("(?<=[aou])e")  # "Mueller" is how many a keyboard writes "Müller": both are "muller" here


@dataclass(frozen=True)
class Matched:
    """Who is on a roster. `lines` are its names in their order; `places` tells the place of each person who is on it, from 0."""

    lines: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def missing(self) -> list[str]:
        """Names that nobody of the class has."""
        found = set(self.places.values())
        return [line for place, line in enumerate(self.lines) if place not in found]

    def line(self, person: str) -> str:
        """The name of a person as the roster writes it; "" of who is not on it."""
        place = self.places.get(person)
        return "" if place is None else self.lines[place]


def roster_lines(pasted: str) -> list[str]:
    """The names in a pasted text, one a line; what stands beside them in other columns stays with them."""
    lines = (taken(" ".join(line.split()), MOST_NAME) for line in pasted.splitlines()[:MOST_LINES])
    return [line for line in lines if words_of(line)]


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in one order, without case, accents, numbers and signs: the same for "Last, First" and "First Last"."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(NO_ACCENT))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.findall(r"[^\W\d_]+", re.sub("['’]", "", plain))
    return tuple(sorted(UMLAUTS.sub("", word) for word in words))


def matched(lines: Sequence[str], names: Mapping[str, str]) -> Matched:
    """Find people (`names` by person) on a roster: by all words of their names, else by some of them where only one name has those.

    Two people may be on one line, such as one who has joined with two devices. Two equal lines are taken in the order of the people.
    """
    keys = [words_of(line) for line in lines]
    equal: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        equal[key].append(place)
    places: dict[str, int] = {}
    for person, name in names.items():
        if found := equal.get(words_of(name)):
            places[person] = found[0]
            if len(found) > 1:
                found.pop(0)
    left = {person: set(words_of(name)) for person, name in names.items() if person not in places}
    free = {place: set(key) for place, key in enumerate(keys) if place not in places.values()}
    for person, words in left.items():
        fits = [place for place, key in free.items() if words and (words <= key or key <= words)]
        rivals = [other for other, theirs in left.items() if fits and (theirs <= free[fits[0]] or free[fits[0]] <= theirs)]
        if len(fits) == 1 and rivals == [person]:
            places[person] = fits[0]
    return Matched(tuple(lines), places)
