"""What the lab writes into the head of every page: where its server is, what the first chart will need, and who says what is wrong.

Everything stands in the page itself, not in headers: a web server before the lab takes no more than 4 kB of headers, and every address is
relative to the page: the lab does not know below which path such a server shows it.
"""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.components import script_urls
from dashboard.doors import ADDRESSES, CONNECTION, STREAM
from dashboard.guard import policy
from dashboard.wording import escape

WORDS = {
    "blocked": "This page has no connection to the lab: its WebSocket is blocked on the way, although the lab's server answers. "
    "A web server (proxy) before the lab or a firewall does not let WebSockets through. "
    "Ask whoever runs this server or this network, or try another network.",
    "proxy": "Whoever runs a web server before the lab lets it pass on the headers Upgrade, Connection and Host. In nginx: "
    'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; '
    "proxy_set_header Host $http_host; in Apache: ProxyPass with upgrade=websocket. docs/server.md has both in full.",
    "missing": "This page cannot start: a part of it did not come from {}.",
    "between": "This page has no connection to the lab: a web server between answers for it, with status {}.",
    "below": "If a web server shows the lab below a path, it must pass on everything below that path. If it leaves the path in the "
    "addresses, start the lab with --base-path. docs/server.md has the lines for nginx and Apache.",
    "gone": "This page has no connection to the lab: its server does not answer. It may have been stopped, or this computer has no "
    "network. The page goes on by itself when the server is back.",
    "old": "This browser has no WebSocket, or it was switched off. The lab cannot work without it: use another browser.",
    "uploads": "/_stcore/upload_file/",
    "large": "The file was not taken: it is too large. The lab takes 20 MB a file and 40 MB a person. A web server before it may take "
    "less: nginx 1 MB, unless client_max_body_size says more, as in docs/server.md. Choose a smaller picture, or ask "
    "whoever runs this server.",
    "frame": "The browser keeps no cookies for the lab in this frame: after a reload the lab does not know which runs are yours.",
    "tab": "Open the lab in a tab of its own",
    "close": "Close",
}

# A page's address has one part at most, so "./" is where the lab stands. "/lab" for "/lab/" is put right first: nothing relative would be
# found from there.
HERE = """
window.sequenceLab = { root: new URL('./', location.href).href, ...%s };
window.__streamlit = { BACKEND_BASE_URL: window.sequenceLab.root };
"""
SLASH = "if (!location.pathname.endsWith('/')) location.replace(`${location.pathname}/${location.search}${location.hash}`);"
SCRIPTS = ("connection.js", "menu.js")
NO_PAGE = """<!doctype html><html lang="en"><title>Sequence Lab: no such page</title>
<p>This lab has no page at {path}. <a href="{home}">Open the lab's first page.</a></p>
<p>If a web server shows the lab below a path and leaves that path in the addresses, start the lab with --base-path {before}.</p></html>"""


def script(text: str) -> str:
    return f"<script>{text}</script>"


@cache
def head(first: bool) -> bytes:
    """The head of the first page, whose address ends in "/", or of another one."""
    told = {"stream": STREAM, "ask": CONNECTION.lstrip("/"), "words": WORDS}
    code = (
        (SLASH if first else "") + HERE % json.dumps(told) + "".join(Path(__file__).with_name(name).read_text("utf-8") for name in SCRIPTS)
    )
    modules = (f'<link rel="modulepreload" href="{url}">' for url in script_urls())
    return "".join([script(code), '<link rel="preload" as="script" href="./vendor/plotly.min.js">', *modules]).encode()


class Head:
    """Puts the head into every page on its way out. Streamlit sends its page for any address: where the lab has none, that is said."""

    def __init__(self, app: ASGIApp, ancestors: Iterable[str] = ()) -> None:
        self.app, self.ancestors = app, tuple(ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        address = scope.get("path", "/").strip("/")

        async def send_told(message: Message) -> None:
            nonlocal start
            page = message.get("status") == 200 and any(b"text/html" in value for _, value in message["headers"])
            if page:
                start = message  # its length is known with its body, which Streamlit sends whole
            elif start and message["type"] == "http.response.body":
                if address in ADDRESSES:
                    await self.send_page(start, message, head(not address), send)
                else:
                    await no_page(address)(scope, receive, send)
                start = None
            else:
                await send(message)

        await self.app(scope, receive, send_told if scope["type"] == "http" else send)

    async def send_page(self, start: Message, message: Message, added: bytes, send: Send) -> None:
        body = message.get("body", b"")
        if any(pair == (b"content-encoding", b"gzip") for pair in start["headers"]):
            body = gzip.decompress(body)
        body = body.replace(b"<head>", b"<head>" + added, 1)
        changed = {
            b"content-length": str(len(body)).encode(),
            b"cache-control": b"private, no-cache",  # it may bring one person's cookie: no cache on the way may give it to another
            b"content-security-policy": policy(self.ancestors, inline_scripts(body)).encode(),
        }
        kept = [pair for pair in start["headers"] if pair[0] not in (*changed, b"content-encoding", b"etag", b"last-modified")]
        await send({**start, "headers": [*kept, *changed.items()]})
        await send({**message, "body": body})


def no_page(address: str) -> HTMLResponse:
    """The answer to an address at which the lab has no page."""
    parts = address.split("/")
    before = "/".join(parts[:-1] if len(parts) > 1 and parts[-1] in ADDRESSES else parts)
    said = NO_PAGE.format(path=escape(f"/{address[:80]}"), home="../" * (len(parts) - 1) or "./", before=escape(f"/{before[:200]}"))
    return HTMLResponse(said, status_code=404)


@cache
def inline_scripts(page: bytes) -> tuple[str, ...]:
    """The hashes of the scripts that stand in a page, as a Content-Security-Policy names them."""
    found = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    return tuple(f"'sha256-{b64encode(sha256(script).digest()).decode()}'" for script in found)
