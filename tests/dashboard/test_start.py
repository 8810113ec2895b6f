"""The server as a process: from the first line that it prints to what it leaves behind after Ctrl-C."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from websockets.sync.client import connect

from core.training.runs.manager import RunManager
from tests.ports import free_port
from tests.support import wait_for

ROOT = Path(__file__).resolve().parents[2]

# The server of `python -m dashboard`, with a run in progress as if somebody had pressed play.
SERVER = """
import sys
from core.training import RunConfig
from dashboard.shell import services
from dashboard.__main__ import main
from tests.support import LONG_TINY, register_tiny
register_tiny(train=4_000)
print(services.manager().submit(RunConfig.of(**LONG_TINY)), flush=True)
sys.exit(main(sys.argv[1:]))
"""


def test_help_is_instant():
    code = """
import sys
from dashboard.__main__ import main
try:
    main(["--help"])
except SystemExit as end:
    assert end.code == 0
print("heavy:", [name for name in ("torch", "streamlit", "plotly", "numpy") if name in sys.modules])
"""
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    for flag in ("--host", "--port", "--home"):
        assert flag in made.stdout
    assert made.stdout.endswith("heavy: []\n") and made.stderr == ""


@pytest.fixture
def server(tmp_path):
    """A server that trains: (process, address, run id, the lines that it prints)."""
    port = free_port()
    environment = {**os.environ, "LAB_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, "--port", str(port)],
        cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(map(str.strip, process.stdout)), daemon=True)
    reader.start()
    try:
        until(lambda: len(lines) >= 2 or process.poll() is not None, "the server prints its address")
        yield process, f"127.0.0.1:{port}", lines[0], lines
    finally:
        process.kill()
        process.wait()
        reader.join()


def until(condition, what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console, this test included")
def test_the_server_from_its_start_to_ctrl_c(server, tmp_path):
    process, address, run, lines = server
    assert lines[1] == f"Sequence Lab: http://{address}"
    assert get(f"http://{address}/_stcore/health") == (200, b"ok")
    status, body = get(f"http://{address}/vendor/plotly.min.js")
    assert status == 200 and len(body) > 1_000_000 and b"plotly.js v" in body[:500]
    assert b"<title>" in get(f"http://{address}/")[1]

    watching = RunManager(tmp_path)
    wait_for(watching, run, lambda s: len(s.epochs) >= 1)
    assert watching.snapshot(run).status == "running"
    with connect(f"ws://{address}/_stcore/stream"):  # somebody has a page open
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert "Traceback" not in "\n".join(lines)
    left = RunManager(tmp_path).snapshot(run)
    assert left.status == "interrupted" and len(left.epochs) >= 1
    assert left.message.startswith("The server was stopped."), "the server said so itself; it was not found dead at the next start"


def test_small_answers_are_sent_at_once(server):
    connection, seconds = http.client.HTTPConnection(server[1]), []
    for _ in range(30):
        began = time.monotonic()
        connection.request("GET", "/favicon.png")
        connection.getresponse().read()
        seconds.append(time.monotonic() - began)
    connection.close()
    assert sorted(seconds)[7] < 0.03, "Nagle's algorithm and delayed acknowledgements make it 0.04 each after the first few"
