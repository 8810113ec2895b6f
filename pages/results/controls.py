"""The controls of the page Results. None of them is in a link: what they say is about people."""

from __future__ import annotations

from core.checks import Text
from core.classroom.roster import MOST_LINES
from dashboard.shell.choices import Choice, Kept

MOST_PASTED = 100 * MOST_LINES  # letters
NAMES = Choice("results", "names", (False, True), first=False, in_link=False)
ROSTER = Choice("results", "roster", check=Text(MOST_PASTED), in_link=False)
TYPED = Choice("results", "typed", check=Text(20), in_link=False)
SETS = Choice("results", "sets", (False, True), first=False, in_link=False)
OPENED = Kept("results", "opened")  # the roster that the field was filled with
