"""From `python -m dashboard` to a page with content in a real Chromium that is running already."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import Any

from tests.benchmarks.chromium import chromium
from tests.benchmarks.report import say, table, verdict
from tests.benchmarks.server import ROOT, lab_server, wait_for_port
from tests.ports import free_port

NEED = 3.0  # seconds
# Runs in the page before anything else does; notes the end of the first frame that shows something, in ms since the page was asked for.
WATCH = """
  window.seen = {};
  const marks = {
    'Streamlit draws': () => document.querySelector('[data-testid=stApp]'),
    'title': () => document.querySelector('h1'),
    'play button': () => document.querySelector('.st-key-play button'),
    'content': () => document.querySelector('.live-chart-sketch [data-name="training"]')?.getAttribute('d').includes('L') || drawn(),
    'interactive chart': () => drawn(),
  };
  const drawn = () => Number(document.querySelector('.live-chart')?.dataset.points) > 0 && document.querySelector('.live-chart-plot .js-line');
  const look = () => {
    const fresh = Object.keys(marks).filter((name) => !(name in seen) && marks[name]());
    setTimeout(() => fresh.forEach((name) => (seen[name] ??= performance.now())));  // after this frame has been painted
    if (Object.keys(seen).length < Object.keys(marks).length) requestAnimationFrame(look);
  };
  look();
"""
STAGES = ("server listens", "Streamlit draws", "title", "play button", "content", "interactive chart")


def start(options: argparse.Namespace) -> str:
    """The table of the way to the first content."""
    rounds = 1 if options.quick else 3
    with chromium() as browser:
        browser.new_page().goto("about:blank")
        first_paint(browser)  # does not count: it warms the disk
        times = []
        for number in range(1, rounds + 1):
            times.append(first_paint(browser))
            say(f"round {number}: " + ", ".join(f"{stage} {times[-1][stage]:.2f} s" for stage in STAGES))
    middle = {stage: median(taken[stage] for taken in times) for stage in STAGES}
    rows = [[stage, f"{middle[stage]:.2f}", ", ".join(f"{taken[stage]:.2f}" for taken in times)] for stage in STAGES]
    return "\n".join(
        [
            "### Start",
            "",
            table(["seconds after the start of `python -m dashboard`", "median", "rounds"], rows),
            "",
            f"Content: the curve of the recorded run is drawn with all its points, as a still picture (SVG) or by Plotly. Need {verdict(middle['content'], at_most=NEED)}.",
            "Interactive chart: Plotly has drawn the points, so that they can be zoomed. Chromium runs already, its cache is empty; the disk is warm.",
            "The page is opened as soon as the server listens, so every stage after that includes what is before.",
            "",
            table(
                ["slowest imports of the server, with all they import", "ms"],
                slowest_imports("dashboard.server") + slowest_imports("dashboard.training.live"),
            ),
        ]
    )


def first_paint(browser: Any) -> dict[str, float]:
    """Seconds from the start of a new server until each of `STAGES`, in a browser context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(WATCH)
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        began = time.time()
        with lab_server(home, port) as process:
            wait_for_port(port, process)
            listens = time.time() - began
            page.goto(f"http://127.0.0.1:{port}/train", wait_until="commit")
            page.wait_for_function(f"Object.keys(seen).length === {len(STAGES) - 1}", timeout=60_000)
            asked, seen = page.evaluate("[performance.timeOrigin / 1000, seen]")
            context.close()
    return {"server listens": listens} | {stage: asked - began + seen[stage] / 1000 for stage in STAGES[1:]}


def slowest_imports(module: str, count: int = 8, least: float = 50.0) -> list[list[str]]:
    """The top-level packages (or our modules) that take longest when `module` is imported, each with all that it imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = {}
    for own_and_all, name in re.findall(r"import time:\s*\d+ \|\s*(\d+) \|( *\S+)", done.stderr):
        if "." not in name.strip() or name.strip() == module:
            found[name.strip()] = int(own_and_all) / 1000
    slow = sorted(((ms, name) for name, ms in found.items() if ms >= least), reverse=True)[:count]
    return [[f"{module}: {name}" if name != module else module, f"{ms:.0f}"] for ms, name in slow]
