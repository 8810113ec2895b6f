"""Sequences out of sequences: every task by name. A new one is a row in `SEQ_TASKS` (and a rule on text). No torch here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from core.data.dates import SYMBOLS, iso, written_date
from core.data.seq_rules import (
    LETTERS,
    RUNS,
    added,
    counted_runs,
    digits,
    drop_vowels,
    number_to_write,
    read_out,
    rle_decode,
    rle_encode,
    roman,
    runs,
    sum_of_two,
    word,
)
from core.data.shapes import CLASSES, SIZE
from core.errors import ConfigError, unknown
from core.symbols import BOS, EOS, LONGER, Vocabulary


@dataclass(frozen=True, kw_only=True)
class SeqTask:
    """A row of `SEQ_TASKS`. Text is what a person types and reads; tokens are what a model sees.

    `draw(random, length)` makes an input of a length out of `lengths` (trained) or `longer` (only for tests, may be empty), counted as
    `measure` counts it, in `unit`. `answer(text)` is the right output; it raises ConfigError where an input has none. `max_source` and
    `max_target` are the most tokens of what is trained, EOS counted in the first, BOS and EOS in the second. With `images` the input is
    a row of images, and its text the names of their classes.
    """

    title: str
    help: str
    vocabulary: Vocabulary
    draw: Callable[[Random, int], str]
    answer: Callable[[str], str]
    lengths: range
    max_source: int
    max_target: int
    example: str
    longer: range = range(0)
    unit: str = "letters"
    measure: Callable[[str], int] = len
    images: int = 0  # their side in pixels

    @property
    def longest(self) -> int:
        """Symbols of the longest input that a model of this task has positions for."""
        return LONGER * self.max_source - (0 if self.images else 1)

    def read(self, text: str) -> str:
        """What a person has typed as an input: in small letters, without blanks around it.

        Raises ConfigError that says what is wrong: empty, symbols that the task does not know, longer than its models have positions.
        """
        tidy = " ".join(text.lower().split())
        if not tidy:
            raise ConfigError(f"The input is empty: type something, such as {self.example}")
        symbols = self.vocabulary.split(tidy)
        if len(symbols) > self.longest:
            raise ConfigError(f"{len(symbols):,} symbols are longer than the {self.longest} that this model has positions for: shorten it.")
        self.vocabulary.encode(symbols)
        return tidy

    def source(self, text: str) -> list[int]:
        """The tokens of an input, EOS at the end. Raises ConfigError for symbols that the task does not know."""
        return [*self.vocabulary.encode(text), EOS]

    def target(self, text: str) -> list[int]:
        """The tokens of an output, from BOS to EOS."""
        return [BOS, *self.vocabulary.encode(text), EOS]


WORDS = {"vocabulary": Vocabulary(tuple(LETTERS)), "draw": word, "lengths": range(1, 13), "longer": range(13, 25), "max_source": 13}
RUN_LENGTHS = Vocabulary((*"123456789", *RUNS))


def names_of_images(random: Random, length: int, classes: tuple[str, ...] = CLASSES) -> str:
    """`length` names of classes, each as likely as any other."""
    return " ".join(random.choices(classes, k=length))


def image_vocabulary(classes: tuple[str, ...]) -> Vocabulary:
    """The words with which a row of images is read out: a name of several words becomes one."""
    return Vocabulary((*("-".join(name.lower().split()) for name in classes), "and"), " ")


SEQ_TASKS: dict[str, SeqTask] = {
    "dates": SeqTask(
        title="Dates", help="A date as people write it, to ISO 8601: 3 march 1999 -> 1999-03-03.", vocabulary=Vocabulary(SYMBOLS),
        draw=written_date, answer=iso, lengths=range(1), max_source=23, max_target=12, example="march 3rd, 1999", unit="symbols",
    ),
    "reverse": SeqTask(
        title="Reverse", help="A word backwards: stop -> pots.", answer=lambda text: text[::-1], max_target=14, example="sequence", **WORDS,
    ),
    "copy": SeqTask(title="Copy", help="A word as it is.", answer=lambda text: text, max_target=14, example="attention", **WORDS),
    "sort": SeqTask(
        title="Sort", help="The letters of a word in alphabetical order: stop -> opst.", answer=lambda text: "".join(sorted(text)),
        max_target=14, example="memory", **WORDS,
    ),
    "drop-vowels": SeqTask(
        title="Drop the vowels", help="A word without a, e, i, o, u: memory -> mmry.", answer=drop_vowels, max_target=14,
        example="encoder", **WORDS,
    ),
    "rle-encode": SeqTask(
        title="Count runs", help="Run-length encoding: aaabcc -> 3a1b2c.", vocabulary=RUN_LENGTHS, draw=runs, answer=rle_encode,
        lengths=range(1, 17), longer=range(17, 33), max_source=17, max_target=34, example="aaabcc",
    ),
    "rle-decode": SeqTask(
        title="Write runs out", help="Run-length decoding: 3a1b2c -> aaabcc.", vocabulary=RUN_LENGTHS, draw=counted_runs,
        answer=rle_decode, lengths=range(1, 5), longer=range(5, 9), max_source=9, max_target=26, example="3a1b2c", unit="runs",
        measure=lambda text: len(text) // 2,
    ),
    "addition": SeqTask(
        title="Addition", help="The sum of two numbers of up to three digits: 123+45 -> 168.", vocabulary=Vocabulary(tuple("0123456789+")),
        draw=sum_of_two, answer=added, lengths=range(1, 4), longer=range(4, 7), max_source=8, max_target=6, example="123+45",
        unit="digits", measure=digits,
    ),
    "roman": SeqTask(
        title="Roman numerals", help="A number from 1 to 3999 in roman numerals: 1999 -> mcmxcix.",
        vocabulary=Vocabulary(tuple("0123456789ivxlcdm")), draw=number_to_write, answer=roman, lengths=range(1, 5), max_source=5,
        max_target=17, example="1999", unit="digits",
    ),
    "row-labels": SeqTask(
        title="Row of images", help="Images in a row, read out by their names: star heart and moon.", vocabulary=image_vocabulary(CLASSES),
        draw=names_of_images, answer=read_out, lengths=range(1, 5), longer=range(5, 13), max_source=4, max_target=7,
        example="star heart moon", unit="images", measure=lambda text: len(text.split()), images=SIZE,
    ),
}  # fmt: skip


def seq_task(name: str) -> SeqTask:
    """The row of `SEQ_TASKS` for `name`; raises ConfigError with the nearest match if there is none."""
    if name not in SEQ_TASKS:
        raise unknown("task", name, SEQ_TASKS)
    return SEQ_TASKS[name]
