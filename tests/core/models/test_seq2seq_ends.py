"""Images as a source of sequences: which only fill up the batch, and what the network gets of the others."""

import pytest
import torch

from core.models.seq2seq_ends import ImageTokens, source_padding, token_embedding


def test_a_dark_picture_is_no_padding_as_long_as_one_pixel_shines():
    images = torch.zeros(1, 3, 3, 8, 8, dtype=torch.uint8)
    images[0, 0] = torch.randint(0, 256, (3, 8, 8), dtype=torch.uint8)
    images[0, 0, :, :4] = 0  # half of it black
    images[0, 1, 2, 5, 5] = 1
    assert source_padding(images).tolist() == [[False, False, True]]


def test_a_black_picture_between_others_is_a_picture():
    images = torch.zeros(3, 4, 3, 8, 8, dtype=torch.uint8)
    images[0, [0, 2]] = 9  # a black one between them
    images[1, 3] = 9  # three before it
    assert source_padding(images).tolist() == [[False, False, False, True], [False] * 4, [True] * 4]


@torch.no_grad()
def test_pixels_reach_from_minus_one_to_one():
    """The network on images that are scaled by hand, and black and white as it gets them."""
    network, seen = ImageTokens(16, 8).eval(), []
    images = torch.randint(0, 256, (2, 3, 3, 16, 16), dtype=torch.uint8)
    by_hand = network.network((images.flatten(0, 1).double() / 255 * 2 - 1).float()).view(2, 3, 8)
    torch.testing.assert_close(network(images), by_hand, rtol=0, atol=1e-5)
    network.network.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    network(torch.tensor([0, 255], dtype=torch.uint8)[None, :, None, None, None].expand(1, 2, 3, 16, 16))
    assert seen[0].amin((1, 2, 3)).tolist() == [-1, 1] == seen[0].amax((1, 2, 3)).tolist()


@pytest.mark.parametrize("dim", [16, 256])
def test_a_token_has_about_length_one_at_first(dim):
    torch.manual_seed(0)
    lengths = token_embedding(500, dim).weight.detach().norm(dim=1)  # (V,)
    assert abs(float(lengths.square().mean()) - 1) < 0.05
