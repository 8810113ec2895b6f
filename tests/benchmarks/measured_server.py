"""`python -m tests.benchmarks.measured_server FILE --port PORT`: the lab's server, which also writes how late its event loop is.

FILE gets one number a second, in ms: the longest that the loop was late within that second.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

ASLEEP = 0.02  # seconds between two looks at the clock


async def watch_loop(file: Path) -> None:
    """Sleep in short naps, and write by how much the longest of each second was too long."""
    with file.open("w", encoding="utf-8") as lines:
        while True:
            worst, second = 0.0, time.perf_counter() + 1
            while time.perf_counter() < second:
                before = time.perf_counter()
                await asyncio.sleep(ASLEEP)
                worst = max(worst, time.perf_counter() - before - ASLEEP)
            lines.write(f"{1000 * worst:.1f}\n")
            lines.flush()


def serve(arguments: list[str], beside: Callable[[], object]) -> int:
    """Serve the lab, and call `beside` in the event loop as soon as the server listens."""
    from dashboard import server
    from dashboard.__main__ import main

    startup = server.PromptServer.startup

    async def both(self, sockets=None) -> None:
        await startup(self, sockets)
        self.beside = beside()  # a task that nobody keeps might be collected

    server.PromptServer.startup = both
    return main(arguments)


if __name__ == "__main__":
    sys.exit(serve(sys.argv[2:], lambda: asyncio.create_task(watch_loop(Path(sys.argv[1])))))
