"""Which set the page is about: the one that is open, else the one that was chosen, else the newest."""

from __future__ import annotations

from core.classroom.drawings import Drawings
from core.classroom.rights import Act
from dashboard.shell import services, visitor
from dashboard.shell.choices import Choice

SET = Choice("drawings", "set", in_link=False)  # the set that is shown while none is open


def drawings() -> Drawings:
    """What the class has drawn, and draws."""
    return services.classroom().drawings


def shown_set() -> str:
    """The set that the page is about; "" while there is none. A student sees the one that is open, or was open last."""
    if opened := drawings().now:
        return opened.name
    there = drawings().newest_first()
    return SET.value if visitor.may(Act.COLLECT) and SET.value in there else next(iter(there), "")
