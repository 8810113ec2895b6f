"""A visitor who sends what no browser would: as links, as states of widgets, and as messages of components, over the wire format."""

from __future__ import annotations

import json
import logging
import math
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from core.checks import Check, Fields, Many, Number, OneOf, Text, TextOf, Whole
from dashboard.kit import messages
from dashboard.shell import state
from tests.pages.support import open_page

LINKS = (
    "9" * 5000, "١٢", "-1", "nan", "1e999", "\0", "😀\u202e<script>alert(1)</script>", "![x](http:e.example) **[a](b)**", "A" * 20_000,
    "../../etc/passwd", "1_000", "0", "1.2-3,4.5:6,7", "4",
)  # fmt: skip
VALUES = (
    True, -1, 2**70, 0.5, math.nan, "", "9" * 5000, "\ud800", [], {}, [None] * 3, ["1"] * 4, list(range(5000)), {"0": 1}, "x" * 20_000,
)  # fmt: skip
TEXTS = ("", "\0", "9" * 5000, "![x](http:e.example)", "<script>", "A" * 200_000, "١٢ ١٣", "-1 nan 1e999", "../../etc/passwd")
NUMBERS = (math.nan, math.inf, -math.inf, 1e308, -1e308, -1.0, 0.0, 0.5, 2.0**63)


class Watched:
    """What a page reads of links and messages, through the one place for each; and what has gone wrong meanwhile."""

    def __init__(self, monkeypatch):
        self.names: dict[str, None] = {}
        self.gates: dict[tuple[str, str], Check] = {}
        self.errors: list[BaseException] = []
        linked, sent = state.linked, messages.sent

        def linked_seen(name: str, *most: int) -> str:
            self.names[name] = None
            return linked(name, *most)

        def sent_seen(key: str, name: str, check: Check) -> Any:
            self.gates[key, name] = check
            return sent(key, name, check)

        monkeypatch.setattr(state, "linked", linked_seen)
        for module in [m for n, m in sys.modules.items() if n.startswith("dashboard.kit.component.") and hasattr(m, "sent")]:
            monkeypatch.setattr(module, "sent", sent_seen)
        handler = logging.Handler()
        handler.emit = lambda record: record.exc_info and self.errors.append(record.exc_info[1])
        logger = logging.getLogger("streamlit.error_util")
        monkeypatch.setattr(logger, "handlers", [*logger.handlers, handler])

    def well(self, app, what: object) -> None:
        """Fail unless the page is whole."""
        ours = [error for error in self.errors if not _streamlits(error)]
        broken = len(app.exception) > 0 and not self.errors
        self.errors.clear()
        if ours or broken:
            raise AssertionError(f"the page broke: {str(what)[:2000]}") from next(iter(ours), None)


def _streamlits(error: BaseException) -> bool:
    """Whether Streamlit itself could not read the state of a widget: NaN for a whole number."""
    inner = [*traceback.walk_tb(error.__traceback__)][-1][0].f_code
    return inner.co_name == "deserialize" and "streamlit" in Path(inner.co_filename).parts


def visit(page: str, /, **query: str):
    """A visit that may end in an error."""
    import tests.pages.support as support

    whole, support.run = support.run, lambda app: app.run()
    try:
        return open_page(page, **query)
    finally:
        support.run = whole


def elements(app, kind: str = "") -> Iterator[tuple[str, Any]]:
    """The kinds and messages of all elements with an id, as they were sent to the browser."""
    for node in app._tree:
        proto = getattr(node, "proto", None)
        if getattr(proto, "id", "") and kind in ("", proto.DESCRIPTOR.name):
            yield proto.DESCRIPTOR.name, proto


def send(app, states: list[WidgetState]):
    """Run the page with these states of widgets and components instead of their own."""
    ids = {one.id for one in states}
    sent = WidgetStates()
    sent.widgets.extend([*(one for one in app._tree.get_widget_states().widgets if one.id not in ids), *states])
    return app._run(sent)


def widget_states(app, turn: int) -> list[WidgetState]:
    """The `turn`-th hostile state of every widget of the page, of the kind that its browser side sends."""
    found = []
    for kind, proto in elements(app):
        one = WidgetState(id=proto.id)
        options = [getattr(option, "content", option) for option in getattr(proto, "options", ())]
        choices = [[], ["no such option"], options, options[-1:], ["\0"], options[:1], [options[0]] * 1000 if options else []]
        if kind == "Slider" and not options:
            one.double_array_value.data.extend([[NUMBERS[turn % 9]], [], [0.0, 1.0], [proto.min], [proto.max]][turn % 5])
        elif kind in ("Slider", "ButtonGroup", "MultiSelect"):
            one.string_array_value.data.extend(choices[turn % 7])
        elif kind in ("Selectbox", "Radio"):
            one.string_value = [*TEXTS[:6], *options[-1:]][turn % 7] if turn % 2 or not options else options[turn % len(options)]
        elif kind == "NumberInput":
            if turn % 7 != 6:  # else emptied
                one.double_value = [*NUMBERS[:5], proto.max, proto.min][turn % 7]
        elif kind in ("TextInput", "TextArea"):
            one.string_value = TEXTS[turn % len(TEXTS)]
        elif kind == "Checkbox":
            one.bool_value = turn % 2 == 0
        elif kind == "Pagination":
            one.int_value = [0, -1, 2**31, 1][turn % 4]
        elif kind == "FileUploader":
            info = one.file_uploader_state_value.uploaded_file_info.add()
            info.file_id, info.name, info.size = "no-such-file", "\0../x.png", 2**40
        else:
            continue
        found.append(one)
    return found


def good(check: Check, last: bool) -> Any:
    """A message that passes a check, at one of its ends."""
    match check:
        case Whole() | Number():
            return min(check.high, 10**12) if last else max(check.low, -(10**12))
        case OneOf():
            return [*check.options][-1 if last else 0]
        case Text():
            return "x" * min(check.most, 10_000) if last else ""
        case Many():
            return [good(check.check, last)] * (check.most if last else check.least)
        case TextOf():
            return check.check.between.join(map(str, good(check.check, last)))
        case Fields():
            return {name: good(inner, last) for name, inner in check.checks.items()}
    return []


def hostile_messages(check: Check) -> list[Any]:
    """Messages for a gate: its extremes, strange ones, and whole ones of which one part is strange or missing."""
    found = [good(check, False), good(check, True), *VALUES]
    if isinstance(check, Fields):
        for place, name in enumerate(check.checks):  # each part meets a third of the strange values, the parts before it the others
            found += [{**good(check, False), name: value} for value in VALUES[place % 3 :: 3]]
            found.append({other: value for other, value in good(check, True).items() if other != name})
    return found


def messages_for(gates: dict[tuple[str, str], Check]) -> int:
    """How many turns all messages for these gates take."""
    return max((len(hostile_messages(check)) for check in gates.values()), default=0)


def message_states(app, gates: dict[tuple[str, str], Check], turn: int) -> list[WidgetState]:
    """The states of all components of the page that are read, with the `turn`-th hostile message of each."""
    found = []
    for _, proto in elements(app, "BidiComponent"):
        strange = {name: hostile_messages(check) for (key, name), check in gates.items() if proto.id.endswith(f"-{key}")}
        if strange:
            values = {name: values[turn % len(values)] for name, values in strange.items()}
            found.append(WidgetState(id=proto.id, json_value=json.dumps(values)))
    return found


def shown(app) -> list[tuple[str, bytes]]:
    """All that a page shows, as it was sent to the browser; a file to take along has a new id in each run."""
    protos = [proto for node in app._tree if (proto := getattr(node, "proto", None)) is not None]
    told = [(proto.DESCRIPTOR.name, proto.SerializeToString(deterministic=True)) for proto in protos]
    return [(kind, sent) for kind, sent in told if kind != "DownloadButton"]
