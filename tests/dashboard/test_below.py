"""The lab below a path that a web server leaves in the addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.errors import ConfigError
from dashboard.web.below import base_path
from tests.dashboard.serving import serving

ROOT = Path(__file__).resolve().parents[2]
# What leads to the root of the server, wherever the lab stands: in HTML, in Markdown, in style sheets and in scripts.
TO_THE_ROOT = re.compile(r"""(href|src|action)=\\?["']/|\]\(/|location\.origin|url\(["']?/|(fetch|import|URL)\(["'`]/""")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("lab", "/lab"),
        ("/lab/", "/lab"),
        ("/a/b-c/", "/a/b-c"),
        ("", ""),
        ("/", ""),
        ("//", ""),
        (" /~anna ", "/~anna"),
        ("/user/anna@uni.example/proxy", "/user/anna@uni.example/proxy"),
        ("/user/anna%40uni.example/proxy/", "/user/anna@uni.example/proxy"),
        ("/l%C3%A4b", "/läb"),
    ],
)
def test_a_path_is_one_however_it_is_written(text, path):
    assert base_path(text) == path


@pytest.mark.parametrize(
    "text", ["/lab?x", "a b", "../lab", "/lab/..", "http://lab.example.edu/lab", "/%2e", "/a%2Fb", "a;b", "/%", "/a%00"]
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(ConfigError, match="--base-path /lab"):
        base_path(text)


@pytest.mark.parametrize(("arguments", "settings"), [(("--base-path", "lab"), {}), ((), {"STREAMLIT_SERVER_BASE_URL_PATH": "/lab/"})])
def test_all_is_there_below_the_path(tmp_path, arguments, settings):
    with serving(tmp_path, *arguments, **settings) as lab:
        assert f":{lab.port}/lab/" in lab.said.read_text("utf-8"), "the address that is printed"
        for path in ("/lab/", "/lab/evaluate", "/lab/vendor/plotly.min.js", "/lab/forbidden.js", "/lab/_stcore/health", "/_stcore/health"):
            assert lab.get(path)[0] == 200, path
        assert lab.get("/lab?epochs=3")[1]["location"] == "lab/?epochs=3"
        assert lab.get("/lab/home?reader=vit")[1]["location"] == "./?reader=vit"
        assert lab.get("/lab/evaluate/?run=x")[1]["location"] == "../evaluate?run=x"
        assert lab.get("/lab/Evaluate?run=x")[1]["location"] == "./evaluate?run=x"
        assert lab.get("/lab/Evaluate/")[1]["location"] == "../evaluate"
        assert lab.get("/laboratory/")[0] == 404
        status, headers, body = lab.get("/evaluate/x<y/z")
        assert status == 404 and b'href="../../"' in body and b"x&lt;y" in body and "content-security-policy" in headers
        for path in ("/user/anna/proxy/absolute/8501/", "/user/anna/proxy/absolute/8501/evaluate"):
            assert b"--base-path /user/anna/proxy/absolute/8501." in lab.get(path)[2], "all that stands before the page"


def test_a_path_may_have_the_signs_that_names_of_people_have(tmp_path):
    with serving(tmp_path, "--base-path", "/user/anna@uni.example/läb") as lab:
        for path in ("/user/anna%40uni.example/l%C3%A4b/", "/user/anna@uni.example/l%c3%a4b/vendor/plotly.min.js"):
            assert lab.get(path)[0] == 200, path
        assert lab.get("/user/anna%40uni.example/l%C3%A4b?a=b")[1]["location"] == "l%C3%A4b/?a=b"


def test_what_a_proxy_passes_on_is_small_and_stays_one_persons(tmp_path):
    with serving(tmp_path, "--allow-host", "lab.example") as lab:
        assert lab.get("/")[1]["cache-control"] == "private, no-cache"
        plotly = "/vendor/plotly.min.js"
        assert lab.get(plotly, Accept_Encoding="gzip")[1]["content-encoding"] == "identity", "on this machine nothing is gained"
        for passed_on in ({"Host": "lab.example"}, {"X_Forwarded_For": "10.0.0.7"}):
            headers = lab.get(plotly, Accept_Encoding="gzip", **passed_on)[1]
            assert headers["content-encoding"] == "gzip" and headers["vary"] == "Accept-Encoding"


def test_a_page_that_cannot_connect_is_told_why(tmp_path):
    with serving(tmp_path, LAB_MAX_SESSIONS="1") as lab:
        assert lab.get("/connection", "POST", Origin=f"http://127.0.0.1:{lab.port}")[0] == 204
        status, _, body = lab.get("/connection", "POST", Origin="http://lab.example")
        assert status == 403 and b"must pass on the name and port" in body and f"http://127.0.0.1:{lab.port}".encode() in body
        status, _, body = lab.get("/_stcore/stream")
        assert status == 426 and b"Upgrade" in body and "Upgrade" in lab.said.read_text("utf-8"), "the console says it, too"
        with lab.visit() as page:
            assert lab.session(page)
            status, _, body = lab.get("/connection", "POST")
            assert status == 503 and b"The lab is full" in body


@pytest.mark.parametrize(
    "line",
    [
        '<a href="/try">', "[it](/try)", "import(`${location.origin}/components/x.js`)", "<img src='/a.png'>", "url(/a.woff2)",
        "fetch('/connection')", 'href=\\"/vendor/plotly.min.js\\"', "new URL('/vendor', root)",
    ],
)  # fmt: skip
def test_an_address_at_the_servers_root_is_found(line):
    assert TO_THE_ROOT.search(line)


@pytest.mark.parametrize("line", ['<a href="?patch=8">', "[it](try)", "new URL('./', location.href)", 'href="./vendor"', "[T](H/W)"])
def test_an_address_beside_the_page_is_none(line):
    assert not TO_THE_ROOT.search(line)


def test_every_address_of_the_lab_is_relative():
    files = [path for folder in ("dashboard", "pages") for kind in ("py", "js", "css") for path in (ROOT / folder).rglob(f"*.{kind}")]
    assert len(files) > 100
    wrong = [
        f"{path.relative_to(ROOT)}: {line}" for path in files for line in path.read_text("utf-8").splitlines() if TO_THE_ROOT.search(line)
    ]
    assert wrong == []
