"""The shuffle test on models of which it is known what they do, torch's own among them."""

import pytest
import torch
from torch import nn

from core.errors import ConfigError, DataError
from core.models.positions import SinusoidalPositions
from core.models.transformer import Encoder
from core.probes.equivariance.permutations import PERMUTATIONS, named_permutation
from core.probes.equivariance.shuffling import shuffle_test

B, T, C = 3, 12, 8
DTYPES = [torch.float32, torch.float64]


class MeanThenAdd(nn.Module):
    """Every token gets the mean of all: equivariant, without attention."""

    def forward(self, tokens):
        return tokens + tokens.mean(dim=1, keepdim=True)


class Pool(nn.Module):
    def forward(self, tokens):
        return tokens.mean(dim=1)


class Conv(nn.Module):
    def __init__(self, padding_mode):
        super().__init__()
        self.conv = nn.Conv1d(C, C, 3, padding=1, padding_mode=padding_mode)

    def forward(self, tokens):
        return self.conv(tokens.transpose(1, 2)).transpose(1, 2)


class Causal(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder(C, 2, 2, 16)

    def forward(self, tokens):
        return self.encoder(tokens, torch.ones(T, T, dtype=torch.bool).tril())


def torch_encoder():
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(C, 2, 16, batch_first=True), 2, enable_nested_tensor=False)


EQUIVARIANT = {
    "a network on each token": lambda: nn.Sequential(nn.Linear(C, 16), nn.GELU(), nn.Linear(16, 5)),
    "the mean, added": MeanThenAdd,
    "encoder": lambda: Encoder(C, 2, 3, 16),
    "torch's encoder": torch_encoder,
}
NEITHER = {
    "encoder with positions": lambda: nn.Sequential(SinusoidalPositions(T, C), Encoder(C, 2, 2, 16)),
    "encoder with rotary positions": lambda: Encoder(C, 2, 2, 16, rotary=True),
    "causal encoder": Causal,
    "RNN": lambda: nn.RNN(C, 6, batch_first=True),
    "LSTM": lambda: nn.LSTM(C, 6, batch_first=True),
    "GRU": lambda: nn.GRU(C, 6, batch_first=True),
    "GRU, both directions": lambda: nn.GRU(C, 6, batch_first=True, bidirectional=True),
    "convolution": lambda: Conv("zeros"),
}


def tokens():
    return torch.randn(B, T, C, generator=torch.Generator().manual_seed(1))


def made(build):
    torch.manual_seed(0)
    return build().eval()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PERMUTATIONS)
@pytest.mark.parametrize("model", EQUIVARIANT)
def test_what_is_equivariant(model, name, dtype):
    found = shuffle_test(made(EQUIVARIANT[model]), tokens(), named_permutation(name, T), dtype=dtype)
    assert (found.equivariant, found.invariant, found.verdict) == (True, True, "equivariant")
    assert found.max_abs_diff == found.per_token.max() <= found.tolerance and found.per_token.shape == (T,)
    assert found.plain.dtype == dtype


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("model", NEITHER)
def test_what_is_neither(model, dtype):
    found = shuffle_test(made(NEITHER[model]), tokens(), named_permutation("random", T), dtype=dtype)
    assert (found.equivariant, found.invariant, found.verdict) == (False, False, "neither")
    assert found.max_abs_diff > 100 * found.tolerance


def test_one_answer_is_invariant_and_nothing_moves_along():
    found = shuffle_test(Pool().eval(), tokens(), named_permutation("random", T))
    assert found.verdict == "invariant" and not found.equivariant and found.per_token.shape == (0,)


def test_a_convolution_on_a_ring_survives_shifts_alone():
    ring = made(lambda: Conv("circular"))
    verdicts = {name: shuffle_test(ring, tokens(), named_permutation(name, T)).verdict for name in PERMUTATIONS}
    assert verdicts["shift"] == verdicts["halves"] == "equivariant"
    assert {verdicts[name] for name in ("random", "reverse", "swap")} == {"invariant"}  # the mean of a linear map sees no order


def test_undone_with_the_permutation_itself_an_encoder_seems_to_fail():
    """Trap 6: for the wrong reason, and only if p is not its own inverse."""
    encoder = made(EQUIVARIANT["encoder"])
    p = named_permutation("shift", T)
    wrong = shuffle_test(encoder, tokens(), p, undo="permutation")
    assert not wrong.equivariant and wrong.invariant
    assert shuffle_test(encoder, tokens(), named_permutation("reverse", T), undo="permutation").equivariant
    by_hand = encoder.double()(tokens().double()[:, p])
    torch.testing.assert_close(wrong.undone, by_hand[:, p], rtol=0, atol=1e-14)


def test_differences_belong_to_the_tokens_that_made_them():
    """Two tokens swapped in front of a causal mean: only what lies between them, and they, differ."""
    weights = torch.ones(T, T, dtype=torch.float64).tril()
    causal_mean = lambda x: (weights / weights.sum(1, keepdim=True)) @ x  # noqa: E731
    p = torch.arange(T)
    p[[3, 6]] = torch.tensor([6, 3])
    found = shuffle_test(causal_mean, tokens(), p)
    assert ((found.per_token > found.tolerance).nonzero().flatten() == torch.tensor([3, 4, 5, 6])).all() and found.moved == 2


def test_the_model_is_left_as_it_was():
    encoder = made(EQUIVARIANT["encoder"])
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    shuffle_test(encoder, tokens(), named_permutation("random", T))
    assert all(value.dtype == torch.float32 and torch.equal(value, before[name]) for name, value in encoder.state_dict().items())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"permutation": torch.zeros(T, dtype=torch.long)}, "names each of 0 to 11 once"),
        ({"permutation": torch.arange(T - 1)}, "A permutation of 12 tokens"),
        ({"permutation": torch.arange(T).float()}, "A permutation of 12 tokens"),
        ({"tokens": torch.zeros(T, C)}, "shape \\(B, T, C\\)"),
        ({"tokens": torch.zeros(B, 0, C)}, "at least one token"),
        ({"module": nn.Linear(C, C)}, "train mode.*model.eval"),
        ({"module": nn.GRU(C, C).eval()}, "GRU without batch_first=True takes the batch for time"),
        ({"dtype": torch.float16}, "float32 or float64"),
        ({"undo": "inverted"}, "Did you mean 'inverse'"),
    ],
)
def test_what_cannot_be_tested(change, message):
    values = {"module": nn.Identity().eval(), "tokens": tokens(), "permutation": torch.arange(T), **change}
    with pytest.raises(ConfigError, match=message):
        shuffle_test(values.pop("module"), values.pop("tokens"), values.pop("permutation"), **values)


def test_outputs_that_cannot_be_compared():
    with pytest.raises(DataError, match="not finite"):
        shuffle_test(lambda x: x / 0, tokens(), torch.arange(T))
    with pytest.raises(DataError, match="12 tokens went in and 6 came out"):
        shuffle_test(lambda x: x[:, ::2], tokens(), torch.arange(T))


def test_nothing_moved_is_said():
    assert shuffle_test(nn.Identity().eval(), tokens()[:, :1], named_permutation("random", 1)).moved == 0


@pytest.mark.parametrize("length", [1, 2, 7, 16])
@pytest.mark.parametrize("name", PERMUTATIONS)
def test_permutations_name_every_token_once(name, length):
    assert sorted(named_permutation(name, length, seed=3).tolist()) == list(range(length))


def test_permutations_are_what_they_say():
    assert named_permutation("shift", 4).tolist() == [3, 0, 1, 2] and named_permutation("reverse", 3).tolist() == [2, 1, 0]
    assert named_permutation("halves", 5).tolist() == [2, 3, 4, 0, 1]
    assert sum(named_permutation("swap", 9, seed=2) != torch.arange(9)) == 2
    with pytest.raises(ConfigError, match="Did you mean 'reverse'"):
        named_permutation("reversed", 4)
    with pytest.raises(ConfigError, match="at least one token"):
        named_permutation("shift", 0)
