"""The embedding in NumPy against torch's own parts: cutting, projecting, normalising, one feature step by step."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.data.splits import normalize, unnormalize
from core.errors import ConfigError
from core.models.configs import PATCH_SIZES
from core.models.embedding import Embedding, cut, paste
from core.models.patches import PatchEmbed, patchify

MEAN, STD = np.array([0.49, 0.48, 0.45]), np.array([0.25, 0.24, 0.26])
IMAGE = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)


def drawn(patch_size, embed_dim=16, seed=3):
    """An embedding all of whose weights are random: gain and shift too."""
    rng = np.random.default_rng(seed)
    return Embedding(
        weight=rng.normal(size=(embed_dim, 3, patch_size, patch_size)), bias=rng.normal(size=embed_dim),
        gain=rng.normal(size=embed_dim), shift=rng.normal(size=embed_dim), mean=MEAN, std=STD,
    )  # fmt: skip


@pytest.mark.parametrize("patch_size", PATCH_SIZES)
def test_cutting_is_patchify_and_pasting_undoes_it(patch_size):
    patches = cut(IMAGE, patch_size)
    assert np.array_equal(patches, patchify(torch.from_numpy(IMAGE)[None], patch_size)[0].numpy())
    assert np.array_equal(paste(patches, patch_size), IMAGE)


def test_images_are_normalised_as_for_training_and_back():
    embedding, pixels = drawn(4), torch.from_numpy(IMAGE)
    assert embedding.normalised(IMAGE) == pytest.approx(normalize(pixels, MEAN, STD).numpy(), abs=1e-5)
    back = embedding.unnormalised(embedding.normalised(IMAGE))
    assert back == pytest.approx(IMAGE, abs=1e-9)
    assert np.array_equal(np.rint(back), unnormalize(normalize(pixels, MEAN, STD), MEAN, STD).numpy())


@pytest.mark.parametrize("patch_size", PATCH_SIZES)
def test_tokens_are_unfold_linear_and_layer_norm(patch_size):
    """F.unfold cuts, F.linear multiplies: neither the lab's patchify nor a convolution."""
    embedding = drawn(patch_size)
    pixels = torch.from_numpy(embedding.normalised(IMAGE))[None]
    patches = F.unfold(pixels, patch_size, stride=patch_size).transpose(1, 2)[0]  # (1, V, N) -> (N, V)
    projected = F.linear(patches, torch.tensor(embedding.matrix), torch.tensor(embedding.bias))
    tokens = F.layer_norm(projected, (16,), torch.tensor(embedding.gain), torch.tensor(embedding.shift))
    assert embedding.tokens(IMAGE) == pytest.approx(tokens.numpy(), abs=1e-10)


@pytest.mark.parametrize("patch_size", [1, 4, 32])
def test_one_feature_step_by_step(patch_size):
    embedding = drawn(patch_size)
    tokens = embedding.tokens(IMAGE)
    for patch, feature in ((0, 0), (len(tokens) - 1, 15), (len(tokens) // 2, 7)):
        steps = embedding.step_by_step(IMAGE, patch, feature)
        row, column = (patch_size * i for i in divmod(patch, 32 // patch_size))
        part = (slice(None), slice(row, row + patch_size), slice(column, column + patch_size))
        assert np.array_equal(steps.values, embedding.normalised(IMAGE)[part])
        assert np.array_equal(steps.kernel.ravel(), embedding.matrix[feature])
        assert steps.products.sum() + steps.bias == pytest.approx(steps.projected, abs=1e-10)
        assert (steps.projected - steps.mean) / steps.deviation * steps.gain + steps.shift == pytest.approx(steps.token, abs=1e-10)
        assert steps.token == pytest.approx(tokens[patch, feature], abs=1e-10)


@pytest.mark.parametrize("patch_size", PATCH_SIZES)
def test_an_untrained_embedding_starts_as_torch_starts_one(patch_size):
    embedding = Embedding.untrained(patch_size, 128, mean=MEAN, std=STD)
    module = PatchEmbed(32, patch_size, 3, 128)
    assert {embedding.weight.shape, module.project.weight.shape} == {(128, 3, patch_size, patch_size)}
    for ours, theirs in ((embedding.weight, module.project.weight), (embedding.bias, module.project.bias)):
        bound = (3 * patch_size**2) ** -0.5
        assert np.abs(ours).max() <= bound and theirs.abs().max() <= bound
        assert ours.std() == pytest.approx(bound / 3**0.5, rel=0.2) and theirs.std().item() == pytest.approx(bound / 3**0.5, rel=0.2)
    assert (embedding.gain == 1).all() and not embedding.shift.any()
    assert (embedding.patch_size, embedding.embed_dim) == (patch_size, 128)
    assert np.array_equal(embedding.weight, Embedding.untrained(patch_size, 128, mean=MEAN, std=STD).weight)


def test_a_patch_that_does_not_divide_the_image():
    with pytest.raises(ConfigError, match="patch_size = 5 does not divide"):
        Embedding.untrained(5, 8, mean=MEAN, std=STD)
