"""The page Vision Transformer in a real browser: pointing sends nothing, and a head's distance and map change with the epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.data.shapes import PARTS, draw
from core.data.ship import sailing_ship
from core.data.splits import normalize
from core.probes.attention.maps import attention_distance, even_distance, record_attention
from core.records.recorded import recorded_epochs
from core.training.runs.checkpoint import open_model
from tests.driven import frames_sent

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
NAME, ROTARY = "cifar10-compare-vit-0", "cifar10-vit-rotary-0"
HEART = draw(PARTS["val"][6:7])[0][0]


@pytest.fixture
def visit(address, page):
    def go(query="", epoch=7, name=NAME, picture="shapes 6"):
        page.goto(f"{address}/vit?run=recorded-{name}{query}" + ("" if "set=" in query else "&set=shapes"))
        shown(page, epoch, name, picture)
        page.wait_for_selector(".lab-steps")
        page.get_by_text("What this does not show").wait_for()
        return page

    return go


def shown(page, epoch, name=NAME, picture="shapes 6"):
    page.wait_for_function("what => document.querySelector('.attention')?.dataset.what === what", arg=f"recorded-{name} {epoch} {picture}")


def attention(epoch, name=NAME, image=HEART):
    opened = open_model(recorded_epochs(name)[epoch])
    return record_attention(opened.model, normalize(torch.from_numpy(image[None]), opened.mean, opened.std)).weights[0]


def at(page, patch):
    """The middle of a patch of the picture, in pixels of the window."""
    picture = page.locator(".attention-picture")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    row, column = divmod(patch, 8)
    return box["x"] + (column + 0.5) * box["width"] / 8, box["y"] + (row + 0.5) * box["height"] / 8


def painted(page, layer, head):
    """How much the patches of a small map glow: the difference of red and blue in the middle of each, (64,)."""
    return np.array(
        page.evaluate(
            """([layer, head]) => { const canvas = document.querySelector(`[data-layer="${layer}"][data-column="${head}"] canvas`);
            const pen = canvas.getContext('2d');
            return [...Array(64).keys()].map(patch => { const [x, y] = [12 * (patch % 8) + 6, 12 * Math.floor(patch / 8) + 6];
            const [red, , blue] = pen.getImageData(x, y, 1, 1).data; return red - blue; }); }""",
            [layer, head],
        )
    )


def glows(page, weights, token):
    """Whether every map shows the row of `token`: patches that are read more glow more, those that are read most fully."""
    for layer, head in np.ndindex(3, 4):
        row = weights[layer, head, token, 1:].numpy()
        glow, share = painted(page, layer, head), row / row.max()
        assert np.corrcoef(glow, share)[0, 1] > 0.97 and glow[share.argmax()] > 150


def told(page, start):
    page.wait_for_function("start => document.querySelector('.attention-told').textContent.includes(start)", arg=start)
    return page.locator(".attention-told").inner_text()


def test_pointing_shows_every_layer_and_head_and_sends_nothing(address, page):
    sent = frames_sent(page)
    page.goto(f"{address}/vit?run=recorded-{NAME}&set=shapes")
    shown(page, 7)
    page.get_by_text("What this does not show").wait_for()
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.mouse.move(*at(page, 0))
    page.wait_for_timeout(1000)  # what the start of the page sends
    before, weights = len(sent), attention(7)
    assert before > 0
    for patch in (0, 27, 28, 63):
        page.mouse.move(*at(page, patch))
        told(page, f"Patch {patch} (row {patch // 8 + 1}, column {patch % 8 + 1})")
        glows(page, weights, patch + 1)
    page.get_by_role("button", name="Class token", exact=True).hover()
    told(page, "The class token reads")
    glows(page, weights, 0)
    page.locator(".attention-picture").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    told(page, "Patch 9 (row 2, column 2)")
    glows(page, weights, 10)
    page.wait_for_timeout(1000)
    assert len(sent) == before
    page.mouse.click(*at(page, 20))  # a click is kept in the link, and that the server must know
    page.wait_for_function("location.search.includes('token=21')")
    assert len(sent) > before


def by_keys(page, slider):
    slider.focus()
    page.keyboard.press("ArrowRight")


def by_mouse(page, slider):
    thumb, end = ends_of(slider)
    page.mouse.move(*thumb)
    page.mouse.down()
    page.mouse.move(*end, steps=8)
    page.mouse.up()


def by_touch(page, slider):
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    (x, y), (right, _) = ends_of(slider)
    for kind, at in (("touchStart", [x]), ("touchMove", [(x + right) / 2]), ("touchMove", [right]), ("touchEnd", [])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": place, "y": y} for place in at]})


def ends_of(slider):
    """The middle of a slider's thumb and the right end of its bar, in pixels of the window."""
    slider.scroll_into_view_if_needed()
    bar = slider.evaluate("e => e.closest('[data-testid=stSlider]').getBoundingClientRect().toJSON()")
    thumb = slider.evaluate("e => (e.closest('[role=slider]') ?? e.parentElement).getBoundingClientRect().toJSON()")
    y = thumb["y"] + thumb["height"] / 2
    return (thumb["x"] + thumb["width"] / 2, y), (bar["right"] - 4, y)


@pytest.mark.parametrize("move", [by_keys, by_mouse, by_touch])
def test_watch_a_head_become_local(visit, move):
    """Layer 1, head 4 of the ViT with rotary positions, as the page's own link opens it, from its first epoch to its last."""
    page = visit("&epoch=1&map=1-4&token=28&set=sailing ship", name=ROTARY, epoch=0, picture="sailing ship")
    head = page.locator('[data-layer="0"][data-column="3"]')
    seen = []
    for epoch in (0, 7):
        shown(page, epoch, ROTARY, "sailing ship")
        weights = attention(epoch, ROTARY, sailing_ship())
        wanted = attention_distance(weights)[0, 3].item()
        seen.append((wanted, painted(page, 0, 3)))
        assert f"Distance d = {wanted:.2f} patches" in told(page, f"d = {wanted:.2f} patches")
        assert float(head.locator("span").first.inner_text().removeprefix("d ")) == pytest.approx(wanted, abs=0.006)
        glows(page, weights, 28)
        if epoch == 0:
            move(page, page.get_by_role("slider", name="Epoch"))
    (before, map_before), (after, map_after) = seen
    assert before > even_distance(8) > 3 > after and (map_before != map_after).any()
    page.get_by_text("Most local became head 1 of layer 1").wait_for()
    assert page.locator(".lab-distances svg").count() == 3


def test_the_maps_by_keyboard_and_the_link(visit):
    page = visit()
    page.locator('.attention-cell[aria-checked="true"]').focus()
    for key in ("ArrowDown", "ArrowDown", *["ArrowRight"] * 5):
        page.keyboard.press(key)
    assert "Layer 3, gradient × attention, mean over heads. The class token" in told(page, "Layer 3, gradient")
    page.wait_for_function("location.search.includes('map=3-gradient')")
    page.locator(".attention-picture").focus()
    page.keyboard.press("ArrowRight")
    assert "reads nothing: all weights are 0" in told(page, "Patch 0")
    page.keyboard.press("c")
    told(page, "The class token reads")


def test_by_touch_on_a_phone(visit):
    page = visit()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    start, stop = at(page, 0), at(page, 45)
    for kind, places in (("touchStart", [start]), ("touchMove", [stop]), ("touchEnd", [])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in places]})
    told(page, "Patch 45 (row 6, column 6)")
    glows(page, attention(7), 46)
    page.wait_for_function("location.search.includes('token=46')")
