"""An unrolled network that lights up: point at a part, and all that it depends on, and all that depends on it, is lit.

    unrolled(unrolled_data(svg, links, told=...), key="depth_network")
    unrolled(..., key="map", on_choice=take)      # with small networks to choose from; the choice is `choice_sent(key="map", ...)`

What follows the mouse, a finger or the arrow keys happens in the browser on data that is sent once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from core.checks import Fields, OneOf
from dashboard.kit.component import component
from dashboard.kit.messages import sent

HTML = """<div class="unrolled">
  <div class="unrolled-choices" role="radiogroup"></div>
  <div class="unrolled-switch" role="radiogroup"></div>
  <figure>
    <div class="unrolled-scroll" tabindex="0" role="application"></div>
    <figcaption><span class="unrolled-told" aria-live="polite"></span><span class="unrolled-words"></span></figcaption>
  </figure>
</div>"""

_mount = component(__file__, HTML)


def unrolled_data(
    svg: str,
    links: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    told: Mapping[str, str],
    idle: str,
    strength: Mapping[str, Mapping[str, float]] | None = None,
    choices: Sequence[Mapping[str, str]] = (),
    switch: Sequence[Mapping[str, str]] = (),
    names: tuple[str, str] = ("", ""),
    words: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """What the browser needs: a drawing of `dashboard.unrolled.svg` with its `links`, a sentence on each node, and one for while nothing is
    pointed at.

    `strength` shades the inputs of a node, 0 to 1. `choices` (name, title, told, svg) and `switch` (name, title) are buttons, each with one
    that is chosen ("chosen": "1"); `names` are what the two groups are called. `words` are names of some nodes, which light up at the word.
    """
    return {
        "svg": svg,
        "links": links,
        "told": told,
        "idle": idle,
        "strength": strength or {},
        "choices": [dict(choice) for choice in choices],
        "switch": [dict(choice) for choice in switch],
        "names": list(names),
        "words": [[word, list(nodes)] for word, nodes in (words or {}).items() if nodes],
    }


def choice_sent(*, key: str, choices: Collection[str], switch: Collection[str]) -> tuple[str, str] | None:
    """What has been chosen last, of `choices` and of `switch`; None before a choice."""
    chosen = sent(key, "choice", Fields({"choices": OneOf(choices), "switch": OneOf(switch)}))
    return chosen and (chosen["choices"], chosen["switch"])


def unrolled(data: Mapping[str, Any], *, key: str, on_choice: Callable[[], None] = lambda: None) -> None:
    """Draw or update the network `key` from `unrolled_data`."""
    _mount(data=[data], key=key, on_choice_change=on_choice)
