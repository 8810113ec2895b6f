"""The claim of the page Patches, as the page asks for it: convolution with stride = cut, flatten, multiply."""

import dataclasses

import numpy as np
import pytest

from core.data.shapes import draw
from core.evaluation.kept_weights import read_embedding
from core.models.configs import PATCH_SIZES
from core.models.embedding import Embedding
from core.probes.tokens.embedding import as_module, embedding_test
from core.records.recorded import recorded_epochs

(IMAGE,), _ = draw([10_003])
MEAN = STD = np.full(3, 0.5)


@pytest.mark.parametrize("patch_size", PATCH_SIZES)
def test_both_ways_agree_for_every_patch_size(patch_size):
    report = embedding_test(Embedding.untrained(patch_size, 24, mean=MEAN, std=STD), IMAGE)
    assert report.equal and report.tolerance == 1e-6
    assert max(report.max_abs_diff, report.max_abs_diff_projected) < 1e-11  # what float64 has room for, and far below the tolerance
    assert (report.tokens, report.features) == ((32 // patch_size) ** 2, 24)


@pytest.mark.parametrize("name", ["shapes-gru", "cifar10-hand-in-0", "cifar10-compare-vit-0"])
def test_both_ways_agree_on_trained_weights(name):
    for path in recorded_epochs(name).values():
        report = embedding_test(read_embedding(path), IMAGE)
        assert report.equal and report.max_abs_diff < 1e-10


def test_it_would_notice(monkeypatch):
    """Values in another order within the patch, patches in another order, another LayerNorm: none of them is the convolution."""
    right = Embedding.untrained(4, 24, mean=MEAN, std=STD)
    module = as_module(right, 32)
    monkeypatch.setattr("core.probes.tokens.embedding.as_module", lambda *_: module)
    assert embedding_test(right, IMAGE).equal
    turned = dataclasses.replace(right, weight=right.weight.swapaxes(2, 3))
    assert embedding_test(turned, IMAGE).max_abs_diff_projected > 0.01 and not embedding_test(turned, IMAGE).equal
    shifted = dataclasses.replace(right, shift=right.shift + 1e-3)
    assert embedding_test(shifted, IMAGE).max_abs_diff == pytest.approx(1e-3) and not embedding_test(shifted, IMAGE).equal
    monkeypatch.setattr(Embedding, "patches", lambda self, image, whole=Embedding.patches: whole(self, image)[::-1])
    assert not embedding_test(right, IMAGE).equal
