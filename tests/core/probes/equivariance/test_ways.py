"""The right way to do the shuffle test and the wrong ones, on models of which it is known what they do."""

import pytest
import torch

from core.errors import ConfigError
from core.models import build_model
from core.probes.equivariance.architectures import ARCHITECTURES, why
from core.probes.equivariance.permutations import named_permutation
from core.probes.equivariance.subjects import trained, untrained
from core.probes.equivariance.ways import Way, answers, examine

IMAGE = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(3))
RANDOM = named_permutation("random", 16, seed=2)


def verdict(name, permutation=RANDOM, **way):
    return examine(untrained(name, 8), IMAGE, permutation, Way(**way)).verdict


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_positions_break_equivariance_unless_they_move_along(dtype):
    assert verdict("encoder", dtype=dtype) == "equivariant"
    assert verdict("encoder-sinusoidal", dtype=dtype) == "neither"
    assert verdict("encoder-sinusoidal", places="after", dtype=dtype) == "equivariant", "which proves nothing of the model"


def test_p_itself_undoes_a_swap_and_nothing_longer():
    assert verdict("encoder", undo="permutation") == "invariant"
    assert verdict("encoder", named_permutation("swap", 16), undo="permutation") == "equivariant"


def test_train_mode_is_refused_and_the_model_left_as_it_is():
    subject = untrained("encoder", 8)
    with pytest.raises(ConfigError, match="train mode"):
        examine(subject, IMAGE, RANDOM, Way(training=True))
    assert examine(subject, IMAGE, RANDOM, Way()).equivariant


@pytest.mark.parametrize("name", ["encoder-sinusoidal", "gru", "convolution"])
def test_what_is_known_of_the_order_before_is_not_computed_again(name):
    subject, other = untrained(name, 8), named_permutation("reverse", 16)
    whole = examine(subject, IMAGE, other, Way())
    short = examine(subject, IMAGE, other, Way(), plain=examine(subject, IMAGE, RANDOM, Way()).plain)
    assert (short.max_abs_diff, short.verdict) == (whole.max_abs_diff, whole.verdict) and (short.plain == whole.plain).all()
    marked = examine(subject, IMAGE, other, Way(), plain=whole.plain + 1)
    assert (marked.plain == whole.plain + 1).all(), "it is taken as it is"


def test_answers_are_the_models_own():
    model = build_model("vit", seed=1, positions="none").eval()
    subject = trained(model, 4)
    report = examine(subject, IMAGE, named_permutation("random", 64), Way(dtype=torch.float64))
    before, after = answers(subject, report)
    with torch.no_grad():
        torch.testing.assert_close(before, model(IMAGE)[0].double().softmax(0), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(before, after, atol=1e-6, rtol=0)
    assert answers(untrained("gru", 8), examine(untrained("gru", 8), IMAGE, RANDOM, Way())) is None


@pytest.mark.parametrize(
    ("config", "patch", "says"),
    [
        ({"model": "gru", "patch_size": 4}, 8, ARCHITECTURES["gru"].why),
        ({"model": "gru", "patch_size": 8}, 4, "larger"),
        ({"model": "vit", "patch_size": 4, "positions": "index"}, 4, "LayerNorm"),
        ({"model": "vit", "patch_size": 4, "positions": "none"}, 4, "no places"),
        ({"model": "cnn"}, 8, "edges"),
        ({"model": "renet", "patch_size": 2}, 8, "rows and columns"),
    ],
)
def test_why_a_run_answers_so(config, patch, says):
    assert says in why(config, patch)
