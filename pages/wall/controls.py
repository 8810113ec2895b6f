"""Controls of the page The wall: its two axes, which search it shows, and, for the instructor, the next search and the names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.classroom.rights import Act
from core.classroom.searches import SECONDS
from core.classroom.wall import known_hyperparameters
from dashboard.shell import services, visitor
from dashboard.shell.choices import Choice, links
from dashboard.shell.notices import said_above
from pages.wall.lookups import HANGING, Wall, kept_wall
from pages.wall.view import ACCURACY, MEASURED, TIME, WORDS, axes_of, axis_title, search_words

NOW = 0  # no record of a search: what hangs on the wall now
POSSIBLE = (*MEASURED, *WORDS, *known_hyperparameters())
X = Choice("wall", "x", POSSIBLE, first=TIME)
Y = Choice("wall", "y", POSSIBLE, first=ACCURACY)
RECORD = Choice("wall", "search", range(100_000), first=NOW)
NAMES = Choice("wall", "names", (False, True), first=False, in_link=False)
TITLE = Choice("wall", "title", in_link=False)
TIMES = {60: "1 minute", 120: "2 minutes", 180: "3 minutes", 300: "5 minutes", 600: "10 minutes"}
GIVEN = Choice("wall", "given", TIMES, first=SECONDS, in_link=False)


@dataclass(frozen=True)
class WallChoices:
    """What the controls say: the axes, and the number of the record that is shown, or `NOW`."""

    axes: tuple[str, str]
    record: int

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        return links(X, Y, RECORD)

    @property
    def wall(self) -> Wall:
        """What hangs on the wall that is shown."""
        return kept_wall(self.record) if self.record else HANGING.now()


def choose() -> WallChoices:
    """Axes and records, in the row that the page draws."""
    kept = {search.number: search_words(search) for search in services.classroom().searches.kept()}
    choice = RECORD.among([NOW, *kept])
    shown = WallChoices((TIME, ACCURACY), choice.value).wall
    axes = axes_of(shown.rows)
    x = X.among(axes).selectbox("Across", format_func=axis_title, width=195)
    y = Y.among(axes).selectbox("Up", format_func=axis_title, width=195)
    if kept:
        choice.selectbox("Runs", format_func=lambda number: kept.get(number, "now"), width=195)
    return WallChoices((x, y), choice.value)


def begin() -> None:
    """Begin a search as the instructor's form says; its name is asked for anew next time."""
    with said_above():
        visitor.require(Act.ASK)
        services.classroom().searches.begin(TITLE.value, _rows_now(), seconds=GIVEN.value)
        RECORD.set(NOW)
        TITLE.set("")


def end() -> None:
    """End the search that is under way, and show its record."""
    with said_above():
        visitor.require(Act.ASK)
        if ended := services.classroom().searches.end(_rows_now()):
            RECORD.set(ended.number)


def _rows_now() -> list[dict[str, Any]]:
    """What hangs on the wall at this very moment: that is what a record keeps."""
    HANGING.forget()
    return HANGING.now().rows
