"""A process of viewers that watch a page without a browser: `python -m tests.benchmarks.viewer_client PORT QUERY COUNT`.

Each viewer is a websocket that sends what a browser sends: the first rerun, and one for every fragment that the page lets repeat itself,
at its interval, with the widget states that the page has set and the hashes of the large messages that it keeps. It reads every answer.
The process prints "ready" when all pages are complete; a line "measure" on standard input starts counting, "report" prints one JSON
object, and the end of the input ends everything.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

KEPT_RUNS = 2  # of its fragment, for which a browser keeps a large message (global.maxCachedMessageAge)
FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)

WEBSOCKET = {"subprotocols": ["streamlit"], "max_size": None, "compression": None}  # as the server would have it anyway


@dataclass
class Counted:
    """What has happened since the counting began. A tick is one rerun of a fragment; its seconds are from asking to the last answer."""

    received: int = 0  # bytes
    asked: int = 0
    ticks: list[float] = field(default_factory=list)


class Viewer:
    """One page of the lab, watched."""

    def __init__(self, socket: ClientConnection, query: str, counted: Counted):
        self.socket, self.query, self.counted = socket, query, counted
        self.complete = asyncio.Event()
        self.buttons: dict[str, tuple[str, str]] = {}  # user key -> (widget id, fragment)
        self.fields: dict[str, str] = {}  # of text: user key -> widget id
        self._widgets: dict[str, WidgetState] = {}
        self._kept: dict[str, tuple[str, int]] = {}  # hash -> (fragment, its runs since)
        self._timers: dict[str, asyncio.Task] = {}
        self._asked: dict[str, float] = {}  # fragment -> when the oldest rerun was asked for that has not been answered
        self._page = ""
        self.path = "train"  # which page is opened first, by its url_path; "" for the default one

    async def watch(self) -> None:
        """Open the page and read until the connection ends."""
        await self._rerun()
        try:
            async for frame in self.socket:
                self.counted.received += len(frame)
                message = ForwardMsg.FromString(frame)
                self._take(message)
        finally:
            self._stop_timers()

    async def press(self, key: str) -> None:
        """Press the button with this key."""
        widget, fragment = self.buttons[key]
        await self._rerun(fragment, WidgetState(id=widget, trigger_value=True))

    async def _rerun(self, fragment: str = "", *more: WidgetState, auto: bool = False) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.fragment_id, state.is_auto_rerun = self.query, self._page, fragment, auto
        state.page_name = "" if self._page else self.path
        state.widget_states.widgets.extend([*self._widgets.values(), *more])
        state.cached_message_hashes.extend(self._kept)
        await self.socket.send(message.SerializeToString())

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                if not message.metadata.run.fragment_ids:  # the whole page: its timers start anew
                    self._stop_timers()
            case "navigation":
                self._page = message.navigation.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "auto_rerun":
                self._start_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "delta":
                if message.metadata.cacheable:
                    self._kept[message.hash] = (message.delta.fragment_id, 0)
                if message.delta.WhichOneof("type") == "new_element":
                    self._see(message.delta.new_element, message.delta.fragment_id)
            case "ref_hash":
                self._kept[message.ref_hash] = (self._kept[message.ref_hash][0], 0)
            case "script_finished":
                self._finish(list(message.metadata.run.fragment_ids), message.script_finished)

    def _finish(self, fragments: list[str], status: int) -> None:
        now = time.perf_counter()
        if not fragments:
            self.complete.set()
        for fragment in fragments:
            if fragment in self._asked:
                self.counted.ticks.append(now - self._asked.pop(fragment))
        if status in FINISHED:
            older = {h: (f, runs + (not fragments or f in fragments)) for h, (f, runs) in self._kept.items()}
            self._kept = {h: kept for h, kept in older.items() if kept[1] <= KEPT_RUNS}

    def _see(self, element: Element, fragment: str) -> None:
        """Remember buttons, and the states of widgets whose value the page has set: a browser sends those back with every rerun."""
        kind = element.WhichOneof("type")
        widget = getattr(element, kind)
        if kind == "button":
            self.buttons[widget.id.rpartition("-")[2]] = (widget.id, fragment)
        elif kind == "text_input":
            self.fields[widget.id.rpartition("-")[2]] = widget.id
        if not getattr(widget, "set_value", False):
            return
        state = WidgetState(id=widget.id)
        if kind == "checkbox":
            state.bool_value = widget.value
        elif kind == "selectbox":
            state.string_value = widget.raw_value
        elif kind == "button_group":
            state.string_array_value.data.extend(widget.raw_values)
        elif kind == "slider" and widget.raw_value:
            state.string_array_value.data.extend(widget.raw_value)
        elif kind == "slider":
            state.double_array_value.data.extend(widget.value)
        else:
            return
        self._widgets[widget.id] = state

    # -- timers -----------------------------------------------------------------------------------------------------

    def _start_timer(self, fragment: str, interval: float) -> None:
        if old := self._timers.get(fragment):
            old.cancel()
        self._timers[fragment] = asyncio.create_task(self._tick(fragment, interval))

    def _stop_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._asked.clear()

    async def _tick(self, fragment: str, interval: float) -> None:
        """Like the browser's setInterval: on time, whether or not the last one was answered."""
        start = time.perf_counter()
        for number in range(1, 10**9):
            await asyncio.sleep(max(0.0, start + number * interval - time.perf_counter()))
            self._asked.setdefault(fragment, time.perf_counter())
            self.counted.asked += 1
            await self._rerun(fragment, auto=True)


def address(port: int) -> str:
    return f"ws://127.0.0.1:{port}/_stcore/stream"


async def start_run(port: int, query: str) -> str:
    """Open the page with the set-up in `query`, press play, and return the id of the run that this starts."""
    async with connect(address(port), **WEBSOCKET) as socket:
        viewer = Viewer(socket, query, Counted())
        reading = asyncio.create_task(viewer.watch())
        async with asyncio.timeout(60):
            await viewer.complete.wait()
            await viewer.press("play")
            while "run=" not in viewer.query and not reading.done():
                await asyncio.sleep(0.05)
        if reading.done():
            await reading  # raises what ended it
        reading.cancel()
    return next(part.partition("=")[2] for part in viewer.query.split("&") if part.startswith("run="))


async def press(port: int, query: str, key: str, done: Callable[[], bool]) -> None:
    """Open the page with `query`, press the button with this key, and stay until it is `done`."""
    async with connect(address(port), **WEBSOCKET) as socket:
        viewer = Viewer(socket, query, Counted())
        reading = asyncio.create_task(viewer.watch())
        async with asyncio.timeout(300):
            await viewer.complete.wait()
            await viewer.press(key)
            while not await asyncio.to_thread(done):
                await asyncio.sleep(0.25)
        reading.cancel()


async def main(port: int, query: str, count: int) -> None:
    counted = Counted()
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(address(port), **WEBSOCKET)) for _ in range(count)]
        viewers = [Viewer(socket, query, counted) for socket in sockets]
        watching = []
        for viewer in viewers:
            watching.append(asyncio.create_task(viewer.watch()))
            await asyncio.sleep(1 / count)  # thirty people do not press a key at the same moment
        await asyncio.gather(*(viewer.complete.wait() for viewer in viewers))
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "measure":
                counted.received, counted.asked = 0, 0
                counted.ticks.clear()
            else:
                broken = sum(task.done() for task in watching)
                report = {"asked": counted.asked, "ticks": counted.ticks, "received": counted.received, "disconnected": broken}
                print(json.dumps(report), flush=True)
        await asyncio.gather(*(socket.close() for socket in sockets))  # all at once, while they are still being read


if __name__ == "__main__":
    gc.disable()  # the client shall cost little: it shares the cores with what is measured
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
