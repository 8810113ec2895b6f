"""A real Chromium and a real server. Without a browser the tests are skipped; where CI is set they fail instead."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.patience import MILLISECONDS
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "dashboard" / "app.py"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP *.example 127.0.0.1",  # names of this machine that a browser does not know as such
]
FAR = 200  # stops of the Tab key on a page at most
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SERVER = """
import sys
from pathlib import Path
from dashboard.__main__ import serve
serve(host="127.0.0.1", port=int(sys.argv[1]), script=Path(sys.argv[2]))
"""


def missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what}: browser tests must run where CI is set.")
    pytest.skip(f"{what}: install Chromium and Playwright to run the browser tests.")


class Patient:
    """A browser whose pages wait as long as a busy machine may need."""

    def __init__(self, browser) -> None:
        self.browser = browser

    def new_context(self, **options):
        context = self.browser.new_context(**options)
        context.set_default_timeout(MILLISECONDS)
        return context

    def new_page(self, **options):
        page = self.browser.new_page(**options)
        page.set_default_timeout(MILLISECONDS)
        return page

    def close(self) -> None:
        self.browser.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """A Playwright browser: the system's Chromium or Chrome, else the one that `playwright install chromium` fetched."""
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        missing("Playwright is not installed")
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, BROWSERS)), playwright.chromium.executable_path)
        if not Path(path).exists():
            missing("There is no Chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield Patient(browser)
        browser.close()


@contextmanager
def fresh_page(chromium) -> Iterator:
    """A page of 1280 x 800; an error in the browser's console fails the test that closes it."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    made, errors = context.new_page(), []
    made.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    context.close()
    assert errors == [], errors


def frames_sent(page) -> list:
    """What a page sends to its server from now on, a frame each; before it is opened."""
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    return sent


def at_rest(page) -> None:
    """Wait until the script of a page has run to its end."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def reach(page, control) -> None:
    """Go on with the Tab key, and nothing else, until a control has the focus."""
    control.wait_for(state="attached")
    at_rest(page)
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if control.evaluate("(one) => one === document.activeElement || one.contains(document.activeElement)"):
            return
    raise AssertionError("the Tab key does not lead there")


@pytest.fixture
def page(chromium) -> Iterator:
    with fresh_page(chromium) as made:
        yield made


@pytest.fixture(scope="module")
def shared_page(chromium, serve) -> Iterator:
    """One page for all tests of a module that need no fresh one: loading takes seconds. Closed before its server ends."""
    with fresh_page(chromium) as made:
        yield made


class Servers:
    """Servers of the lab for Streamlit scripts, each with a home of its own."""

    def __init__(self, tmp_path_factory) -> None:
        self.tmp_path_factory, self.started = tmp_path_factory, []

    def start(self, script: Path) -> str:
        """Start one; returns its address."""
        port = free_port()
        environment = {**os.environ, "LAB_HOME": str(self.tmp_path_factory.mktemp("home")), "OMP_NUM_THREADS": "1"}
        self.started.append(subprocess.Popen([sys.executable, "-c", SERVER, str(port), str(script)], cwd=ROOT, env=environment))
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", self.started[-1])
        return f"http://127.0.0.1:{port}"

    def end(self) -> None:
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait(timeout=10)


@pytest.fixture(scope="module")
def serve(tmp_path_factory) -> Iterator[Callable[[Path], str]]:
    """Start the lab's server for a Streamlit script, with a home of its own; returns the address."""
    servers = Servers(tmp_path_factory)
    yield servers.start
    servers.end()


@pytest.fixture(scope="session")
def address(tmp_path_factory) -> Iterator[str]:
    """One server of the lab for all tests that change no run: each visit is a session of its own, and torch is loaded once.

    What trains as a lesson on one page others may find trained.
    """
    servers = Servers(tmp_path_factory)
    yield servers.start(APP)
    servers.end()


class Lab:
    """A server with a home of its own, that can be killed and started again."""

    def __init__(self, home, *flags):
        self.home, self.flags = home, flags
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.start()

    def start(self):
        command = [sys.executable, "-m", "dashboard", "--port", str(self.port), "--home", str(self.home), *self.flags]
        said = (self.home.parent / "said.txt").open("a", encoding="utf-8")
        self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=said)
        said.close()
        wait_for(f"{self.url}_stcore/health", self.process)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def statuses(self):
        with sqlite3.connect(self.home / "lab.sqlite") as database:
            return dict(database.execute("SELECT id, status FROM runs").fetchall())


@pytest.fixture
def lab(tmp_path):
    with running(tmp_path / "home") as lab:
        yield lab


@pytest.fixture
def newcomers_lab(tmp_path, monkeypatch):
    """A lab that asks and offers whatever it asks and offers a newcomer."""
    monkeypatch.setenv("LAB_PREDICT", "1")
    monkeypatch.setenv("LAB_TOUR", "1")
    with running(tmp_path / "home") as lab:
        yield lab


@contextmanager
def running(home: Path) -> Iterator[Lab]:
    """A lab of its own, until the end of the body."""
    lab = Lab(home)
    yield lab
    lab.process.terminate()
    lab.process.wait(timeout=20)


def wait_for(address: str, process: subprocess.Popen, seconds: float = 25) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with exit code {process.returncode}"
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {address} within {seconds} s")
