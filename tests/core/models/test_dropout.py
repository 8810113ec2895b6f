import copy

import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models.dropout import Dropout, seed_dropout


def seeded(seed, layers=1, p=0.3):
    model = nn.Sequential(*(Dropout(p) for _ in range(layers)))
    seed_dropout(model, seed, "cpu")
    return model


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_a_share_p_is_dropped_and_the_mean_is_kept(p):
    out = seeded(0, p=p)(torch.ones(400, 500))
    assert (out == 0).float().mean().item() == pytest.approx(p, abs=0.01)
    assert out.mean().item() == pytest.approx(1, abs=0.03)
    torch.testing.assert_close(out[out != 0].unique(), torch.tensor([1 / (1 - p)]))


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5])
def test_the_share_must_leave_something(p):
    with pytest.raises(ConfigError, match=r"dropout = .* out of range"):
        Dropout(p)


def test_off_in_eval_and_at_zero():
    x = torch.randn(50)
    assert torch.equal(seeded(0).eval()(x), x)
    assert torch.equal(seeded(0, p=0.0)(x), x)


def test_gradients_pass_where_values_do():
    x = torch.ones(1000, requires_grad=True)
    out = seeded(0)(x)
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())


def test_draws_depend_on_the_seed_only():
    x = torch.ones(1000)
    torch.manual_seed(1)
    first = seeded(5)(x)
    torch.manual_seed(2)
    torch.rand(77)
    assert torch.equal(seeded(5)(x), first)
    assert not torch.equal(seeded(6)(x), first)


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    seeded(5)(torch.ones(1000))
    assert torch.equal(torch.get_rng_state(), before)


def test_layers_of_a_model_draw_differently_and_successive_draws_too():
    model, x = seeded(5, layers=2), torch.ones(1000)
    first, second = (layer(x) for layer in model)
    assert not torch.equal(first, second)
    assert not torch.equal(first, model[0](x))


def test_without_a_generator_of_its_own_it_draws_from_the_global_one():
    x = torch.ones(1000)
    torch.manual_seed(3)
    first = Dropout(0.5)(x)
    torch.manual_seed(3)
    assert torch.equal(Dropout(0.5)(x), first)


def test_a_seeded_model_can_be_copied_and_has_no_state_to_save():
    model = seeded(5)
    twin, x = copy.deepcopy(model), torch.ones(1000)
    assert torch.equal(twin(x), model(x))
    assert not model.state_dict()
