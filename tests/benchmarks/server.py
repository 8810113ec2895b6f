"""A lab's server to measure: `python -m dashboard` on a free port, with a home of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.training.engines.choose import engine_name

ROOT = Path(__file__).resolve().parents[2]
POLL = 0.005  # seconds


@contextmanager
def lab_server(home: str, port: int) -> Iterator[subprocess.Popen]:
    """The server's process; its output goes nowhere."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"} | {"LAB_HOME": home}
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--port", str(port)], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def measured_server(home: str, port: int, lines: Path, *arguments: str, kind: str = "measured") -> Iterator[subprocess.Popen]:
    """The process of `tests.benchmarks.KIND_server`, which writes what it measures to `lines`; what it says goes into a file beside that."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"} | {"LAB_HOME": home}
    with lines.with_name("said").open("w", encoding="utf-8") as said:
        command = [sys.executable, "-m", f"tests.benchmarks.{kind}_server", str(lines), "--port", str(port), *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


def lateness(lines: Path) -> list[float]:
    """How late the event loop of a `measured_server` was at most in each second up to now, in ms."""
    return [float(line) for line in lines.read_text("utf-8").split()]


def engine() -> str:
    """Where the runs of a server that is measured here train: as LAB_ENGINE says, else as every server."""
    return engine_name(otherwise="process")


@contextmanager
def client(kind: str, *arguments: object) -> Iterator[Callable[[str], str]]:
    """`python -m tests.benchmarks.KIND_client` once all its visitors have their pages; yields a function that sends it a word.

    The word "report" is answered by a line, which is returned; nothing is said to any other.
    """
    command = [sys.executable, "-m", f"tests.benchmarks.{kind}_client", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(word: str) -> str:
        process.stdin.write(f"{word}\n")
        process.stdin.flush()
        return process.stdout.readline() if word == "report" else ""

    try:
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"The {kind} client ended before its pages were complete.")
        yield ask
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def wait_for_port(port: int, process: subprocess.Popen, *, seconds: float = 60) -> None:
    """Wait until something listens on `port`; raises RuntimeError when the server ends first, or never answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(POLL)
    raise RuntimeError(f"The server did not listen on port {port} within {seconds:g} s (exit code {process.poll()}).")
