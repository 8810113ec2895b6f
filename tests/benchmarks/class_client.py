"""A visitor of the lab without a browser, who opens pages and turns what can be turned, and what such visitors meet together."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from dashboard.kit.component import name_of
from dashboard.navigation import PAGES
from tests.benchmarks.viewer_client import WEBSOCKET, Counted, Viewer, address

FIRST = next(page.url_path for page in PAGES if page.default)
PAUSE = 1.0  # seconds that a person thinks between two turns
PATIENCE = 60.0  # seconds without an answer after which a page counts as slow


@dataclass
class Seen:
    """What all visitors have met since the counting began; times in seconds."""

    first_pictures: list[float] = field(default_factory=list)  # of pages that came with their connection
    arrived: list[float] = field(default_factory=list)  # of the same pages as a whole
    opened: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)  # what had no answer within `PATIENCE`
    pages: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))  # url_path -> visits
    looks: list[dict[str, Any]] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    joined: list[float] = field(default_factory=list)  # from "Join" to the page behind the form
    followed: list[float] = field(default_factory=list)  # from the pulse that says where the instructor is to the page
    pulses: list[float] = field(default_factory=list)
    counted: Counted = field(default_factory=Counted)

    def forget(self) -> None:
        """Count anew. Errors, looks and runs stay: they are not measured, they must be right."""
        for times in (self.first_pictures, self.arrived, self.opened, self.replies, self.joined, self.followed, self.pulses):
            times.clear()
        self.counted.asked, self.counted.received = 0, 0
        self.counted.ticks.clear()

    def report(self) -> dict[str, Any]:
        return {
            "first_pictures": self.first_pictures, "arrived": self.arrived, "opened": self.opened, "replies": self.replies, "errors": self.errors, "slow": self.slow, "pages": self.pages, "looks": self.looks,
            "started": self.started, "joined": self.joined, "followed": self.followed, "pulses": self.pulses, "asked": self.counted.asked, "ticks": self.counted.ticks,
        }  # fmt: skip


class Visitor(Viewer):
    """A viewer who opens pages and turns their controls, and who notices when a page has died."""

    def __init__(self, socket: ClientConnection, query: str, seen: Seen, *, name: str, path: str = "train"):
        super().__init__(socket, query, seen.counted)
        self.seen, self.name, self.path = seen, name, path
        self.controls: dict[str, tuple[str, Any, str]] = {}  # widget id -> (kind, element, fragment)
        self.boards: dict[str, list[Any]] = {}  # a component's user key -> what it was sent last
        self.components: dict[str, str] = {}  # its widget id
        self.parts: dict[str, str] = {}  # and the fragment in which it stands
        self._hashes: dict[str, str] = {}  # url_path -> what Streamlit calls the page
        self._answers: dict[str, asyncio.Future] = {}  # fragment ("" for the page) -> who waits for its end
        self._comes_since: float | None = None  # until the first picture is there

    async def arrive(self, began: float) -> None:
        """Wait until the page that was opened with the connection is complete; its times count from `began`, before the connection."""
        self._comes_since = began
        await self._ask("", lambda: asyncio.sleep(0))
        self.seen.arrived.append(time.perf_counter() - began)

    async def open(self, path: str, query: str = "") -> None:
        """Go to another page of the lab, as a click in the navigation does."""
        self.path, self.query, self._page = path, query, self._hashes.get(path, self._page)
        self._widgets.clear()
        self.controls.clear()
        seconds = await self._ask("", lambda: self._rerun())
        self.seen.opened.append(seconds)
        self.seen.pages[path] += 1

    async def turn(self, dice: random.Random) -> None:
        """Turn one control of the page, if it has any, and wait for the answer."""
        turnable = [found for found in self.controls.values() if not found[1].disabled and not getattr(found[1], "form_id", "")]
        if not turnable:
            return
        kind, element, fragment = dice.choice(turnable)
        state = turned(kind, element, dice)
        if state is not None:
            self._widgets[state.id] = state
            self.seen.replies.append(await self._ask(fragment, lambda: self._rerun(fragment)))

    async def choose(self, key: str, number: int) -> None:
        """Write a number into the field with this key."""
        async with asyncio.timeout(PATIENCE):  # the page may be on its way anew, for a run has ended
            while not (fields := [(widget, found[2]) for widget, found in self.controls.items() if widget.endswith(f"-{key}")]):
                await asyncio.sleep(0.05)
        ((widget, fragment),) = fields
        self._widgets[widget] = WidgetState(id=widget, int_value=number)
        self.seen.replies.append(await self._ask(fragment, lambda: self._rerun(fragment)))

    async def board(self, key: str, ending: str) -> dict[str, Any] | None:
        """What the component with this key was sent about what ends so; None when that does not come soon after the page's last word."""
        for _ in range(100):
            found = self.boards.get(key)
            if found and str(found[0]["what"]).endswith(ending):
                return found[0]
            await asyncio.sleep(0.05)
        return None

    async def _ask(self, fragment: str, send: Any) -> float:
        answer = self._answers[fragment] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        try:
            await send()
            async with asyncio.timeout(PATIENCE):
                await answer
        except TimeoutError:
            self.seen.slow.append(f"{self.name} on {self.path}")
        except ConnectionClosed:
            self.note("the connection was closed")
        return time.perf_counter() - began

    def note(self, what: str) -> None:
        self.seen.errors.append(f"{self.name} on {self.path}: {what}")

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._hashes = {page.url_pathname or FIRST: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "new_session" and not message.metadata.run.fragment_ids:
            self.controls.clear()
        elif kind == "session_event":
            self.note(str(message.session_event)[:200])
        super()._take(message)

    def _see(self, element: Element, fragment: str) -> None:
        super()._see(element, fragment)
        kind = element.WhichOneof("type")
        found = getattr(element, kind)
        if self._comes_since is not None and is_picture(kind, found):
            self.seen.first_pictures.append(time.perf_counter() - self._comes_since)
            self._comes_since = None
        if kind == "exception":
            self.note(f"{found.type} {found.message}"[:300])
        elif kind in TURNED:
            self.controls[found.id] = (kind, found, fragment)
        elif kind == "bidi_component" and found.json:
            self.boards[found.id.rpartition("-")[2]] = json.loads(found.json)
            self.components[found.id.rpartition("-")[2]] = found.id
            self.parts[found.id.rpartition("-")[2]] = fragment

    def _finish(self, fragments: list[str], status: int) -> None:
        super()._finish(fragments, status)
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        for fragment in fragments or [*self._answers]:  # a run of the whole page answers for its fragments
            answer = self._answers.pop(fragment, None)
            if answer and not answer.done():
                answer.set_result(None)


def is_picture(kind: str, element: Any) -> bool:
    """Whether an element is something to look at: a board, a chart, or a figure in HTML."""
    match kind:
        case "bidi_component":
            return not element.component_name.startswith(UNSEEN)
        case "html":
            return "<figure" in element.body
        case _:
            return kind in ("plotly_chart", "imgs")


UNSEEN = (name_of("dashboard/shell"), name_of("dashboard/pictures/camera"))  # components that draw nothing


def turned(kind: str, element: Any, dice: random.Random) -> WidgetState | None:
    """Another state of a control that a person could choose; None where there is none."""
    state = WidgetState(id=element.id)
    match kind:
        case "checkbox":
            state.bool_value = dice.random() < 0.5
        case "selectbox" | "radio" if element.options:
            state.string_value = dice.choice(list(element.options))
        case "button_group" if element.options:
            state.string_array_value.data.append(dice.choice([option.content for option in element.options]))
        case "multiselect" if element.options:
            state.string_array_value.data.extend(dice.sample(list(element.options), 1))
        case "slider" if element.options:
            state.string_array_value.data.extend(
                sorted(dice.choices(element.options, k=len(element.default)), key=list(element.options).index)
            )
        case "slider":
            steps = round((element.max - element.min) / element.step)
            state.double_array_value.data.extend(sorted(element.min + element.step * dice.randint(0, steps) for _ in element.default))
        case "number_input" if element.has_min and element.has_max:
            value = dice.randint(round(element.min), round(element.max))
            setattr(state, "double_value" if element.data_type else "int_value", value)
        case _:
            return None
    return state


TURNED = {"checkbox", "selectbox", "radio", "button_group", "multiselect", "slider", "number_input"}


# ---- what each does ----


async def visit(port: int, seen: Seen, name: str, query: str, path: str, act: Any) -> None:
    """Open a page, do what `act` does with it, and stay until the end."""
    began = time.perf_counter()
    try:
        async with connect(address(port), **WEBSOCKET) as socket:
            visitor = Visitor(socket, query, seen, name=name, path=path)
            reading = asyncio.create_task(visitor.watch())
            try:
                await visitor.arrive(began)
                await act(visitor)
                await reading
            finally:
                reading.cancel()
    except (ConnectionClosed, OSError) as error:
        seen.errors.append(f"{name} on {path}: {type(error).__name__} {error}")


async def watch(visitor: Visitor) -> None:
    """Nothing: the page's own timers do the rest."""
