"""The page The cell in a real Chromium: from a moved slider to the new picture, and what follows the pointer."""

from __future__ import annotations

import argparse
from typing import Any

from tests.benchmarks.chromium import lab_in_chromium
from tests.benchmarks.report import percentile, say, table, verdict

MOVES, NEED, FRAME_NEED = 50, 150, 1000 / 60  # ms
SLIDERS = {"hidden units": "Hidden size, H", "steps": "Steps, T", "numbers in an input": "Input size, C"}
REST = 900  # ms between two moves: what stands around the picture has settled, and does not wait in the next one's way
# `took` has the ms from each act until the drawing that answers it is painted.
WATCH = """() => {
  const root = document.querySelector('.cellb'), { board } = root;
  const receive = board.receive.bind(board), before = () => root.dataset.numbers;
  window.took = [];
  window.act = () => { window.began = performance.now(); window.then = before(); };
  board.receive = (data) => {
    receive(data);
    if (!window.began || before() === window.then) return;
    const { began } = window;
    window.began = null;
    requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - began)));
  };
  document.addEventListener('keydown', window.act, true);
  window.slide = (value) => { window.act(); const { slide } = board.replacing.fields; slide.value = value; slide.dispatchEvent(new Event('input')); };
  window.step = (t) => { const start = performance.now(); board.go(t); return performance.now() - start; };
}"""


def cell(options: argparse.Namespace) -> str:
    """The table of what a person waits for."""
    with lab_in_chromium() as (browser, address):
        waits = measure(browser, f"{address}/cell", moves=10 if options.quick else MOVES)
    needs = {**dict.fromkeys([*SLIDERS, "a replaced input"], NEED), "step t": FRAME_NEED}
    rows = [
        [
            what,
            f"{percentile(taken, 50):.1f}",
            f"{percentile(taken, 95):.1f}",
            len(taken),
            verdict(percentile(taken, 95), at_most=needs[what]),
        ]
        for what, taken in waits.items()
    ]
    return "\n".join(["### The cell", "", table(["ms from a slider to the new picture", "median", "95 %", "n", "need"], rows)])


def measure(browser: Any, url: str, *, moves: int) -> dict[str, list[float]]:
    """Milliseconds from each move to its picture, a slider at a time."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(url)
    page.get_by_text("Proof: ").wait_for(timeout=300_000)  # torch is loaded
    page.wait_for_timeout(9000)  # what is loaded behind the first page is not what is measured
    page.evaluate(WATCH)
    found = {}
    for what, name in SLIDERS.items():
        say(what)
        if what == "numbers in an input":
            page.get_by_role("button", name="More").click()
        page.get_by_role("slider", name=name).focus()
        for n in range(moves):
            page.keyboard.press("ArrowRight" if n % 6 < 3 else "ArrowLeft")
            page.wait_for_timeout(REST)
        found[what] = page.evaluate("took.splice(0)")
    page.keyboard.press("Escape")
    say("a replaced input")
    for n in range(moves):
        page.evaluate("slide", (-1) ** n * (0.5 + n / 50))
        page.wait_for_timeout(REST)
    found["a replaced input"] = page.evaluate("took.splice(0)")
    say("steps")
    found["step t"] = [page.evaluate("step", n % 8) for n in range(moves)]
    return found
