"""Names that other libraries have for an argument are taken, and what means something else there is said in a sentence."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.errors import ConfigError, DataError
from core.metrics import ConfusionMatrix
from core.models.attention import MultiHeadAttention, attention_stages, scaled_dot_product_attention
from core.models.patches import PatchEmbed, check_divides
from core.other_names import also_named


@also_named(size="width", colour="color")
def pair(width, color="red"):
    """What it was given."""
    return width, color


def test_a_second_name_means_the_same():
    assert pair(size=3, colour="blue") == pair(3, "blue") == pair(width=3, color="blue") == (3, "blue")
    assert pair(size=3) == (3, "red") and pair.__name__ == "pair" and pair.__doc__ == "What it was given."


def test_both_names_at_once_and_unknown_ones_are_refused():
    with pytest.raises(ConfigError, match="size and width are two names of one thing: give one of them"):
        pair(size=3, width=4)
    with pytest.raises(TypeError, match="unexpected keyword argument 'height'"):
        pair(height=3)
    with pytest.raises(TypeError, match="multiple values for argument 'width'"):
        pair(3, size=4)


# ---- patches, as timm names them ----


def test_patch_embed_takes_the_names_of_timm():
    torch.manual_seed(0)
    theirs = PatchEmbed(img_size=32, patch_size=8, in_chans=1, embed_dim=5)
    torch.manual_seed(0)
    ours = PatchEmbed(image_size=32, patch_size=8, in_channels=1, embed_dim=5)
    images = torch.randn(2, 1, 32, 32)
    assert torch.equal(ours(images), theirs(images)) and theirs.num_patches == 16


@pytest.mark.parametrize("sizes", [(32, "8"), ("32", 8), (32, 8.0), (None, 8)])
def test_sizes_that_are_no_whole_numbers_are_said(sizes):
    with pytest.raises(ConfigError, match="Sizes are whole numbers of pixels"):
        PatchEmbed(*sizes)


def test_whole_numbers_of_numpy_are_sizes():
    check_divides(np.int64(8), np.int64(32))


# ---- attention, as torch names it ----


def test_attention_takes_query_key_and_value_by_name():
    attention, (q, k, v) = MultiHeadAttention(8, 2), torch.randn(3, 2, 5, 8)
    allowed = torch.rand(5, 5) < 0.7
    expected = attention(q, k, v, allowed)
    assert torch.equal(attention(query=q, key=k, value=v, mask=allowed), expected)
    assert torch.equal(attention(q, memory=k, value=v, mask=allowed), expected)
    assert torch.equal(attention(q, k, allowed), attention(q, k, k, allowed)) and not torch.equal(attention(q, k, k, allowed), expected)


@pytest.mark.parametrize("name", ["attn_mask", "key_padding_mask", "need_weights"])
def test_a_mask_that_means_the_opposite_is_refused(name):
    q = torch.zeros(2, 5, 8)
    with pytest.raises(ConfigError, match=rf"takes no {name}, but a mask, True where reading is allowed; .* write mask=~attn_mask"):
        MultiHeadAttention(8, 2)(q, q, q, **{name: torch.zeros(5, 5).bool()})


@pytest.mark.parametrize("shape", [(5, 8), (2, 5, 6), (2, 2, 5, 8)])
@pytest.mark.parametrize("place", [0, 1])
def test_sizes_that_do_not_fit_are_said(shape, place):
    tokens = [torch.zeros(2, 5, 8), torch.zeros(2, 5, 8)]
    tokens[place] = torch.zeros(shape)
    with pytest.raises(ConfigError, match=r"reads tokens \(B, T, 8\), a batch of sequences, and these are"):
        MultiHeadAttention(8, 2)(*tokens)


def test_attention_by_hand_takes_the_names_of_torch():
    q, k, v = torch.randn(3, 2, 5, 8, dtype=torch.float64)
    allowed = torch.rand(5, 5) < 0.7
    allowed[:, 0] = True
    expected = F.scaled_dot_product_attention(query=q, key=k, value=v, attn_mask=allowed)
    output, weights = scaled_dot_product_attention(query=q, key=k, value=v, attn_mask=allowed)
    torch.testing.assert_close(output, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(weights @ v, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("function", [scaled_dot_product_attention, attention_stages])
def test_a_mask_of_numbers_is_said(function):
    q = torch.zeros(2, 5, 8)
    with pytest.raises(ConfigError, match=r"A mask says True where reading is allowed, and this one is torch.float32: compare it"):
        function(q, q, q, torch.zeros(5, 5))


# ---- the confusion matrix, as torchmetrics and scikit-learn name it ----


def test_a_confusion_matrix_takes_preds_and_target():
    found = ConfusionMatrix(3).update(preds=[0, 1, 1], target=[0, 1, 2])
    assert found.matrix.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]] and found.support.tolist() == [1, 1, 1]
    assert found.support.tolist() == found.count.tolist() == found.scores.support.tolist()


@pytest.mark.parametrize("wrong", [["cat"], None, [[0], [1, 2]], np.array(["a"]), [None]])
def test_what_is_no_class_index_is_said(wrong):
    for arguments in ((wrong, [0]), ([0], wrong)):
        with pytest.raises(DataError, match="Class indices are whole numbers, one a sample, and this"):
            ConfusionMatrix(3).update(*arguments)


@pytest.mark.parametrize("wrong", ["ten", 0, -1, 2.5, None])
def test_a_number_of_classes_is_a_whole_number(wrong):
    with pytest.raises(DataError, match="num_classes is a whole number from 1 on, not"):
        ConfusionMatrix(wrong)
