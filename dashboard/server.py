"""The web application: Streamlit's, with the routes that pages need beside it and what starts and ends with the process."""

from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import LabError
from core.recorded import recorded_run
from dashboard import services
from dashboard.components import SCRIPTS, script_urls
from dashboard.navigation import PAGES

GARBAGE_SECONDS = 60
PREPARE_SECONDS = 0.4  # after the start: a browser that waits already gets its scripts first, and is then busy with them
# Both kinds of file have a version in what names them: plotly.js its release, ours a hash. So a browser may keep them.
KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}
A_DAY = {"Cache-Control": "public, max-age=86400"}


def application(script: Path, *, address: str) -> st.App:
    """The lab as an ASGI application that runs the Streamlit `script`; `address` is printed once it answers."""

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        ended = threading.Event()
        threading.Thread(target=collect_garbage, args=(ended,), name="garbage", daemon=True).start()
        threading.Thread(target=prepare_first_page, name="first page", daemon=True).start()
        print(f"Sequence Lab: {address}", flush=True)
        yield
        ended.set()
        await asyncio.to_thread(services.shutdown)  # waits for the runs' last batch

    return st.App(script, routes=ROUTES, lifespan=lifespan, middleware=[Middleware(Preload)])


class PromptServer(uvicorn.Server):
    """Sends small answers at once.

    Streamlit binds the socket in a way that leaves Nagle's algorithm on (github.com/Kludex/uvicorn/issues/3149): the body of an answer
    then waits 40 ms for the browser to acknowledge the head, for each of the hundred files of the first page.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in sockets or ():
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit it
        await super().startup(sockets)


SERVER_HERE = b"<script>window.__streamlit = { BACKEND_BASE_URL: location.origin }</script>"


class Preload:
    """Tells the browser with the empty page what the first chart will need, so that it is there when the chart is, and where the server
    is: on a link to a page, Streamlit's script would look for it under the page's address first, and fail twice.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        links = ["</vendor/plotly.min.js>; rel=preload; as=script", *(f"<{url}>; rel=modulepreload" for url in script_urls())]
        self.links = ", ".join(links).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None

        async def send_told(message: Message) -> None:
            nonlocal start
            page = message.get("status") == 200 and any(b"text/html" in value for _, value in message["headers"])
            if page:
                start = message  # its length is known with its body, which Streamlit sends whole
            elif start and message["type"] == "http.response.body":
                headers = dict(start["headers"])
                body = message.get("body", b"")
                if headers.pop(b"content-encoding", b"") == b"gzip":
                    body = gzip.decompress(body)
                body = body.replace(b"<head>", b"<head>" + SERVER_HERE, 1)
                headers |= {b"content-length": str(len(body)).encode(), b"link": self.links}
                await send({**start, "headers": [*headers.items()]})
                await send({**message, "body": body})
                start = None
            else:
                await send(message)

        await self.app(scope, receive, send_told if scope["type"] == "http" else send)


def prepare_first_page() -> None:
    """Load what the first page needs while the browser is still evaluating Streamlit's scripts."""
    time.sleep(PREPARE_SECONDS)
    with suppress(LabError):  # the page says what is wrong
        import dashboard.judgement
        import dashboard.live
        import dashboard.runs  # noqa: F401

        recorded_run(services.first_recorded())
        services.manager()


def collect_garbage(ended: threading.Event) -> None:
    """Collect once a minute what Streamlit would collect after every tick (runner.postScriptGC is off: see .streamlit/config.toml)."""
    while not ended.wait(GARBAGE_SECONDS):
        gc.collect()


PLOTLY = Path(find_spec("plotly").submodule_search_locations[0]) / "package_data" / "plotly.min.js"


@cache
def compressed_plotly() -> bytes:
    """plotly.js of the installed plotly package in 1.5 MB instead of 4.8: once for all, not once a visitor."""
    return gzip.compress(PLOTLY.read_bytes(), 6)


def send_plotly(request: Request) -> Response:
    """GET /vendor/plotly.min.js. Not a coroutine: Starlette then runs it in a thread, off the event loop."""
    nearby = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    if not nearby and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(compressed_plotly(), media_type="text/javascript", headers={**A_DAY, "Content-Encoding": "gzip"})
    # "identity" keeps Streamlit's middleware from compressing it again for every visitor.
    return FileResponse(PLOTLY, media_type="text/javascript", headers={**A_DAY, "Content-Encoding": "identity"})


def send_script(request: Request) -> Response:
    """GET /components/{folder}/{file}: the JavaScript of a component, and nothing else of its folder."""
    path = SCRIPTS.get(f"{request.path_params['folder']}/{request.path_params['file']}")
    if path is None:
        return PlainTextResponse("There is no such script.", status_code=404)
    return FileResponse(path, media_type="text/javascript", headers=KEEP)


def send_home(request: Request) -> Response:
    """GET the default page by its url_path: Streamlit serves it at "/" only, but links to it must outlive its being the default."""
    return RedirectResponse(f"/?{request.url.query}".rstrip("?"), status_code=307)


ROUTES = [
    Route("/vendor/plotly.min.js", send_plotly),
    Route("/components/{folder}/{file}", send_script),
    *(Route(f"/{page.url_path}", send_home) for page in PAGES if page.default),
]
