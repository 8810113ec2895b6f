"""`python -m tests.benchmarks.lasting_server FILE --port PORT`: the lab's server, which trains one short run after the other by itself.

FILE gets a line for every run that has finished: MB of memory that are the server's own then, and that are its training process's.
When a run ends otherwise, the server does, too, and says why.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import psutil

from core.training.config import RunConfig
from tests.benchmarks.measured_server import serve

SHORT_RUN = {"epochs": 1, "patch_size": 16, "hidden_size": 8, "embed_dim": 8, "batch_size": 512}


def train(file: Path) -> None:
    """Let the server load what it loads behind its first page, and then train for good."""
    from dashboard import warm
    from dashboard.shell import services

    warm.load()
    manager = services.manager()
    with file.open("w", encoding="utf-8") as lines:
        while True:
            run = manager.wait(manager.submit(RunConfig.of(**SHORT_RUN)))
            if run.status != "finished":
                print(f"Run {run.run_id} is {run.status}: {run.message}", file=sys.stderr, flush=True)
                os._exit(1)
            lines.write(f"{own_memory(os.getpid()):.3f} {own_memory(manager.engine.pid):.3f}\n")
            lines.flush()


def own_memory(pid: int) -> float:
    """MB of memory that a process shares with no other one: what would be free if it ended."""
    return psutil.Process(pid).memory_full_info().uss / 1e6


if __name__ == "__main__":
    trains = threading.Thread(target=train, args=(Path(sys.argv[1]),), name="lasting", daemon=True)
    sys.exit(serve(sys.argv[2:], trains.start))
