"""What the page Home is made of: the message for its board, and the map of the unit as HTML."""

from __future__ import annotations

import re
from typing import Any

from core.readable import percent
from core.records.overview import Overview, Reader
from dashboard.kit.packed import packed, packed_picture
from dashboard.kit.wording import escape
from dashboard.navigation import CLASS, Page, sections

TOOLS = "Lab"  # the section of what one trains and looks at with, beside the unit's own parts
DOORS = {"gru": ("sequences", "reader"), "vit": ("positions", "vit")}  # pages behind the tokens, and behind what reads them


def board_message(record: Overview, reader: Reader, kind: str) -> dict[str, Any]:
    """All that the overview moves with, for one reader: the picture, tokens, beliefs, and its states or its attention."""
    return {
        "kind": kind,
        "picture": packed_picture(record.pixels),
        "patch": reader.patch_size,
        "classes": list(record.classes),
        "truth": record.truth,
        "width": reader.width,
        "tokens": packed(reader.tokens),
        "beliefs": packed(reader.beliefs),
        "inside": packed(reader.attention if reader.states is None else reader.states),
        "doors": list(DOORS[kind]),
        "result": result(record, reader, kind),
    }


def result(record: Overview, reader: Reader, kind: str) -> str:
    """What comes out at last, in a sentence."""
    last = reader.beliefs[-1]
    said = record.classes[int(last.argmax())]
    name = {"gru": "GRU", "vit": "Vision Transformer"}[kind]
    right = "that is right" if int(last.argmax()) == record.truth else f"but it is a {record.classes[record.truth]}"
    return (
        f"After all {len(reader.tokens)} patches this {name}, recorded after epoch {reader.epoch + 1}, "
        f"says {said} with {percent(last.max())}: "
        f"{right}."
    )


def map_html() -> str:
    """Every page by its part of the unit, with its claim and its small picture: the parts side by side in their order, and below them tools
    and class."""
    parts = {name: [page for page in pages if page.url_path != "home"] for name, pages in sections().items()}
    unit = "".join(_part(name, pages) for name, pages in parts.items() if name not in (TOOLS, CLASS))
    others = "".join(_part(name, parts[name]) for name in (TOOLS, CLASS))
    return f'<div class="unit-map"><div class="unit-map-parts">{unit}</div><div class="unit-map-others">{others}</div></div>'


def _part(name: str, pages: list[Page]) -> str:
    cards = "".join(map(_card, pages))
    return f'<section class="unit-map-part" data-part="{escape(name)}"><h3>{escape(name)}</h3><ul>{cards}</ul></section>'


def _card(page: Page) -> str:
    claim = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(page.about.claim))
    link = f'<a href="./{page.url_path}" data-page="{page.url_path}">{escape(page.title)}</a>'
    return f"<li>{link}{page.small()}<p>{claim}</p></li>"
