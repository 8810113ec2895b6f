"""One training process, as the server that has started it sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import core
from core.training.engines.channel import Client, Pipe

ROOT = Path(core.__file__).resolve().parents[1]
PROGRAM = (sys.executable, "-m", "core.training.engines.child")
STOPPING = 20.0  # seconds that the process may take to let its runs end


class Spawned:
    """A process that hosts the engine of threads. `on_news(name, *values)` is called for what it says without being asked."""

    def __init__(self, settings: dict[str, Any], on_news: Callable[..., object]) -> None:
        self._on_news = on_news
        self.ready, self.refusal = threading.Event(), None
        self.recovered = threading.Event()  # set when it has gone and its runs are another one's
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})
        self.pipe = Pipe(self.process.stdout, self.process.stdin)
        self.client = Client(self.pipe, self._hear)
        with suppress(OSError):
            self.process.stdin.write(json.dumps(settings).encode() + b"\n")
            self.process.stdin.flush()

    def _hear(self, name: str, *values: Any) -> None:
        if name == "ready":
            self.ready.set()
        elif name == "refused":
            (self.refusal,) = values
        else:
            self._on_news(name, *values)

    def end(self) -> None:
        """Let it go, and see that it does."""
        self.pipe.close()
        try:
            self.process.wait(timeout=STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
