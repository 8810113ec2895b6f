"""The limits of the class as they concern whoever looks at a page: those of students alone."""

from __future__ import annotations

from core.classroom.limits import Limits
from core.classroom.rights import STUDENT
from dashboard.shell import services, visitor

NONE = Limits(weights=0, epochs=0, batch_size=0, memory=0, seconds=0)


def limits() -> Limits:
    """What counts for runs of whoever looks at the page."""
    of_student = services.class_is_open() and visitor.role() == STUDENT
    return services.classroom().limiting.now if of_student else NONE
