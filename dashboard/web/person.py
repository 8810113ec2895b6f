"""Who a person is, across tabs and reloads: a random id in a cookie that scripts cannot read, signed with a key of this lab."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import LabError
from core.home import lab_home

COOKIE = "lab_person"
KEY_FILE = "person.key"
YEAR = 365 * 24 * 3600  # seconds


@cache
def key() -> bytes:
    """The key of this lab, kept in its home; where that cannot be written, one for as long as this process lives."""
    fresh = secrets.token_bytes(32)
    try:
        path = lab_home() / KEY_FILE
        write_once(path, fresh)
        kept = path.read_bytes()
    except (OSError, LabError):
        return fresh
    return kept if len(kept) == len(fresh) else fresh


def write_once(path: Path, content: bytes) -> None:
    """Make a whole file that only its owner can read, unless there is one: of two servers at once, one is first."""
    if path.exists():
        return
    half = path.with_name(f".{path.name}.{content.hex()[:8]}.tmp")
    try:
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        with suppress(FileExistsError):
            os.link(half, path)
    finally:
        half.unlink(missing_ok=True)


def cookie_name() -> str:
    """The name of this lab's cookie. A browser has one store for all ports and paths of a host: two labs there need two names."""
    return f"{COOKIE}_{sha256(key()).hexdigest()[:8]}"


def signed(person: str) -> str:
    """The cookie of a person."""
    return f"{person}.{hmac.new(key(), person.encode(), 'sha256').hexdigest()}"


def person_of(cookies: Mapping[str, str]) -> str:
    """The id of whoever sent these cookies; "" without a cookie of this lab."""
    sent = cookies.get(cookie_name(), "")
    person = sent.partition(".")[0] if isinstance(sent, str) else ""  # a test without a browser sends no text
    return person if re.fullmatch("[0-9a-f]{32}", person) and hmac.compare_digest(sent.encode(), signed(person).encode()) else ""


class Introduce:
    """Gives a cookie, with a page, to whoever has none."""

    def __init__(self, app: ASGIApp, framed: bool = False) -> None:
        self.app, self.framed = app, framed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_introduced(message: Message) -> None:
            page = message.get("status") == 200 and any(b"text/html" in value for _, value in message["headers"])
            if page and not person_of(cookies(scope)):
                message = {**message, "headers": [*message["headers"], (b"set-cookie", cookie(scope, self.framed))]}
            await send(message)

        await self.app(scope, receive, send_introduced if scope["type"] == "http" else send)


def cookie(scope: Scope, framed: bool = False, person: str = "") -> bytes:
    """The header's value for `person`, or a new one. In a frame of another site a browser keeps cookies that say so, over https alone."""
    secure = scope.get("scheme") == "https"
    site = "SameSite=None; Secure; Partitioned" if secure and framed else "SameSite=Lax; Secure" if secure else "SameSite=Lax"
    return f"{cookie_name()}={signed(person or secrets.token_hex(16))}; Path=/; Max-Age={YEAR}; HttpOnly; {site}".encode()


def cookies(scope: Scope) -> dict[str, str]:
    """The cookies of a request as a browser reads them: one that others of the same host have written badly hides no other."""
    sent = b"; ".join(value for name, value in scope.get("headers", ()) if name == b"cookie").decode("latin-1")
    return cookie_parser(sent)
