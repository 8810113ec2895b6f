"""Dates as people write them, in forms that can be read in one way only, and as ISO 8601 writes them. No torch here."""

from __future__ import annotations

import re
from datetime import date
from random import Random

from core.errors import ConfigError

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST, LAST = date(1900, 1, 1), date(2099, 12, 31)
# {m} is the month's name, {s} its first three letters, {n} its number, {d} the day, {o} the day as 1st, 2nd, ..., {w} the weekday.
FORMS = (
    "{d} {m} {y}",
    "{m} {d}, {y}",
    "{d} {s} {y}",
    "{s} {d}, {y}",
    "{o} of {m} {y}",
    "{m} {o}, {y}",
    "{w} {d} {m} {y}",
    "{y} {m} {d}",
    "{y}/{n}/{d}",
)
SYMBOLS = (*"0123456789", *sorted({*"".join((*MONTHS, *WEEKDAYS)), *"stndrdthof"}), " ", ",", "/", "-")


def written_date(random: Random, length: int = 0) -> str:
    """A day of 1900 to 2099 in one of the `FORMS`; its length is what it is."""
    day = date.fromordinal(random.randint(FIRST.toordinal(), LAST.toordinal()))
    return write(day, random.choice(FORMS))


def write(day: date, form: str) -> str:
    """A day in one of the `FORMS`."""
    month, ordinal = MONTHS[day.month - 1], f"{day.day}{ending(day.day)}"
    return form.format(m=month, s=month[:3], n=day.month, d=day.day, o=ordinal, w=WEEKDAYS[day.weekday()], y=day.year)


def ending(day: int) -> str:
    """What makes an ordinal of a day: 1st, 2nd, 3rd, 4th, 11th."""
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


PATTERNS = (
    r"(?:(?P<w>[a-z]+),? )?(?P<d>\d{1,2})(?P<o>st|nd|rd|th)?(?: of)? (?P<m>[a-z]+),? (?P<y>\d{4})",
    r"(?P<m>[a-z]+) (?P<d>\d{1,2})(?P<o>st|nd|rd|th)?,? (?P<y>\d{4})",
    r"(?P<y>\d{4}) (?P<m>[a-z]+) (?P<d>\d{1,2})",
    r"(?P<y>\d{4})[/-](?P<n>\d{1,2})[/-](?P<d>\d{1,2})",
)


def iso(text: str) -> str:
    """The date as YYYY-MM-DD. Raises ConfigError for a form that is not known, and for days that the calendar does not have."""
    parts = next((match.groupdict() for pattern in PATTERNS if (match := re.fullmatch(pattern, text))), None)
    if parts is None:
        raise ConfigError(f"{text!r} is not a date in a form that this task knows: write it as 3 march 1999, march 3rd, 1999 or 1999/3/3.")
    month = int(parts["n"]) if parts.get("n") else _month(parts["m"])
    try:
        day = date(int(parts["y"]), month, int(parts["d"]))
    except ValueError:
        raise ConfigError(f"{text!r} is a day that the calendar does not have: choose another one.") from None
    if parts.get("w") and parts["w"][:3] != WEEKDAYS[day.weekday()]:
        raise ConfigError(f"{day.isoformat()} is a {WEEKDAYS[day.weekday()]}, not a {parts['w']}: correct it or leave the weekday out.")
    return day.isoformat()


def _month(name: str) -> int:
    """A month's number, of its name or the first three letters of it."""
    for number, month in enumerate(MONTHS, 1):
        if name in (month, month[:3]):
            return number
    raise ConfigError(f"{name!r} is no month: write it out, or its first three letters, as in mar.")
