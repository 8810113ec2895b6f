"""The search for patches that change an answer, on answers whose solution is known."""

from itertools import combinations

import numpy as np
import pytest

from core.data.shapes import PARTS, draw
from core.evaluation.pictures import Erase, edited, mean_color, probabilities
from core.probes.reading.change_of_mind import change_of_mind, erase, lead
from tests.support import open_recorded

GREY = (128, 128, 128)
BRIGHT = np.full((3, 32, 32), 255, np.uint8)


def present(images, patch_size=8):
    """Which patches of (N, 3, 32, 32) are not erased, (N, T)."""
    side = 32 // patch_size
    corners = images[:, 0, ::patch_size, ::patch_size].reshape(len(images), side * side)
    return corners != GREY[0]


def voting(weights, against):
    """An answer that is class 0 while the patches' weights add up to more than `against`."""

    def answer(images):
        p = 1 / (1 + np.exp(-(present(images) @ np.asarray(weights, float) - against)))
        return np.stack([p, 1 - p], axis=1)

    return answer


def test_one_patch_that_is_enough():
    weights = np.zeros(16)
    weights[[3, 7]] = 5, 4
    found = change_of_mind(voting(weights, 6), BRIGHT, 8, GREY)
    assert found.changed and (found.before, found.after) == (0, 1) and found.patches == (3,) and found.singles == (3, 7)
    assert (found.erased, found.total) == (1, 16) and found.probabilities.argmax() == 1


def test_the_heaviest_patches_go_first_and_no_more_than_needed():
    found = change_of_mind(voting(np.arange(16), 100), BRIGHT, 8, GREY)
    assert found.patches == (15, 14) and found.singles == ()  # 120 - 15 - 14 = 91 < 100, and 106 is not


def test_a_patch_that_is_not_needed_in_the_end_is_put_back():
    def answer(images):  # 0 is what lowers the lead most at first, but 1 and 2 together decide alone
        there = present(images)
        p = 0.9 - 0.2 * ~there[:, 0] - 0.1 * ~there[:, 1] - 0.1 * ~there[:, 2]
        p = np.where(~there[:, 1] & ~there[:, 2], 0.1, p)
        return np.stack([p, 1 - p], axis=1)

    found = change_of_mind(answer, BRIGHT, 8, GREY)
    assert set(found.patches) == {1, 2} and found.erased == 3 and found.probabilities[1] == pytest.approx(0.9)


def test_of_a_found_set_nothing_can_be_left_out():
    opened = open_recorded("shapes-gru")
    images, _ = draw(PARTS["val"][:6])
    sizes = []
    for image in images:
        found = change_of_mind(lambda x: probabilities(opened, x), image, 4, mean_color(opened))
        sizes.append(len(found.patches))
        if not found.changed:
            continue

        def said(patches, image=image):
            return probabilities(opened, edited(image, [Erase(p) for p in patches], 4, mean_color(opened))[None])[0]

        assert said(()).argmax() == found.before and said(found.patches).argmax() == found.after != found.before
        np.testing.assert_allclose(said(found.patches), found.probabilities, atol=1e-6)
        for fewer in combinations(found.patches, len(found.patches) - 1):
            assert said(fewer).argmax() == found.before
        assert found.singles == tuple(p for p in range(64) if said((p,)).argmax() != found.before)
    assert min(sizes) >= 1 and len(set(sizes)) > 1


def test_an_answer_that_nothing_changes():
    found = change_of_mind(lambda images: np.tile([0.3, 0.7], (len(images), 1)), BRIGHT, 8, GREY)
    assert not found.changed and found.before == found.after == 1 and found.patches == () and found.erased == 16
    assert found.probabilities.tolist() == [0.3, 0.7]


def test_of_a_fine_grid_a_step_takes_several_and_what_is_not_needed_is_put_back():
    def answer(images):
        p = 1 / (1 + np.exp(-(present(images, 2) @ np.arange(256.0) - (255 * 128 - 1000)) / 500))  # 1,000 of 32,640 must go
        return np.stack([p, 1 - p], axis=1)

    found = change_of_mind(answer, BRIGHT, 2, GREY)
    assert found.patches == (255, 254, 253, 252) and found.erased == 4 and found.total == 256 and found.singles == ()


def test_the_search_asks_no_more_than_it_may():
    asked = []

    def answer(images):
        asked.append(len(images))
        return np.tile([1.0, 0.0], (len(images), 1))

    found = change_of_mind(answer, BRIGHT, 8, GREY, most=50)
    assert not found.changed and found.erased == 3 and asked == [1, 16, 15, 14]


def test_a_single_class_has_no_other_answer():
    assert not change_of_mind(lambda images: np.ones((len(images), 1)), BRIGHT, 32, GREY).changed


def test_lead():
    assert lead(np.array([[0.5, 0.3, 0.2], [0.1, 0.7, 0.2]]), 0).tolist() == pytest.approx([0.2, -0.6])


@pytest.mark.parametrize("patch_size", [2, 4, 8, 16, 32])
def test_erasing_is_that_of_the_other_pages(patch_size):
    image = draw(PARTS["val"][:1])[0][0]
    patches = {0, (32 // patch_size) ** 2 // 3, (32 // patch_size) ** 2 - 1}
    expected = edited(image, [Erase(p) for p in patches], patch_size, (1, 2, 3))
    assert (erase(image, sorted(patches), patch_size, (1, 2, 3)) == expected).all()
