"""The journey of the unit: train, find the cat-dog cell, look at its images, change one thing, train again, show that it helped."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from tests.driven import at_rest, reach

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


class Mouse:
    """Somebody who points and clicks; the space bar plays, as the lab's list of keys says."""

    def __init__(self, page):
        self.page = page

    def play(self):
        at_rest(self.page)
        self.page.evaluate("document.activeElement.blur()")
        self.page.keyboard.press("Space")

    def go_to(self, title):
        self.page.get_by_test_id("stTopNavSection").filter(has_text="Lab").click()
        self.page.get_by_test_id("stTopNavPopover").get_by_role("menuitem", name=title).click()

    def open_cell(self, number):
        self.page.locator(".confusion-board td").nth(number).click()

    def hold(self, control):
        """Have the keys go to a control."""
        control.focus()

    def choose(self, field, name):
        at_rest(self.page)  # a page that is still being drawn closes the list again
        field.click()
        self.page.keyboard.type(name)  # of a long list the browser holds only what is in sight
        self.page.get_by_role("option", name=name).click()


class Keys(Mouse):
    """Somebody who has only a keyboard: goes on with the Tab key, and finds pages by their names."""

    def play(self):
        reach(self.page, self.page.locator(".st-key-play").get_by_test_id("stButton").get_by_role("button"))
        self.page.keyboard.press("Enter")

    def go_to(self, title):
        self.page.keyboard.press("Control+k")
        self.page.get_by_role("combobox", name="Find a claim").wait_for()
        self.page.keyboard.type(title)
        self.page.get_by_role("option", name=title).first.wait_for()
        self.page.keyboard.press("Enter")

    def open_cell(self, number):
        reach(self.page, self.page.locator(".confusion-board td[tabindex='0']"))
        here = self.page.evaluate("[...document.querySelectorAll('.confusion-board td')].indexOf(document.activeElement)")
        for key, steps in (("Down", number // 3 - here // 3), ("Right", number % 3 - here % 3)):
            opposite = {"Down": "Up", "Right": "Left"}[key]
            for _ in range(abs(steps)):
                self.page.keyboard.press(f"Arrow{key if steps > 0 else opposite}")
        self.page.keyboard.press("Enter")

    def hold(self, control):
        reach(self.page, control)

    def choose(self, field, name):
        reach(self.page, field)
        self.page.keyboard.type(name)
        self.page.get_by_role("option", name=name).wait_for()
        self.page.keyboard.press("Enter")


def trained(page, before=None):
    """Wait for the end of a run that is not the one before; its name."""
    asked = "before => { const run = new URLSearchParams(location.search).get('run'); return run !== before && run; }"
    run = page.wait_for_function(asked, arg=before).json_value()
    page.wait_for_function("run => document.body.innerText.includes(`${run} · finished`)", arg=run)
    return run


def arrive(page, hands, title):
    hands.go_to(title)
    page.get_by_role("heading", name=title, level=1).wait_for()


@pytest.mark.parametrize("way", [Mouse, Keys])
def test_train_look_change_train_again_and_show_that_it_helped(lab, page, pets, way):
    hands = way(page)
    page.goto(f"{lab.url}train?{urlencode({**SET_UP, 'data': str(pets)})}")
    page.wait_for_selector("html[data-keys]", state="attached")
    hands.play()
    first = trained(page)

    arrive(page, hands, "Evaluate")
    page.wait_for_selector(".confusion-board td")
    cells = page.locator(".confusion-board td").all()
    assert len(cells) == 9
    wrong = next(i for i in (1, 3, 2, 6, 5, 7) if not cells[i].get_attribute("aria-label").split(": ")[1].startswith("0 "))
    hands.open_cell(wrong)
    names = ["cat", "dog", "ship"]
    page.get_by_text(f"{names[wrong // 3]} misclassified as {names[wrong % 3]}, epoch 1").wait_for()
    page.wait_for_selector(".lab-strip img")

    arrive(page, hands, "Train")
    page.wait_for_selector("html[data-keys]", state="attached")
    hands.hold(page.get_by_role("slider", name="Learning rate"))
    for place in range(1, 13):  # 1e-6, 2e-6, 5e-6, ... 2e-3, 4e-3 (the default), 5e-3
        page.keyboard.press("ArrowRight")
        page.wait_for_function("place => document.activeElement.value === String(place)", arg=place)
    page.wait_for_function("new URLSearchParams(location.search).get('lr') === '0.005'")
    hands.play()
    second = trained(page, first)

    arrive(page, hands, "Evaluate")
    hands.choose(page.locator(".st-key-evaluate_minus input"), first)
    page.get_by_text("beyond chance").wait_for()
    page.get_by_text(f"Only {second} is right on").wait_for()
