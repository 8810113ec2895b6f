"""The page Where it went in a real browser: pointing tells a system without asking the server, a click keeps it in the link."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.probes.attention.pairs import AttentionSizes, pairs
from core.records.published_systems import SYSTEMS
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
MAP = ".system-map"
APP = Path(__file__).resolve().parents[3] / "dashboard" / "app.py"


def open_went(address, page, query=""):
    page.goto(f"{address}/went{query}")
    page.wait_for_selector(f"{MAP}[data-tokens]")
    page.get_by_text("This set-up as a link").wait_for()
    at_rest(page)


def chip(page, name):
    return page.locator(f"{MAP} [data-system={name}]")


def test_pointing_and_arrow_keys_tell_a_system_without_asking_the_server(address, page):
    sent = frames_sent(page)
    open_went(address, page)
    before = len(sent)
    for name in ("detr", "longformer", "cloud", "timesformer"):
        chip(page, name).hover()
        page.wait_for_selector(f"{MAP}[data-at={name}]")
        expect(page.locator(".system-map-card")).to_contain_text(SYSTEMS[name].differs)
        expect(page.locator(".system-map-card")).to_contain_text(SYSTEMS[name].paper)
    assert page.locator(".system-map-costs polyline.here").count() == 1
    assert f"{pairs('divided', 1024, AttentionSizes()):,} pairs" in page.locator(".system-map-costs figcaption").inner_text()
    chip(page, "transformer").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{MAP}[data-at=bert]")
    assert before and len(sent) == before


def test_a_click_keeps_a_system_in_the_link_and_a_slider_moves_its_cost(address, page):
    open_went(address, page)
    chip(page, "gpt3").click()
    page.wait_for_url("**/went?system=gpt3")
    expect(chip(page, "gpt3")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("slider", name="Tokens T").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{MAP}[data-tokens='2048'][data-at=gpt3]")
    expect(page.locator(".system-map-costs figcaption")).to_contain_text(f"{pairs('banded', 2048, AttentionSizes()):,.0f} pairs")
    page.wait_for_url("**/went?*T=2048*")


def test_the_map_and_what_it_tells_are_in_sight_on_a_projector(address, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_went(address, page, "?mask=subsequent&system=igpt")
    assert page.locator(MAP).get_attribute("data-on") == "4"
    for part in (".system-map-lanes", ".system-map-costs"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 1024, part
    for one in page.locator(".system-map-cell").all():
        cell = one.bounding_box()
        for name in one.locator("button").all():
            box = name.bounding_box()
            assert box["x"] >= cell["x"] and box["x"] + box["width"] <= cell["x"] + cell["width"] + 1


def test_a_finger_on_a_phone(address, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_went(address, page)
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    chip(page, "pvt").click()
    page.wait_for_selector(f"{MAP}[data-at=pvt]")
    page.wait_for_url("**/went?system=pvt")
