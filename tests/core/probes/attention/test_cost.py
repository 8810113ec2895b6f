"""Memory by formula against PyTorch's profiler; limits; the exponent of known powers."""

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from core.errors import ConfigError
from core.probes.attention import cost
from core.probes.attention.cost import KINDS, MOST_TOKENS, attention_memory, exponent, measure_cost, memory


def profiled(kind, length, width, heads, images=1):
    """Bytes at the peak of one forward pass, beyond what came out, by the profiler's record of every block taken and freed."""
    forward = cost._pass(kind, length, width, heads, images)
    with torch.no_grad(), profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        kept = forward()
    now = top = 0
    blocks = [event for event in record.profiler.kineto_results.events() if event.name() == "[memory]"]
    for event in sorted(blocks, key=lambda event: event.start_ns()):
        now += event.nbytes()
        top = max(top, now)
    output = kept[0] if isinstance(kept, tuple) else kept
    return top - output.numel() * output.element_size()


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("heads", [1, 4])
@pytest.mark.parametrize("length", [1, 16, 300])
def test_by_hand_three_matrices_are_there_at_once(length, heads):
    assert profiled("by hand", length, 64, heads) == attention_memory(length, 64, heads=heads, fused=False) == 12 * heads * length**2


@pytest.mark.parametrize("length", [16, 256, 1024, MOST_TOKENS])
def test_the_fused_kernel_keeps_no_square_matrix(length):
    found, computed = profiled("fused", length, 64, 4), attention_memory(length, 64, heads=4, fused=True)
    assert found <= computed and (length < 1024 or found >= 0.9 * computed)
    assert length < 1024 or computed < attention_memory(length, 64, heads=4, fused=False) / 50


@pytest.mark.parametrize("length", [16, 400])
def test_a_scan_keeps_so_much_a_token(length):
    assert profiled("gru scan", length, 32, 4) == pytest.approx(memory("gru scan", length, 32), rel=0.02)


def test_images_take_as_much_each():
    assert profiled("by hand", 50, 64, 4, images=3) == memory("by hand", 50, images=3) == 3 * memory("by hand", 50)


def test_the_weights_of_the_course():
    """(4, 100, 64) with one head: four T x T matrices of 100 x 100 numbers, three times."""
    assert memory("by hand", 100, 64, heads=1, images=4) == 3 * 4 * 100 * 100 * 4


@pytest.mark.parametrize("kind", KINDS)
def test_measuring_leaves_threads_and_gradients_as_they_were(kind):
    torch.set_num_threads(2)
    found = measure_cost(kind, 32, rounds=2)
    assert (found.kind, found.length, found.memory) == (kind, 32, memory(kind, 32)) and found.seconds > 0
    assert torch.get_num_threads() == 2 and torch.is_grad_enabled()


@pytest.mark.parametrize("kind", KINDS)
def test_one_token_can_be_measured(kind):
    assert measure_cost(kind, 1, rounds=1).seconds > 0


@pytest.mark.parametrize("length", [0, -3, MOST_TOKENS + 1])
def test_beyond_the_limit_it_says_why(length):
    with pytest.raises(ConfigError, match="1 to 4,096 tokens.*the square of the length.*805 MB"):
        measure_cost("fused", length)


def test_no_measurement_takes_gigabytes():
    with pytest.raises(ConfigError, match="4,096 tokens by hand with 16 heads and 1 image.s. take 3,221 MB at once.*fewer tokens"):
        measure_cost("by hand", MOST_TOKENS, heads=16)


def test_what_does_not_exist():
    with pytest.raises(ConfigError, match="no kind of reading named 'by foot'.*by hand, fused, gru scan"):
        measure_cost("by foot", 10)
    for heads in (0, 3, 65):
        with pytest.raises(ConfigError, match=f"{heads} heads do not divide a width of 64"):
            measure_cost("fused", 10, heads=heads)


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_the_exponent_of_a_power_is_found(power):
    lengths = [64, 200, 1024, 4096]
    assert exponent(lengths, [3e-7 * length**power for length in lengths]) == pytest.approx(power, abs=1e-12)
    assert exponent(lengths, [memory("by hand", length) for length in lengths]) == pytest.approx(2)


def test_an_exponent_needs_two_lengths():
    with pytest.raises(ConfigError, match="two lengths or more"):
        exponent([64, 64], [1.0, 2.0])
