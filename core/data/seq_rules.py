"""The rules of the sequence tasks on text: how an input is drawn, and what the right output is. No torch here."""

from __future__ import annotations

import re
from itertools import groupby
from random import Random

from core.errors import ConfigError

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOWELS = "aeiou"
RUNS = "abcdef"  # letters of the run-length tasks
MOST_ALIKE = 6  # equal letters in a row
NUMERALS = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"}
MOST_ROMAN = 3999


def word(random: Random, length: int) -> str:
    """A word of `length` letters, each as likely as any other."""
    return "".join(random.choices(LETTERS, k=length))


def drop_vowels(text: str) -> str:
    """The consonants of a word."""
    return "".join(letter for letter in text if letter not in VOWELS)


def runs(random: Random, length: int) -> str:
    """`length` letters in runs of equal ones: "aaabcc"."""
    text = ""
    while len(text) < length:
        text += _other(random, text) * random.randint(1, min(MOST_ALIKE, length - len(text)))
    return text


def counted_runs(random: Random, length: int) -> str:
    """`length` runs, each as its count and its letter: "3a1b2c"."""
    text = ""
    for _ in range(length):
        text += f"{random.randint(1, MOST_ALIKE)}{_other(random, text)}"
    return text


def rle_encode(text: str) -> str:
    """Each run of equal letters as its count and the letter; a longer run than nine as several."""
    counted = ((letter, len([*group])) for letter, group in groupby(text))
    return "".join(f"{min(9, count - done)}{letter}" for letter, count in counted for done in range(0, count, 9))


def rle_decode(text: str) -> str:
    """The runs written out. Raises ConfigError for what is not counts and letters in turn."""
    if not re.fullmatch(r"(?:[1-9][a-z])+", text):
        raise ConfigError(f"{text!r} is not made of counts and letters in turn: write a digit before every letter, as in 3a1b2c.")
    return "".join(letter * int(count) for count, letter in re.findall(r"(\d)(\D)", text))


def sum_of_two(random: Random, length: int) -> str:
    """A sum of two numbers, the longer one of `length` digits: "123+45"."""
    numbers = [_number(random, length), _number(random, random.randint(1, length))]
    random.shuffle(numbers)
    return "{}+{}".format(*numbers)


def added(text: str) -> str:
    """The sum. Raises ConfigError for what is not two numbers with a plus between them."""
    if not (numbers := re.fullmatch(r"(\d+)\+(\d+)", text)):
        raise ConfigError(f"{text!r} is not a sum of two numbers: write it as 123+45.")
    return str(int(numbers[1]) + int(numbers[2]))


def digits(text: str) -> int:
    """The digits of the longest number in a text."""
    return max(map(len, re.findall(r"\d+", text)), default=0)


def number_to_write(random: Random, length: int) -> str:
    """A number of `length` digits that roman numerals can write."""
    return str(random.randint(10 ** (length - 1), min(MOST_ROMAN, 10**length - 1)))


def roman(text: str) -> str:
    """A number in roman numerals. Raises ConfigError outside 1 to 3999."""
    if not re.fullmatch(r"[1-9]\d*", text) or int(text) > MOST_ROMAN:
        raise ConfigError(f"{text!r} has no roman numeral: write a number from 1 to {MOST_ROMAN}, without leading zeros.")
    number, written = int(text), ""
    for value, numeral in NUMERALS.items():
        written += numeral * (number // value)
        number %= value
    return written


def read_out(text: str) -> str:
    """Names as they are read out, with "and" before the last of several: "star heart moon" -> "star heart and moon"."""
    names = text.split()
    return " ".join([*names[:-1], "and", names[-1]] if len(names) > 1 else names)


def _other(random: Random, text: str) -> str:
    """A letter that does not go on with the last run of `text`."""
    return random.choice([letter for letter in RUNS if not text.endswith(letter)])


def _number(random: Random, length: int) -> str:
    return str(random.randint(10 ** (length - 1) if length > 1 else 0, 10**length - 1))
