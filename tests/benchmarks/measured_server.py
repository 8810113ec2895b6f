"""`python -m tests.benchmarks.measured_server FILE --port PORT`: the lab's server, which also writes how late its event loop is.

FILE gets one number a second, in ms: the longest that the loop was late within that second.
"""

from __future__ import annotations

import asyncio
import sys
import time
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


def main(file: Path, arguments: list[str]) -> int:
    from dashboard import server
    from dashboard.__main__ import main as serve

    startup = server.PromptServer.startup

    async def watched(self, sockets=None) -> None:
        await startup(self, sockets)
        self.watching_loop = asyncio.create_task(watch_loop(file))

    server.PromptServer.startup = watched
    return serve(arguments)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
