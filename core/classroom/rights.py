"""Who may do what in the lab: one table. It is asked on the server at every action (`dashboard.shell.visitor.require`), never by hiding a
button, and `tests/pages/test_rights.py` tries every row of it as every role.
"""

from __future__ import annotations

from enum import StrEnum

from core.errors import RightError

INSTRUCTOR = "instructor"  # the machine's own user in a private lab; in a class, who has opened the instructor's link
STUDENT = "student"  # has joined the class
GUEST = "guest"  # another machine's user, in a lab that is open to others without a class
OUTSIDER = "outsider"  # has not joined the class
ROLES = (INSTRUCTOR, STUDENT, GUEST, OUTSIDER)


class Act(StrEnum):
    """What somebody may do or not, in words that go on after "can"."""

    JOIN = "join the class"
    LOOK = "look at the pages of the lab"
    START = "start a run of one's own, and measure"
    STEER_OWN = "steer, stop and delete a run of one's own"
    STEER_ANY = "steer, stop or delete the run of somebody else"
    ANSWER = "answer the question of the class"
    DRAW = "send a picture to the class"
    ASK = "ask the class a question, and open its next phase"
    COLLECT = "collect pictures of the class, drop one, and name the set"
    LEAD = "lead the pages of the class"
    LIMIT = "set the limits of the class"
    QUEUE = "pause, order and clear the runs of all"
    KNOW_NAMES = "see the names behind the pseudonyms"
    RESULTS = "see, take along and delete the results of the class"
    STATUS = "see who is there and how the server is"
    DOWNLOAD = "download a data set to the server"
    OPEN_FOLDERS = "open a folder of the server by its path, or learn a path of it"


_INSIDE = frozenset({INSTRUCTOR, STUDENT, GUEST})
_CLASS = frozenset({INSTRUCTOR, STUDENT})
_LEADS = frozenset({INSTRUCTOR})

MAY: dict[Act, frozenset[str]] = {
    Act.JOIN: frozenset({STUDENT, OUTSIDER}),  # who has joined may change the name
    Act.LOOK: _INSIDE,
    Act.START: _INSIDE,
    Act.STEER_OWN: _INSIDE,
    Act.STEER_ANY: _LEADS,
    Act.ANSWER: _CLASS,
    Act.DRAW: _CLASS,
    Act.ASK: _LEADS,
    Act.COLLECT: _LEADS,
    Act.LEAD: _LEADS,
    Act.LIMIT: _LEADS,
    Act.QUEUE: _LEADS,
    Act.KNOW_NAMES: _LEADS,
    Act.RESULTS: _LEADS,
    Act.STATUS: _LEADS,
    Act.DOWNLOAD: frozenset({INSTRUCTOR, GUEST}),
    Act.OPEN_FOLDERS: _LEADS,
}


def may(role: str, act: Act) -> bool:
    """Whether somebody of a role may do something."""
    return role in MAY[act]


def require(role: str, act: Act) -> None:
    """Raise RightError unless somebody of a role may do something."""
    if may(role, act):
        return
    if role == OUTSIDER:
        raise RightError("Join the class first: type its code on any page of the lab.")
    if MAY[act] == _LEADS:
        raise RightError(f"Only the instructor can {act}.")
    raise RightError(f"You cannot {act} here: ask who runs this lab.")


def act_on_run(asker: str, owner: str) -> Act:
    """What somebody does who changes a run. `owner` is whose it is: of the command line ("") it is nobody's own."""
    return Act.STEER_OWN if owner and asker == owner else Act.STEER_ANY
