"""A grid of images, one of them large with its numbers: what is pointed at is answered in the browser, from one sheet of images.

    gallery(data, key="gallery", on_choose=take)

`data` is {"sheet": one PNG of all images, "columns": of the sheet, "images": [[id, class, what it is], ...], "start": id of the one that is
large at first, "mean", "std": per channel in 0..1 or None while they are unknown, "backs": [[name, mean, std], ...]}. The first of
`backs` is the right one. What is chosen stays chosen until another sheet comes; `on_choose` is called without arguments after a choice
(a little later: arrow keys choose quickly), and `chosen` says which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.checks import Text
from dashboard.kit.component import component
from dashboard.kit.messages import sent

HTML = """<div class="gallery">
  <div class="gallery-grid" role="listbox" aria-label="Images" aria-orientation="horizontal"></div>
  <div class="gallery-one">
    <div class="gallery-top">
      <div class="gallery-picture"><canvas width="32" height="32" tabindex="0" role="img" aria-label="The image"></canvas><i></i></div>
      <div class="gallery-facts">
        <p class="gallery-name"><b></b> <span></span></p>
        <div class="gallery-views" role="radiogroup" aria-label="What is shown of the image"></div>
        <p class="gallery-said" aria-live="polite"></p>
        <table class="gallery-steps"><caption></caption><thead><tr><th scope="col">channel</th><th scope="col">stored</th>
          <th scope="col">÷ 255</th><th scope="col">− mean</th><th scope="col">÷ dev.</th><th scope="col">back</th></tr></thead>
          <tbody></tbody></table>
      </div>
    </div>
    <div class="gallery-numbers"></div>
  </div>
</div>"""

_mount = component(__file__, HTML)


def gallery(data: dict[str, Any], *, key: str, on_choose: Callable[[], None]) -> None:
    """Draw or update the gallery `key` from `data`."""
    _mount(data=[data], key=key, on_chosen_change=on_choose)


def chosen(key: str) -> str:
    """The id of the image that was last chosen in the gallery `key`; empty before a choice."""
    return sent(key, "chosen", Text(40)) or ""
