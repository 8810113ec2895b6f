"""The journey of the unit: train, find the cat-dog cell, look at its images, change one thing, train again, show that it helped."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from tests.driven import at_rest

pytestmark = pytest.mark.browser
COUNT = 200  # images a class
SET_UP = {
    "dataset": "folder", "model": "gru", "patch_size": 8, "embed_dim": 16, "hidden_size": 16, "epochs": 1, "lr": 1e-6,
    "val_fraction": 0.3, "threads": 1, "kernel": "torch",
}  # fmt: skip


@pytest.fixture
def pets(tmp_path):
    """Class folders of noisy pictures: a cat is bright above, a dog below, a ship on the left."""
    rng = np.random.default_rng(0)
    for name, bright in {"cat": np.s_[:16], "dog": np.s_[16:], "ship": np.s_[:, :16]}.items():
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(COUNT):
            pixels = rng.integers(0, 120, (32, 32, 3))
            pixels[bright] += 60
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "pets" / name / f"{i}.png")
    return tmp_path / "pets"


def train(page, before=None):
    """Press play and wait for the end of a run that is not the one before; its name."""
    page.keyboard.press("Space")
    asked = "before => { const run = new URLSearchParams(location.search).get('run'); return run !== before && run; }"
    run = page.wait_for_function(asked, arg=before).json_value()
    page.wait_for_function("run => document.body.innerText.includes(`${run} · finished`)", arg=run)
    return run


def go_to(page, title):
    page.get_by_test_id("stTopNavSection").filter(has_text="Lab").click()
    page.get_by_test_id("stTopNavPopover").get_by_role("menuitem", name=title).click()
    page.get_by_role("heading", name=title, level=1).wait_for()


def test_train_look_change_train_again_and_show_that_it_helped(lab, page, pets):
    page.goto(f"{lab.url}train?{urlencode({**SET_UP, 'data': str(pets)})}")
    page.wait_for_selector("html[data-keys]", state="attached")
    first = train(page)

    go_to(page, "Evaluate")
    page.wait_for_selector(".confusion-board td")
    cats_for_dogs = page.locator(".confusion-board td").all()
    assert len(cats_for_dogs) == 9
    wrong = next(i for i in (1, 3, 2, 6, 5, 7) if not cats_for_dogs[i].get_attribute("aria-label").split(": ")[1].startswith("0 "))
    cats_for_dogs[wrong].click()
    names = ["cat", "dog", "ship"]
    page.get_by_text(f"{names[wrong // 3]} misclassified as {names[wrong % 3]}, epoch 1").wait_for()
    page.wait_for_selector(".lab-strip img")

    go_to(page, "Train")
    page.wait_for_selector("html[data-keys]", state="attached")
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    for place in range(1, 13):  # 1e-6, 2e-6, 5e-6, ... 2e-3, 4e-3 (the default), 5e-3
        page.keyboard.press("ArrowRight")
        page.wait_for_function("place => document.activeElement.value === String(place)", arg=place)
    page.wait_for_function("new URLSearchParams(location.search).get('lr') === '0.005'")
    page.evaluate("document.activeElement.blur()")
    second = train(page, first)

    go_to(page, "Evaluate")
    at_rest(page)  # a page that is still being drawn closes the list again
    page.locator(".st-key-evaluate_minus input").click()
    page.keyboard.type(first)  # of a long list the browser holds only what is in sight
    page.get_by_role("option", name=first).click()
    page.get_by_text("beyond chance").wait_for()
    page.get_by_text(f"Only {second} is right on").wait_for()
