"""The instructor's link: who opens it is the instructor of the class from then on. It carries a secret, which lies in the lab's home."""

from __future__ import annotations

import hmac
import secrets

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from core.classroom.pace import Pace
from core.home import lab_home
from dashboard.shell import services
from dashboard.web.guard import direct
from dashboard.web.person import cookie, cookies, person_of, write_once

INSTRUCTOR_LINK = "/instructor"
KEY_FILE = "instructor.key"
WRONG_TRIES = Pace(10, 60.0)  # of an address; behind a web server on this machine all have one
WRONG = (
    "This is not the instructor's link of this lab. Whoever started the lab has it: it was printed then. A new one is made when the file "
    f"{KEY_FILE} in the lab's folder is deleted and the lab is started again."
)


def kept_secret() -> str:
    """The secret of this lab, made at the first call. Raises StoreError when the lab's home cannot be written."""
    path = lab_home() / KEY_FILE
    write_once(path, secrets.token_urlsafe(24).encode())
    return path.read_text("utf-8").strip()


def send_instructor(request: Request) -> Response:
    """GET /instructor?secret=...: makes the browser that shows the secret the instructor's, and goes on to the page of the class.

    The right secret is taken however many wrong ones came before it: nobody guesses one so long, and nobody shall keep the instructor out.
    """
    shown = QueryParams(request.url.query).get("secret", "")
    if not services.class_is_open() or not hmac.compare_digest(shown.encode(), services.class_secret().encode()):
        return _refused(request)
    answer = RedirectResponse("./class", 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    person = person_of(cookies(request.scope))
    if not person:
        person = secrets.token_hex(16)
        answer.headers["set-cookie"] = cookie(request.scope, person=person).decode()
    services.classroom().let_instruct(person)
    return answer


def _refused(request: Request) -> Response:
    """The answer to a wrong secret: after some of them from one address, a sentence that tells nothing more."""
    who = "here" if direct(request.scope) else (request.client.host if request.client else "")
    if wait := WRONG_TRIES.wait(who):
        return PlainTextResponse(f"Too many tries. Wait {max(1, round(wait))} seconds.", 429)
    return PlainTextResponse(WRONG, 403)
