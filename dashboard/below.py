"""The lab below a path of a web server that leaves the path in the addresses: it is taken off here, and all else is as without one.

What a page asks for is relative to its own address, so nothing has to be put back.
"""

from __future__ import annotations

import re

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import ConfigError
from dashboard.doors import ADDRESSES
from dashboard.guard import shortened
from dashboard.head import no_page


def base_path(text: str) -> str:
    """A path as "/lab", or "" for none. Raises ConfigError for what is no path of letters, digits and . _ ~ -"""
    parts = [part for part in text.strip().split("/") if part]
    if any(not re.fullmatch(r"[\w.~-]+", part, re.ASCII) or part in (".", "..") for part in parts):
        raise ConfigError(f"{shortened(text)} is no path: write --base-path /lab, of letters, digits and the signs . _ ~ - alone.")
    return "".join(f"/{part}" for part in parts)


class Below:
    """Takes the base path off what is asked, and a slash off the end of a page's address: relative addresses would lead astray there."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self.app, self.base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and self.base and path == self.base:
            await moved(f"{path.rpartition('/')[2]}/", scope)(scope, receive, send)
            return
        if self.base and path.startswith(f"{self.base}/"):
            path = path.removeprefix(self.base)
            scope = {**scope, "path": path, "raw_path": scope.get("raw_path", b"").removeprefix(self.base.encode())}
        page = path.strip("/")
        if scope["type"] == "http" and path.endswith("/") and page:  # Streamlit would answer with an address at the server's root
            answer = moved(f"../{page}", scope) if page in ADDRESSES else no_page(page)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def moved(address: str, scope: Scope) -> RedirectResponse:
    """To an address relative to the one that was asked for, with the same query."""
    query = scope.get("query_string", b"").decode("latin-1")
    return RedirectResponse(f"{address}?{query}".rstrip("?"), status_code=307)
