"""The image reader in a real Chromium: from another image, epoch, run or order, and from a move of its scrub bar, to the new picture."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

from tests.benchmarks.chromium import lab_in_chromium
from tests.benchmarks.report import percentile, say, table, verdict

MOVES = 50
NEED = 150  # ms
REST = 1_000  # ms between two moves: what stands around the picture comes meanwhile
RUNS = {
    "GRU, 64 patches": "recorded-shapes-gru",
    "GRU, 256 patches": "recorded-cifar10-hand-in-0",
    "LSTM, both ways": "recorded-cifar10-compare-lstm-0",
}
READ = "document.querySelector('.reader')?.dataset.orders?.includes('random')"
# `took(act, sign)` acts and notes how long it takes until another picture, told by a sign of the board, has been painted, in ms.
WATCH = """() => {
  window.took = async (act, sign) => {
    const root = document.querySelector('.reader'), before = root.dataset[sign], began = performance.now();
    act();
    while (root.dataset[sign] === before) await new Promise((done) => requestAnimationFrame(done));
    await new Promise((done) => setTimeout(done));
    return performance.now() - began;
  };
}"""
SCRUB = """(t) => took(() => {
  const bar = document.querySelector('.reader-scrub');
  bar.value = t % (Number(bar.max) + 1);
  bar.dispatchEvent(new Event('input'));
}, 't')"""
ORDER = "(n) => took(() => document.querySelectorAll('.reader-orders button')[n % 5].click(), 'order')"
NEXT = "() => took(() => document.querySelector('.st-key-picture_image [data-testid=stNumberInputStepUp]').click(), 'what')"
EPOCH = (
    """(key) => took(() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true })), 'what')"""
)
RUN = """(name) => took(() => [...document.querySelectorAll('[role=option]')].find((option) => option.innerText.includes(name)).click(), 'what')"""


def reader(options: argparse.Namespace) -> str:
    """The table of the page's times."""
    moves, rows = 10 if options.quick else MOVES, []
    with lab_in_chromium() as (browser, address):
        for name, run_id in RUNS.items():
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"{address}/reader?set=shapes&run={run_id}")
            page.wait_for_function(READ, timeout=90_000)
            page.wait_for_timeout(9_000)  # what is loaded behind the first page is not what is measured
            page.evaluate(WATCH)
            for what, act in acts(page, run_id):
                times = moved(page, act, moves)
                p50, p95 = percentile(times, 50), percentile(times, 95)
                say(f"{name}: {what}, p95 {p95:.0f} ms")
                rows.append([f"{name}: {what}", f"{p50:.0f} ms", f"{p95:.0f} ms", verdict(p95, at_most=NEED)])
            page.close()
    head = ["from a move to its picture", "p50", "p95", "need"]
    return f"### The image reader\n\n{table(head, rows)}\n\n{moves} moves each, one a second, one viewer."


def acts(page: Any, run_id: str) -> Iterator[tuple[str, Callable[[int], float]]]:
    """What is measured: a name, and a function that makes the n-th move and returns its milliseconds."""
    yield "next image", lambda n: page.evaluate(NEXT)
    yield "order of reading", lambda n: page.evaluate(ORDER, n + 1)
    yield "scrub bar", lambda n: page.evaluate(SCRUB, 37 * (n + 1))
    epoch = page.get_by_role("slider", name="Epoch")
    if epoch.count():  # not of a run that keeps the weights of one epoch alone
        epoch.focus()
        yield "epoch", lambda n: page.evaluate(EPOCH, "ArrowLeft" if n % 2 == 0 else "ArrowRight")
    both = [run_id.removeprefix("recorded-"), "cifar10-compare-gru-0"]
    yield "run", lambda n: choose(page, both[(n + 1) % 2])


def choose(page: Any, name: str) -> float:
    """Choose a run in the list; the time counts from the click on its name."""
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name=name).wait_for()
    return page.evaluate(RUN, name)


def moved(page: Any, act: Callable[[int], float], count: int) -> list[float]:
    """The times of so many moves."""
    times = []
    for number in range(count):
        page.wait_for_function(READ)
        page.wait_for_timeout(REST)
        times.append(act(number))
    return times
