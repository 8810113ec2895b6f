"""How many may come in, and who is not waited for: sessions, connections, files, half requests."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from core.errors import ConfigError
from dashboard.web import doors
from dashboard.web.doors import Limits, limits
from tests.dashboard.serving import ROOT, serving, until

# Half a second for half a request, and for the next one on a connection, which uvicorn waits for.
SMALL = """
from dashboard.web import doors
doors.HEAD_SECONDS, doors.BODY_SECONDS = 0.5, 0.5
class Impatient(doors.PatientProtocol):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.timeout_keep_alive = 0.5
doors.PatientProtocol = Impatient
"""


@pytest.mark.parametrize("files", [64, 256, 1024, 4096, 8192, 10**6])
def test_sessions_and_connections_never_take_the_files_that_runs_need(files):
    found = Limits.of(files, 150)
    others = found.connections + found.backlog + found.sessions * (doors.FILES_HERE - 1 + doors.FILES_GONE)
    assert others + doors.RESERVE <= max(files, doors.RESERVE + 26), "even when everybody comes, and everybody has left before"
    assert found.connections >= found.sessions and 1 <= found.sessions <= 150


def test_a_usual_machine_has_room_for_a_class():
    assert Limits.of(8192, 150).sessions == 150
    assert Limits.of(1024, 150).sessions >= 60, "where the system lets us have no more files"
    assert Limits.of(8192, 40).sessions == 40


def test_the_number_of_sessions_is_a_setting(monkeypatch):
    monkeypatch.setenv("LAB_MAX_SESSIONS", "7")
    assert limits().sessions == 7
    monkeypatch.setenv("LAB_MAX_SESSIONS", "many")
    with pytest.raises(ConfigError, match="LAB_MAX_SESSIONS"):
        limits()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_the_limit_of_open_files_is_raised_to_what_the_system_allows():
    code = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 300))
from dashboard.web.doors import most_files
assert most_files() == 300
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert made.stdout == "300 300\n"


def test_where_there_is_no_such_limit_none_is_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    assert doors.most_files() == doors.MOST_FILES


def test_the_next_one_is_told_that_the_lab_is_full(tmp_path):
    with serving(tmp_path, LAB_MAX_SESSIONS="2") as lab, lab.visit() as first, lab.visit():
        assert lab.session(first)
        for path in ("/", "/evaluate", "/train"):
            status, headers, body = lab.get(path)
            assert status == 503 and b"The lab is full" in body and headers["content-type"].startswith("text/html"), path
            assert headers["retry-after"] and headers["x-content-type-options"] == "nosniff"
        with pytest.raises(InvalidStatus) as refused:
            lab.visit()
        assert refused.value.response.status_code == 503 and b"The lab is full" in refused.value.response.body
        assert lab.get("/_stcore/health")[0] == 200
        first.close()
        until(lambda: lab.get("/")[0] == 200, "there is room again")
        with lab.visit() as next_one:
            assert lab.session(next_one)


def half(port: int, text: bytes) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=60)
    made.sendall(text)
    return made


def test_half_requests_are_closed(tmp_path):
    with serving(tmp_path, before=SMALL) as lab:
        beginnings = (
            b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
            b"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nx",
            b"GET /_stcore/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET / HTTP/1.1\r\nHo",  # a whole one, then half of another
        )  # fmt: skip
        waiting = [half(lab.port, text) for text in beginnings for _ in range(10)]
        for one in waiting:
            while one.recv(65536):
                pass  # until the server closes: the test's patience is the socket's time-out
            one.close()
        with lab.visit() as page:
            assert lab.session(page), "whoever has asked wholly stays"
            with half(lab.port, b"G") as slow:
                assert slow.recv(1) == b""
            page.send(b"")
            assert lab.get("/_stcore/health")[0] == 200


CROWDED = """
from dashboard.web import doors
doors.Limits.of = classmethod(lambda cls, files, wanted: cls(sessions=5, connections=3, backlog=8))
"""


def test_answers_that_the_application_never_sees_have_the_headers_of_all_others(tmp_path):
    """Of a request that is none, and of a connection too many."""
    with serving(tmp_path, before=CROWDED) as lab, ExitStack() as stack:
        answers = {}
        with half(lab.port, b"no request\r\n\r\n") as wrong:
            answers[400] = http.client.HTTPResponse(wrong)
            answers[400].begin()
            assert b"Invalid HTTP request" in answers[400].read()
        until(lambda: lab.get("/_stcore/health")[0] == 200, "the connection is closed")
        for _ in range(3):
            stack.enter_context(half(lab.port, b""))
        answers[503] = http.client.HTTPResponse(stack.enter_context(half(lab.port, b"")))
        answers[503].begin()
        assert b"no room for another connection" in answers[503].read()
        for status, answer in answers.items():
            assert answer.status == status and "frame-ancestors" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["referrer-policy"] == "same-origin" and answer.headers["connection"] == "close"


FILES = 256
LIMITED = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES}))
from core.training import RunConfig
from dashboard.shell import services
from tests.support import LONG_TINY, register_tiny
register_tiny(train=4_000)
print("run", services.manager().submit(RunConfig.of(**LONG_TINY)), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_run_trains_on_when_more_come_than_there_are_files_for(tmp_path):
    from core.training.runs.manager import RunManager

    with serving(tmp_path, before=LIMITED) as lab, ExitStack() as stack:
        run_id = lab.said.read_text("utf-8").split()[1]
        watching = RunManager(tmp_path)
        until(lambda: len(watching.snapshot(run_id).epochs) >= 1, "the first epoch")
        burst = Limits.of(FILES, doors.SESSIONS).backlog  # who comes in greater numbers is heard a second later, by the system's rules
        for _ in range(300 // burst + 1):
            for _ in range(burst):
                stack.enter_context(socket.create_connection(("127.0.0.1", lab.port), timeout=60))
            with suppress(OSError, http.client.HTTPException):  # who comes last is answered, or refused, after them
                lab.get("/_stcore/health")
        refused = 0
        for _ in range(30):
            try:
                page = stack.enter_context(lab.visit())
                lab.session(page)
            except Exception:  # a connection that ends while a client is still asking has many names
                refused += 1
        assert refused > 10, "there are files for a few"
        done = len(watching.snapshot(run_id).epochs)
        until(lambda: len(watching.snapshot(run_id).epochs) > done + 1, "the run goes on")
        assert watching.snapshot(run_id).status == "running"
        log = lab.said.read_text("utf-8") + "".join(p.read_text("utf-8") for p in Path(tmp_path).glob("lab.log*"))
        assert "Too many open files" not in log and len(log.splitlines()) < 400, log[-3000:]
