"""The page Translate in a real Chromium: how long from a key to the picture of the next step, and from an input to its output."""

from __future__ import annotations

import argparse
from typing import Any

from tests.benchmarks.chromium import lab_in_chromium
from tests.benchmarks.report import percentile, say, table, verdict

MOVES = 50
NEED = 150  # ms at the 95th percentile
REST_MS = 1_000  # between two moves: what is around the board follows meanwhile
# Notes how long it takes from the next key on until the board says something else of itself and has been painted, in ms.
WATCH = """(name) => {
  const root = document.querySelector('.translate'), before = root.dataset[name];
  window.painted = undefined;
  const look = (began) => (root.dataset[name] === before ? requestAnimationFrame(() => look(began)) : setTimeout(() => (window.painted = performance.now() - began)));
  document.activeElement.addEventListener('keydown', () => look(performance.now()), { once: true, capture: true });
}"""


def translate(options: argparse.Namespace) -> str:
    """The table of the page's times."""
    moves, rows = 10 if options.quick else MOVES, []
    with lab_in_chromium() as (browser, address):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/translate")
        page.locator(".translate[data-t]").wait_for(timeout=90_000)
        page.wait_for_timeout(5_000)  # what is loaded behind the first page is not what is measured
        for what, times in (("a step, key to picture", steps(page, moves)), ("another input, Enter to picture", inputs(page, moves))):
            p50, p95 = percentile(times, 50), percentile(times, 95)
            say(f"{what}: p95 {p95:.0f} ms")
            rows.append([what, f"{p50:.0f} ms", f"{p95:.0f} ms", verdict(p95, at_most=NEED)])
    told = (
        f"{moves} moves each, a second between them; the recorded transformer on dates; every input is one that has not been read before."
    )
    return "\n".join(["### Translate", "", table(["what", "median", "p95", "need"], rows), "", told])


def steps(page: Any, count: int) -> list[float]:
    """Milliseconds of each step, to the left and to the right."""
    page.locator(".translate-scrub").focus()
    return [moved(page, "t", "ArrowLeft" if number % 8 < 4 else "ArrowRight") for number in range(count)]


def inputs(page: Any, count: int) -> list[float]:
    """Milliseconds from Enter after each of so many dates."""
    box = page.get_by_role("textbox", name="Input", exact=True)
    found = []
    for number in range(count):
        box.fill(f"{1 + number % 28} may {1950 + number}")
        found.append(moved(page, "source", "Enter"))
    return found


def moved(page: Any, name: str, key: str) -> float:
    page.evaluate(WATCH, name)
    page.keyboard.press(key)
    page.wait_for_function("window.painted !== undefined", timeout=30_000)
    page.wait_for_timeout(REST_MS)
    return page.evaluate("window.painted")
