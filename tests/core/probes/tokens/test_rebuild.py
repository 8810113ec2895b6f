"""Images from their tokens: torch.linalg as the oracle, and what must and what must not be lost."""

import dataclasses

import numpy as np
import pytest
import torch

from core.data.shapes import draw
from core.evaluation.kept_weights import read_embedding
from core.models.configs import PATCH_SIZES, WIDTHS
from core.models.embedding import Embedding, cut
from core.probes.tokens.rebuild import losses_by_width, rebuild
from core.records.recorded import recorded_epochs

(IMAGE,), _ = draw([10_003])
MEAN, STD = np.array([0.4, 0.5, 0.6]), np.array([0.2, 0.25, 0.3])


def untrained(patch_size, embed_dim):
    return Embedding.untrained(patch_size, embed_dim, mean=MEAN, std=STD)


@pytest.mark.parametrize(("patch_size", "embed_dim"), [(1, 8), (2, 8), (2, 16), (4, 32), (4, 64), (8, 64), (16, 128)])
def test_it_is_the_least_squares_answer_of_torch(patch_size, embed_dim):
    embedding = untrained(patch_size, embed_dim)
    found = rebuild(embedding, IMAGE)
    projected = torch.tensor(embedding.project(embedding.patches(IMAGE)) - embedding.bias)
    answer = torch.linalg.lstsq(torch.tensor(embedding.matrix), projected.T, driver="gelsd").solution.T  # of least norm
    ours = cut(embedding.normalised(IMAGE + found.error), patch_size)
    assert ours == pytest.approx(answer.numpy(), abs=1e-8)
    assert embedding.project(ours) == pytest.approx(projected.numpy() + embedding.bias, abs=1e-8)  # it has the same tokens


@pytest.mark.parametrize("patch_size", PATCH_SIZES)
def test_fewer_features_than_values_lose_something_and_more_lose_nothing(patch_size):
    for embed_dim in (width for width in WIDTHS if width <= 256):
        found = rebuild(untrained(patch_size, embed_dim), IMAGE)
        assert found.values == 3 * patch_size**2 and found.rank == min(embed_dim, found.values)
        if embed_dim < found.values:
            assert not found.full_rank and not found.exact and found.rms > 1
        else:
            assert found.full_rank and found.exact and np.array_equal(found.image, IMAGE)


def test_errors_are_what_they_are_called():
    found = rebuild(untrained(8, 64), IMAGE)
    made = IMAGE + found.error
    assert np.array_equal(found.image, made.round().clip(0, 255).astype(np.uint8))
    assert found.rms == pytest.approx(((made - IMAGE) ** 2).mean() ** 0.5) and found.max_abs_diff == np.abs(made - IMAGE).max()


def test_what_is_lost_is_the_part_that_the_matrix_cannot_see():
    """A picture of the mean color is kept by any matrix, and the error of any other has projection zero."""
    embedding = dataclasses.replace(untrained(8, 16), mean=np.full(3, 0.4))
    assert rebuild(embedding, np.full((3, 32, 32), 102, np.uint8)).max_abs_diff < 1e-9  # 0.4 of 255
    lost = cut(rebuild(embedding, IMAGE).error / (255 * STD[:, None, None]), 8)
    assert lost @ embedding.matrix.T == pytest.approx(np.zeros((16, 16)), abs=1e-10)


def test_a_matrix_that_repeats_itself_has_the_rank_of_what_it_says():
    full = untrained(2, 16)
    repeated = dataclasses.replace(full, weight=np.repeat(full.weight[:5], 4, axis=0)[:16])
    found = rebuild(repeated, IMAGE)
    assert found.rank == 4 and not found.full_rank and not found.exact  # 16 = 4 * 4 rows of the first four


@pytest.mark.parametrize("name", ["shapes-gru", "cifar10-hand-in-0"])
def test_trained_embeddings_keep_all_of_a_patch(name):
    for path in recorded_epochs(name).values():
        found = rebuild(read_embedding(path), IMAGE)
        assert found.full_rank and found.exact and np.array_equal(found.image, IMAGE)


@pytest.mark.parametrize("patch_size", [2, 4, 8, 16])
def test_the_loss_of_every_width_is_that_of_rebuilding_with_it(patch_size):
    widths = (8, 16, 48, 64, 192)
    losses = losses_by_width(patch_size, widths, IMAGE, mean=MEAN, std=STD)
    assert losses == pytest.approx({width: rebuild(untrained(patch_size, width), IMAGE).rms for width in widths}, abs=1e-8)
    assert [loss < 1e-9 for loss in losses.values()] == [width >= 3 * patch_size**2 for width in widths]
