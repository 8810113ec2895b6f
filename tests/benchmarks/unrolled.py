"""The pages Sequences, and Depth and direction in a real Chromium: how long from a move of a slider to the new picture."""

from __future__ import annotations

import argparse
from statistics import median

from tests.benchmarks.chromium import lab_in_chromium
from tests.benchmarks.report import percentile, say, table, verdict

MOVES = 50
NEED = 150  # ms at the 95th percentile
PAGES, SLIDER = ("sequences", "depth"), "Inputs, T"
# Notes how long it takes from now on until the drawing is another one and has been painted, in ms.
WATCH = """() => {
  const began = performance.now(), place = document.querySelector('.unrolled-scroll'), before = place.innerHTML;
  window.painted = undefined;
  const look = () => (place.innerHTML === before ? requestAnimationFrame(look) : setTimeout(() => (window.painted = performance.now() - began)));
  document.activeElement.addEventListener('keydown', () => look(), { once: true, capture: true });
}"""


def unrolled(options: argparse.Namespace) -> str:
    """The table of the sliders' times."""
    moves, rows = 10 if options.quick else MOVES, []
    with lab_in_chromium() as (browser, address):
        for page in PAGES:
            times = moved(browser, f"{address}/{page}", moves)
            say(f"{page}: median {median(times):.0f} ms")
            p95 = percentile(times, 95)
            rows.append([page, f"{median(times):.0f} ms", f"{p95:.0f} ms", verdict(p95, at_most=NEED)])
    told = f"{moves} moves of the slider T with the arrow keys, each about a second after the one before; every picture has been computed once before."
    return "\n".join(["### Slider to picture", "", table(["page", "median", "p95", "need"], rows), "", told])


def moved(browser, address: str, moves: int) -> list[float]:
    """Milliseconds from pressing an arrow key on a slider to the new picture, for each move."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    page.get_by_text("Proof: ").first.wait_for(timeout=60_000)
    page.wait_for_timeout(5_000)  # what is loaded behind the first page is not what is measured
    page.get_by_role("slider", name=SLIDER).first.focus()
    times = []
    for number in range(-3, moves):  # three moves to the right, and then as many to and fro
        page.evaluate(WATCH)
        page.keyboard.press("ArrowLeft" if number % 6 < 3 else "ArrowRight")
        page.wait_for_function("window.painted !== undefined", timeout=30_000)
        if number >= 0:
            times.append(page.evaluate("window.painted"))
        page.wait_for_timeout(900)  # the rest of the page follows
    page.close()
    return times
