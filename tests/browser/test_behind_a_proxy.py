"""The lab behind nginx and Apache, at a server's root and below a path; and what a page says that cannot connect."""

from __future__ import annotations

import http.client
import re
import socket
from io import BytesIO

import pytest
from PIL import Image

from tests.browser.proxies import apache, nginx, shipped
from tests.dashboard.serving import serving
from tests.driven import fresh_page
from tests.ports import free_ports

pytestmark = pytest.mark.browser
UPGRADE = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c;"
HOST = "proxy_set_header Host $host:$server_port;"
SITES = """
map $http_upgrade $c {{ default upgrade; '' close; }}
server {{ listen 127.0.0.1:{root}; location / {{ proxy_pass {lab}; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{taken}; location /lab/ {{ proxy_pass {lab}/; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{deep}; location /user/anna/proxy/8501/ {{ proxy_pass {lab}/; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{bare}; location /lab {{ rewrite ^/lab/?(.*)$ /$1 break; proxy_pass {lab}; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{no_slash}; location = /lab/ {{ return 301 http://$http_host/lab$is_args$args; }}
  location /lab {{ rewrite ^/lab/?(.*)$ /$1 break; proxy_pass {lab}; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{kept}; location /kept {{ proxy_pass {lab}; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{other}; location / {{ proxy_pass {lab}; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{plain}; location / {{ proxy_pass {lab}; }} }}
server {{ listen 127.0.0.1:{no_upgrade}; location / {{ proxy_pass {lab}; {host} }} }}
server {{ listen 127.0.0.1:{no_host}; location / {{ proxy_pass {lab}; {upgrade} }} }}
server {{ listen 127.0.0.1:{refused}; location / {{ proxy_pass {lab}; {host} }} location /_stcore/stream {{ return 403; }} }}
server {{ listen 127.0.0.1:{cut}; location / {{ proxy_pass {lab}; {host} }} location /_stcore/stream {{ return 444; }} }}
server {{ listen 127.0.0.1:{hangs}; location / {{ proxy_pass {lab}; {host} }}
  location /_stcore/stream {{ proxy_pass http://127.0.0.1:{silent}; {upgrade} }} }}
server {{ listen 127.0.0.1:{sign_in}; location / {{ proxy_pass {lab}; {host} }}
  location ~ /(_stcore/stream|connection)$ {{ return 302 http://lms.example:9/login; }} }}
server {{ listen 127.0.0.1:{behind}; location / {{ proxy_pass {lab}; {host} }} location ~ /(_stcore/stream|connection)$ {{ return 502; }} }}
server {{ listen 127.0.0.1:{policy}; add_header Content-Security-Policy "default-src 'self'";
  location / {{ proxy_pass {lab}; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{inline}; add_header Content-Security-Policy "script-src 'self' 'unsafe-inline' 'unsafe-eval'";
  location / {{ proxy_pass {lab}; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{no_put}; location / {{ limit_except GET POST {{ deny all; }} proxy_pass {lab}; {upgrade} {host} }} }}
server {{ listen 127.0.0.1:{no_scripts}; location / {{ proxy_pass {lab}; {host} }} location /static/js/ {{ return 404; }} }}
"""
NAMES = re.findall(r"listen 127.0.0.1:\{(\w+)\}", SITES)
PATHS = {
    "taken": "/lab",
    "deep": "/user/anna/proxy/8501",
    "bare": "/lab",
    "no_slash": "/lab",
    "kept": "/kept",
    "nginx_below": "/lab",
    "apache_below": "/lab",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    names = ["--allow-host", "lab.example"]
    with serving(tmp_path_factory.mktemp("home"), "--base-path", "/kept", *names) as lab:
        yield lab


@pytest.fixture(scope="module")
def place(lab, tmp_path_factory):
    """The addresses, without a slash at the end, at which web servers show the lab."""
    names = [*NAMES, "nginx", "nginx_below"]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never answers
        sites = SITES.format(lab=f"http://127.0.0.1:{lab.port}", upgrade=UPGRADE, host=HOST, silent=silent.getsockname()[1], **ports)
        for name, file in (("nginx", "nginx.conf"), ("nginx_below", "nginx-below-a-path.conf")):
            sites += shipped(file, ports[name], lab.port).replace("$lab_connection", f"${name}_connection")
        with nginx(tmp_path_factory.mktemp("nginx"), sites):
            yield lambda name, host="127.0.0.1": f"http://{host}:{ports[name]}{PATHS.get(name, '')}"


@pytest.fixture(scope="module")
def apache_place(lab, tmp_path_factory):
    ports = dict(zip(("apache", "apache_below", "apache_default"), free_ports(3), strict=True))
    sites = shipped("apache.conf", ports["apache"], lab.port) + shipped("apache-below-a-path.conf", ports["apache_below"], lab.port)
    bare = f'ProxyPass "/" "http://127.0.0.1:{lab.port}/" upgrade=websocket'
    sites += f"<VirtualHost 127.0.0.1:{ports['apache_default']}>\n{bare}\n</VirtualHost>"
    with apache(tmp_path_factory.mktemp("apache"), sites, *ports.values()):
        yield lambda name: f"http://127.0.0.1:{ports[name]}{PATHS.get(name, '')}"


def test_the_first_page_has_a_head_that_every_web_server_takes(lab):
    for path in ("/", "/kept/", "/evaluate"):
        connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        assert sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) < 2000
        connection.close()


def walk(page, address):
    """Open the lab, go to another page by the menu, by a link of "Try this" and by an address; a board and play work."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/")
    page.locator(".overview-belief").first.wait_for()
    page.goto(f"{address}/?model=gru")  # as it was written when Train was the first page
    page.wait_for_url(f"{address}/train?model=gru")
    page.locator(".live-chart .js-plotly-plot").wait_for()
    assert page.locator("#lab-connection").count() == 0
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()  # Streamlit has one on top, while a page is busy
    page.get_by_test_id("stTopNavSection").filter(has_text="Lab").click()
    page.get_by_test_id("stTopNavPopover").get_by_role("menuitem", name="Try it").click()
    page.wait_for_url(f"{address}/try*")
    page.locator(".patch-card .patch-bar").first.wait_for()
    page.get_by_role("button", name="A heart without its middle").click()
    page.wait_for_url(f"{address}/try?*edits=5.6.9.10*")
    page.wait_for_function("() => document.querySelector('.patch-board')?.dataset.answered === '5.6.9.10'")
    page.get_by_text("This set-up as a link").click()
    page.get_by_text(f"{address}/try?").wait_for()
    page.goto(f"{address}/home?reader=vit")
    page.wait_for_url(f"{address}/?reader=vit")
    page.goto(f"{address}/evaluate/")
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("csv|scores", re.IGNORECASE)).first.click()
    assert download.value.path().stat().st_size > 0
    assert [url for url in asked if url.startswith("http") and not url.startswith(f"{address}/")] == [], "all lies below the lab's address"


@pytest.mark.parametrize("name", ["taken", "kept"])
def test_the_lab_works_behind_nginx(chromium, place, name):
    with fresh_page(chromium) as page:
        walk(page, place(name))


@pytest.mark.parametrize("name", ["root", "deep", "nginx"])
def test_the_lab_opens_behind_nginx(page, place, name):
    page.goto(f"{place(name)}/try")
    page.locator(".patch-card .patch-bar").first.wait_for()


def test_a_picture_too_large_for_the_web_server_is_explained(chromium, place):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{place('taken')}/try?from=upload")
    field = page.locator(".st-key-picture_upload input[type=file]")
    made = BytesIO()
    Image.effect_noise((1200, 1000), 80).save(made, "PNG")
    assert made.tell() > 1_100_000, "nginx takes 1 MB unless told otherwise"
    field.set_input_files({"name": "large.png", "mimeType": "image/png", "buffer": made.getvalue()})
    page.get_by_role("status").filter(has_text="client_max_body_size").wait_for()
    page.goto(f"{place('no_put')}/try?from=upload")
    field.set_input_files({"name": "small.png", "mimeType": "image/png", "buffer": b"small"})
    page.get_by_role("status").filter(has_text="status 403. It must pass on files").wait_for()
    page.goto(f"{place('nginx_below')}/try?from=upload")
    field.set_input_files({"name": "large.png", "mimeType": "image/png", "buffer": made.getvalue()})
    page.get_by_text("It shows").wait_for()
    assert page.locator("#lab-upload").count() == 0
    context.close()


def test_a_path_without_its_slash_is_put_right(page, place):
    page.goto(f"{place('kept')}?epochs=3")
    page.wait_for_url(f"{place('kept')}/train?epochs=3")
    page.locator("h1").wait_for()
    page.goto(f"{place('nginx_below')}")
    page.locator("h1").wait_for()


def test_a_path_whose_slash_a_proxy_takes_off_is_put_right(chromium, place):
    context = chromium.new_context()
    page = context.new_page()  # what it asked for at first is not there: the console may say so
    page.goto(f"{place('bare')}?epochs=3")
    page.wait_for_url(f"{place('bare')}/train?epochs=3")
    page.locator("h1").wait_for()
    context.close()


def test_a_web_server_that_takes_the_slash_away_again_is_asked_once(chromium, place):
    context = chromium.new_context()
    page, asked = context.new_page(), []
    page.on("request", lambda request: request.is_navigation_request() and asked.append(request.url))
    page.goto(place("no_slash"))
    page.get_by_role("alert").filter(has_text="did not come").wait_for(timeout=8_000)
    assert len(asked) <= 4, "it went round for ever"
    context.close()


@pytest.mark.parametrize("name", ["apache", "apache_below", "apache_default"])
def test_the_lab_works_behind_apache(page, apache_place, name):
    page.goto(f"{apache_place(name)}/try")
    page.locator(".patch-card .patch-bar").first.wait_for()


def test_a_name_of_its_own_needs_to_be_allowed(chromium, place):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{place('root', 'lab.example')}/")
    page.locator("h1").wait_for()
    assert page.evaluate("!isSecureContext"), "no clipboard is lent to it, and its buttons copy all the same"
    copied = "new Promise((done) => document.addEventListener('copy', () => done(getSelection().toString())))"
    assert (
        page.evaluate(f"(async () => {{ const copied = {copied}; await navigator.clipboard.writeText('a link'); return copied }})()")
        == "a link"
    )
    page.evaluate("document.execCommand = () => false")
    page.evaluate("navigator.clipboard.writeText('a link').catch(() => {})")
    page.get_by_role("status").filter(has_text="press Ctrl+C").wait_for()
    page.goto(f"{place('root', 'other.example')}/")
    assert "--allow-host" in page.inner_text("body")
    context.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("plain", "may not use this lab"), ("no_upgrade", "the lab's server answers"), ("no_host", "may not use this lab"),
        ("refused", "WebSocket is blocked"), ("cut", "WebSocket is blocked"), ("hangs", "WebSocket is blocked"),
        ("no_scripts", "did not come"),
    ],
)  # fmt: skip
def test_a_page_without_a_connection_says_why_within_five_seconds(chromium, place, name, words):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{place(name)}/")
    alert = page.get_by_role("alert").filter(has_text=words)
    alert.wait_for(timeout=5_000)
    said = alert.inner_text()
    if name == "no_scripts":
        assert "--base-path" in said
    else:
        assert "Ask whoever runs" in said and "Upgrade" in said and "Host $http_host" in said and "upgrade=websocket" in said
    context.close()


@pytest.mark.parametrize(("name", "words"), [("sign_in", "sign in again"), ("behind", "the lab behind that server does not")])
def test_a_web_server_that_answers_in_the_labs_place_is_told_from_one_that_blocks(chromium, place, name, words):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{place(name)}/")
    alert = page.get_by_role("alert").filter(has_text=words)
    alert.wait_for(timeout=5_000)
    assert "--base-path" not in alert.inner_text() and "blocked" not in alert.inner_text()
    context.close()


@pytest.mark.parametrize("name", ["policy", "inline"])
def test_a_policy_of_the_web_servers_own_is_told(chromium, place, name):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{place(name)}/")
    page.get_by_text("with a Content-Security-Policy of its own").wait_for()
    context.close()


def test_a_browser_that_cannot_run_the_pages_scripts_is_told(chromium, lab):
    context = chromium.new_context()
    page = context.new_page()
    script = re.compile("/static/js/index")
    page.route(script, lambda route: route.fulfill(status=200, content_type="text/javascript", body="let x = @new;"))
    page.goto(f"http://127.0.0.1:{lab.port}/")
    page.get_by_role("alert").filter(has_text="The browser may be too old").wait_for(timeout=5_000)
    context.close()


def test_a_connection_that_says_nothing_is_told_at_first_and_not_after_a_break(chromium, place):
    context = chromium.new_context()
    page, sockets, silent = context.new_page(), [], True
    page.route_web_socket(re.compile("/_stcore/stream"), lambda socket: sockets.append(None if silent else socket.connect_to_server()))
    page.goto(f"{place('root')}/try")
    page.get_by_role("alert").filter(has_text="has said nothing yet").wait_for(timeout=8_000)
    silent = False
    page.reload()
    page.locator("h1").wait_for()
    sockets[-1].close()
    page.wait_for_timeout(5_000)
    assert len(sockets) > 2 and page.locator("#lab-connection").count() == 0
    context.close()


def test_a_server_that_has_ended_is_said(chromium, lab, tmp_path):
    context = chromium.new_context()
    page = context.new_page()
    with serving(tmp_path) as other:
        page.goto(f"http://127.0.0.1:{other.port}/sequences")
        page.locator("h1").wait_for()
        assert page.locator("#lab-connection").count() == 0
    page.get_by_role("alert").filter(has_text="its server does not answer").wait_for(timeout=15_000)
    context.close()


def test_what_is_said_goes_away_when_the_connection_comes(chromium, place):
    context = chromium.new_context()
    page = context.new_page()
    page.route_web_socket(re.compile("/_stcore/stream"), lambda socket: socket.close() if not open_now else socket.connect_to_server())
    open_now = False
    page.goto(f"{place('root')}/")
    page.get_by_role("alert").filter(has_text="WebSocket is blocked").wait_for(timeout=5_000)
    open_now = True
    page.locator("h1").wait_for()
    page.locator("#lab-connection").wait_for(state="detached")
    context.close()


def test_a_path_that_nobody_took_off_is_named(page, place, lab):
    answer = page.request.get(f"{place('other')}/courses/week4/")
    assert answer.status == 404 and "--base-path /courses" in answer.text()
    answer = page.request.get(f"http://127.0.0.1:{lab.port}/nowhere")
    assert answer.status == 404 and 'href="./"' in answer.text() and "no page at /nowhere" in answer.text()
