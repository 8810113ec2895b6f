"""The one place that takes text from people: names, links, folders, messages. Anything may be in it: 5 MB, no Unicode, tricks."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

MOST_NAME = 100  # letters of a name: of a class, a folder, a run
MOST_SENTENCE = 2_000  # of a message, or of a value in one
MOST_PATH = 1_000  # of the whole path of a folder
MOST_PART = 255  # bytes of one name in it: what file systems know
HIDDEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters by their category that are drawn as nothing
REPLACED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, invisible or turning the direction, half a pair, ends of lines


def taken(text: object, most: int = MOST_NAME) -> str:
    """`text` as it may be shown: at most `most` letters in one line, each of them visible and valid Unicode.

    What is neither is shown by a stand-in, "\ufffd" and its code: the byte 0xE9 of a file name that is no UTF-8 becomes "\ufffdE9", a line
    end "\ufffd0A", a sign that turns the direction of writing "\ufffd202E". So names that differ look different. What is cut ends in "…".
    """
    whole = str(text)
    found = whole if len(whole) <= most else whole[: most - 1] + "…"
    if not found.isprintable() or not HIDDEN.isdisjoint(found):
        found = "".join(map(_stand_in, found))
        found = found if len(found) <= most else found[: most - 1] + "…"
    return found


def _stand_in(letter: str) -> str:
    if unicodedata.category(letter) not in REPLACED and letter not in HIDDEN:
        return letter
    code = ord(letter) - 0xDC00 if 0xDC80 <= ord(letter) <= 0xDCFF else ord(letter)  # a byte that is no UTF-8, as Python keeps it
    return f"\ufffd{code:02X}"


def quoted(value: object) -> str:
    """A value that somebody gave, as a message repeats it."""
    return f"'{taken(value)}'" if isinstance(value, str) else taken(repr(value))


def described(value: object) -> str:
    """What somebody gave where another kind of thing is wanted: a text or a number as it is, all else by its class."""
    plain = value is None or isinstance(value, str | int | float)
    return quoted(value) if plain else f"an object of the class {type(value).__name__}"


def path_problem(text: str) -> str:
    """What keeps `text` from being the path of a folder: the end of a sentence; empty when nothing does. Nothing is opened.

    A path is never shortened or corrected: it would be another one.
    """
    if len(text) > MOST_PATH:
        return f"has {len(text):,} letters, a path has {MOST_PATH:,} at most: choose a shorter one"
    if re.search(r"[\x00-\x1f\x7f]", text):
        return "holds a line end or another sign that is no letter: take it out"
    try:
        longest = max(map(len, re.split(rb"[\\/]", os.fsencode(text))), default=0)
    except UnicodeEncodeError:
        return "holds half of a letter (no valid Unicode): choose another one"
    if longest > MOST_PART:
        return f"holds a name of {longest:,} letters, a folder's name has {MOST_PART} at most: choose a shorter one"
    return ""


def bare(path: str) -> str:
    """The last name of a path, of Windows too, as it may be shown to everybody; empty for "/"."""
    return taken(re.split(r"[\\/]", path.rstrip("\\/"))[-1])


def taken_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """A flat config as it was kept: texts in it that are longer than any that are taken now are cut, so that no page is 5 MB."""
    return {name: value if not isinstance(value, str) or len(value) <= MOST_PATH else taken(value) for name, value in config.items()}
