"""The page Patches in a real browser: what follows the mouse and the arrow keys, without asking the server."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from core.data.shapes import draw
from core.data.splits import normalize
from core.models.orders import inverse, scan_order
from core.records.recorded import recorded_epochs, recorded_run
from core.training.runs.checkpoint import open_model
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
GRID, IMAGE, SEQUENCE = ".patch-grid", ".patch-grid-image", ".patch-grid-sequence"


def open_patches(address, page, query=""):
    page.goto(f"{address}/patches{query}")
    page.wait_for_selector(f"{GRID}[data-patches]")
    page.get_by_text("Proof: nn.Conv2d with stride").wait_for()
    at_rest(page)
    return page


@pytest.fixture
def patches(address, page):
    return open_patches(address, page)


def shown(page, name):
    return page.evaluate(f"document.querySelector('{GRID}').dataset.{name}")


def wait_shown(page, name, value):
    page.wait_for_function(f"document.querySelector('{GRID}').dataset.{name} === '{value}'")


def point_at(page, row, column, side=8):
    box = page.locator(IMAGE).bounding_box()
    page.mouse.move(box["x"] + (column + 0.5) * box["width"] / side, box["y"] + (row + 0.5) * box["height"] / side)


@pytest.fixture(scope="module")
def tokens():
    """The tokens (64, 64) of the first image by the recorded run's own model."""
    images, _ = draw([10_006])
    opened = open_model(recorded_epochs("shapes-gru")[recorded_run("shapes-gru").best.epoch])
    with torch.no_grad():
        return opened.model.embed(normalize(torch.from_numpy(images), opened.mean, opened.std))[0]


def test_the_token_under_the_mouse_and_the_nearest_to_it(patches, tokens):
    for row, column in ((1, 3), (6, 0), (4, 4)):
        point_at(patches, row, column)
        patch = 8 * row + column
        wait_shown(patches, "current", patch)
        cosines = F.cosine_similarity(tokens[patch][None], tokens)
        cosines[patch] = -2
        best, expected = cosines.topk(5)
        assert [int(n) for n in shown(patches, "nearest").split()] == expected.tolist()
        assert [float(c) for c in shown(patches, "cosines").split()] == pytest.approx(best.tolist(), abs=1e-3)
        numbers = patches.locator(".patch-grid-numbers").inner_text().replace("−", "-").split(", ")
        assert [float(n) for n in numbers] == pytest.approx(tokens[patch].tolist(), abs=0.006)
        assert f"Token {patch + 1} of 64 · row {row + 1}, column {column + 1}" in patches.locator(GRID).inner_text()


def test_pointing_asks_the_server_for_nothing(address, page):
    sent = frames_sent(page)
    open_patches(address, page)
    before = len(sent)
    for patch in range(64):
        point_at(page, *divmod(patch, 8))
        wait_shown(page, "current", patch)
    page.locator(IMAGE).focus()
    page.keyboard.press("ArrowDown")
    assert before and len(sent) == before


def test_a_click_chooses_the_patch_that_is_taken_apart(patches):
    point_at(patches, 1, 3)
    patches.mouse.down()
    patches.mouse.up()
    patches.get_by_text("kernel 1 lies on the patch in row 2, column 4").wait_for()
    patches.wait_for_url("**/patches?at=4%2C12")
    patches.mouse.move(5, 5)
    assert shown(patches, "chosen") == shown(patches, "current") == "11"


def test_by_keyboard(patches):
    patches.locator(IMAGE).focus()
    for key, patch in (("ArrowUp", 28), ("ArrowRight", 29), ("End", 63), ("ArrowRight", 63), ("Home", 0), ("ArrowDown", 8)):
        patches.keyboard.press(key)
        wait_shown(patches, "current", patch)
    assert patches.locator(IMAGE).get_attribute("aria-valuetext").startswith("row 2, column 1, place 9 of 64; nearest place ")
    patches.keyboard.press("Enter")
    patches.get_by_text("lies on the patch in row 2, column 1").wait_for()
    patches.locator(SEQUENCE).focus()
    patches.keyboard.press("ArrowLeft")
    wait_shown(patches, "current", 7)  # the place before: the end of the row above
    assert shown(patches, "place") == "8"


def test_the_sequence_is_in_the_chosen_order(address, page):
    open_patches(address, page, "?order=hilbert&patch=2")
    order = scan_order("hilbert", 16)
    page.locator(SEQUENCE).focus()
    page.keyboard.press("Home")
    for place in range(20):
        wait_shown(page, "current", order[place])
        page.keyboard.press("ArrowRight")
    point_at(page, 9, 4, side=16)
    wait_shown(page, "current", 16 * 9 + 4)
    assert shown(page, "place") == str(inverse(order)[16 * 9 + 4] + 1)
    box = page.locator(SEQUENCE).bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    wait_shown(page, "place", 1)


def test_the_slider_cuts_anew(patches):
    slider = patches.get_by_role("slider", name="Patch size (pixels)")
    slider.focus()
    patches.keyboard.press("ArrowRight")
    wait_shown(patches, "patches", 16)
    patches.get_by_text("an untrained embedding").first.wait_for()
    slider.focus()
    patches.keyboard.press("End")
    wait_shown(patches, "patches", 1)
    patches.get_by_text("There is no other token").wait_for()


def test_the_picture_is_in_sight_on_a_projector(address, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_patches(address, page)
    for part in (IMAGE, SEQUENCE, ".patch-grid-detail", ".lab-figures"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 1024, part
    assert page.locator(IMAGE).bounding_box()["width"] > 250


def test_a_phone_sees_the_picture_first_and_nothing_sticks_out(address, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_patches(address, page)
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    boxes = [page.locator(part).bounding_box() for part in (IMAGE, SEQUENCE)]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert boxes[0]["y"] < page.get_by_role("slider", name="Patch size (pixels)").bounding_box()["y"]
    page.locator(IMAGE).click(position={"x": 5, "y": 5})
    page.get_by_text("lies on the patch in row 1, column 1").wait_for()


def test_a_picture_from_a_file(address, page, tmp_path):
    from PIL import Image

    path = tmp_path / "<img src=x onerror=alert(1)>.png"
    Image.new("RGB", (50, 40), (200, 30, 60)).save(path)
    open_patches(address, page)
    page.get_by_role("button", name="Choose the image").click()
    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files(path)
    page.locator(".patch-grid-image-title", has_text="<img src=x onerror=alert(1)>.png").wait_for()
    page.get_by_text("Its 50 x 40 pixels are squeezed to a square, as those of the training images are.").wait_for()
    # A quarter into the last patch, where no line runs and no frame is: all tokens are equal, and the first ones are marked.
    place = f"const c = document.querySelector('{IMAGE}'), at = Math.round(c.width * 7.25 / 8)"
    color = page.evaluate(f"() => {{ {place}; return [...c.getContext('2d').getImageData(at, at, 1, 1).data] }}")
    assert color == [200, 30, 60, 255]
