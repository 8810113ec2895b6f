"""The encoder-decoder against nn.Transformer, and what every encoder-decoder promises."""

import random

import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models.decoder import DecoderLayer
from core.models.encoder_decoder import EncoderDecoder
from core.models.masks import MASKS, subsequent_mask
from core.models.recurrent_encoder_decoder import RecurrentEncoderDecoder
from core.models.seq2seq_configs import EncoderDecoderConfig, RecurrentSeq2SeqConfig, TorchEncoderDecoderConfig
from core.models.seq2seq_task import Seq2SeqTask
from core.models.torch_encoder_decoder import TorchEncoderDecoder
from core.symbols import BOS, EOS, PAD
from tests.core.models.test_transformer import scrambled

TASK = Seq2SeqTask(vocabulary=11, max_source=8, max_target=7)
IMAGES = Seq2SeqTask(vocabulary=11, max_source=4, max_target=6, image_size=16)
SMALL = {"embed_dim": 16, "num_heads": 2}


def transformer(task=TASK, **values):
    return scrambled(EncoderDecoder(task, EncoderDecoderConfig(**{**SMALL, **values}))).eval()


def on_torch(task=TASK, **values):
    return scrambled(TorchEncoderDecoder(task, TorchEncoderDecoderConfig(**{**SMALL, **values}))).eval()


def recurrent(task=TASK, attention=True, **values):
    config = RecurrentSeq2SeqConfig(embed_dim=16, **{"hidden_size": 12, **values})
    return scrambled(RecurrentEncoderDecoder(task, config, attention=attention)).eval()


EVERY = {
    "subsequent": transformer,
    "2017": lambda task=TASK: transformer(task, norm_first=False, positions="learned"),
    "rotary": lambda task=TASK: transformer(task, positions="rotary", tie=True),
    "both": lambda task=TASK: transformer(task, mask="both", positions="none"),
    "no mask": lambda task=TASK: transformer(task, mask="none"),
    "off by one": lambda task=TASK: transformer(task, mask="off-by-one"),
    "torch": on_torch,
    "torch 2017": lambda task=TASK: on_torch(task, norm_first=False, mask="both"),
    "GRU": lambda task=TASK: recurrent(task, attention=False, num_layers=2),
    "GRU with attention": lambda task=TASK: recurrent(task, num_layers=2),
}


def batch(task=TASK, size=5, *, source_length=None, target_length=None):
    """Sources and targets of random lengths, filled up with PAD (with black images) at their ends."""
    sources, targets = source_length or task.max_source, target_length or task.max_target
    lengths = torch.randint(1, sources + 1, (size, 1))
    lengths[0] = sources
    padded = torch.arange(sources) >= lengths
    if task.image_size:
        source = torch.randint(1, 256, (size, sources, 3, task.image_size, task.image_size), dtype=torch.uint8)
        source[padded] = 0
    else:
        source = torch.randint(3, task.vocabulary, (size, sources)).masked_fill(padded, PAD)
    target = torch.randint(3, task.vocabulary, (size, targets))
    target[:, 0] = BOS
    ends = torch.randint(1, targets + 1, (size, 1))
    ends[0] = targets
    return source, target.masked_fill(torch.arange(targets) >= ends, PAD)


# ---- equal to nn.Transformer ----


def carry(attention, theirs):
    """The weights of a MultiHeadAttention into an nn.MultiheadAttention."""
    parts = (attention.query, attention.key, attention.value)
    theirs.in_proj_weight.copy_(torch.cat([linear.weight for linear in parts]))
    theirs.in_proj_bias.copy_(torch.cat([linear.bias for linear in parts]))
    theirs.out_proj.load_state_dict(attention.output.state_dict())


@torch.no_grad()
def carry_decoder_layer(ours, theirs):
    carry(ours.self_attention, theirs.self_attn)
    carry(ours.cross_attention, theirs.multihead_attn)
    pairs = {"linear1": ours.mlp[0], "linear2": ours.mlp[3], "norm1": ours.norm1, "norm2": ours.norm2, "norm3": ours.norm3}
    for name, module in pairs.items():
        theirs.get_submodule(name).load_state_dict(module.state_dict())


@torch.no_grad()
def carry_all(ours, theirs):
    """The weights of an EncoderDecoder between its embeddings and its output layer into an nn.Transformer."""
    for layer, twin in zip(ours.encoder.layers, theirs.encoder.layers, strict=True):
        carry(layer.attention, twin.self_attn)
        pairs = {"linear1": layer.mlp[0], "linear2": layer.mlp[3], "norm1": layer.norm1, "norm2": layer.norm2}
        for name, module in pairs.items():
            twin.get_submodule(name).load_state_dict(module.state_dict())
    for layer, twin in zip(ours.decoder.layers, theirs.decoder.layers, strict=True):
        carry_decoder_layer(layer, twin)
    theirs.encoder.norm.load_state_dict(ours.encoder_norm.state_dict())
    theirs.decoder.norm.load_state_dict(ours.decoder_norm.state_dict())


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("masked", [False, True])
def test_a_decoder_layer_equals_torch(norm_first, masked):
    layer = scrambled(DecoderLayer(16, 4, 24, norm_first=norm_first))
    twin = nn.TransformerDecoderLayer(16, 4, 24, 0.0, "gelu", batch_first=True, norm_first=norm_first).double()
    carry_decoder_layer(layer, twin)
    x, memory = (torch.randn(3, length, 16, dtype=torch.float64, requires_grad=True) for length in (6, 9))
    padding = torch.arange(9) >= torch.tensor([[9], [4], [1]])
    masks = (subsequent_mask(6), ~padding[:, None, None]) if masked else (None, None)
    ours = layer(x, memory, *masks)
    torch_masks = {"tgt_mask": ~subsequent_mask(6), "memory_key_padding_mask": padding} if masked else {}
    theirs = twin(x, memory, **torch_masks)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-11)
    gradients = (torch.autograd.grad(y.square().sum(), (x, memory)) for y in (ours, theirs))
    for mine, other in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-9)


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("seed", range(24))
def test_the_whole_equals_nn_transformer(seed):
    """With weights carried across, for sizes, masks and padding drawn by a seed, in float64."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    heads = draw.choice([1, 2, 4])
    width, mlp_ratio, norm_first = heads * draw.choice([4, 8]), draw.choice([0.5, 1.5, 4]), draw.random() < 0.5
    width = min((w for w in (8, 16, 24, 32) if w >= width and w % heads == 0), default=32)
    layers = draw.randint(1, 3), draw.randint(1, 3)
    task = Seq2SeqTask(vocabulary=draw.randint(5, 30), max_source=draw.randint(1, 12), max_target=draw.randint(2, 12))
    mask = draw.choice([*MASKS])
    ours = transformer(
        task, embed_dim=width, num_heads=heads, encoder_layers=layers[0], decoder_layers=layers[1], mlp_ratio=mlp_ratio,
        norm_first=norm_first, positions=draw.choice(["none", "learned", "sinusoidal"]), mask=mask,
    )  # fmt: skip
    twin = nn.Transformer(
        width, heads, *layers, round(mlp_ratio * width), 0.0, "gelu", batch_first=True, norm_first=norm_first
    ).double()  # fmt: skip
    carry_all(ours, twin)
    source, target = batch(task, draw.randint(1, 6))
    length, padding = target.shape[1], target == PAD
    shift = MASKS[mask].ahead
    theirs = twin(
        (ours.source_embedding(source) * ours.scale + table(ours.source_positions, source)),
        (ours.target_embedding(target) * ours.scale + table(ours.target_positions, target)),
        tgt_mask=None if shift is None else torch.ones(length, length, dtype=torch.bool).triu(shift + 1),
        src_key_padding_mask=source == PAD,
        memory_key_padding_mask=source == PAD,
        tgt_key_padding_mask=padding if MASKS[mask].padding else None,
    )
    torch.testing.assert_close(ours(source, target), ours.output(theirs), rtol=0, atol=1e-10)


def table(positions, tokens):
    """What positions add, written out."""
    return positions.table[: tokens.shape[1]] if hasattr(positions, "table") else 0.0


def test_the_one_on_torch_equals_that_of_own_layers():
    ours, theirs = transformer(mask="both"), on_torch(mask="both")
    carry_all(ours, theirs.transformer)
    theirs.load_state_dict(
        {k: v for k, v in ours.state_dict().items() if k.split(".")[0] in ("source_embedding", "target_embedding", "output")}, strict=False
    )
    source, target = batch()
    torch.testing.assert_close(ours(source, target), theirs(source, target), rtol=0, atol=1e-10)


# ---- what every encoder-decoder promises ----


@pytest.mark.parametrize("task", [TASK, IMAGES], ids=["tokens", "images"])
@pytest.mark.parametrize("name", EVERY)
def test_calling_is_decoding_what_was_encoded(name, task):
    model, (source, target) = EVERY[name](task), batch(task)
    logits = model(source, target)
    memory = model.encode(source)
    assert logits.shape == (5, task.max_target, 11)
    assert memory.states.shape[:2] == memory.padding.shape == source.shape[:2]
    assert torch.equal(memory.padding, source.flatten(2).eq(0).all(-1) if task.image_size else source == PAD)
    assert torch.equal(logits, model.decode(target, memory))


@pytest.mark.parametrize("task", [TASK, IMAGES], ids=["tokens", "images"])
@pytest.mark.parametrize("name", EVERY)
def test_steps_with_a_cache_equal_decoding_the_whole_prefix(name, task):
    model, (source, target) = EVERY[name](task), batch(task)
    memory = model.encode(source)
    cache = model.start(memory)
    for t in range(task.max_target):
        logits, cache = model.step(target[:, t], cache)
        torch.testing.assert_close(logits, model.decode(target[:, : t + 1], memory)[:, -1], rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", EVERY)
def test_a_step_leaves_its_cache_as_it_was(name):
    model, (source, target) = EVERY[name](), batch()
    _, cache = model.step(target[:, 0], model.start(model.encode(source)))
    once = model.step(torch.full((5,), 4), cache)[0]
    model.step(torch.full((5,), 7), cache)
    assert torch.equal(once, model.step(torch.full((5,), 4), cache)[0])


@pytest.mark.parametrize("name", EVERY)
def test_rows_of_a_cache_are_those_of_its_batch(name):
    model, (source, target) = EVERY[name](), batch()
    _, cache = model.step(target[:, 0], model.start(model.encode(source)))
    index = torch.tensor([3, 0, 3])
    whole, part = model.step(target[:, 1], cache)[0], model.step(target[index, 1], cache.rows(index))[0]
    torch.testing.assert_close(part, whole[index], rtol=0, atol=1e-12)


@pytest.mark.parametrize("task", [TASK, IMAGES], ids=["tokens", "images"])
@pytest.mark.parametrize("name", EVERY)
def test_samples_of_a_batch_do_not_touch_each_other(name, task):
    """Nor does padding: each alone, without any, gives the same."""
    model, (source, target) = EVERY[name](task), batch(task)
    together = model(source, target)
    for b in range(5):
        length = int((~model.encode(source).padding[b]).sum())
        torch.testing.assert_close(model(source[b : b + 1, :length], target[b : b + 1])[0], together[b], rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", EVERY)
def test_every_weight_gets_a_gradient(name):
    model, (source, target) = EVERY[name](), batch()
    model(source, target).square().sum().backward()
    assert [n for n, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0] == []


def test_with_both_masks_padded_targets_change_nothing_that_counts():
    model, (source, target) = transformer(), batch()
    real = target != PAD
    subsequent, with_padding = (model.decode(target, model.encode(source), mask=m)[real] for m in ("subsequent", "both"))
    torch.testing.assert_close(subsequent, with_padding, rtol=0, atol=1e-12)


def test_without_masked_padding_is_read():
    for model in (transformer(), on_torch(), recurrent(), recurrent(attention=False)):
        source, target = batch()
        off = (model.decode(target, model.encode(source, masked=False)) - model(source, target)).abs().amax((1, 2))
        assert off[0] == 0  # the first has no padding
        assert (off[1:][(source == PAD).any(1)[1:]] > 1e-3).all()


@pytest.mark.parametrize("name", EVERY)
def test_a_source_of_nothing_but_padding_spoils_nothing(name):
    """It says nothing, and is no reason for NaN; the others of its batch stay what they are, and gradients finite."""
    model, (source, target) = EVERY[name](), batch()
    expected = model(source, target)
    source = source.clone()
    source[2] = PAD
    logits = model(source, target)
    others = [0, 1, 3, 4]
    torch.testing.assert_close(logits[others], expected[others], rtol=0, atol=1e-12)
    logits[others].square().sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


# ---- options ----


def test_tied_and_shared_weights_are_one():
    model = transformer(tie=True, share=True)
    assert model.target_table is model.source_embedding
    names = [name for name, _ in model.named_parameters()]
    assert not any(name.startswith(("target_embedding", "output")) for name in names)
    assert len(model.state_dict()) == len(names)  # no name twice: checkpoints keep each tensor once
    source, target = batch()
    states = []
    handle = model.decoder_norm.register_forward_hook(lambda _m, _a, out: states.append(out))
    logits = model(source, target)
    handle.remove()
    torch.testing.assert_close(logits, states[0] @ model.source_embedding.weight.T, rtol=0, atol=1e-12)


def test_embeddings_are_scaled_where_sines_are_added():
    assert {p: transformer(positions=p).scale for p in ("none", "learned", "sinusoidal", "rotary")} == {
        "none": 1.0, "learned": 1.0, "sinusoidal": 4.0, "rotary": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "rotary"])
def test_positions_are_seen(positions):
    """With positions, two tokens that change places change the memory's mean; without, they do not."""
    source = torch.tensor([[3, 4, 5, 6]])
    off = [
        (model.encode(source).states.mean(1) - model.encode(source.flip(1)).states.mean(1)).abs().max()
        for model in (transformer(positions=positions), transformer(positions="none"))
    ]
    assert off[0] > 1e-3 and off[1] < 1e-12


def test_dropout_draws_only_while_training():
    for model in (transformer(dropout=0.5), on_torch(dropout=0.5), recurrent(dropout=0.5)):
        source, target = batch()
        assert torch.equal(model(source, target), model(source, target))
        model.train()
        assert not torch.equal(model(source, target), model(source, target))
        assert not [m for m in model.modules() if isinstance(m, nn.Dropout)]  # they would draw from the global generator


# ---- bad input ----


@pytest.mark.parametrize("name", ["subsequent", "torch", "GRU"])
def test_what_is_too_long_or_empty_is_explained(name):
    model = EVERY[name]()
    with pytest.raises(ConfigError, match=r"input has 33 tokens, and positions reach to 32"):
        model.encode(torch.full((1, 33), 4))
    with pytest.raises(ConfigError, match="input is empty"):
        model.encode(torch.zeros(1, 0, dtype=torch.int64))
    memory = model.encode(torch.full((1, 32), 4))
    with pytest.raises(ConfigError, match=r"output has 29 tokens, and positions reach to 28"):
        model.decode(torch.full((1, 29), 4), memory)
    cache = model.start(memory)
    for _ in range(28):
        _, cache = model.step(torch.tensor([EOS]), cache)
    with pytest.raises(ConfigError, match="output has 29 tokens"):
        model.step(torch.tensor([EOS]), cache)


def test_images_for_tokens_and_tokens_for_images_are_explained():
    with pytest.raises(ConfigError, match=r"reads tokens \(B, S\)"):
        transformer().encode(torch.zeros(1, 2, 3, 16, 16, dtype=torch.uint8))
    with pytest.raises(ConfigError, match=r"reads images \(B, S, 3, 16, 16\)"):
        transformer(IMAGES).encode(torch.full((1, 4), 4))
    with pytest.raises(ConfigError, match="cannot share an embedding"):
        transformer(IMAGES, share=True)


def test_a_bad_config_is_explained():
    with pytest.raises(ConfigError, match="does not divide embed_dim"):
        EncoderDecoderConfig(embed_dim=64, num_heads=6)
    with pytest.raises(ConfigError, match="Rotary positions turn features in pairs"):
        EncoderDecoderConfig(embed_dim=16, num_heads=16, positions="rotary")
    with pytest.raises(ConfigError, match="rotary"):
        TorchEncoderDecoderConfig(positions="rotary")
