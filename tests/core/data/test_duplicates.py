"""Near-duplicates against a comparison of all pairs in float64, and against what was planted."""

import numpy as np
import pytest
import torch

from core.data import duplicates
from core.data.duplicates import COMPARED, LEAST, across_splits, near_duplicates
from core.data.shapes import draw
from core.data.splits import Dataset, Split


def pictures(indices, seed=0):
    return torch.from_numpy(draw(indices, seed)[0])


def correlations(images, others):
    """(N, M) of all pairs, each channel's mean taken out; 0 where an image is flat."""

    def directions(pixels):
        flat = pixels.numpy().astype(np.float64).reshape(len(pixels), 3, -1)
        flat = (flat - flat.mean(2, keepdims=True)).reshape(len(pixels), -1)
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        return flat / np.where(length > 0, length, 1)

    return directions(images) @ directions(others).T


def changed(image, how):
    """A slight change of one image (3, 32, 32) uint8."""
    pixels = image.float()
    if how == "lighter":
        pixels = pixels + 12
    elif how == "less contrast":
        pixels = 128 + 0.8 * (pixels - 128)
    elif how == "noise":
        pixels = pixels + 3 * torch.randn(pixels.shape, generator=torch.Generator().manual_seed(0))
    return pixels.round().clamp(0, 255).to(torch.uint8)


def test_none_among_different_pictures():
    found = near_duplicates(pictures(range(40)), pictures(range(100, 300)))
    assert len(found) == 0 and found.others.shape == found.likeness.shape == (0,)


@pytest.mark.parametrize("how", ["equal", "lighter", "less contrast", "noise"])
def test_what_was_planted_is_found_and_nothing_else(how):
    others, images = pictures(range(100, 300)), pictures(range(40))
    images[7], images[31] = changed(others[150], how), changed(others[3], how)
    found = near_duplicates(images, others)
    assert {*zip(found.images.tolist(), found.others.tolist(), strict=True)} == {(7, 150), (31, 3)}
    assert (found.likeness >= LEAST).all() and (how != "equal" or found.likeness == pytest.approx(1, abs=1e-5))


def test_a_shifted_or_mirrored_picture_is_another_one():
    others = pictures(range(100, 300))
    assert len(near_duplicates(others[:20].flip(3), others)) == 0
    assert len(near_duplicates(others[:20].roll(4, dims=3), others)) == 0


@pytest.mark.parametrize("least", [0.3, 0.5, 0.7])
def test_it_finds_exactly_what_comparing_all_pairs_finds(least, monkeypatch):
    monkeypatch.setattr(duplicates, "COMPARISONS", 17 * 250)  # of 17 images at a time
    monkeypatch.setattr(duplicates, "PAIRS", 23)
    images, others = pictures(range(60)), pictures(range(200, 450))
    images[5] = 77  # flat: like nothing
    others[8] = 77
    others[9] = others[10]
    images[6] = others[9]  # twice there: the first is named
    all_pairs = correlations(images, others)
    assert np.abs(all_pairs - least).min() > 1e-6, "no pair on the edge"
    best = all_pairs.argmax(1)
    expected = {(i, int(best[i])) for i in range(60) if all_pairs[i, best[i]] >= least}
    found = near_duplicates(images, others, least=least)
    assert len(expected) > 2 and (6, 9) in expected
    assert {*zip(found.images.tolist(), found.others.tolist(), strict=True)} == expected
    assert found.likeness == pytest.approx(all_pairs[found.images, found.others], abs=1e-5)
    assert (np.diff(found.likeness) <= 0).all()


def test_many_flat_images_are_nobodys_duplicates():
    flat = torch.arange(200, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 32, 32)
    assert len(near_duplicates(flat, flat)) == 0


def test_progress_tells_how_many_images_are_done(monkeypatch):
    monkeypatch.setattr(duplicates, "COMPARISONS", 10 * 5)
    seen = []
    near_duplicates(pictures(range(25)), pictures(range(5)), progress=lambda done, total, what: seen.append((done, total)))
    assert seen[-1] == (25, 25)


def test_every_two_splits_are_compared_once():
    assert {frozenset(pair) for pair in COMPARED} == {frozenset(p) for p in (("train", "val"), ("train", "test"), ("val", "test"))}
    parts = [pictures(range(start, start + 12)) for start in (0, 20, 40)]
    parts[1][4], parts[2][7], parts[2][2] = parts[0][11], parts[0][3], parts[1][5]
    labels = torch.zeros(12, dtype=torch.int64)
    seen = []
    dataset = Dataset.of("d", *(Split(images, labels) for images in parts), ["a"])
    found = across_splits(dataset, lambda done, total, what: seen.append(what))
    pairs = {key: [*zip(pair.images.tolist(), pair.others.tolist(), strict=True)] for key, pair in found.items()}
    assert pairs == {("test", "train"): [(7, 3)], ("val", "train"): [(4, 11)], ("test", "val"): [(2, 5)]}
    assert [*dict.fromkeys(seen)] == ["Comparing test with train", "Comparing val with train", "Comparing test with val"]
