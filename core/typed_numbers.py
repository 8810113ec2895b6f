"""Numbers as people type them: one rule for every field, flag, link and setting of the lab.

The decimal point is a point, and a comma stands between the numbers of a list. "0,5" is one number to half of the world and two numbers
to the other half. So it is never guessed: wherever it is typed, it is refused with a sentence that says what to write.
"""

from __future__ import annotations

import re
import unicodedata
from argparse import ArgumentTypeError
from collections.abc import Callable

from core.checks import NUMBER as PLAIN
from core.checks import WHOLE, Check, Number, Whole
from core.errors import ConfigError
from core.text import quoted

COMMA = "[,\uff0c\ufe50\u066b]"  # also the wide ones of Chinese and Japanese keyboards, and the Arabic decimal comma
NUMBER = re.compile(rf"([-+−]?)([0-9]{{0,40}}){COMMA}([0-9]{{1,40}}(?:[eE][-+−]?[0-9]{{1,3}})?)")
GROUPED = re.compile(rf"[-+−]?[1-9][0-9]{{0,2}}(?:[.'’\u00a0\u202f ][0-9]{{3}})+{COMMA}[0-9]+")  # 1.000,5
BETWEEN = re.compile(rf"(?:\s|;|{COMMA})+")
MOST_LETTERS = 24  # of what was typed that a message repeats


def with_point(text: str) -> str:
    """A number that is written with a decimal comma, with a point instead: "0.5" for "0,5"; empty for every other text."""
    text = text.strip()
    if GROUPED.fullmatch(text):
        text = re.sub("[.'’\u00a0\u202f ]", "", text)
    found = NUMBER.fullmatch(text)
    return f"{found[1]}{found[2] or '0'}.{found[3]}".replace("−", "-") if found else ""


def _plain(text: str, *, whole: bool) -> str:
    """A number in the digits 0 to 9, without what parts its thousands: "1000" for "1 000", "１０００" and, if it is `whole`, "1.000"; empty
    for all that is no number."""
    digits = (str(unicodedata.digit(letter, letter)) for letter in unicodedata.normalize("NFKC", text[:MOST_LETTERS]))
    found = "".join(digits).replace("−", "-").replace("٫", ".").strip()
    grouped = re.compile(rf"[-+]?[1-9][0-9]{{0,2}}(?:[{'.' if whole else ''}'’_ \u202f][0-9]{{3}})+")
    found = re.sub(r"[^-+0-9]", "", found) if grouped.fullmatch(found) else found
    return found if (WHOLE if whole else PLAIN).fullmatch(found) else ""


def comma_remedy(text: str, check: Check = Number()) -> str:  # noqa: B008
    """What to type instead of one number that is written in another way, of the kind that `check` wants: " Write a point: 0.5.", " Write
    1000."; empty for other texts."""
    pointed = with_point(text)
    kinds = {float} if isinstance(check, Number) else {int} if isinstance(check, Whole) else set(map(type, getattr(check, "options", ())))
    if not kinds & {int, float}:
        return ""
    if not pointed:
        plain = _plain(text, whole=float not in kinds)
        return f" Write {plain}." if plain and plain != text else ""
    thousands = re.fullmatch(r"([-+]?[1-9][0-9]{0,2})\.([0-9]{3})", pointed)
    if float not in kinds:
        return f" Write no comma: {thousands[1]}{thousands[2]}." if thousands else " Write a whole number, without a comma."
    return f" Write a point: {pointed}{f', or no comma: {thousands[1]}{thousands[2]}' if thousands else ''}."


def pieces(line: str, *, bracketed: bool = False) -> list[str]:
    """The numbers of a line, each still a text: between them stand spaces, tabs, semicolons or commas, as in "1 2", "1, 2" or "1,2,3".

    Raises ConfigError for what may be one number with a decimal comma, such as "0,5". In a printed list such as "[0,5]", which has nothing
    but commas between its numbers, a comma is none.
    """
    line = line.strip()
    printed = bracketed and not re.search(r"[\s;]", line)
    for piece in [] if printed else re.split(r"[\s;]+", line):
        _refuse_decimal_comma(piece.rstrip(","))  # of "0,5, 1,5", too
    return [piece for piece in BETWEEN.split(line) if piece]


def _refuse_decimal_comma(piece: str) -> None:
    found = NUMBER.fullmatch(piece)
    if found and found[2]:  # ",5" is what follows a space and a comma
        apart = f"{found[1]}{found[2]} {found[3]}"
        said = f"{quoted(piece[:MOST_LETTERS])} may be one number or two"
        raise ConfigError(f"{said}. Write a point: {with_point(piece)}; or, for two, a space between them: {apart}.")


def flag(kind: type[int] | type[float]) -> Callable[[str], int | float]:
    """The `type` of a command-line flag that takes one number."""

    def read(text: str) -> int | float:
        try:
            if not with_point(text):
                return kind(text)
        except ValueError:
            pass
        remedy = comma_remedy(text, Whole() if kind is int else Number())
        raise ArgumentTypeError(f"{quoted(text)} is no number here{remedy and '.'}{remedy.removesuffix('.')}")

    read.__name__ = kind.__name__  # argparse names it where it says what is wrong
    return read
