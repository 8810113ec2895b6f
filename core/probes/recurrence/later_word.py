"""Sentences in which only a later word decides how an earlier one is translated, made by seed. No torch here.

Word by word from English into Spanish, as many words out as in. "spider" is "hombre" if "man" follows ("spider man": "hombre araña"), else
"araña"; "the" and "old" are masculine or feminine by the noun after them; "turns" is one verb with "on" at the end of the sentence and
another with "off". A word that has gone into another one is translated by nothing, "·".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.errors import ConfigError

MOST_BETWEEN = 6
NOTHING = "·"
MAN = "man"
HEROES = {"spider": ("araña", "f"), "ant": ("hormiga", "f"), "bat": ("murciélago", "m")}
PEOPLE = {"girl": ("niña", "f"), "woman": ("mujer", "f")}
# Four subjects are masculine (bat and three heroes) and four feminine, so that "the" tells nothing by itself.
SUBJECTS = (*((word,) for word in (*HEROES, *PEOPLE)), *((word, MAN) for word in HEROES))
OBJECTS = {
    "radio": ("radio", "f"),
    "lamp": ("lámpara", "f"),
    "machine": ("máquina", "f"),
    "printer": ("impresora", "f"),
    "phone": ("teléfono", "m"),
    "clock": ("reloj", "m"),
    "heater": ("calentador", "m"),
    "robot": ("robot", "m"),
}
ADJECTIVES = {
    "old": ("viejo", "vieja"),
    "red": ("rojo", "roja"),
    "small": ("pequeño", "pequeña"),
    "new": ("nuevo", "nueva"),
    "white": ("blanco", "blanca"),
    "broken": ("roto", "rota"),
    "yellow": ("amarillo", "amarilla"),
}
VERBS = {
    "turns": {"on": "enciende", "off": "apaga", "around": "gira"},
    "puts": {"away": "guarda", "down": "deja", "back": "devuelve"},
    "takes": {"apart": "desmonta", "away": "retira", "back": "devuelve"},
    "picks": {"up": "recoge", "out": "elige"},
}
PARTICLES = tuple(dict.fromkeys(particle for particles in VERBS.values() for particle in particles))
WORDS = tuple(dict.fromkeys(("the", *HEROES, *PEOPLE, MAN, *VERBS, *ADJECTIVES, *OBJECTS, *PARTICLES)))
_spoken = ["el", "la", "hombre", *(spanish for spanish, _ in (*HEROES.values(), *PEOPLE.values(), *OBJECTS.values()))]
_spoken += [form for forms in ADJECTIVES.values() for form in forms] + [verb for verbs in VERBS.values() for verb in verbs.values()]
TRANSLATIONS = tuple(dict.fromkeys((NOTHING, *_spoken)))


class Word(NamedTuple):
    """A word of a sentence."""

    english: str
    spanish: str
    decided_by: int | None  # place of the later word that decides it, from 0; None where those up to it do
    chance: float  # how often the best guess is right that knows only the words up to this one


@dataclass(frozen=True)
class Sentence:
    """A sentence with the translation of each word."""

    words: tuple[Word, ...]

    @property
    def english(self) -> tuple[str, ...]:
        """The words as they stand."""
        return tuple(word.english for word in self.words)

    @property
    def open_places(self) -> tuple[int, ...]:
        """The places of words that a later word decides."""
        return tuple(at for at, word in enumerate(self.words) if word.decided_by is not None)


def sentence(subject: Sequence[str], verb: str, particle: str, adjectives: Sequence[str], thing: str) -> Sentence:
    """The sentence "the `subject` `verb` the `adjectives` `thing` `particle`", word by word."""
    hero = len(subject) == 2
    spanish, gender = ("hombre", "m") if hero else {**HEROES, **PEOPLE}[subject[0]]
    noun_at = len(subject)  # of the subject: the place of its last word
    words = [Word("the", "el" if gender == "m" else "la", noun_at, 0.5)]
    if hero:
        words += [Word(subject[0], "hombre", 2, 0.5), Word(MAN, HEROES[subject[0]][0], None, 1.0)]
    else:
        later = 2 if subject[0] in HEROES else None  # only what follows shows that it is no hero: the verb
        words.append(Word(subject[0], spanish, later, 0.5 if later else 1.0))
    words[0] = words[0]._replace(decided_by=2 if hero or subject[0] in HEROES else 1)
    end = len(words) + 2 + len(adjectives) + 1  # the place of the particle
    words.append(Word(verb, VERBS[verb][particle], end, 1 / len(VERBS[verb])))
    named, gender = OBJECTS[thing]
    words += [Word("the", "el" if gender == "m" else "la", end - 1, 0.5)]
    words += [Word(word, ADJECTIVES[word][gender == "f"], end - 1, 0.5) for word in adjectives]
    words += [Word(thing, named, None, 1.0), Word(particle, NOTHING, None, 1.0)]
    return Sentence(tuple(words))


def make_sentences(count: int, between: int, *, seed: int = 0) -> list[Sentence]:
    """Up to `count` different sentences, with 0 to `between` adjectives between a verb and the noun whose particle decides it.

    The same seed makes the same sentences. Raises ConfigError for a number of adjectives that is not on offer.
    """
    if not 0 <= between <= MOST_BETWEEN:
        raise ConfigError(f"{between} adjectives: choose 0 to {MOST_BETWEEN}.")
    draw = np.random.default_rng([seed, between])
    meanings = [(verb, particle) for verb, particles in VERBS.items() for particle in particles]
    made: dict[tuple[str, ...], Sentence] = {}
    for _ in range(3 * count):  # some come twice; of short sentences there are only some hundreds
        verb, particle = meanings[draw.integers(len(meanings))]
        adjectives = draw.permutation(list(ADJECTIVES))[: draw.integers(between + 1)]
        subject, thing = SUBJECTS[draw.integers(len(SUBJECTS))], list(OBJECTS)[draw.integers(len(OBJECTS))]
        drawn = sentence(subject, verb, particle, [str(word) for word in adjectives], thing)
        made.setdefault(drawn.english, drawn)
        if len(made) == count:
            break
    return list(made.values())


def best_guess(sentences: Sequence[Sentence]) -> float:
    """The expected accuracy on words that a later word decides, of the best guess that knows only the words up to each."""
    chances = [sentence.words[at].chance for sentence in sentences for at in sentence.open_places]
    return float(np.mean(chances)) if chances else 1.0


def parse_sentence(text: str) -> Sentence:
    """A sentence as it is typed. Raises ConfigError, with what is wrong, for one that this small language does not have."""
    words = text.lower().replace(".", " ").split()
    strange = next((word for word in words if word not in WORDS), None)
    if strange is not None:
        from difflib import get_close_matches

        near = get_close_matches(strange, WORDS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"{strange[:30]!r} is no word of this small language.{hint} It knows: {', '.join(WORDS)}.")
    verb_at = next((at for at, word in enumerate(words) if word in VERBS), None)
    subject, rest = tuple(words[1:verb_at]), words[verb_at + 1 :] if verb_at is not None else []
    adjectives, thing = rest[1:-2], rest[-2] if len(rest) > 2 else ""
    fits = verb_at is not None and words[0] == "the" and subject in SUBJECTS and len(rest) >= 3 and rest[0] == "the" and thing in OBJECTS
    if not fits or not all(word in ADJECTIVES for word in adjectives):
        raise ConfigError(
            'Such a sentence is not made here: write it as "the spider man turns the old red radio on", with the verb\'s ending last.'
        )
    if len(adjectives) > MOST_BETWEEN:
        raise ConfigError(f"{len(adjectives)} adjectives are more than this page shows: write {MOST_BETWEEN} at most.")
    verb, particle = words[verb_at], rest[-1]
    if particle not in VERBS[verb]:
        raise ConfigError(f"{verb!r} goes here with {', '.join(VERBS[verb])}, not with {particle!r}.")
    return sentence(subject, verb, particle, adjectives, thing)
