"""What a browser does with the lab's rules: other sites can neither frame it nor use it, and its own pages work under them."""

from __future__ import annotations

import pytest

from dashboard.__main__ import APP
from tests.browser.sites import site

pytestmark = pytest.mark.browser


@pytest.fixture
def other_site(tmp_path):
    """A web page of another origin of this machine: its folder and its address."""
    with site(tmp_path) as port:
        yield tmp_path, f"http://127.0.0.1:{port}/page.html"


def test_another_site_can_neither_frame_the_lab_nor_open_its_socket(chromium, serve, other_site):
    lab = serve(APP)
    folder, address = other_site
    socket = lab.replace("http", "ws") + "/_stcore/stream"
    (folder / "page.html").write_text(
        f"""<!doctype html><iframe src="{lab}"></iframe><script>
        const socket = new WebSocket("{socket}", ["streamlit"])
        socket.onopen = () => document.title = "open"
        socket.onerror = () => document.title = "refused"
        </script>""",
        encoding="utf-8",
    )
    context = chromium.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("document.title")
    assert page.title() == "refused"
    frame = page.frame_locator("iframe")
    frame.get_by_text("The lab is not shown in a frame of").wait_for()
    assert frame.locator("script").count() == 0, "a sentence stands where the lab would"
    page.goto(lab)
    page.wait_for_selector("h1")
    person = next(cookie for cookie in context.cookies() if cookie["name"].startswith("lab_person"))
    assert person["httpOnly"] and person["sameSite"] == "Lax"
    context.close()


def test_no_script_and_no_picture_from_elsewhere_is_loaded(chromium, serve, other_site):
    """As a page would that shows what somebody typed: the policy is the second wall behind escaping."""
    _, address = other_site
    lab = serve(APP)
    context = chromium.new_context()
    page = context.new_page()
    page.goto(lab)
    page.wait_for_selector("h1")
    loaded = page.evaluate(
        """async address => {
            const tried = kind => new Promise(done => {
                const made = document.createElement(kind)
                made.onload = () => done("loaded"); made.onerror = () => done("refused")
                made.src = address; document.body.append(made)
            })
            const violations = []
            document.addEventListener("securitypolicyviolation", event => violations.push(event.effectiveDirective))
            const written = document.createElement("script")
            written.textContent = "window.written = true"
            document.body.append(written)
            return [await tried("img"), await tried("script"), window.written ?? "not run", violations]
        }""",
        address,
    )
    context.close()
    assert loaded[:3] == ["refused", "refused", "not run"] and {"img-src"} < {*loaded[3]}
