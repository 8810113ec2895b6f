import pytest
import torch

from core.errors import ConfigError
from core.models.configs import PATCH_SIZES
from core.models.patches import PatchEmbed, patchify, unpatchify


def test_patches_are_cut_row_by_row():
    images = torch.arange(2 * 3 * 4 * 6).view(2, 3, 4, 6)
    patches = patchify(images, 2)
    assert patches.shape == (2, 6, 12)
    for n in range(6):
        row, column = 2 * (n // 3), 2 * (n % 3)
        assert torch.equal(patches[:, n], images[:, :, row : row + 2, column : column + 2].reshape(2, 12))


@pytest.mark.parametrize("patch_size", PATCH_SIZES)
def test_unpatchify_is_the_inverse(patch_size):
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(unpatchify(patchify(images, patch_size), patch_size), images)
    wide = torch.randn(2, 1, 32, 64)
    grid = (32 // patch_size, 64 // patch_size)
    assert torch.equal(unpatchify(patchify(wide, patch_size), patch_size, grid), wide)


@pytest.mark.parametrize(("height", "width"), [(24, 36), (30, 30), (1, 7), (48, 16)])
def test_unpatchify_is_the_inverse_for_every_patch_that_divides_an_image(height, width):
    images = torch.randint(0, 256, (2, 4, height, width), dtype=torch.uint8)
    for patch_size in (p for p in range(1, min(height, width) + 1) if not height % p and not width % p):
        patches = patchify(images, patch_size)
        assert patches.shape == (2, height * width // patch_size**2, 4 * patch_size**2)
        assert torch.equal(unpatchify(patches, patch_size, (height // patch_size, width // patch_size)), images)
        assert torch.equal(patchify(unpatchify(patches, patch_size, (height // patch_size, width // patch_size)), patch_size), patches)


@pytest.mark.parametrize("patch_size", PATCH_SIZES)
def test_the_strided_convolution_is_cut_flatten_multiply(patch_size):
    embed = PatchEmbed(32, patch_size, 3, 16).double()
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    matrix = embed.project.weight.flatten(1)  # (E, C, p, p) -> (E, C*p*p)
    by_hand = embed.norm(patchify(images, patch_size) @ matrix.T + embed.project.bias)
    assert by_hand.shape == (2, embed.num_patches, 16)
    torch.testing.assert_close(embed(images), by_hand, rtol=0, atol=1e-12)


def test_the_course_checks_its_shape():
    tokens = PatchEmbed(image_size=32, patch_size=2, in_channels=3, embed_dim=64)(torch.randn(32, 3, 32, 32))
    assert tokens.shape == (32, 256, 64)
    torch.testing.assert_close(tokens.mean(-1), torch.zeros(32, 256), rtol=0, atol=1e-5)  # LayerNorm comes last


@pytest.mark.parametrize("patch_size", [3, 0, -2, 64])
def test_a_patch_must_divide_the_image(patch_size):
    message = f"patch_size = {patch_size} does not divide an image of 32 pixels: choose one of 1, 2, 4, 8, 16, 32"
    with pytest.raises(ConfigError, match=message):
        PatchEmbed(32, patch_size, 3, 64)
    with pytest.raises(ConfigError, match=message):
        patchify(torch.zeros(1, 3, 32, 32), patch_size)


def test_patches_that_fill_no_image_are_refused():
    with pytest.raises(ConfigError, match="6 patches do not fill a grid of 2 x 2"):
        unpatchify(torch.zeros(1, 6, 12), 2)
    with pytest.raises(ConfigError, match="Patches of 10 values are not 2 x 2 pixels"):
        unpatchify(torch.zeros(1, 4, 10), 2)
