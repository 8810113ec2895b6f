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
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from streamlit import config
from streamlit.runtime import RuntimeConfig
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.web.cache_storage_manager_config import create_default_cache_storage_manager

from core.errors import LabError
from core.memory import give_back, share_heaps
from core.records.overview import overview
from core.records.recorded import recorded_run
from dashboard.classroom.instructor import INSTRUCTOR_LINK, send_instructor
from dashboard.classroom.inviting import invitation
from dashboard.classroom.pulse_route import PULSE, send_pulse
from dashboard.kit.component import SCRIPTS, version
from dashboard.navigation import PAGES
from dashboard.shell import services
from dashboard.shell.ailment import ailment
from dashboard.shell.find import ENTRIES, send_entries
from dashboard.web.below import Below
from dashboard.web.doors import CONNECTION, Doors, Limits, PatientProtocol, limits
from dashboard.web.framing import Framing
from dashboard.web.guard import Guard, Rules, direct, loopback
from dashboard.web.head import FORBIDDEN, IF_FORBIDDEN, Head
from dashboard.web.health import LATENESS, healthz
from dashboard.web.libraries import load_libraries
from dashboard.web.person import Introduce
from dashboard.web.sessions import Departed, LabRuntime, sweep
from dashboard.web.tabs import Tabs, most_tabs
from dashboard.web.uploads_cap import BoundedUploads, UploadCap

GARBAGE_SECONDS = 60
NEVER = 1_000_000  # collections of the younger ones before one of the oldest
UPLOADS = "/_stcore/upload_file"  # where Streamlit has its browsers send them
PREPARE_SECONDS = 0.4  # after the start: a browser that waits already gets its scripts first, and is then busy with them
# Both kinds of file have a version in what names them: plotly.js its release, ours a hash. So a browser may keep them.
KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}
A_DAY = {"Cache-Control": "public, max-age=86400"}


class LabApp(st.App):
    """Streamlit's application with the lab's routes, rules and bounds around it."""

    def __init__(self, script: Path, *, address: str, rules: Rules, limits: Limits, base_path: str = "") -> None:
        self.limits, self.uploads = limits, BoundedUploads(UPLOADS)
        layers = [
            Middleware(Introduce, framed=bool(rules.ancestors)),
            Middleware(Head, ancestors=rules.ancestors),
            Middleware(Doors, sessions=limits.sessions, tabs=Tabs(most_tabs(), limits.sessions, proxied=rules.forwarded)),
            Middleware(UploadCap, uploads=self.uploads),
        ]
        super().__init__(script, routes=ROUTES, lifespan=partial(lifespan, address=address), middleware=layers)
        self._guard = Guard(Framing(Below(super().__call__, base_path), rules.ancestors), rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._guard(scope, receive, send)

    def _create_runtime(self) -> LabRuntime:
        """Streamlit's own, with the lab's stores of uploads and of sessions that have left."""
        self.departed = Departed(seconds=config.get_option("server.disconnectedSessionTTL"), most=self.limits.sessions)
        return LabRuntime(
            RuntimeConfig(
                script_path=str(self._resolve_script_path()),
                media_file_storage=MemoryMediaFileStorage("/media"),
                uploaded_file_manager=self.uploads,
                cache_storage_manager=create_default_cache_storage_manager(),
                session_storage=self.departed,
            )
        )


@asynccontextmanager
async def lifespan(app: LabApp, *, address: str) -> AsyncIterator[None]:
    """What starts and ends with the server."""
    services.train_elsewhere()
    share_heaps()
    ended = threading.Event()
    threading.Thread(target=collect_garbage, args=(ended,), name="garbage", daemon=True).start()
    threading.Thread(target=prepare_first_page, name="first page", daemon=True).start()
    tasks = [asyncio.create_task(sweep(app.departed)), asyncio.create_task(LATENESS.watch())]
    services.serve_at(address)
    print(f"Sequence Lab: {address}", flush=True)
    if services.class_is_open():
        await asyncio.to_thread(announce)
    yield
    for task in tasks:
        task.cancel()
    ended.set()
    await asyncio.to_thread(services.shutdown)  # waits for the runs' last batch


def announce() -> None:
    """Print how a class joins, and the link that makes a browser the instructor's."""
    with suppress(LabError):  # each page says what is wrong
        for line in invitation(services.classroom().people.code):
            print(line, flush=True)


class PromptServer(uvicorn.Server):
    """Sends small answers at once, waits for nobody for good, and does not say what it is.

    Streamlit binds the socket in a way that leaves Nagle's algorithm on (github.com/Kludex/uvicorn/issues/3149): the body of an answer
    then waits 40 ms for the browser to acknowledge the head, for each of the hundred files of the first page.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        bounds = limits()
        config.http = partial(PatientProtocol, most=bounds.connections)
        config.backlog, config.server_header = bounds.backlog, False
        config.proxy_headers = False  # dashboard.web.guard reads them where a proxy was announced
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in sockets or ():
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit it
        await super().startup(sockets)


def prepare_first_page() -> None:
    """Load what the first page needs while the browser is still evaluating Streamlit's scripts."""
    time.sleep(PREPARE_SECONDS)
    load_libraries()
    with suppress(LabError):  # the page says what is wrong
        for module in next(page for page in PAGES if page.default).modules():
            import_module(module)
        overview()
        services.manager()
        recorded_run(services.first_recorded())  # with which Train opens


def collect_garbage(ended: threading.Event) -> None:
    """Collect once a minute what Streamlit would collect after every tick (runner.postScriptGC is off: see .streamlit/config.toml).

    Nobody else looks through everything: with thirty people Python would do so every few seconds, and each time the whole process stands
    for a fifth of a second. What is freed goes back to the system.
    """
    gc.set_threshold(*gc.get_threshold()[:2], NEVER)
    while not ended.wait(GARBAGE_SECONDS):
        gc.collect()
        give_back()


PLOTLY = Path(find_spec("plotly").submodule_search_locations[0]) / "package_data" / "plotly.min.js"


@cache
def compressed_plotly() -> bytes:
    """plotly.js of the installed plotly package in 1.5 MB instead of 4.8: once for all, not once a visitor."""
    return gzip.compress(PLOTLY.read_bytes(), 6)


def send_plotly(request: Request) -> Response:
    """GET /vendor/plotly.min.js. Not a coroutine: Starlette then runs it in a thread, off the event loop."""
    nearby = direct(request.scope) and loopback(request.url.hostname or "")  # not over a network, nor through a proxy on this machine
    kept = A_DAY | {"Vary": "Accept-Encoding"}
    if not nearby and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(compressed_plotly(), media_type="text/javascript", headers={**kept, "Content-Encoding": "gzip"})
    # "identity" keeps Streamlit's middleware from compressing it again for every visitor.
    return FileResponse(PLOTLY, media_type="text/javascript", headers={**kept, "Content-Encoding": "identity"})


def send_script(request: Request) -> Response:
    """GET /scripts/{version}/{path}: a script of the lab as it lies in the repository, and nothing else. Of another version there is none:
    a browser would keep today's script under that version's name."""
    path = SCRIPTS.get(request.path_params["path"])
    if path is None or request.path_params["version"] != version():
        return PlainTextResponse("There is no such script.", status_code=404)
    return FileResponse(path, media_type="text/javascript", headers=KEEP)


def send_if_forbidden(request: Request) -> Response:
    """GET /forbidden.js, which a page that may run no script of its own asks for."""
    return Response(IF_FORBIDDEN, media_type="text/javascript", headers=A_DAY)


def send_home(request: Request) -> Response:
    """GET the default page by its url_path: Streamlit serves it at "/" only, but links to it must outlive its being the default."""
    return RedirectResponse(f"./?{request.url.query}".rstrip("?"), status_code=307)


def send_nothing(request: Request) -> Response:
    """POST /connection, by a page that cannot connect: whoever may connect gets this answer, others the reason why not."""
    return Response(status_code=204)


ROUTES = [
    Route("/vendor/plotly.min.js", send_plotly),
    Route("/scripts/{version}/{path:path}", send_script),
    Route(FORBIDDEN, send_if_forbidden),
    healthz(ailment),
    Route(CONNECTION, send_nothing, methods=["POST"]),
    Route(INSTRUCTOR_LINK, send_instructor),
    Route(PULSE, send_pulse),
    Route(ENTRIES, send_entries),
    *(Route(f"/{page.url_path}", send_home) for page in PAGES if page.default),
]
