"""Sentences in which a later word decides, against a count over all sentences that can be made."""

from collections import Counter, defaultdict
from itertools import combinations, product

import pytest

from core.errors import ConfigError
from core.probes.recurrence.later_word import (
    ADJECTIVES,
    NOTHING,
    OBJECTS,
    SUBJECTS,
    TRANSLATIONS,
    VERBS,
    WORDS,
    best_guess,
    make_sentences,
    parse_sentence,
    sentence,
)

SPIDER_MAN = "the spider man turns the old red radio on"


def all_sentences():
    """Every sentence with no adjective or one: all are equally likely among those with as many adjectives."""
    meanings = [(verb, particle) for verb, particles in VERBS.items() for particle in particles]
    for subject, (verb, particle), thing in product(SUBJECTS, meanings, OBJECTS):
        for adjectives in ((), *combinations(ADJECTIVES, 1)):
            yield sentence(subject, verb, particle, adjectives, thing)


def test_spider_man_is_translated_as_in_the_course():
    found = parse_sentence(SPIDER_MAN)
    assert [word.spanish for word in found.words] == ["el", "hombre", "araña", "enciende", "la", "vieja", "roja", "radio", NOTHING]
    assert [word.decided_by for word in found.words] == [2, 2, None, 8, 7, 7, 7, None, None]
    alone = parse_sentence("The spider turns the clock off.")
    assert [word.spanish for word in alone.words] == ["la", "araña", "apaga", "el", "reloj", NOTHING] and alone.open_places == (0, 1, 2, 3)


def test_the_deciding_word_is_later_and_changes_the_translation():
    on, off = parse_sentence(SPIDER_MAN), parse_sentence(SPIDER_MAN.replace(" on", " off"))
    assert [a.english for a, b in zip(on.words, off.words, strict=True) if a.spanish != b.spanish] == ["turns"]
    for made in make_sentences(300, 6):
        assert all(word.decided_by is None or word.decided_by > at for at, word in enumerate(made.words))


def test_chances_are_those_of_all_sentences_counted():
    """The best guess from the words up to each one: the most frequent translation among all sentences that begin so."""
    by_prefix = defaultdict(Counter)
    everything = list(all_sentences())
    for made in everything:
        weight = 1 if set(made.english) & set(ADJECTIVES) else 7  # none is as likely as one, of which there are seven
        for at, word in enumerate(made.words):
            by_prefix[made.english[: at + 1]][word.spanish] += weight
    for made in everything:
        for at, word in enumerate(made.words):
            counts = by_prefix[made.english[: at + 1]]
            assert max(counts.values()) / counts.total() == pytest.approx(word.chance), (made.english, word)
            assert (word.decided_by is None) == (len(counts) == 1)


@pytest.mark.parametrize("between", [0, 2, 6])
def test_sentences_are_different_ones_and_the_seeds(between):
    made = make_sentences(500, between)
    assert len({s.english for s in made}) == len(made) == 500 and made == make_sentences(500, between)
    assert made != make_sentences(500, between, seed=1)
    assert max(len(s.english) for s in made) == 7 + between
    assert {word.spanish for s in made for word in s.words} <= set(TRANSLATIONS)
    assert {word.english for s in made for word in s.words} <= set(WORDS)


def test_the_best_guess_of_sentences_by_hand():
    found = parse_sentence(SPIDER_MAN)
    assert best_guess([found]) == pytest.approx((0.5 + 0.5 + 1 / 3 + 0.5 * 3) / 6)
    assert 0.4 < best_guess(make_sentences(500, 2)) < 0.5


def test_every_sentence_is_read_again():
    for made in make_sentences(200, 3):
        assert parse_sentence(" ".join(made.english)) == made


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not made here"),
        ("the", "not made here"),
        ("turns", "not made here"),
        ("the spider turns", "not made here"),
        ("the spidr turns the radio on", "Did you mean 'spider'"),
        ("the spider jumps", "no word of this small language"),
        ("spider man turns the radio on", "not made here"),
        ("the man turns the radio on", "not made here"),
        ("the spider turns the radio", "not made here"),
        ("the spider turns the radio up", "goes here with on, off, around, not with 'up'"),
        ("the spider turns the radio old on", "not made here"),
        ("the spider turns the " + "old " * 7 + "radio on", "7 adjectives are more"),
        ("x" * 500, "no word"),
    ],
)
def test_sentences_that_are_not_made_here(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_sentence(text)


def test_adjectives_that_are_not_on_offer():
    with pytest.raises(ConfigError, match="choose 0 to 6"):
        make_sentences(10, 7)
