"""The page Data in a real browser: what a click, a key and the mouse show of an image, against core; a phone; counting live."""

from __future__ import annotations

import numpy as np
import pytest

from core.data import load_dataset
from core.data.round_trip import OTHERS, round_trip
from core.data.splits import normalize
from core.data.statistics import looks
from dashboard.__main__ import APP

pytestmark = pytest.mark.browser
ONE = ".gallery[data-shown='{}']"


@pytest.fixture(scope="module")
def dataset():
    return load_dataset("shapes")


@pytest.fixture(scope="module")
def address(serve) -> str:
    return serve(APP)


def open_data(page, address, query=""):
    page.goto(f"{address}/data{query}")
    page.locator(".gallery-views label").nth(4).wait_for()  # the constants are there
    page.get_by_text("Proof: all n =").wait_for()
    return page


def steps(page):
    """What is said of the pixel: a row of numbers a channel."""
    texts = page.locator(".gallery-steps tbody td").all_inner_texts()
    return np.array([float(text.replace("−", "-")) for text in texts]).reshape(3, 5)


def around(page, channel):
    """The numbers of one channel around the pixel, None outside the image."""
    texts = page.locator(f".gallery-numbers .{channel} span").all_inner_texts()
    return [float(text.replace("−", "-")) if text else None for text in texts]


def view(page, name):
    page.locator(".gallery-views").get_by_text(name, exact=True).click()


def test_the_picture_is_in_sight_and_a_click_shows_an_image_large(page, address):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_data(page, address)
    box = page.locator(".gallery").bounding_box()
    assert box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 1024
    page.get_by_role("option", name="training image 10: ").click()
    page.wait_for_selector(ONE.format(10))
    assert page.locator(".gallery-name").inner_text().split("\n")[1] == "training image 10"
    page.wait_for_url("**/data?image=10")
    page.reload()
    page.wait_for_selector(ONE.format(10))


def test_arrow_keys_walk_through_the_images(page, address):
    open_data(page, address)
    page.locator(".gallery-grid [tabindex='0']").focus()
    for key, shown in (("ArrowRight", 1), ("ArrowDown", 9), ("ArrowLeft", 8), ("ArrowUp", 0), ("ArrowUp", 0), ("End", 63), ("Home", 0)):
        page.keyboard.press(key)
        page.wait_for_selector(ONE.format(shown))
        assert page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"


def test_the_numbers_are_those_of_core_before_and_after_and_back(page, address, dataset):
    open_data(page, address, "?split=test&search=17")
    image = dataset.test.images[17]
    floats = normalize(image, dataset.mean, dataset.std)
    page.locator(".gallery canvas").focus()
    for _ in range(16):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.get_by_text("Pixel in row 0, column 1").wait_for()
    stored = image[:, 0, 1].numpy()
    assert steps(page) == pytest.approx(
        np.stack([stored, stored / 255, stored / 255 - np.array(dataset.mean), floats[:, 0, 1].numpy(), stored], 1), abs=0.0051
    )
    for name, numbers, within in (("stored", image, 0), ("normalised", floats, 0.0051), ("undo", image, 0)):
        view(page, name)
        for c, channel in enumerate(("red", "green", "blue")):
            found = around(page, channel)
            assert found[:10] == [None] * 10 and found[10] is None
            assert found[11:15] == pytest.approx(numbers[c, 0, :4].tolist(), abs=within)
            assert found[21:] == pytest.approx(numbers[c, 2, :4].tolist(), abs=within)
    assert "Largest difference from the stored image: 0 of 255 levels." in page.locator(".gallery-said").inner_text()
    for name, constants in OTHERS.items():
        view(page, f"undo with {name}")
        wrong = round_trip(image, (dataset.mean, dataset.std), constants)
        said = page.locator(".gallery-said").inner_text()
        assert f"difference from the stored image: {wrong.largest} of 255 levels; {100 * wrong.changed:.0f} % of" in said


def test_the_mouse_names_the_pixel_under_it(page, address, dataset):
    open_data(page, address)
    box = page.locator(".gallery canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 20.5 / 32, box["y"] + box["height"] * 5.5 / 32)
    page.get_by_text("Pixel in row 5, column 20").wait_for()
    assert steps(page)[:, 0].tolist() == dataset.train.images[0, :, 5, 20].tolist()
    assert "row 5, column 20: red" in page.locator(".gallery canvas").get_attribute("aria-label")


def test_turning_a_page_shows_other_images(page, address, dataset):
    open_data(page, address)
    page.locator("[data-testid=stPagination]").get_by_text("2", exact=True).click()
    page.wait_for_selector(ONE.format(64))
    page.wait_for_function("document.querySelector('.gallery-grid button').title.endsWith('training image 64')")
    assert page.locator(".gallery-name b").inner_text() == dataset.classes[dataset.train.labels[64]]


def test_a_phone_sees_all_without_scrolling_sideways(page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    open_data(page, address)
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    for part in (".gallery-grid", ".gallery-picture", ".gallery-numbers"):
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_images_are_counted_before_the_students_eyes(page, address):
    open_data(page, address)
    page.get_by_text("1,000", exact=True).first.click()
    page.get_by_role("button", name="Reveal: compute them now").click()
    page.wait_for_function("document.querySelectorAll('.lab-course div i').length > 3")
    page.get_by_text("First 10,000 training images").wait_for()
    assert page.locator(".lab-course div i").count() == 3 * len(looks(10_000))
    page.get_by_text("counted here and those that normalise").wait_for()
