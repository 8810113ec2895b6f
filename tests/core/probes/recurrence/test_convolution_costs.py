"""What convolutions cost, against torch's own count."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from core.errors import ConfigError
from core.probes.recurrence.convolution import CONVOLUTIONS, KERNELS, convolution_cost, field_of_view, measured_view


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("dims", CONVOLUTIONS)
def test_costs_are_those_that_torch_counts(dims, kernel):
    found = convolution_cost(dims, kernel=kernel, channels=4, size=6, frames=5)
    module = CONVOLUTIONS[dims](4, 4, kernel, padding=kernel // 2, bias=False)
    with FlopCounterMode(display=False) as counter:
        made = module(torch.randn(1, 4, *found.shape))
    assert found.multiplications == counter.get_total_flops() // 2  # torch counts a multiplication and an addition
    assert found.weights == 16 * kernel**dims and found.made == tuple(made.shape) == (1, 4, *found.shape)


@pytest.mark.parametrize(("layers", "kernel"), [(1, 3), (2, 3), (3, 5), (4, 1)])
def test_the_field_of_view_is_what_gradients_reach(layers, kernel):
    assert field_of_view(layers, kernel) == measured_view(layers, kernel, 31)


def test_a_field_of_view_ends_at_the_ends():
    assert measured_view(5, 7, 9) == 9 < field_of_view(5, 7)


def test_what_is_not_on_offer():
    with pytest.raises(ConfigError, match="has no middle"):
        convolution_cost(1, kernel=2, channels=1, size=4, frames=4)
    with pytest.raises(ConfigError, match="over 4 dimensions"):
        convolution_cost(4, kernel=3, channels=1, size=4, frames=4)
