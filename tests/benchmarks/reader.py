"""The image reader in a real Chromium: how long from a move of its scrub bar, and from another image or run, to the new picture."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from typing import Any

from tests.benchmarks.report import percentile, table, verdict
from tests.benchmarks.server import free_port, lab_server, wait_for_port
from tests.benchmarks.start import BROWSERS

MOVES, IMAGES = 50, 20
NEED = 150  # ms
RUNS = {
    "GRU, 64 patches": "recorded-shapes-gru",
    "GRU, 256 patches": "recorded-cifar10-hand-in-0",
    "LSTM, both ways": "recorded-cifar10-compare-lstm-0",
}
READ = "document.querySelector('.reader')?.dataset.orders?.includes('random')"
# Moves the scrub bar and notes how long each move takes until its picture has been painted, in ms.
MOVE = """async (count) => {
  const bar = document.querySelector('.reader-scrub'), times = [];
  const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
  for (let i = 1; i <= count; i += 1) {
    bar.value = Math.round((i * 37) % (Number(bar.max) + 1));
    await frame();
    const began = performance.now();
    bar.dispatchEvent(new Event('input'));
    await frame();
    await new Promise((done) => setTimeout(done));
    times.push(performance.now() - began);
  }
  return times;
}"""
# Clicks on the next image and notes when it has been painted, read in the order that is looked at.
NEXT = """async () => {
  const root = document.querySelector('.reader'), before = root.dataset.what, began = performance.now();
  document.querySelector('.st-key-try_image [data-testid=stNumberInputStepUp]').click();
  while (root.dataset.what === before) await new Promise((done) => requestAnimationFrame(() => done()));
  await new Promise((done) => setTimeout(done));
  return performance.now() - began;
}"""


def reader(options: argparse.Namespace) -> str:
    """The table of the page's times."""
    from playwright.sync_api import sync_playwright

    rows, images = [], 3 if options.quick else IMAGES
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, BROWSERS)), playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        port = free_port()
        with lab_server(home, port) as process:
            wait_for_port(port, process)
            for name, run_id in RUNS.items():
                page = browser.new_page(viewport={"width": 1600, "height": 900})
                page.goto(f"http://127.0.0.1:{port}/reader?set=shapes&run={run_id}")
                page.wait_for_function(READ, timeout=90_000)
                page.wait_for_timeout(3_000)
                rows += _rows(name, page.evaluate(MOVE, MOVES), _images(page, images))
                page.close()
        browser.close()
    head = ["what", "p50", "p95", "need"]
    return f"### The image reader\n\n{table(head, rows)}\n\n{MOVES} moves in the browser, {images} images from the server, one viewer."


def _images(page: Any, count: int) -> list[float]:
    found = []
    for _ in range(count):
        page.wait_for_timeout(1_500)  # the other orders of the image before come meanwhile
        found.append(page.evaluate(NEXT))
    return found


def _rows(name: str, moves: list[float], images: list[float]) -> list[list[str]]:
    return [
        [
            f"{name}: {what}",
            f"{percentile(times, 50):.0f} ms",
            f"{percentile(times, 95):.0f} ms",
            verdict(percentile(times, 95), at_most=NEED),
        ]
        for what, times in (("scrub bar to picture", moves), ("next image to picture", images))
    ]
