"""The zoom in a real browser: from a picture and a patch to its token, its attention and all layers of a ViT, and back, by presses."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def step(page, name, address):
    page.get_by_role("navigation", name="From the picture to all layers").get_by_role("button", name=name).click()
    page.wait_for_function("where => location.pathname.endsWith(where)", arg=f"/{address}")


def marked(page, patch):
    page.wait_for_function("patch => document.querySelector('.zoom')?.dataset.patch === patch", arg=patch)


def test_the_picture_and_the_patch_come_along(address, page):
    page.goto(f"{address}/patches?set=ship&run=recorded-shapes-vit")
    page.wait_for_selector(".patch-grid[data-patches]")
    marked(page, "36 of 64")
    box = page.locator(".patch-grid-image").bounding_box()
    page.mouse.click(box["x"] + 2.5 * box["width"] / 8, box["y"] + 1.5 * box["height"] / 8)
    marked(page, "10 of 64")
    step(page, "Attention of this token", "attention")
    marked(page, "1 of 16")
    page.wait_for_selector(".matrices-labels img.marked")
    assert page.evaluate("document.querySelector('.matrices').dataset.row") == "1"
    step(page, "All layers of a ViT", "vit")
    marked(page, "10 of 64")
    page.wait_for_function("document.querySelector('.attention')?.dataset.what === 'recorded-shapes-vit 15 ship'")
    page.wait_for_function("location.search.includes('token=11')")
    assert page.locator(".zoom [aria-current]").all_inner_texts() == ["All layers of a ViT"]
    step(page, "The picture and a patch", "patches")
    marked(page, "10 of 64")
    page.wait_for_function("location.search.includes('set=ship') && location.search.includes('run=recorded-shapes-vit')")
