"""Own pictures: answers against PyTorch's own softmax, edits against the tokens that models read."""

import dataclasses

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core.data.shapes import draw
from core.errors import ConfigError, StoreError
from core.evaluation.pictures import (
    CORNERS,
    MIDDLE,
    QUARTER,
    TOLERANCE,
    Erase,
    Swap,
    check_answers,
    edited,
    edits_text,
    effect_of_erasing,
    erased,
    mean_color,
    parse_edits,
    probabilities,
    swapped,
    top_classes,
)
from core.models.patches import patchify, unpatchify
from core.training.runs.checkpoint import OpenedModel
from tests.support import open_recorded

IMAGES, LABELS = draw(range(12))
IMAGE = np.random.default_rng(3).integers(0, 256, (3, 32, 32), dtype=np.uint8)
SIZES = (1, 2, 4, 8, 16)
WITH_WEIGHTS = ("shapes-gru", "cifar10-bar-0", "cifar10-compare-vit-0", "cifar10-compare-cnn-0", "cifar10-hand-in-0")


@pytest.fixture(scope="module")
def shapes_gru():
    return open_recorded("shapes-gru")


class Constant(nn.Module):
    """The same logits for every picture."""

    def __init__(self, *logits):
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, images):
        return self.logits.expand(len(images), -1)


def opened_as(model):
    return OpenedModel(model, ("a", "b", "c"), (0.5, 0.25, 0.1), (0.2, 0.3, 0.4), {})


def tokens(image, patch_size):
    return patchify(torch.from_numpy(image)[None], patch_size)[0]  # (N, 3*p*p)


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_probabilities_are_the_softmax_of_the_model_on_normalised_pixels(name):
    opened = open_recorded(name)
    mean, std = (torch.tensor(v, dtype=torch.float64).view(3, 1, 1) for v in (opened.mean, opened.std))
    pixels = (torch.from_numpy(IMAGES).double() / 255 - mean) / std
    with torch.no_grad():
        expected = F.softmax(opened.model(pixels.float()), dim=1)
    found = probabilities(opened, IMAGES)
    assert found.shape == (len(IMAGES), 10) and found.dtype == np.float64
    torch.testing.assert_close(torch.from_numpy(found), expected.double(), rtol=0, atol=1e-4)


def test_the_model_of_the_shapes_names_shapes(shapes_gru):
    images, labels = draw(range(10_000, 10_100))
    assert (probabilities(shapes_gru, images).argmax(1) == labels).mean() > 0.9


def test_weights_that_failed_are_no_answer():
    with pytest.raises(StoreError, match="no finite numbers"):
        probabilities(opened_as(Constant(0.0, float("nan"), 1.0)), IMAGES)


def test_the_most_probable_classes_come_in_order_and_of_equals_the_first():
    assert top_classes(np.array([0.1, 0.3, 0.2, 0.3, 0.1]), 4) == [1, 3, 2, 0]
    assert top_classes(np.array([0.6, 0.4]), 5) == [0, 1]


@pytest.mark.parametrize("patch_size", SIZES)
def test_erasing_changes_one_token_and_twice_is_once(patch_size):
    last = (32 // patch_size) ** 2 - 1
    for patch in {0, last // 2, last}:
        once = erased(IMAGE, patch, patch_size, (1, 2, 3))
        wanted = tokens(IMAGE, patch_size)
        wanted[patch] = torch.tensor([1, 2, 3], dtype=torch.uint8).repeat_interleave(patch_size**2)
        assert torch.equal(tokens(once, patch_size), wanted)
        assert (erased(once, patch, patch_size, (1, 2, 3)) == once).all()


@pytest.mark.parametrize("patch_size", SIZES)
def test_swapping_moves_exactly_those_tokens_and_twice_is_nothing(patch_size):
    last = (32 // patch_size) ** 2 - 1
    order = torch.arange(last + 1)
    order[0], order[last] = last, 0
    once = swapped(IMAGE, 0, last, patch_size)
    wanted = unpatchify(tokens(IMAGE, patch_size)[order][None], patch_size)[0]
    assert (once == wanted.numpy()).all()
    assert (swapped(once, last, 0, patch_size) == IMAGE).all()
    assert (swapped(IMAGE, last, last, patch_size) == IMAGE).all()


def test_the_picture_itself_stays_as_it_is():
    before = IMAGE.copy()
    edited(IMAGE, [Erase(1), Swap(1, 2)], 8, (0, 0, 0))
    assert (before == IMAGE).all()


def test_edits_come_one_after_the_other():
    after = tokens(edited(IMAGE, [Erase(3), Swap(3, 9)], 8, (7, 7, 7)), 8)
    was = tokens(IMAGE, 8)
    assert (after[9] == 7).all() and torch.equal(after[3], was[9])
    other = tokens(edited(IMAGE, [Swap(3, 9), Erase(3)], 8, (7, 7, 7)), 8)
    assert (other[3] == 7).all() and torch.equal(other[9], was[3])
    assert edited(IMAGE, [], 8, (7, 7, 7)) is IMAGE


def test_a_text_says_edits_and_back():
    edits = (Erase(5), Swap(1, 2), Erase(0))
    assert parse_edits("5.1-2.0", 8) == edits and edits_text(edits) == "5.1-2.0"
    assert parse_edits("", 8) == () and edits_text(()) == ""


@pytest.mark.parametrize(
    ("text", "patch_size", "message"),
    [
        ("16", 8, "no patch 16.*16 patches, 0 to 15"),
        ("0-64", 4, "no patch 64"),
        ("x", 8, "'x' is no edit"),
        ("1-2-3", 8, "is no edit"),
        ("-1", 8, "is no edit"),
        ("1.", 8, "'' is no edit"),
        ("²", 8, "is no edit"),
        ("9" * 5000, 8, "is no edit"),
        ("1", 5, "patch_size = 5.*1, 2, 4, 8, 16, 32"),
        ("1", 0, "patch_size = 0"),
        (".".join("1" * 513), 8, "513 edits, at most 512"),
    ],
)
def test_what_is_no_edit_is_refused(text, patch_size, message):
    with pytest.raises(ConfigError, match=message):
        parse_edits(text, patch_size)


def test_the_mean_color_tells_a_model_nothing(shapes_gru):
    """A picture of it is, normalised, 0 up to the rounding of a color to 1/255."""
    color = mean_color(shapes_gru)
    values = (np.array(color) / 255 - shapes_gru.mean) / shapes_gru.std
    assert np.abs(values).max() < 0.5 / 255 / min(shapes_gru.std) + 1e-9


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_answers_pass_their_check(name):
    check = check_answers(open_recorded(name), IMAGES[:3])
    assert check.passed and check.total <= 1e-12 and check.alone <= check.tolerance == TOLERANCE


def test_a_model_whose_samples_leak_into_each_other_does_not_pass(shapes_gru):
    """As one does that takes a batch for a sequence (batch_first forgotten)."""

    class Leak(nn.Module):
        def forward(self, images):
            return images.flatten(1)[:, :3].cumsum(0)

    check = check_answers(dataclasses.replace(shapes_gru, model=Leak()), IMAGES[:3])
    assert not check.passed and check.alone > 0.01


class Looks(nn.Module):
    """Calls a picture 0 or 1 by whether its corner pixel is over the mean: erasing the corner decides, the middle does not."""

    def forward(self, images):
        corner = images[:, 0, 0, 0]
        return torch.stack([corner * 50, torch.full_like(corner, -1.0), corner * 0 - 2], dim=1)


def test_the_effect_of_erasing_is_counted():
    bright = np.full((4, 3, 32, 32), 255, np.uint8)
    bright[3, 0, 0, 0] = 0  # this one is called 1 before and 0 after
    opened = opened_as(Looks())
    middle = effect_of_erasing(opened, bright, MIDDLE, QUARTER)
    assert (middle.images, middle.changed, middle.moved) == (4, 0, 0.0)
    corners = effect_of_erasing(opened, bright, CORNERS, QUARTER)
    assert (corners.images, corners.changed) == (4, 1)
    before = probabilities(opened, bright)
    bright[:, :, 0, 0] = mean_color(opened)
    after = probabilities(opened, bright)
    moved = [sum(max(0.0, a - b) for a, b in zip(*rows, strict=True)) for rows in zip(after, before, strict=True)]
    assert corners.moved == pytest.approx(np.mean(moved))


def test_middle_and_corners_are_what_they_are_called():
    """Four patches each, the same area; the middle ones touch the centre, the corner ones the corners."""
    for patches, inside in ((MIDDLE, [(15, 15), (15, 16), (16, 15), (16, 16)]), (CORNERS, [(0, 0), (0, 31), (31, 0), (31, 31)])):
        blank = edited(np.zeros((3, 32, 32), np.uint8), [Erase(p) for p in patches], QUARTER, (1, 1, 1))[0]
        assert blank.sum() == 256 and all(blank[place] for place in inside)
