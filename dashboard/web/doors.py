"""How many may come in: sessions and connections, as many as there are files for; and no waiting for those who do not say what they want.

Each session keeps one socket and, from Streamlit, an event loop of three files, which stay for a while after it has left, in case its
browser comes back. What is kept in reserve is for runs that train: they never fail for want of files because many people look.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from core.home import number_setting
from dashboard.navigation import PAGES
from dashboard.web.tabs import Tabs

SESSIONS = 150  # LAB_MAX_SESSIONS sets another number
MOST_FILES = 8192  # open files that this process asks the system for
RESERVE = 128  # of them for runs, the database, logs and data sets
FILES_HERE, FILES_GONE = 4, 3  # of a session that is there, and of one that has left
HEAD_SECONDS = 10.0  # in which the head of a request must be complete
BODY_SECONDS = 30.0  # in which the next part of its body must come
STREAM = "/_stcore/stream"
CONNECTION = "/connection"  # where a page that cannot connect asks why
ADDRESSES = frozenset({"", *(page.url_path for page in PAGES)})
FULL = (
    "The lab is full: as many people use it as it has room for ({sessions}). Try again in a few minutes. Whoever runs it can "
    "make room with LAB_MAX_SESSIONS, and with a higher limit of open files."
)

NO_UPGRADE = (
    "A page wanted a WebSocket, but a web server before the lab did not pass on its header Upgrade: let it pass on Upgrade, Connection and "
    "Host, as docs/server.md says."
)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """The most sessions that are there at a time, as many again that have left, and connections of any kind."""

    sessions: int
    connections: int
    backlog: int  # connections that are accepted at one go

    @classmethod
    def of(cls, files: int, wanted: int) -> Limits:
        """What `files` open files allow, for up to `wanted` sessions."""
        left = max(0, files - RESERVE)
        sessions = max(1, min(wanted, left // (FILES_HERE + FILES_GONE + 3)))  # 3: a browser also fetches files
        backlog = max(8, min(256, left // 8))
        return cls(sessions, max(8, left - sessions * (FILES_HERE - 1 + FILES_GONE) - backlog), backlog)


def limits() -> Limits:
    """The limits of this process. Raises ConfigError when LAB_MAX_SESSIONS is no number."""
    return Limits.of(most_files(), int(number_setting("LAB_MAX_SESSIONS", SESSIONS)))


def most_files() -> int:
    """How many files this process may open, after asking for more where the system lets it; Windows has no such limit."""
    try:
        import resource  # POSIX alone
    except ImportError:
        return MOST_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST_FILES if soft == resource.RLIM_INFINITY else soft
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Doors:
    """Lets so many sessions in, and of one person as many as `tabs` allow. The next one gets a sentence and status 503 before anything is
    made for it."""

    def __init__(self, app: ASGIApp, sessions: int, tabs: Tabs) -> None:
        self.app, self.sessions, self.tabs, self.inside = app, sessions, tabs, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = scope["type"] == "websocket" and scope["path"] == STREAM
        page = scope["type"] == "http" and scope["path"].strip("/") in ADDRESSES
        asks = scope["type"] == "http" and scope["path"] == CONNECTION
        if scope["type"] == "http" and scope["path"] == STREAM:
            log.warning(NO_UPGRADE)
            await PlainTextResponse(NO_UPGRADE, 426, {"Upgrade": "websocket"})(scope, receive, send)
        elif (stream or page or asks) and self.inside >= self.sessions:
            said = FULL.format(sessions=self.sessions)
            full = HTMLResponse(f"<!doctype html><title>Sequence Lab</title><p>{said}</p>") if page else PlainTextResponse(said)
            full.status_code, full.headers["Retry-After"] = 503, "60"
            await full(scope, receive, send)
        elif (stream or asks) and (said := self.tabs.problem(scope)):
            await PlainTextResponse(said, 503)(scope, receive, send)
        elif stream:
            self.inside += 1
            try:
                with self.tabs.open(scope):
                    await self.app(scope, receive, send)
            finally:
                self.inside -= 1
        else:
            await self.app(scope, receive, send)


NO_ROOM = b"The lab has no room for another connection. Try again in a minute."
# Of answers that are made before the application is asked, which has headers of its own. Nothing in them is a page.
BARE = (
    (b"Content-Type", b"text/plain; charset=utf-8"),
    (b"Content-Security-Policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"X-Content-Type-Options", b"nosniff"),
    (b"X-Frame-Options", b"DENY"),
    (b"Referrer-Policy", b"same-origin"),
    (b"Connection", b"close"),
)
REFUSED = b"".join(
    [
        b"HTTP/1.1 503 Service Unavailable\r\n",
        *(b"%s: %s\r\n" % pair for pair in BARE),
        b"Content-Length: %d\r\n\r\n%s" % (len(NO_ROOM), NO_ROOM),
    ]
)


class PatientProtocol(H11Protocol):
    """HTTP for connections up to a number, none of which is waited for without end: uvicorn's waits for half a request for good."""

    def __init__(self, *arguments: Any, most: int, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.most = most
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.write(REFUSED)
            transport.close()
        else:
            self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.transport.get_protocol() is not self:  # a websocket from now on
            return
        if self.conn.their_state is h11.SEND_BODY:
            self._wait(BODY_SECONDS)
        elif self.conn.their_state is not h11.IDLE:
            self._wait(None)
        elif self._patience is None:  # the beginning of a head; what comes bit by bit does not make it longer
            self._wait(HEAD_SECONDS)

    def send_400_response(self, msg: str) -> None:
        """As uvicorn's, with our headers."""
        for event in (h11.Response(status_code=400, headers=BARE, reason=b"Bad Request"), h11.Data(data=msg.encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._wait(None)
        super().handle_websocket_upgrade(event)

    def _wait(self, seconds: float | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = None if seconds is None else self.loop.call_later(seconds, self.transport.close)
