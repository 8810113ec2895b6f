"""A visitor without a browser who opens pages over the websocket, keeps every byte that comes, and sends whatever states it likes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.dashboard.serving import Served
from tests.pages.hostile import widget_states


class OnTheWire:
    """A session of somebody with this cookie. `received` is all that the server has sent, `elements` what the page drew last."""

    def __init__(self, lab: Served, cookie: str = "") -> None:
        self.socket = lab.visit(additional_headers={"Cookie": cookie} if cookie else {})
        self.received = bytearray()
        self.elements: list[Any] = []
        self.errors: list[str] = []

    def __enter__(self) -> OnTheWire:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def run(self, page: str = "", query: str = "", states: Iterable[WidgetState] = (), fragment: str = "") -> list[Any]:
        """Have the script of a page run with these states of its widgets; returns what it has drawn."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.query_string, asked.fragment_id = page, query, fragment
        asked.widget_states.widgets.extend(states)
        self.socket.send(message.SerializeToString())
        self.elements = []
        while True:
            frame = self.socket.recv(timeout=120)
            self.received += frame
            came = ForwardMsg.FromString(frame)
            match came.WhichOneof("type"):
                case "delta" if came.delta.WhichOneof("type") == "new_element":
                    self._see(came.delta.new_element)
                case "script_finished" if came.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return self.elements

    def _see(self, element: Element) -> None:
        found = getattr(element, element.WhichOneof("type"))
        self.elements.append(found)
        if element.WhichOneof("type") == "exception":
            self.errors.append(f"{found.type} {found.message}")

    @property
    def buttons(self) -> dict[str, str]:
        """The ids of the buttons on the page, by their keys."""
        return {one.id.rpartition("-")[2]: one.id for one in self.elements if one.DESCRIPTOR.name == "Button"}

    def hostile(self, turn: int, names: Iterable[str], values: list[Any]) -> list[WidgetState]:
        """The `turn`-th hostile state of each widget of the page, and of each of its components a message, and presses, with values under
        `names`.
        """
        drawn = SimpleNamespace(_tree=[SimpleNamespace(proto=one) for one in self.elements])
        components = [one.id for one in self.elements if one.DESCRIPTOR.name == "BidiComponent"]
        chosen = {name: values[(turn + place) % len(values)] for place, name in enumerate(names)}
        states = [one for one in widget_states(drawn, turn) if math.isfinite(one.double_value)]  # Streamlit itself cannot read others
        presses = json.dumps([{"event": name, "value": value} for name, value in chosen.items()])
        states += [WidgetState(id=_make_trigger_id(one, "events"), json_trigger_value=presses) for one in components]
        return [*states, *(WidgetState(id=one, json_value=json.dumps(chosen)) for one in components)]
