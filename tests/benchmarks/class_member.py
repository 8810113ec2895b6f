"""Somebody of a class without a browser: the cookie, the form by which one joins, the pulse once a second, the bar's buttons."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.benchmarks.class_client import Seen, Visitor, turned
from tests.benchmarks.viewer_client import WEBSOCKET, address

MOMENT = 0.3  # seconds that a person needs at least
EACH = 1.0  # seconds between two questions, as dashboard/kit/pulse.js asks


def introduced(port: int, path: str = "/") -> str:
    """The cookie that the server gives to a browser that comes for the first time, at any address of it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.headers["Set-Cookie"].partition(";")[0]
    finally:
        connection.close()


class Member(Visitor):
    """A visitor who joins, is heard once a second, and follows the instructor if it shall. `cookie` is what `introduced` gave."""

    def __init__(self, *given: Any, port: int, cookie: str, follows: bool = False, **named: Any):
        super().__init__(*given, **named)
        self.port, self.cookie, self.follows = port, cookie, follows
        self.now: dict[str, Any] = {}
        self.arrived_at = 0
        self.session_id = self.run_id = ""  # what Streamlit calls the session; the run that was started
        self.texts: dict[str, str] = {}  # Markdown of the page by its place
        self._frames: list[bytes] = []
        self._gone: set[str] = set()  # widgets of which the page that is on its way has not said yet that they are there
        self._tasks: list[asyncio.Task] = []

    async def join(self, code: str, name: str) -> None:
        """Type code and name, and wait for the page behind the form."""
        for key, text in (("class_code", code), ("class_name", name)):
            widget = self.fields[key]
            self._widgets[widget] = WidgetState(id=widget, string_value=text)
        began = time.perf_counter()
        await self._ask("", lambda: self.press("join_now"))
        self.seen.joined.append(time.perf_counter() - began)

    async def act(self, what: str) -> None:
        """Send what the bar sends when a button is pressed, and wait for the page.

        A moment after the page is there: what comes within milliseconds of its last message Streamlit takes for a press of nothing.
        """
        await asyncio.sleep(MOMENT)
        state = WidgetState(id=_make_trigger_id(self.components["class_bar"], "events"))
        state.json_trigger_value = json.dumps([{"event": "act", "value": what}])
        await self._ask("", lambda: self._rerun("", state))

    async def be_there(self) -> None:
        """Ask for the pulse again and again; a page that follows goes where the instructor has gone."""
        reader = writer = None
        try:
            while True:
                await asyncio.sleep(EACH)
                if "class_bar" not in self.boards:
                    continue
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    self.now = await self._pulse(reader, writer)
                except (OSError, asyncio.IncompleteReadError, ValueError):
                    writer.close()
                    reader = writer = None
                    continue
                await self._follow()
                await self._look_again()
        finally:
            if writer is not None:
                with suppress(OSError):
                    writer.close()

    async def _pulse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> dict[str, Any]:
        query = urlencode({"session": self.boards["class_bar"][0]["session"], "page": self.path, "lag": "0.01"})
        began = time.perf_counter()
        writer.write(f"GET /pulse?{query} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        now = json.loads(await reader.readexactly(length))
        self.seen.pulses.append(time.perf_counter() - began)
        return now

    async def _follow(self) -> None:
        led = self.now.get("led", {})
        if self.follows and led.get("on") and led["turn"] != self.arrived_at:
            self.arrived_at = led["turn"]
            began = time.perf_counter()
            await self.act("moved")
            self.seen.followed.append(time.perf_counter() - began)
            self.path = led["page"]

    async def _look_again(self) -> None:
        """What `rerun_when_pulsed` does in a browser: ask for a part of the page again that shows an older version than the pulse says."""
        for key, board in list(self.boards.items()):
            if key.endswith("_pulse") and (told := self.now.get(board[0]["name"])) and told["version"] != board[0]["version"]:
                state = WidgetState(id=_make_trigger_id(self.components[key], "events"))
                state.json_trigger_value = json.dumps([{"event": "seen", "value": told["version"]}])
                await self._ask(self.parts[key], lambda state=state, key=key: self._rerun(self.parts[key], state))

    # -- answering a question ---------------------------------------------------------------------------------------

    def choose_one(self, kind: str, dice: random.Random) -> None:
        """Choose something in the only control of a kind; it is sent with the next press."""
        ((_, element, _),) = [control for control in self.controls.values() if control[0] == kind]
        self._widgets[element.id] = turned(kind, element, dice)

    def write(self, key: str, text: str) -> None:
        """Write into a field; it is sent with the next press."""
        self._widgets[self.fields[key]] = WidgetState(id=self.fields[key], string_value=text)

    async def press_and_wait(self, key: str) -> float:
        """Press a button, and wait for the answer; its seconds."""
        return await self._ask(self.buttons[key][1], lambda: self.press(key))

    def was_sent(self, text: str) -> bool:
        """Whether a text stood in anything that this page has been sent."""
        return any(text.encode() in frame for frame in self._frames)

    def shows(self, text: str) -> bool:
        """Whether a text stands on the page."""
        return any(text in body for body in self.texts.values())

    # -- the connection ---------------------------------------------------------------------------------------------

    async def cut(self) -> None:
        """Lose the connection as a phone loses its wireless: without a word."""
        self.socket.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def come_back(self) -> None:
        """Connect again, as a browser does: with the id of the session that it had."""
        headers, protocols = {"Cookie": self.cookie}, ["streamlit", "none", self.session_id]
        self.socket = await connect(address(self.port), additional_headers=headers, **{**WEBSOCKET, "subprotocols": protocols})
        self.texts.clear()
        await self.begin()

    async def begin(self) -> None:
        """Ask for the page, and be there."""
        self._tasks = [asyncio.create_task(self.watch()), asyncio.create_task(self.be_there())]
        await self._ask("", lambda: asyncio.sleep(0))

    def _take(self, message: ForwardMsg) -> None:
        self._frames.append(message.SerializeToString())
        if message.WhichOneof("type") == "new_session":
            self.session_id = message.new_session.initialize.session_id
            if not message.metadata.run.fragment_ids:  # the whole page: what follows a pulse on it comes anew
                self._gone = {*self._widgets}
                self.boards = {key: board for key, board in self.boards.items() if not key.endswith("_pulse")}
        super()._take(message)

    def _finish(self, fragments: list[str], status: int) -> None:
        if not fragments and status == ForwardMsg.FINISHED_SUCCESSFULLY:  # as a browser forgets what is not on the page any more
            self._widgets = {widget: state for widget, state in self._widgets.items() if widget not in self._gone}
        super()._finish(fragments, status)

    def _see(self, element: Element, fragment: str) -> None:
        self._gone.discard(getattr(getattr(element, element.WhichOneof("type")), "id", ""))
        super()._see(element, fragment)
        if element.WhichOneof("type") == "markdown":
            self.texts[f"{fragment} {len(self.texts)}"] = element.markdown.body


@asynccontextmanager
async def present(port: int, seen: Seen, name: str, cookie: str, *, path: str = "train") -> AsyncIterator[Member]:
    """Somebody with a cookie whose page is complete, until the end of the body."""
    async with connect(address(port), additional_headers={"Cookie": cookie}, **WEBSOCKET) as socket:
        member = Member(socket, "", seen, name=name, port=port, cookie=cookie, path=path)
        await member.begin()
        try:
            yield member
        finally:
            await member.cut()


async def attend(port: int, seen: Seen, name: str, query: str, act: Any, *, code: str, entrance: str = "", follows: bool = False) -> None:
    """Come to the class, join unless one comes by an `entrance` of one's own, do what `act` does, and stay until the end."""
    cookie = await asyncio.to_thread(introduced, port, entrance or "/")
    began = time.perf_counter()
    try:
        async with connect(address(port), additional_headers={"Cookie": cookie}, **WEBSOCKET) as socket:
            member = Member(socket, query, seen, name=name, port=port, cookie=cookie, follows=follows)
            tasks = [asyncio.create_task(member.watch()), asyncio.create_task(member.be_there())]
            try:
                await member.arrive(began)
                if not entrance:
                    await member.join(code, name)
                if not (entrance or follows):
                    await member.act("let_go")
                await act(member)
                await tasks[0]
            finally:
                for task in tasks:
                    task.cancel()
    except (ConnectionClosed, OSError) as error:
        seen.errors.append(f"{name}: {type(error).__name__} {error}")
