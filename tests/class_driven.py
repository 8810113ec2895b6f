"""A class in browsers: its server, an instructor's laptop at 1280 x 800 and a student's phone at 390 x 844."""

from __future__ import annotations

import re

import pytest

from tests.driven import Lab


@pytest.fixture
def class_lab(tmp_path):
    lab = Lab(tmp_path / "home", "--class", "--host", "127.0.0.1")
    yield lab
    lab.process.terminate()
    lab.process.wait(timeout=20)


@pytest.fixture
def invited(class_lab, tmp_path):
    """The code of the class, and the instructor's link."""
    said = (tmp_path / "said.txt").read_text("utf-8")
    return re.search(r"code=(\w+)", said)[1], re.search(r"http\S+secret=\S+", said)[0]


@pytest.fixture
def instructor(chromium, class_lab, invited):
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(invited[1])
    page.get_by_role("heading", name="Class", exact=True).wait_for()
    yield page
    context.close()


@pytest.fixture
def phone(chromium, class_lab, instructor):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def join(page, lab, code, address="train"):
    """Type code and name, as the projector says; the pseudonym that was given."""
    page.goto(f"{lab.url}{address}")
    page.get_by_role("textbox", name="Code of the class").focus()
    page.keyboard.type(code.lower())
    page.get_by_role("textbox", name="Your name").focus()
    page.keyboard.type("Anna <b>Berg</b>")
    page.keyboard.press("Enter")
    bar(page).wait_for()
    return bar(page).locator("b").first.inner_text()


def bar(page):
    return page.get_by_role("region", name="Class", exact=True)


def heading(page, name):
    page.get_by_role("heading", name=name, exact=True, level=1).wait_for()


def go_to(page, section, title):
    """By the navigation, as people go: the session stays."""
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_test_id("stTopNavPopover").get_by_role("menuitem", name=title, exact=True).click()
    heading(page, title)
