import pytest
import torch

from core.errors import ConfigError, DataError
from core.models.attention import scaled_dot_product_attention
from core.models.decoder import Decoder
from core.models.masks import MASKS
from core.probes.seq2seq.causality import causality_test, decoder_causality
from core.symbols import PAD
from tests.core.models.test_encoder_decoder import EVERY, IMAGES, batch, on_torch, recurrent, transformer
from tests.core.models.test_transformer import scrambled

PLACES = range(1, 7)


def full_batch():
    """Sources with padding, targets without any: every output counts."""
    source, _ = batch()
    return source, torch.randint(3, 11, (5, 7))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("model", [transformer, on_torch])
@pytest.mark.parametrize("place", PLACES)
def test_with_the_mask_nothing_before_moves_at_all(model, place, dtype):
    source, target = full_batch()
    for mask in ("subsequent", "both"):
        report = decoder_causality(model(), source, target, place, 1, mask=mask, dtype=dtype)
        assert report.plain.dtype == dtype
        assert report.per_position[:place].tolist() == [0.0] * place  # exactly
        assert report.at > 0.01 and report.verdict == "causal" and report.passed and report.reach == 0


@pytest.mark.parametrize("model", [transformer, on_torch])
@pytest.mark.parametrize("place", PLACES)
def test_without_it_everything_before_moves(model, place):
    source, target = full_batch()
    for mask in ("none", "padding"):
        report = decoder_causality(model(), source, target, place, 1, mask=mask)
        assert (report.per_position > 1e-4).all()
        assert report.reach == place and report.verdict == "looks ahead" and report.passed and not report.causal


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("place", PLACES)
def test_the_trap_reaches_back_one_position_a_layer(layers, place):
    source, target = full_batch()
    report = decoder_causality(transformer(decoder_layers=layers), source, target, place, 1, mask="off-by-one")
    moved = [p for p in range(place) if report.per_position[p] > 0]
    assert moved == list(range(max(0, place - layers), place))
    assert report.reach == min(layers, place) and not report.causal and report.passed


def test_the_models_own_mask_counts_unless_another_is_chosen():
    source, target = full_batch()
    cheat = transformer(mask="none")
    assert not decoder_causality(cheat, source, target, 4, 1).causal
    assert decoder_causality(cheat, source, target, 4, 1, mask="subsequent").causal


def test_a_mask_that_is_not_what_it_is_called_fails():
    """The verdict comes from what moved, not from the name."""
    source, target = full_batch()
    model = transformer()
    memory = model.encode(source)
    report = causality_test(lambda tokens: model.decode(tokens, memory, mask="off-by-one"), target, 4, 1, ahead=0)
    assert report.verdict == "looks ahead" and not report.passed
    report = causality_test(lambda tokens: model.decode(tokens, memory), target, 4, 1, ahead=None)
    assert report.verdict == "causal" and not report.passed


@pytest.mark.parametrize("attention", [True, False])
def test_a_recurrent_decoder_is_causal(attention):
    source, target = full_batch()
    report = decoder_causality(recurrent(attention=attention), source, target, 3, 1)
    assert report.causal and report.passed and report.at > 0.01 and report.after > 0.01


def test_images_as_the_source():
    source, _ = batch(IMAGES)
    target = torch.randint(3, 11, (5, 6))
    assert decoder_causality(EVERY["subsequent"](IMAGES), source, target, 2, 1).passed


@pytest.mark.parametrize("name", MASKS)
def test_a_stack_of_decoder_layers(name):
    stack = scrambled(Decoder(16, 4, 2, 24))
    memory, tokens = torch.randn(2, 5, 16, dtype=torch.float64), torch.randn(2, 6, 16, dtype=torch.float64)
    mask = MASKS[name].build(torch.zeros(2, 6, dtype=torch.bool))
    report = causality_test(lambda x: stack(x, memory, mask), tokens, 3, torch.randn(16, dtype=torch.float64), ahead=MASKS[name].ahead)
    assert report.passed and report.causal == MASKS[name].causal


def test_the_changes_are_those_of_one_attention_by_hand():
    x = torch.randn(1, 4, 3, dtype=torch.float64)
    other = x.clone()
    other[0, 2] = 1.0
    mask = MASKS["off-by-one"].build(torch.zeros(1, 4, dtype=torch.bool))
    report = causality_test(lambda t: scaled_dot_product_attention(t, t, t, mask)[0], x, 2, 1.0, ahead=1)
    weights = [((t @ t.mT) / 3**0.5).masked_fill(~mask, -torch.inf).softmax(-1) @ t for t in (x, other)]
    torch.testing.assert_close(report.per_position, (weights[1] - weights[0]).abs().amax((0, 2)), rtol=0, atol=1e-14)
    assert (report.per_position[0], report.reach) == (0, 1)


@pytest.mark.parametrize("leak", [1e-12, 1e-6, 1e-3])
def test_causal_is_exactly_zero_not_nearly(leak):
    """Sums of all tokens so far, with a trace of those to come: however small it is, it is a look ahead."""
    tokens = torch.arange(1.0, 7.0, dtype=torch.float64)[None]
    honest = causality_test(lambda t: t.cumsum(1)[..., None], tokens, 3, 9.0)
    report = causality_test(lambda t: (t.cumsum(1) + leak * t.flip(1).cumsum(1))[..., None], tokens, 3, 9.0)
    assert (honest.verdict, honest.before, honest.passed) == ("causal", 0.0, True)
    assert 0 < report.before < 10 * leak and report.verdict == "looks ahead" and not report.causal and not report.passed


def test_a_change_that_nothing_sees_proves_nothing():
    report = causality_test(lambda tokens: torch.ones(*tokens.shape, 2), torch.full((1, 4), 5), 2, 6)
    assert report.verdict == "nothing moved" and not report.passed


def test_the_last_token_has_nothing_after_it():
    source, target = full_batch()
    report = decoder_causality(transformer(), source, target, 6, PAD)
    assert report.after == 0 and report.passed


def test_bad_input_is_explained():
    source, target = full_batch()
    for place in (0, 7, -1):
        with pytest.raises(ConfigError, match="Choose a place from 1 to 6"):
            decoder_causality(transformer(), source, target, place, 1)
    with pytest.raises(ConfigError, match="already that one"):
        decoder_causality(transformer(), source[:1], target[:1], 2, int(target[0, 2]))
    with pytest.raises(ConfigError, match="There is no mask named 'future'"):
        decoder_causality(transformer(), source, target, 2, 1, mask="future")
    with pytest.raises(ConfigError, match="has no mask"):
        decoder_causality(recurrent(), source, target, 2, 1, mask="none")
    with pytest.raises(ConfigError, match="train mode"):
        decoder_causality(transformer().train(), source, target, 2, 1)
    with pytest.raises(DataError, match="no finite numbers"):
        causality_test(lambda tokens: tokens[..., None] / 0.0, target, 2, 1)
