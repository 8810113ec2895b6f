import pytest
import torch
from torch import nn

from core.errors import ConfigError, DataError
from core.models.attention import Attend
from core.models.masks import MASKS
from core.probes.seq2seq.cross_attention import record_seq2seq_attention
from core.symbols import PAD
from tests.core.models.test_encoder_decoder import EVERY, IMAGES, batch, carry_all, on_torch, recurrent, table, transformer


def by_torch(ours, source, target, mask):
    """Weights of every layer and head of an nn.Transformer with the weights of `ours`, in the order of its modules."""
    twin = nn.Transformer(16, 2, 2, 3, 32, 0.0, "gelu", batch_first=True, norm_first=True).double()
    carry_all(ours, twin)
    found = {}

    def recording(name, attention):
        plain = attention.forward

        def forward(*args, **values):
            output, weights = plain(*args, **{**values, "need_weights": True, "average_attn_weights": False})
            found[name] = weights
            return output, None

        attention.forward = forward

    for name, module in twin.named_modules():
        if isinstance(module, nn.MultiheadAttention):
            recording(name, module)
    ahead = MASKS[mask].ahead
    twin.train()(  # without the fast path, which leaves weights out
        ours.source_embedding(source) * ours.scale + table(ours.source_positions, source),
        ours.target_embedding(target) * ours.scale + table(ours.target_positions, target),
        tgt_mask=None if ahead is None else torch.ones(7, 7, dtype=torch.bool).triu(ahead + 1),
        src_key_padding_mask=source == PAD,
        memory_key_padding_mask=source == PAD,
        tgt_key_padding_mask=(target == PAD) if MASKS[mask].padding else None,
    )
    return found


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("mask", MASKS)
def test_weights_are_those_of_nn_transformer(mask):
    ours, (source, target) = transformer(decoder_layers=3), batch()
    record = record_seq2seq_attention(ours, source, target, mask=mask, dtype=torch.float64)
    assert record.encoder.shape == (5, 2, 2, 8, 8) and record.decoder.shape == (5, 3, 2, 7, 7) and record.cross.shape == (5, 3, 2, 7, 8)
    theirs = by_torch(ours, source, target, mask)
    names = {
        "encoder": "encoder.layers.{}.self_attn",
        "decoder": "decoder.layers.{}.self_attn",
        "cross": "decoder.layers.{}.multihead_attn",
    }
    for role, name in names.items():
        for layer in range(getattr(record, role).shape[1]):
            torch.testing.assert_close(getattr(record, role)[:, layer], theirs[name.format(layer)], rtol=0, atol=1e-10)
    assert torch.equal(record.logits, ours.decode(target, ours.encode(source), mask=mask))
    assert record.passed


def test_the_alignment_of_two_grus_by_hand():
    """A softmax over the encoder's states for each state of the decoder, padding left out, row by row."""
    model, (source, target) = recurrent(num_layers=1), batch()
    record = record_seq2seq_attention(model, source, target, dtype=torch.float64)
    assert record.encoder is None and record.decoder is None and record.cross.shape == (5, 1, 1, 7, 8)
    for b in range(5):
        length = int((source[b] != PAD).sum())
        states, last = nn.GRU.forward(model.encoder[0], model.source_embedding(source[b, :length]))
        written, _ = nn.GRU.forward(model.decoder[0], model.target_embedding(target[b]), last)
        for t in range(7):
            scores = states @ (model.query.weight @ written[t]) / 12**0.5
            torch.testing.assert_close(record.cross[b, 0, 0, t, :length], scores.softmax(0), rtol=0, atol=1e-12)
        assert not record.cross[b, ..., length:].any()
    assert torch.equal(record.alignment, record.cross[:, 0, 0])
    assert record.passed


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["subsequent", "2017", "rotary", "both", "GRU with attention"])
def test_rows_sum_to_one_and_nobody_reads_what_is_masked(name, dtype):
    for task in (None, IMAGES):
        model, (source, target) = (EVERY[name](task), batch(task)) if task else (EVERY[name](), batch())
        record = record_seq2seq_attention(model, source, target, dtype=dtype)
        assert record.passed and record.cross.dtype == dtype
        padded = model.encode(source).padding
        assert not record.cross.permute(0, 4, 1, 2, 3)[padded].any()  # exactly 0
        if record.decoder is not None:
            assert not record.decoder.triu(1).any() and not record.encoder.permute(0, 4, 1, 2, 3)[padded].any()


def test_an_alignment_is_the_mean_of_the_last_layers_heads():
    record = record_seq2seq_attention(transformer(), *batch())
    torch.testing.assert_close(record.alignment, (record.cross[:, 1, 0] + record.cross[:, 1, 1]) / 2)


def test_a_decoding_was_read_as_it_is_recorded():
    """With a causal mask a row does not change when tokens follow: the record of the whole is that of every step."""
    model, (source, target) = transformer(), batch()
    whole = record_seq2seq_attention(model, source, target, dtype=torch.float64)
    for t in range(1, 7):
        step = record_seq2seq_attention(model, source, target[:, :t], dtype=torch.float64)
        torch.testing.assert_close(step.cross, whole.cross[..., :t, :], rtol=0, atol=1e-12)
        torch.testing.assert_close(step.decoder, whole.decoder[..., :t, :t], rtol=0, atol=1e-12)


def test_without_masked_padding_is_read():
    source, target = batch()
    for model in (transformer(), recurrent()):
        record = record_seq2seq_attention(model, source, target, masked=False)
        assert (record.cross.permute(0, 4, 1, 2, 3)[source == PAD] > 0).any()


def test_hooks_are_taken_away_even_after_an_error():
    model, (source, target) = transformer(), batch()
    record_seq2seq_attention(model, source, target, dtype=torch.float64)
    with pytest.raises(ConfigError):
        record_seq2seq_attention(model, source, torch.full((5, 29), 4), dtype=torch.float64)
    assert not any(part._forward_hooks for part in model.modules() if isinstance(part, Attend))


def test_models_without_attention_to_look_at_are_explained():
    source, target = batch()
    with pytest.raises(ConfigError, match="one vector of the source"):
        record_seq2seq_attention(recurrent(attention=False), source, target)
    with pytest.raises(ConfigError, match="not of the lab's own layers"):
        record_seq2seq_attention(on_torch(), source, target)
    with pytest.raises(ConfigError, match="train mode"):
        record_seq2seq_attention(transformer().train(), source, target)
    with pytest.raises(ConfigError, match="float32 or float64"):
        record_seq2seq_attention(transformer(), source, target, dtype=torch.float16)
    broken = transformer()
    nn.init.constant_(broken.source_embedding.weight, torch.nan)
    with pytest.raises(DataError, match="no finite numbers"):
        record_seq2seq_attention(broken, source, target)
