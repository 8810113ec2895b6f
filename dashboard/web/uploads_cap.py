"""Files that visitors send: only those that a page has asked for, within bounds for a session and for all of them together.

Streamlit keeps an upload in memory for as long as its session lives, and takes any number of them from whoever has a session.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec, UploadFileUrlInfo
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME as XSRF

from core.classroom.pace import Pace
from dashboard.web.person import cookies, person_of

A_SESSION = 40_000_000  # bytes of uploads that one session may keep
TOGETHER = 200_000_000  # and all of them
OFTEN = Pace(30, 60.0)  # files that one person sends
ASKED_FOR = 20  # addresses for uploads that a session may have at a time
PATH = "/_stcore/upload_file/"


class BoundedUploads(MemoryUploadedFileManager):
    """Streamlit's store of uploads, which also knows what was asked for, what is on its way, and how much there is."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self._asked: dict[str, list[str]] = {}
        self._coming: defaultdict[str, int] = defaultdict(int)  # session -> bytes that are on their way

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """Addresses for files that a page's widget wants to send: the newest `ASKED_FOR` of them are good."""
        addresses = super().get_upload_urls(session_id, list(file_names)[:ASKED_FOR])
        with self._lock:
            ids = [*self._asked.get(session_id, ()), *(one.file_id for one in addresses)]
            self._asked[session_id] = ids[-ASKED_FOR:]
        return addresses

    def remove_session_files(self, session_id: str) -> None:
        super().remove_session_files(session_id)
        with self._lock:
            self._asked.pop(session_id, None)

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep a file, unless its session has ended while the file was on its way: nobody would ever take that away."""
        if self.was_asked_for(session_id, file.file_id):
            super().add_file(session_id, file)

    def was_asked_for(self, session_id: str, file_id: str) -> bool:
        with self._lock:
            return file_id in self._asked.get(session_id, ())

    def reserve(self, session_id: str, size: int) -> str:
        """Count `size` more bytes on their way; returns "" or, when there is no room for them, why not."""
        with self._lock:
            kept = sum(len(file.data) for file in self.file_storage.get(session_id, {}).values())
            if kept + self._coming[session_id] + size > A_SESSION:
                return (
                    f"You have sent as much as the lab keeps for one person, {A_SESSION // 10**6} MB: take a file away, or reload the page."
                )
            if self._total_bytes + sum(self._coming.values()) + size > TOGETHER:
                return "The lab keeps as many uploads as it has room for. Try again in a few minutes."
            self._coming[session_id] += size
            return ""

    def release(self, session_id: str, size: int) -> None:
        """These bytes are on their way no more."""
        with self._lock:
            self._coming[session_id] -= size
            if self._coming[session_id] <= 0:
                del self._coming[session_id]


class UploadCap:
    """Looks at every upload before Streamlit reads it, and counts its bytes while they come."""

    def __init__(self, app: ASGIApp, uploads: BoundedUploads) -> None:
        self.app, self.uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("PUT", "DELETE") or not scope["path"].startswith(PATH):
            await self.app(scope, receive, send)
            return
        session_id, _, file_id = scope["path"].removeprefix(PATH).partition("/")
        wanted = self.uploads.was_asked_for(session_id, file_id)
        if scope["method"] == "DELETE":
            await self.app(without_cookies(scope) if wanted else scope, receive, send)
            return
        if not wanted:
            await PlainTextResponse("No page has asked for this file: choose it again on the page.", 403)(scope, receive, send)
            return
        if seconds := OFTEN.wait(person_of(cookies(scope)) or session_id):
            said = f"You have sent many files in a short time: wait {max(1, round(seconds))} seconds, and choose it again."
            await PlainTextResponse(said, 429)(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            size = len(message.get("body", b""))
            if reason := self.uploads.reserve(session_id, size):
                raise HTTPException(413 if reason.startswith("You") else 429, reason)  # Starlette makes an answer of it
            taken += size
            return message

        try:
            await self.app(without_cookies(scope), counted, send)
        finally:
            self.uploads.release(session_id, taken)


def without_cookies(scope: Scope) -> Scope:
    """The request of a browser that keeps no cookies, as in a frame of another site, with the cookie and the header that Streamlit wants.

    The two are to show that a page of the lab sends the file. That is known: dashboard.web.guard has compared the origin, and the
    address is one that only the page's own session was told.
    """
    if any(key == b"cookie" and XSRF.encode() in value for key, value in scope["headers"]):
        return scope
    token = generate_xsrf_token_string().encode()
    kept = [pair for pair in scope["headers"] if pair[0] not in (b"x-xsrftoken", b"cookie")]
    return {**scope, "headers": [*kept, (b"x-xsrftoken", token), (b"cookie", XSRF.encode() + b"=" + token)]}
