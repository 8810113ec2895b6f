import numpy as np
import pytest
import torch

from core.decoding.beam import beam
from core.decoding.greedy import greedy, sampled
from core.errors import ConfigError
from core.models.masks import MASKS
from core.probes.seq2seq.cross_attention import record_seq2seq_attention
from core.probes.seq2seq.written import METHODS, TOP, write_out
from core.symbols import BOS
from tests.core.models.test_encoder_decoder import EVERY, batch, transformer


def prefix_logits(model, source, tokens):
    """What the model says after every prefix, each computed for itself: (T, V)."""
    fed = [BOS, *tokens]
    memory = model.encode(source[None])
    return torch.stack([model.decode(torch.tensor([fed[: t + 1]]), memory)[0, -1] for t in range(len(tokens))]).detach()


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("how", METHODS)
def test_choices_are_what_the_model_says_after_every_prefix(name, how):
    model, source = EVERY[name](), batch()[0][0]
    found = write_out(model, source, how=how, width=3, temperature=0.7, seed=4)
    shares = prefix_logits(model, source, found.tokens).softmax(-1).numpy()
    assert found.passed and found.off < 1e-10
    assert len(found.choices) == len(found.tokens)
    for written, choices, expected in zip(found.tokens, found.choices, shares, strict=True):
        assert written in [choice.token for choice in choices]
        for choice in choices:
            assert choice.probability == pytest.approx(expected[choice.token], abs=1e-10)
        assert choices[0].probability == pytest.approx(expected.max(), abs=1e-10)
    expected = sum(np.log(row[token]) for row, token in zip(shares, found.tokens, strict=True))
    assert found.log_prob == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("name", EVERY)
def test_the_methods_write_what_they_write_alone(name):
    model, source = EVERY[name](), batch()[0][1]
    assert write_out(model, source).tokens == greedy(model, source).tokens
    assert write_out(model, source, how="sampled", seed=9).tokens == sampled(model, source, seed=9).tokens
    found, alone = write_out(model, source, how="beam", width=3, alpha=0.6), beam(model, source, width=3, alpha=0.6, branches=TOP)
    assert found.tokens == alone.tokens and found.tree.nodes == alone.nodes


@pytest.mark.parametrize("mask", ["subsequent", *(name for name in MASKS if name not in ("subsequent", "both"))])
def test_each_row_is_what_was_read_when_its_token_was_the_last(mask):
    """Under every mask: row t of a map is the last row of a map of the first t + 1 tokens alone."""
    model, source = transformer(), batch()[0][0]
    model.mask = MASKS[mask]
    found = write_out(model, source)
    fed = [BOS, *found.tokens]
    for t in range(len(found.tokens)):
        alone = record_seq2seq_attention(model, source[None], torch.tensor([fed[: t + 1]]), dtype=torch.float64)
        np.testing.assert_allclose(found.cross[:, :, t], alone.cross[0, :, :, -1], rtol=0, atol=1e-10)
        np.testing.assert_allclose(found.decoder[:, :, t, : t + 1], alone.decoder[0, :, :, -1], rtol=0, atol=1e-10)
        assert not found.decoder[:, :, t, t + 1 :].any()
    np.testing.assert_allclose(found.alignment.sum(-1), 1, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.memory, model.encode(source[None]).states[0].detach().numpy())


def test_models_without_attention_say_so():
    seen = {name: write_out(EVERY[name](), batch()[0][0]) for name in EVERY}
    for name, found in seen.items():
        assert bool(found.unseen) == (found.cross is None), name
    unseen = [found.unseen for found in seen.values() if found.unseen]
    assert any("one vector" in why for why in unseen)
    assert [found.bottleneck for found in seen.values()].count(True) == sum("one vector" in why for why in unseen)


def test_sampling_tells_what_was_drawn_from():
    model, source = transformer(), batch()[0][0]
    found = write_out(model, source, how="sampled", temperature=0.5, seed=1)
    for choices in found.choices:
        ratio = [choice.drawn / choice.probability**2 for choice in choices]  # p^(1 / 0.5), but for what they sum to
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)


def test_an_unknown_way_is_named():
    with pytest.raises(ConfigError, match="greedy"):
        write_out(transformer(), batch()[0][0], how="greedily")
