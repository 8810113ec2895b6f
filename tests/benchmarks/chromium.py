"""A browser to measure in, and a lab for it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.server import lab_server, wait_for_port
from tests.ports import free_port

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's Chromium or Chrome, else Playwright's own; it draws on the CPU, as where there is no graphics card."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, BROWSERS)), playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def lab_in_chromium(home: Path | None = None) -> Iterator[tuple[Any, str]]:
    """The browser, and the address of a lab: a fresh one, or that of `home`."""
    port = free_port()
    with tempfile.TemporaryDirectory() as fresh, lab_server(str(home or fresh), port) as process, chromium() as browser:
        wait_for_port(port, process)
        yield browser, f"http://127.0.0.1:{port}"
