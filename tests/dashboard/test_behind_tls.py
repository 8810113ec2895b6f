"""A class as docs/server.md sets it up: below a path, behind a web server that ends TLS."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import ssl

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect

from tests.dashboard.serving import heard, serving
from tests.dashboard.tls_proxy import certificate, tls_proxy

NAME = "lab.example.edu"
# What a browser asks with for a websocket. A client of the library that is refused may wait for good for its own thread, over TLS.
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.skipif(not shutil.which("openssl"), reason="the certificate is made with openssl")
def test_a_class_below_a_path_behind_a_proxy_that_ends_tls(tmp_path):
    made = certificate(tmp_path, NAME)
    trusting = ssl.create_default_context(cafile=str(made))
    named = ("--class", "--host", "127.0.0.1", "--allow-host", NAME, "--base-path", "/lab")
    with serving(tmp_path, *named) as lab, tls_proxy(lab.port, made) as port:

        def get(path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=trusting, timeout=60)
            connection.sock = trusting.wrap_socket(socket.create_connection(("127.0.0.1", port), 60), server_hostname=NAME)
            connection.request(method, path, headers={"Host": f"{NAME}:{port}", **headers})
            answer = connection.getresponse()
            answer.text = answer.read()
            return answer

        page = get("/lab/")
        assert page.status == 200 and b"sequenceLab" in page.text
        cookie = page.headers["set-cookie"]
        assert "; Secure" in cookie and "; HttpOnly" in cookie and "strict-transport-security" not in page.headers
        assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
        assert get("/lab/healthz").text == b"ok"
        link = get(f"/lab/instructor?secret={(tmp_path / 'instructor.key').read_text('utf-8')}")
        assert link.status == 303 and link.headers["location"] == "./class" and "; Secure" in link.headers["set-cookie"]
        assert get("/lab/_stcore/metrics").status == 403, "for this machine alone, and the proxy passes strangers on"
        assert get("/", Host="evil.example").status == 403

        def visit(origin: str):
            own = socket.create_connection(("127.0.0.1", port))
            return connect(
                f"wss://{NAME}:{port}/lab/_stcore/stream", ssl=trusting, sock=own, server_hostname=NAME, origin=origin,
                subprotocols=["streamlit"], max_size=None, additional_headers={"Cookie": cookie.partition(";")[0]},
            )  # fmt: skip

        for stranger in ("https://evil.example", f"http://{NAME}:{port}", f"https://{NAME}"):
            assert get("/lab/_stcore/stream", Origin=stranger, **UPGRADE).status == 403, stranger
        with visit(f"https://{NAME}:{port}") as visitor:
            message = BackMsg()
            message.rerun_script.query_string = ""
            visitor.send(message.SerializeToString())
            delta = heard(visitor, "delta")
            assert delta
        log = "".join(path.read_text("utf-8") for path in tmp_path.glob("lab.log*"))
        assert not re.search("ERROR|Traceback", log), log[-2000:]
