"""Models taken apart for the shuffle test: the parts together are the model, and each answers as it is known to."""

import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models import Task, build_model
from core.models.patches import patchify, unpatchify
from core.probes.equivariance.permutations import named_permutation, refined
from core.probes.equivariance.shuffling import shuffle_test
from core.probes.equivariance.subjects import ARCHITECTURES, trained, untrained

IMAGES = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(3))
MODELS = {
    "gru": {"readout": "last"},
    "gru, mean": {"readout": "mean", "bidirectional": True},
    "lstm, both": {"readout": "last", "bidirectional": True, "num_layers": 2},
    "rnn": {"readout": "mean"},
    "vit": {"positions": "learned"},
    "vit, none": {"positions": "none"},
    "vit, rotary": {"positions": "rotary"},
    "cnn": {"width": 8},
    "renet": {"width": 16},
}


def built(name):
    model = build_model(name.split(",")[0], Task(num_classes=7), seed=1, **MODELS[name])
    return model.eval()


def examined(subject, permutation, **options):
    with torch.no_grad():
        tokens = subject.embed(IMAGES)
    return shuffle_test(subject.whole, tokens, subject.order(permutation), **options)


@pytest.mark.parametrize("patch_size", [2, 4, 8, 16])
@pytest.mark.parametrize("name", MODELS)
def test_the_parts_of_a_trained_model_are_the_model_whatever_the_patches(name, patch_size):
    """What comes out for moved tokens is what the model says of the picture with moved patches."""
    model, permutation = built(name), named_permutation("random", (32 // patch_size) ** 2, seed=5)
    subject = trained(model, patch_size)
    report = examined(subject, permutation)
    shuffled = unpatchify(patchify(IMAGES, patch_size)[:, permutation], patch_size)
    with torch.no_grad():
        for outputs, images in ((report.plain, IMAGES), (report.shuffled, shuffled)):
            torch.testing.assert_close(subject.head(outputs.float()), model(images), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "patch_size", "length", "lead"),
    [("gru", 4, 64, 0), ("gru", 8, 64, 0), ("vit", 4, 65, 1), ("vit", 16, 65, 1), ("cnn", 4, 64, 0), ("cnn", 16, 4, 0)],
)
def test_as_many_tokens_come_out_as_can_be_put_back(name, patch_size, length, lead):
    subject = trained(built(name), patch_size)
    report = examined(subject, named_permutation("reverse", (32 // patch_size) ** 2))
    assert report.per_token.shape == (length,) and subject.lead == lead


@pytest.mark.parametrize(("name", "patch_size"), [("gru", 2), ("vit", 2), ("cnn", 2), ("renet", 4), ("renet", 8)])
def test_where_tokens_are_larger_or_none_only_the_answer_is_compared(name, patch_size):
    report = examined(trained(built(name), patch_size), named_permutation("reverse", (32 // patch_size) ** 2))
    assert report.plain.shape == (2, 7) and not report.equivariant


def test_a_vit_without_positions_is_equivariant_and_its_class_token_stays():
    report = examined(trained(built("vit, none"), 4), named_permutation("random", 64))
    assert report.verdict == "equivariant" and report.permutation[0] == 0 and report.per_token[0] <= report.tolerance
    assert examined(trained(built("vit"), 4), named_permutation("random", 64)).verdict == "neither"


EQUIVARIANT, INVARIANT = {"encoder", "mlp"}, {"pool", "encoder-index-first"}


@pytest.mark.parametrize("patch_size", [4, 8])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_what_each_architecture_answers_to_a_random_shuffle(name, patch_size):
    report = examined(untrained(name, patch_size), named_permutation("random", (32 // patch_size) ** 2, seed=2))
    wanted = "equivariant" if name in EQUIVARIANT else "invariant" if name in INVARIANT else "neither"
    assert report.verdict == wanted


@pytest.mark.parametrize("name", ["reverse", "shift", "swap", "halves"])
def test_a_convolution_in_a_ring_survives_shifts_alone(name):
    verdict = examined(untrained("convolution", 4), named_permutation(name, 64)).verdict
    assert verdict == ("equivariant" if name in ("shift", "halves") else "neither"), "halves are a shift by half the tokens"


def test_layer_norm_takes_the_bare_index_away_before_attention_reads():
    """Only the sums around the layers still hold it: outputs differ by the index itself, and a last LayerNorm removes that, too."""
    permutation = named_permutation("random", 64, seed=2)
    report = examined(untrained("encoder-index-first", 4), permutation)
    moved = (permutation - torch.arange(64)).abs()[permutation.argsort()]
    torch.testing.assert_close(report.per_token, moved.double(), atol=1e-9, rtol=0)
    model = build_model("vit", Task(), seed=1, positions="index").eval()
    assert examined(trained(model, 4), permutation).verdict == "equivariant"


def test_an_architecture_depends_on_its_seed_alone():
    first, again = untrained("gru", 8), untrained("gru", 8)
    torch.rand(3)
    assert all(torch.equal(a, b) for a, b in zip(first.body.state_dict().values(), again.body.state_dict().values(), strict=True))
    other = untrained("gru", 8, seed=1).body.state_dict()
    assert not torch.equal(first.body.state_dict()["rnn.weight_ih_l0"], other["rnn.weight_ih_l0"])


def test_what_cannot_be_is_said():
    with pytest.raises(ConfigError, match="encoder"):
        untrained("encoderr", 4)
    with pytest.raises(ConfigError, match="does not divide"):
        untrained("gru", 5)
    with pytest.raises(ConfigError, match="does not divide"):
        trained(nn.Identity(), 5)
    with pytest.raises(ConfigError, match="no square grid"):
        refined(torch.arange(6), 2)


def test_a_refined_permutation_moves_whole_patches():
    permutation = named_permutation("random", 16, seed=4)
    fine = patchify(IMAGES, 4)[:, refined(permutation, 2)]  # 64 tokens of 4 pixels in 16 patches of 8
    assert torch.equal(unpatchify(fine, 4), unpatchify(patchify(IMAGES, 8)[:, permutation], 8))
