"""The lab below a path of a web server that leaves the path in the addresses: it is taken off here, and all else is as without one.

What a page asks for is relative to its own address, so nothing has to be put back.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import ConfigError
from dashboard.web.doors import ADDRESSES
from dashboard.web.guard import shortened
from dashboard.web.head import no_page


def base_path(text: str) -> str:
    """A path as "/lab", or "" for none, as it stands in no address: without % codes. Raises ConfigError for what is no path."""
    parts = [unquote(part) for part in text.strip().split("/") if part]
    if "://" in text or any(not re.fullmatch(r"[\w.~@+,:=!$&'()*-]+", part) or part in (".", "..") for part in parts):
        raise ConfigError(
            f"{shortened(text)} is no path: write --base-path /lab, or all that stands between the server's name and the page's in the "
            "browser's address bar, without scheme, name and query."
        )
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
            scope = {**scope, "path": path, "raw_path": quote(path).encode()}
        page = path.strip("/")
        address = page.lower()  # people write Compare for compare
        slash = path.endswith("/") and page  # Streamlit would answer with an address at the server's root
        if scope["type"] == "http" and (slash or (page != address in ADDRESSES)):
            answer = moved(f"{'..' if slash else '.'}/{address}", scope) if address in ADDRESSES else no_page(page)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def moved(address: str, scope: Scope) -> RedirectResponse:
    """To an address relative to the one that was asked for, with the same query."""
    query = scope.get("query_string", b"").decode("latin-1")
    return RedirectResponse(f"{address}?{query}".rstrip("?"), status_code=307)
