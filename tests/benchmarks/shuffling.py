"""The page Shuffle test with three trained models in a real Chromium: from a patch that is dragged to the new probabilities."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from tests.benchmarks.chromium import lab_in_chromium
from tests.benchmarks.report import percentile, say, table, verdict

MOVES, NEED = 100, 150  # ms
GRID = 4  # patches a side, 8 pixels each
# The ms from the pointer's next move to the end of the first frame in which the cards answer the order `text`.
WATCH = """
  window.expect = (text) => {
    window.answer = new Promise((done) => {
      addEventListener('pointermove', () => {
        const began = performance.now();
        const board = document.querySelector('.shuffle-board');
        const look = () => (board.dataset.answered === text ? setTimeout(() => done(performance.now() - began)) : requestAnimationFrame(look));
        requestAnimationFrame(look);
      }, { once: true, capture: true });
    });
  };
"""


def shuffle(options: argparse.Namespace) -> str:
    """The table of what a person waits for."""
    with lab_in_chromium() as (browser, address):
        waits, models = measure(browser, f"{address}/shuffle", 20 if options.quick else MOVES)
    p95 = percentile(waits, 95)
    row = ["new probabilities", f"{percentile(waits, 50):.0f}", f"{p95:.0f}", f"{max(waits):.0f}", len(waits), verdict(p95, at_most=NEED)]
    return "\n".join(
        [
            "### Shuffle test",
            "",
            table(["ms from a patch dragged over another to", "median", "95 %", "longest", "n", "need"], [row]),
            "",
            f"Models: {', '.join(models)}. One patch of {32 // GRID} x {32 // GRID} pixels is held and moved over the others in a random order, in one step each, half a second apart.",
        ]
    )


def measure(browser: Any, url: str, moves: int) -> tuple[list[float], list[str]]:
    """Milliseconds of each move, and the names of the models on the page, which are those it opens on."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(url)
    page.wait_for_selector(".shuffle-card .shuffle-bar", timeout=300_000)  # torch and the models are loaded
    page.get_by_text("How much shuffling").wait_for()
    page.wait_for_timeout(5000)
    models = [name for name in page.locator(".shuffle-card .shuffle-name").all_inner_texts() if name]
    box = page.locator(".shuffle-picture").bounding_box()
    say("moves")

    def at(place: int) -> tuple[float, float]:
        row, column = divmod(place, GRID)
        return box["x"] + (column + 0.5) * box["width"] / GRID, box["y"] + (row + 0.5) * box["height"] / GRID

    rng, places, found = np.random.default_rng(0), np.arange(GRID**2), []
    held, here = 0, 0
    page.mouse.move(*at(held))
    page.mouse.down()
    for _ in range(moves):
        here = int(rng.choice(places[(places != here) & (places != held)]))
        order = places.copy()
        order[[held, here]] = order[[here, held]]
        page.evaluate("text => expect(text)", ".".join(map(str, order)))
        page.mouse.move(*at(here))
        found.append(page.evaluate("answer"))
        page.wait_for_timeout(500)
    page.mouse.up()
    return found, models
