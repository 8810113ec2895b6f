"""What a decoder hangs on, against a decoder that is run by hand on a memory put together anew."""

from dataclasses import replace

import pytest
import torch

from core.errors import ConfigError
from core.probes.seq2seq.bottleneck import bottleneck_test, noise
from tests.core.models.test_encoder_decoder import EVERY, IMAGES, TASK, batch

WITHOUT = "seq2seq-gru"


@pytest.mark.parametrize("task", [TASK, IMAGES], ids=["tokens", "images"])
@pytest.mark.parametrize("name", EVERY)
def test_only_without_attention_do_the_states_not_matter(name, task):
    report = bottleneck_test(EVERY[name](task), *batch(task))
    fixed = name.startswith("GRU") and "attention" not in name
    assert report.passed and report.attention != fixed
    assert (report.states_off == 0) == fixed
    assert (report.final_off > 0) == name.startswith("GRU")


def test_what_it_compares_by_hand():
    model, (source, target) = next(make() for name, make in EVERY.items() if "attention" in name), batch()
    report = bottleneck_test(model, source, target, seed=4)
    generator = torch.Generator().manual_seed(4)
    memory = model.encode(source)
    states = noise(memory.states, generator)
    final = tuple(noise(layer, generator) for layer in memory.final)
    plain = model.decode(target, memory)
    assert report.states_off == (model.decode(target, replace(memory, states=states)) - plain).abs().max().item()
    assert report.final_off == (model.decode(target, replace(memory, final=final)) - plain).abs().max().item()
    assert report.width == sum(layer.shape[1] for layer in memory.final)


def test_a_decoder_that_looks_back_in_secret_is_found(monkeypatch):
    model = next(make() for name, make in EVERY.items() if name.startswith("GRU") and "attention" not in name)
    decode = model.decode
    monkeypatch.setattr(model, "decode", lambda target, memory: decode(target, memory) + memory.states.sum())
    assert not bottleneck_test(model, *batch()).passed


def test_dropout_is_refused():
    with pytest.raises(ConfigError, match="train mode"):
        bottleneck_test(next(iter(EVERY.values()))().train(), *batch())
