"""People who come in at once: `python -m tests.benchmarks.opening_client PORT RUN PEOPLE SECONDS`, without browsers.

Three sit on the first page already, watch the run RUN and turn its controls. The process prints "ready" when they have their page. A line
"measure" on standard input lets PEOPLE others open one page each, all pages in turn, in equal steps within SECONDS; "report" prints one JSON
object, and the end of the input ends everything.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
from typing import Any

from dashboard.navigation import PAGES
from tests.benchmarks.class_client import PAUSE, Seen, Visitor, visit, watch

SITTERS = 3


def sit(number: int, seated: asyncio.Semaphore, opened: asyncio.Event) -> Any:
    """Turn controls as soon as the others come."""

    async def act(visitor: Visitor) -> None:
        seated.release()
        await opened.wait()
        dice = random.Random(number)
        while True:
            await asyncio.sleep(PAUSE * dice.uniform(0.5, 1.5))
            await visitor.turn(dice)

    return act


async def come(port: int, seen: Seen, number: int, after: float) -> None:
    """Open one page of the lab and stay there."""
    await asyncio.sleep(after)
    await visit(port, seen, f"person {number}", "", PAGES[number % len(PAGES)].url_path, watch)


async def main(port: int, run_id: str, people: int, seconds: float) -> None:
    seen, seated, opened = Seen(), asyncio.Semaphore(0), asyncio.Event()
    tasks = [
        asyncio.create_task(visit(port, seen, f"sitter {n}", f"run={run_id}", "train", sit(n, seated, opened))) for n in range(SITTERS)
    ]
    for _ in range(SITTERS):
        await seated.acquire()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip() == "measure":
            seen.forget()
            opened.set()
            tasks += [asyncio.create_task(come(port, seen, n, n * seconds / people)) for n in range(people)]
        else:
            print(json.dumps(seen.report()), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    gc.disable()  # the client shall cost little: it shares the cores with what is measured
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
