"""Who may ask the server: names, origins, and the headers of every answer."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus

from core.errors import ConfigError
from dashboard.web.framing import matches
from dashboard.web.guard import Rules, as_asked, refusal, rules, split
from tests.dashboard.serving import serving

NAMES = {b"host": "127.0.0.1:8501"}


def scope(kind="http", method="GET", scheme="http", server=("127.0.0.1", 8501), **headers):
    sent = {name.replace("_", "-"): value for name, value in ({"host": "127.0.0.1:8501"} | headers).items() if value is not None}
    found = {"type": kind, "scheme": scheme, "path": "/", "server": server}
    found["headers"] = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    return found | ({"method": method} if kind == "http" else {})


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:9", "[::1]", "[::1]:8501", "localhost.:80"])
def test_a_private_lab_answers_to_this_machine_at_any_port(host):
    assert refusal(scope(host=host), rules()) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:8501", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.7", "", "localhost:port",
        "localhost@evil.example", "localhost/..", "localhost:123456", "evil.example\\@localhost", "xn--lcalhost-5cb", "[::2]", "[::1",
        "127.0.0.1 evil", "localhost,evil.example", None,
    ],
)  # fmt: skip
def test_a_private_lab_answers_to_no_other_name(host):
    for kind in ("http", "websocket"):
        said = refusal(scope(kind, host=host), rules())
        assert "--allow-host" in said and said.isascii() and len(said) < 400


def test_a_header_that_came_twice_is_not_believed():
    twice = scope()
    twice["headers"].append((b"host", b"evil.example"))
    assert refusal(twice, rules())
    asked = scope("websocket", origin="http://127.0.0.1:8501")
    asked["headers"].append((b"origin", b"http://evil.example"))
    assert refusal(asked, rules())


def test_an_open_lab_answers_to_its_own_address_and_to_what_was_allowed():
    opened = rules("0.0.0.0", ["lab.example.edu"])
    own = ("192.168.7.9", 8501)
    assert refusal(scope(host="192.168.7.9:8501", server=own), opened) == ""
    assert refusal(scope(host="[::ffff:192.168.7.9]:8501", server=own), opened) == ""
    assert refusal(scope(host="lab.example.edu", server=own), opened) == ""
    assert refusal(scope(host="localhost:8501"), opened) == ""
    for stranger in ("192.168.7.10", "evil.example", "sub.lab.example.edu"):
        assert "does not answer" in refusal(scope(host=stranger, server=own), opened)
    assert refusal(scope(host="192.168.7.9", server=own), rules("192.168.7.9")) == ""
    assert refusal(scope(host="192.168.7.10", server=own), rules("192.168.7.9"))


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True), ("http://127.0.0.1:8501", True), ("http://127.0.0.1:8502", False), ("http://localhost:8501", False),
        ("https://127.0.0.1:8501", False), ("http://127.0.0.1", False), ("null", False), ("http://evil.example", False), ("", False),
        ("file://", False), ("http://127.0.0.1:8501.evil.example", False), ("http://user@127.0.0.1:8501", False),
    ],
)  # fmt: skip
def test_only_the_labs_own_pages_may_talk_to_it(origin, allowed):
    for asked in (
        scope("websocket", scheme="ws", origin=origin),
        scope(method="PUT", origin=origin),
        scope(method="DELETE", origin=origin),
    ):
        assert (refusal(asked, rules()) == "") is allowed
    assert refusal(scope(method="GET", origin=origin), rules()) == "", "whoever follows a link from elsewhere may look"


def test_a_default_port_is_the_same_origin_said_or_not():
    assert refusal(scope("websocket", host="localhost:80", origin="http://localhost"), rules()) == ""
    assert refusal(scope("websocket", scheme="wss", host="localhost", origin="https://localhost:443"), rules()) == ""


def test_a_proxy_is_believed_for_the_labs_own_names_alone():
    proxied = {"host": "127.0.0.1:8501", "x_forwarded_host": "lab.example.edu", "x_forwarded_proto": "https"}
    asked = scope("websocket", scheme="ws", origin="https://lab.example.edu", **proxied)
    assert refusal(asked, rules(allow_hosts=["lab.example.edu"])) == ""
    assert refusal(asked, rules()), "nobody allowed this name: the header may be anybody's"
    here = scope("websocket", origin="http://localhost:8700", host="127.0.0.1:8501", x_forwarded_host="localhost:8700")
    assert refusal(here, rules()) == "", "as Apache passes it on unless told otherwise"
    forged = scope("websocket", scheme="ws", origin="http://evil.example", host="evil.example", x_forwarded_host="lab.example.edu")
    assert refusal(forged, rules(allow_hosts=["lab.example.edu"])), "the real name counts, too"
    other = scope("websocket", origin="https://evil.example", host="127.0.0.1:8501", x_forwarded_host="evil.example")
    assert refusal(other, rules(allow_hosts=["lab.example.edu"]))
    plain = scope("websocket", origin="http://lab.example.edu", host="lab.example.edu", x_forwarded_proto="https")
    assert "X-Forwarded-Proto" in refusal(plain, rules(allow_hosts=["lab.example.edu"])), "who came over http may have been lied to"


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("https://lab.example.edu", {"host": "lab.example.edu"}),  # https ends at a proxy that does not say so
        ("https://lab.example.edu:8443", {"host": "lab.example.edu:8443"}),
        ("https://lab.example.edu", {"host": "lab.example.edu", "x_forwarded_proto": "http"}),  # the second of two proxies says it
        ("https://lab.example.edu", {"host": "lab.example.edu", "x_forwarded_proto": "wss"}),  # as Traefik calls a WebSocket's
        ("http://lab.example.edu", {"host": "lab.example.edu", "x_forwarded_proto": "ws"}),
        ("http://lab.example.edu:81", {"host": "lab.example.edu:81", "x_forwarded_host": "lab.example.edu"}),  # one has no port
        ("http://lab.example.edu:81", {"host": "lab.example.edu", "x_forwarded_port": "81"}),
        ("https://lab.example.edu", {"host": "lab.example.edu", "x_forwarded_proto": "https", "x_forwarded_port": "80"}),
    ],
)
def test_what_a_proxy_does_not_say_is_no_other_origin(origin, headers):
    asked = scope("websocket", scheme="ws", origin=origin, **headers)
    assert refusal(asked, rules(allow_hosts=["lab.example.edu"])) == ""
    seen = as_asked(asked, rules(allow_hosts=["lab.example.edu"]))
    assert dict(seen["headers"])[b"host"].decode() == origin.partition("://")[2], "Streamlit compares letter by letter"


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("http://lab.example.edu:81", {"host": "lab.example.edu"}),  # another port may be anybody's
        ("https://lab.example.edu:8443", {"host": "lab.example.edu:81"}),
        ("https://lab.example.edu:81", {"host": "lab.example.edu"}),
        ("http://127.0.0.1:8501", {"host": "127.0.0.1:8501", "x_forwarded_host": "lab.example.edu"}),  # a visitor's own machine
    ],
)
def test_another_port_stays_another_origin_behind_a_proxy(origin, headers):
    assert refusal(scope("websocket", scheme="ws", origin=origin, **headers), rules(allow_hosts=["lab.example.edu"]))


@pytest.mark.parametrize("name", ["http://lab.example.edu", "lab.example.edu:80", "lab/x", "a b", "", "*"])
def test_what_is_no_name_cannot_be_allowed(name):
    with pytest.raises(ConfigError, match="--allow-host"):
        rules(allow_hosts=[name])


@pytest.mark.parametrize(
    "origin",
    [
        "lms.example.edu",
        "https://lms.example.edu/course",
        "https://a; script-src *",
        "*",
        "https://*",
        "https://*.",
        "https://a.*.b",
        "https://a\r\nx: y",
    ],
)
def test_what_is_no_origin_cannot_frame_the_lab(origin):
    with pytest.raises(ConfigError, match="--frame https://NAME"):
        rules(ancestors=[origin])


def test_an_origin_is_one_however_it_is_written():
    assert rules(ancestors=["https://Moodle.example.edu/"]).ancestors == ("https://moodle.example.edu",)
    assert rules(ancestors=["https://*.instructure.com:8443"]).ancestors == ("https://*.instructure.com:8443",)
    assert rules(ancestors=["https://*.läb.example"]).ancestors == ("https://*.xn--lb-via.example",)
    assert refusal(scope(host="xn--lb-via.example"), rules(allow_hosts=["Läb.example"])) == "", "as browsers send it"


def test_names_are_compared_in_one_way():
    assert split("LAB.Example.EDU.:80") == ("lab.example.edu", "80")
    assert split("[0:0:0:0:0:0:0:1]:5") == ("::1", "5")
    assert Rules() == rules(), "the default is a private lab"


def test_the_server_refuses_strangers_and_says_so(tmp_path):
    with serving(tmp_path, "--frame-ancestors", "https://lms.example.edu") as lab:
        status, headers, body = lab.get("/", Host="evil.example")
        assert status == 403 and b"evil.example" in body and b"--allow-host" in body and headers["content-type"].startswith("text/plain")
        own = f"http://127.0.0.1:{lab.port}"
        for origin in ("http://127.0.0.1:1", "http://evil.example", f"https://127.0.0.1:{lab.port}", "null"):
            with pytest.raises(InvalidStatus) as refused:
                lab.visit(origin=origin)
            assert refused.value.response.status_code == 403 and b"may not use this lab" in refused.value.response.body
        upgrade = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec_WebSocket_Version": "13",
        }
        assert lab.get("/_stcore/stream", Host="evil.example", **upgrade)[0] == 403
        assert lab.get("/_stcore/upload_file/a/b", "PUT", b"x", Origin="http://127.0.0.1:1")[0] == 403
        with lab.visit(origin=own) as page:
            assert lab.session(page)
        paths = (
            "/",
            "/evaluate",
            "/_stcore/health",
            "/vendor/plotly.min.js",
            "/scripts/none/none.js",
            "/static/none.js",
            "/favicon.png",
        )
        for path in paths:
            status, headers, body = lab.get(path)
            assert "frame-ancestors 'self' https://lms.example.edu" in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
            assert "server" not in headers and "x-frame-options" not in headers, "a list of frames is known to the policy alone"
            assert sum(len(name) + len(value) + 4 for name, value in headers.items()) < 2000, "a proxy takes 4 kB"
        assert lab.get("/", Host="evil.example")[1]["x-content-type-options"] == "nosniff"
        assert lab.get("/_stcore/metrics")[0] == 200
        assert lab.get("/_stcore/metrics", X_Forwarded_For="10.0.0.7")[0] == 403


def test_a_frame_that_is_not_allowed_is_told_what_to_do(tmp_path):
    frame = {"Sec_Fetch_Dest": "iframe", "Sec_Fetch_Site": "cross-site"}
    with serving(tmp_path, "--frame", "https://lms.example.edu") as lab:
        status, headers, body = lab.get("/try?embed=true&from=draw", Referer="http://localhost:8700/", **frame)
        assert status == 403 and b"--frame http://localhost:8700" in body and b'href="./try?from=draw" target="_blank"' in body
        assert "frame-ancestors *" in headers["content-security-policy"] and b"<script" not in body
        assert "set-cookie" not in headers, "nobody is introduced in such a frame"
        assert b"<script" not in lab.get("/try?%22%3E%3Cscript%3E=1", Referer="http://a.example/", **frame)[2]
        for allowed in (frame | {"Referer": "https://lms.example.edu/"}, frame, {"Referer": "http://localhost:8700/"}):
            status, headers, body = lab.get("/try?embed=true", **allowed)
            assert status == 200 and "frame-ancestors 'self' https://lms.example.edu" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("origin", "allowed", "may"),
    [
        ("https://a.example", "https://a.example", True), ("https://a.example:443", "https://a.example", True),
        ("https://x.a.example", "https://*.a.example", True), ("https://a.example", "https://*.a.example", False),
        ("https://xa.example", "https://*.a.example", False), ("https://a.example:8443", "https://a.example", False),
        ("https://a.example", "http://a.example", True), ("http://a.example", "https://a.example", False),
        ("http://a.example:8700", "http://a.example:8700", True), ("null", "https://a.example", False),
    ],
)  # fmt: skip
def test_an_origin_may_frame_the_lab_as_a_policy_says_it(origin, allowed, may):
    assert matches(origin, allowed) is may


@pytest.mark.parametrize("name", ["forwarded", "via", "x_forwarded_for", "x_forwarded_host", "x_forwarded_proto", "x_real_ip"])
def test_what_the_server_counts_is_for_this_machine_alone(name):
    opened, own = rules("0.0.0.0"), {"path": "/_stcore/metrics", "client": ("127.0.0.1", 5)}
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert refusal(scope() | own | {"client": (address, 5)}, opened) == ""
    for path in ("/_stcore/metrics", "/_stcore/metrics/", "/lab/_stcore/metrics"):
        assert "this machine alone" in refusal(scope() | own | {"path": path, "client": ("192.168.7.9", 5)}, opened)
        assert "this machine alone" in refusal(scope(**{name: "10.0.0.7"}) | own | {"path": path}, opened)
    assert "this machine alone" in refusal(scope() | own | {"client": None}, opened)
    assert refusal(scope(**{name: "10.0.0.7"}), opened) == "", "other pages are for all"
