"""One training process, as the server that has started it sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import core
from core.training.engines.channel import Client, Pipe
from core.training.engines.host_elsewhere import HostElsewhere

ROOT = Path(core.__file__).resolve().parents[1]
PROGRAM = (sys.executable, "-m", "core.training.engines.child")
STOPPING = 20.0  # seconds that the process may take to let its runs end


class Spawned(HostElsewhere):
    """A process that hosts the engine of threads, started by this one and reached over a pair of pipes."""

    def __init__(self, settings: dict[str, Any], on_news: Callable[..., object]) -> None:
        super().__init__(on_news)
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})
        self.pid = self.process.pid
        self._pipe = Pipe(self.process.stdout, self.process.stdin)
        self._client = Client(self._pipe, self.hear)
        with suppress(OSError):
            self.process.stdin.write(json.dumps(settings).encode() + b"\n")
            self.process.stdin.flush()

    def request(self, name: str, *values: Any, timeout: float | None = None) -> Any:
        return self._client.request(name, *values, timeout=timeout)

    def listen(self) -> None:
        self._client.listen()

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def ending(self) -> str:
        code = self.process.wait()
        if code < 0:
            return f"The training process was ended from outside ({signal.Signals(-code).name})"
        return f"The training process ended unexpectedly (exit code {code})"

    def end(self) -> None:
        self._pipe.close()
        try:
            self.process.wait(timeout=STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
