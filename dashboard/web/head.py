"""What the lab writes into every page: where its server is, what the first chart will need, who says what is wrong, and its style.

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

from core.training.config import SET_UP_NAMES
from dashboard.kit.component import script_url, with_imports
from dashboard.kit.wording import escape
from dashboard.web.chunks import chunks
from dashboard.web.connection_words import WORDS
from dashboard.web.doors import ADDRESSES, CONNECTION, STREAM
from dashboard.web.guard import policy

# A page's address has one part at most, so "./" is where the lab stands. "/lab" for "/lab/" is put right first: nothing relative would be
# found from there. A web server that takes the slash away again is asked once: who comes from where the page is has been sent on already.
HERE = """
window.sequenceLab = { root: new URL('./', location.href).href, ...%s };
window.__streamlit = { BACKEND_BASE_URL: window.sequenceLab.root };
"""
# The first page was Train once: a link to it that says what Train shows goes there, with all that it says.
SLASH = """
if (!location.pathname.endsWith('/') && document.referrer !== location.href.split('#')[0]) {
  location.replace(`${location.pathname}/${location.search}${location.hash}`);
} else if (%s.some((name) => new URLSearchParams(location.search).has(name))) {
  location.replace(new URL(`./train${location.search}${location.hash}`, location.href).href);
}
"""
OF_TRAIN = ("run", *SET_UP_NAMES)
# Where a web server forbids scripts that stand in a page, this is all that runs: it comes by an address of its own.
FORBIDDEN = "/forbidden.js"
IF_FORBIDDEN = f"if (!window.sequenceLab) document.body.prepend({json.dumps(WORDS['policy'])});\n"
DASHBOARD = Path(__file__).resolve().parents[1]
SCRIPTS = ("connection.js", "copy.js", "menu.js", "everyone.js")
# What a page that is often opened first draws with: a browser fetches it, and what it imports, while Streamlit still starts.
FIRST = {
    "": ("pages/home/board/board.js", "pages/home/board/map.js"),
    "train": ("dashboard/training/live_chart/live_chart.js", "dashboard/training/watched/watched.js", "dashboard/shell/keys/keys.js"),
}
NO_PAGE = """<!doctype html><html lang="en"><title>Sequence Lab: no such page</title>
<p>This lab has no page at {path}. <a href="{home}">Open the lab's first page.</a></p>
<p>If a web server shows the lab below a path and leaves that path in the addresses, start the lab with --base-path {before}.</p></html>"""


def script(text: str) -> str:
    return f"<script>{text}</script>"


@cache
def head(address: str) -> bytes:
    """The head of the page at an address, "" for the first one, whose address ends in "/"."""
    constants = {"stream": STREAM, "ask": CONNECTION.lstrip("/"), "words": WORDS}
    code = (
        (SLASH % json.dumps(OF_TRAIN) if not address else "")
        + HERE % json.dumps(constants)
        + "".join(Path(__file__).with_name(name).read_text("utf-8") for name in SCRIPTS)
    )
    modules = (f'<link rel="modulepreload" href="{script_url(name)}">' for name in with_imports(*FIRST.get(address, ())))
    elements = (f'<link rel="modulepreload" crossorigin href="{url}">' for url in chunks())
    outside = f'<script defer src=".{FORBIDDEN}"></script>'
    charts = "preload" if address else "prefetch"  # the first page has none, but the next one may
    return "".join(
        [script(code), outside, f'<link rel="{charts}" as="script" href="./vendor/plotly.min.js">', *modules, *elements]
    ).encode()


@cache
def style() -> bytes:
    """The style that all pages have, for the beginning of a body: it is there before the first frame, so that nothing moves when it comes,
    and behind the styles that Streamlit adds to the head, so that it holds against them.
    """
    sheets = (DASHBOARD / name for name in ("theme.css", "kit/kit.css"))
    return "".join(f"<style>{sheet.read_text('utf-8')}</style>" for sheet in sheets).encode()


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
                    await self.send_page(start, message, head(address), send)
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
        body = body.replace(b"<head>", b"<head>" + added, 1).replace(b"<body>", b"<body>" + style(), 1)
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
    scripts = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    return tuple(f"'sha256-{b64encode(sha256(script).digest()).decode()}'" for script in scripts)
