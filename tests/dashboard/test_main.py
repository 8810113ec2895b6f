"""Starting the lab: what cannot work is refused in one sentence with exit code 2, and the server's own routes."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import socket
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from dashboard.__main__ import ROOT, main, port_problem, shown_host
from dashboard.kit.component import SCRIPTS, imports_of, loader, script_url, version, with_imports


def refused(capsys, *arguments: str) -> str:
    assert main(list(arguments)) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    return printed.err


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))


def test_a_port_in_use_is_refused_with_the_next_one(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} is in use" in (said := refused(capsys, "--port", str(port)))
        assert f"--port {port + 1}" in said
    assert port_problem("127.0.0.1", port) is None


def test_a_home_that_cannot_be_written_is_refused(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused(capsys, "--home", str(tmp_path / "file" / "home"))


@pytest.mark.parametrize(
    ("host", "port", "said"), [("127.0.0.1", 70000, "no port 70000"), ("192.0.2.1", 8501, "cannot listen on 192.0.2.1")]
)
def test_an_impossible_address_is_refused(capsys, host, port, said):
    assert said in refused(capsys, "--host", host, "--port", str(port))


def test_the_port_comes_from_the_environment():
    made = subprocess.run(
        [sys.executable, "-m", "dashboard"], cwd=ROOT, env={**os.environ, "PORT": "70000"}, capture_output=True, text=True, check=False
    )
    assert made.returncode == 2 and "no port 70000" in made.stderr


def test_others_are_told_an_address_that_they_can_type():
    assert shown_host("127.0.0.1") == "127.0.0.1"
    assert shown_host("::1") == "[::1]"
    assert shown_host("0.0.0.0") not in ("0.0.0.0", "")


def test_what_is_imported_before_the_first_page_is_light():
    code = (
        "import sys, dashboard.server, dashboard.navigation, dashboard.training.live_chart, dashboard.pictures.html;"
        "print([m for m in ('torch', 'torchvision', 'sklearn', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"


def request(host: str, path_params: dict | None = None, query: str = "") -> Request:
    return Request(
        {
            "type": "http", "method": "GET", "path": "/", "client": (host, 1),
            "headers": [(b"accept-encoding", b"gzip"), (b"host", host.encode())],
            "path_params": path_params or {}, "query_string": query.encode(), "app": Starlette(),
        }
    )  # fmt: skip


def test_plotly_is_the_installed_one_and_small_over_a_network():
    from dashboard.server import PLOTLY, send_plotly

    far = send_plotly(request("192.0.2.1"))
    assert far.headers["content-encoding"] == "gzip" and len(far.body) < 2_000_000
    assert gzip.decompress(far.body) == PLOTLY.read_bytes()
    near = send_plotly(request("127.0.0.1"))
    assert near.path == PLOTLY and near.headers["content-encoding"] == "identity"


def test_a_lab_in_a_folder_whose_name_is_no_unicode_says_so():
    from dashboard.__main__ import folder_problem

    said = folder_problem(Path(os.fsdecode(b"/photos/Bilder-\xfcbung 50%20")))
    assert "rename that folder" in said and said.encode()
    assert folder_problem(ROOT) is None and folder_problem(Path("/Bilder-übung 50%20")) is None


def test_an_old_browser_can_read_what_stands_in_the_head():
    from dashboard.web.head import HERE
    from dashboard.web.head import SCRIPTS as IN_HEAD

    texts = [HERE, *((ROOT / "dashboard" / "web" / name).read_text("utf-8") for name in IN_HEAD)]
    newer = re.compile(r"\?\.[a-zA-Z(\[]|\?\?|\|\|=|AbortSignal\.|replaceChildren|\.at\(|replaceAll")  # than 2018
    assert [line for text in texts for line in text.splitlines() if newer.search(line)] == []


CHART = "dashboard/training/live_chart/live_chart.js"


def test_only_scripts_of_the_lab_are_sent():
    from dashboard.server import send_script

    found = send_script(request("127.0.0.1", {"version": version(), "path": CHART}))
    assert found.path == SCRIPTS[CHART] and "immutable" in found.headers["cache-control"]
    assert f"'./scripts/{version()}/{CHART}'" in loader(CHART), "relative: the lab may stand below a path"
    assert ".catch(failed)" in loader(CHART), "a script that does not come is said in the lab's words"
    for other in ({"path": CHART.replace("live_chart.js", "__init__.py")}, {"path": "dashboard/../core/errors.py"}, {"version": "0" * 12}):
        sent = send_script(request("127.0.0.1", {"version": version(), "path": CHART} | other))
        assert sent.status_code == 404 and "cache-control" not in sent.headers


def test_every_script_carries_the_version_and_is_there():
    """A script that was fetched at an address without the version would be kept for a year, and run beside newer ones after an upgrade."""
    assert all(script_url(name) == f"./scripts/{version()}/{name}" for name in SCRIPTS)
    imported = {name for script in SCRIPTS for name in imports_of(script)}
    assert len(imported) > 20 and imported <= SCRIPTS.keys(), "relative, so that the version goes with them"
    texts = {name: re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL) for name, path in SCRIPTS.items()}  # without types
    written = {name: re.findall(r"^import .*|\bimport\(.*|import\.meta.*", text, re.MULTILINE) for name, text in texts.items()}
    assert {name: len(lines) for name, lines in written.items()} == {name: len(imports_of(name)) for name in SCRIPTS}, "static imports only"


def test_a_changed_script_changes_every_address(tmp_path, monkeypatch):
    before = version()
    changed = tmp_path / "live_chart.js"
    changed.write_text("// another one", "utf-8")
    version.cache_clear()
    monkeypatch.setitem(SCRIPTS, CHART, changed)
    assert version() != before and version() in script_url("dashboard/shell/keys/keys.js")
    version.cache_clear()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("address", ["", "train", "evaluate"])
def test_the_empty_page_says_where_the_server_is_and_what_to_fetch(packed, address):
    from dashboard.web.head import FIRST, Head, head, style

    html = b"<html><head><title>x</title></head><body>x</body></html>"

    def sent(kind, status=200):
        body = gzip.compress(html) if packed else html
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        headers += [(b"content-encoding", b"gzip")] if packed else []

        async def app(scope, receive, send):
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        messages = []

        async def keep(message):
            messages.append(message)

        with ThreadPoolExecutor(1) as pool:  # the browser tests leave an event loop in this thread
            pool.submit(asyncio.run, Head(app)({"type": "http", "path": f"/{address}"}, None, keep)).result()
        start, end = messages
        return dict(start["headers"]), end["body"], body

    headers, body, _ = sent(b"text/html; charset=utf-8")
    assert body == b"<html><head>" + head(address) + b"<title>x</title></head><body>" + style() + b"x</body></html>"
    assert int(headers[b"content-length"]) == len(body) and b"content-encoding" not in headers
    named = with_imports(*FIRST.get(address, ()))
    for url in ("./vendor/plotly.min.js", *map(script_url, named)):
        assert f'href="{url}">'.encode() in body and url.startswith("./"), "relative: the lab may stand below a path"
    assert body.count(b'"modulepreload" href') == len(named) < len(SCRIPTS) / 4
    assert bool(named) == (address != "evaluate"), "other pages fetch their own"
    assert {name.split("/")[1] for name in named if name.startswith("pages/")} == ({"home"} if not address else set())

    digest = b64encode(sha256(body.split(b"<script>")[1].split(b"</script>")[0]).digest())
    assert b"'sha256-" + digest + b"'" in headers[b"content-security-policy"], "the script that stands in the page may run"
    for kind, status in ((b"text/css", 200), (b"text/html", 404)):
        headers, body, whole = sent(kind, status)
        assert body == whole and b"content-security-policy" not in headers


def test_the_live_chart_runs_without_a_browser():
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "tests" / "browser" / "live_chart_app.py"), default_timeout=30).run()
    assert not page.exception
    assert page.text[0].value == "asked 1, stride 1, n 65"
    page.run()
    assert not page.exception
    assert page.text[0].value == "asked 1, stride 1, n 70", "the second message is a tail"


def test_the_default_page_answers_to_its_own_path():
    from dashboard.navigation import PAGES
    from dashboard.server import ROUTES, send_home

    assert [f"/{page.url_path}" for page in PAGES if page.default] == [route.path for route in ROUTES if route.endpoint is send_home]
    answer = send_home(request("127.0.0.1", query="model=vit&epochs=3"))
    assert (answer.status_code, answer.headers["location"]) == (307, "./?model=vit&epochs=3")
    assert send_home(request("127.0.0.1")).headers["location"] == "./", "relative: the lab may stand below a path"
