"""The lab in a frame of another site, as a course page of a learning platform shows it."""

from __future__ import annotations

from contextlib import ExitStack
from io import BytesIO

import pytest
from PIL import Image

from tests.browser.proxies import nginx, over_https, shipped
from tests.browser.sites import site
from tests.dashboard.serving import serving
from tests.ports import free_port

pytestmark = pytest.mark.browser
COURSE = """<!doctype html><title>Week 4</title>
<iframe src="http://127.0.0.1:{port}/try?embed=true&from={source}" width="1200" height="700"{allow}></iframe>"""
NO_COOKIES = "The browser keeps no cookies for the lab in this frame"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Open a course page with the lab in a frame: at a site that the lab names, or at another one."""
    folder = tmp_path_factory.mktemp("course")
    with ExitStack() as stack:
        named, other = (stack.enter_context(site(folder)) for _ in range(2))
        frames = f"https://lms.example http://localhost:{named}/"
        lab = stack.enter_context(serving(tmp_path_factory.mktemp("home"), LAB_FRAME=frames))

        def go(page, source="upload", allow="", at=named):
            text = COURSE.format(port=lab.port, source=source, allow=allow)
            (folder / "course.html").write_text(text, encoding="utf-8")
            page.goto(f"http://localhost:{at}/course.html")
            return page.frame_locator("iframe")

        go.other = other
        yield go


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, permissions=["camera"])
    yield context.new_page()
    context.close()


def test_a_picture_can_be_sent_from_a_frame_that_keeps_no_cookies(page, course):
    refused = []
    page.on("response", lambda response: response.status >= 400 and refused.append((response.status, response.url)))
    frame = course(page)
    made = BytesIO()
    Image.new("RGB", (40, 30), (200, 40, 40)).save(made, "PNG")
    field = frame.locator(".st-key-picture_upload input[type=file]")
    field.set_input_files({"name": "red.png", "mimeType": "image/png", "buffer": made.getvalue()})
    frame.get_by_text("It shows").wait_for()
    frame.locator(".patch-card .patch-bar").first.wait_for()
    assert frame.get_by_text("AxiosError").count() == 0 and refused == []
    assert page.context.cookies() == [], "that is what this browser does over http"
    told = frame.get_by_role("status").filter(has_text=NO_COOKIES)
    link = told.get_by_role("link", name="Open the lab in a tab of its own")
    assert "embed" not in link.get_attribute("href") and "from=upload" in link.get_attribute("href")
    with page.context.expect_page() as opened:
        link.click()
    opened.value.locator("h1").wait_for()
    assert [one["name"] for one in page.context.cookies() if one["name"].startswith("lab_person")], "in a tab of its own it is known"
    told.get_by_role("button", name="Close").click()
    told.wait_for(state="detached")


@pytest.mark.parametrize("lent", [True, False])
def test_a_frame_that_is_lent_no_camera_says_so(page, course, lent):
    frame = course(page, "camera", ' allow="camera"' if lent else "")
    frame.locator(".camera-told").wait_for(state="attached")
    frame.locator(".camera-told").wait_for(state="hidden" if lent else "visible")


def test_over_https_a_frame_keeps_the_cookie_that_says_who_somebody_is(chromium, tmp_path):
    port = free_port()
    with ExitStack() as stack:
        named = stack.enter_context(site(tmp_path))
        names = ("--allow-host", "lab.example", "--frame", f"http://localhost:{named}")
        lab = stack.enter_context(serving(tmp_path, *names))
        stack.enter_context(nginx(tmp_path, over_https(shipped("nginx.conf", port, lab.port), tmp_path)))
        course = COURSE.format(port=port, source="upload", allow="").replace("http://127.0.0.1", "https://lab.example")
        (tmp_path / "course.html").write_text(course, encoding="utf-8")
        context = chromium.new_context(ignore_https_errors=True)
        page, known = context.new_page(), []
        for _ in range(2):
            page.goto(f"http://localhost:{named}/course.html")
            page.frame_locator("iframe").get_by_text("It shows").or_(page.frame_locator("iframe").locator(".patch-bar")).first.wait_for()
            known += [cookie["value"] for cookie in context.cookies() if cookie["name"].startswith("lab_person")]
        assert len(known) == 2 and known[0] == known[1], "after a reload it is the same person"
        assert page.frame_locator("iframe").locator("#lab-frame, #lab-connection").count() == 0
        context.close()


def test_a_site_that_is_not_named_gets_a_link_alone(page, course):
    frame = course(page, at=course.other)
    frame.get_by_text(f"--frame http://localhost:{course.other}").wait_for()
    assert frame.locator("script, button").count() == 0, "nothing of the lab stands there"
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Open the lab in a tab of its own").click()
    opened.value.locator("h1").wait_for()
    assert "embed" not in opened.value.url and "from=upload" in opened.value.url


def test_a_frame_without_an_origin_says_so(page, course):
    frame = course(page, allow=' sandbox="allow-scripts"')
    frame.get_by_role("alert").filter(has_text="allow-same-origin").wait_for(timeout=5_000)
