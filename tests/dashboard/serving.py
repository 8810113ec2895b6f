"""A lab's server in a process of its own, with bounds small enough to be reached, and what a visitor without a browser says to it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START = "\nimport sys\nfrom dashboard.__main__ import main\nsys.exit(main(sys.argv[1:]))\n"

# Who has left may come back for a second only, and is looked for all the time.
BRIEF = """
from dashboard.web import sessions
sessions.SWEEP_SECONDS = 0.1
class Brief(sessions.Departed):
    def __init__(self, *, seconds, most):
        super().__init__(seconds=1, most=most)
sessions.Departed = Brief
"""


@dataclass
class Served:
    """A running server."""

    port: int
    process: subprocess.Popen
    said: Path

    def get(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by their names in small letters, and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent, encode_chunked="Transfer-Encoding" in sent)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def visit(self, **headers: str) -> ClientConnection:
        """A session, before it has said anything. It takes in all that is sent, so that the server's last word is heard at once."""
        whole = {"max_size": None, "max_queue": None, "open_timeout": 60}
        return connect(f"ws://127.0.0.1:{self.port}/_stcore/stream", subprotocols=["streamlit"], **whole, **headers)

    def session(self, page: ClientConnection) -> str:
        """Let the page run, and return what Streamlit calls its session."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        page.send(message.SerializeToString())
        return heard(page, "new_session").new_session.initialize.session_id


def heard(page: ClientConnection, kind: str) -> ForwardMsg:
    """The next message of a kind."""
    while True:
        message = ForwardMsg.FromString(page.recv(timeout=60))
        if message.WhichOneof("type") == kind:
            return message


def until(condition: Callable[[], object], what: str, seconds: float = 120) -> None:
    """Wait for what must come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)


@contextmanager
def serving(home: Path, *arguments: str, before: str = "", **environment: str) -> Iterator[Served]:
    """`python -m dashboard` on a free port, after the statements in `before`."""
    port = free_port()
    said = home / "said.txt"
    with said.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", before + START, "--port", str(port), *arguments],
            cwd=ROOT, env={**os.environ, "LAB_HOME": str(home), "OMP_NUM_THREADS": "1", **environment}, stdout=output, stderr=output,
        )  # fmt: skip
    served = Served(port, process, said)
    try:
        until(lambda: "Sequence Lab: http" in said.read_text("utf-8") or process.poll() is not None, "the server prints its address")
        until(lambda: listens(port), "the server listens")
        yield served
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
