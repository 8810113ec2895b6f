"""GET /pulse: what a page of the class asks about once a second. No script runs for it, and nothing is computed."""

from __future__ import annotations

import re
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.checks import Number
from core.classroom.classroom import Classroom
from core.classroom.rights import Act, may
from core.errors import LabError
from core.training.history import ACTIVE
from dashboard.shell import services, visitor
from dashboard.web.doors import ADDRESSES
from dashboard.web.guard import direct
from dashboard.web.person import cookies, person_of

PULSE = "/pulse"
SESSION = re.compile("[0-9a-f]{32}")
LAG = Number(0, 600)
FRESH = {"Cache-Control": "no-store"}


def send_pulse(request: Request) -> Response:
    """What the class does now, for who asks. Not a coroutine: Starlette then runs it in a thread, off the event loop."""
    asked = QueryParams(request.url.query)
    session = asked.get("session", "")
    session = session if SESSION.fullmatch(session) else ""
    person = person_of(cookies(request.scope)) or session
    known = services.class_is_open() or direct(request.scope)  # without a class, only who comes from this machine is no guest
    if not (session and known and may(visitor.role_of(person), Act.ANSWER)):
        return JSONResponse({}, headers=FRESH)
    try:
        room = services.classroom()
    except LabError:  # the page says what is wrong with the lab's home
        return JSONResponse({}, headers=FRESH)
    lag, page = LAG.read(asked.get("lag", "")), asked.get("page", "")
    room.presence.saw(session, person, lag=float("nan") if lag is None else lag, page=page if page in ADDRESSES else "")
    return JSONResponse(told(room, person, session), headers=FRESH)


def told(room: Classroom, person: str, session: str) -> dict[str, Any]:
    """What one page may know of the class now: a few hundred bytes."""
    led = room.leading.now
    return {
        "here": len(room.presence.here()),
        "led": {"turn": led.turn, "on": bool(led.by), "here": led.by == session, "page": led.page},
        "run": instructors_run(room),
        "runs": {"version": services.runs_version()},
        "drawings": room.drawings.told(),
        "collecting": {"version": room.drawings.turn},
        "people": {"version": room.presence.version},
        "poll": room.polls.pulse(person, leads=may(visitor.role_of(person), Act.ASK)),
    }


def instructors_run(room: Classroom) -> str:
    """The newest run of an instructor that trains or waits, which everybody may look at; "" where there is none."""
    lab = services.manager()
    active = [now for run_id in list(lab.engine) if (now := lab.engine.published(run_id)) and now.status in ACTIVE]
    own = [now for now in active if room.instructs(lab.engine.owner(now.run_id))]
    return max(own, key=lambda now: now.created).run_id if own else ""
