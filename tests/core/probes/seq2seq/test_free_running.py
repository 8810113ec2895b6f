import numpy as np
import pytest
import torch

from core.decoding.greedy import greedy
from core.errors import ConfigError
from core.probes.seq2seq.free_running import compare_free_running
from core.symbols import BOS, EOS, PAD
from tests.core.models.test_encoder_decoder import EVERY, batch, recurrent, transformer

CAUSAL = [name for name in EVERY if name not in ("no mask", "off by one")]


def endless(model):
    """The same model, which never writes EOS: its outputs are as long as they may be."""
    model.output.bias.data[EOS] = -1e3
    return model


@pytest.mark.parametrize("name", [name for name in CAUSAL if name != "rotary"])
@pytest.mark.parametrize("mistake", range(6))
def test_the_runs_are_one_up_to_the_first_mistake(name, mistake):
    """The right answer is what the model writes, but for one token: only there it is wrong, and from the next step on fed otherwise."""
    model, source = endless(EVERY[name]()), batch()[0][0]
    answer = list(greedy(model, source).tokens)
    answer[mistake] = 3 + (answer[mistake] - 2) % 8
    report = compare_free_running(model, source, torch.tensor([BOS, *answer]))
    assert report.first_mistake == mistake
    assert report.fed_otherwise == (mistake + 1 if mistake < 5 else None)
    assert report.same_before < 1e-10 and report.passed
    assert report.first_divergence is None or report.first_divergence > mistake
    assert report.free_right == 5
    assert mistake == 5 or report.differences[mistake + 1] > 1e-5


@pytest.mark.parametrize("name", EVERY)
def test_both_runs_by_hand(name):
    model, (sources, targets) = EVERY[name](), batch()
    for source, target in zip(sources, targets, strict=True):
        target = torch.cat((target[target != PAD][:6], torch.tensor([EOS])))
        report = compare_free_running(model, source, target)
        log_probs = model(source[None], target[None, :-1])[0].log_softmax(-1)
        np.testing.assert_allclose(report.forced_log_probs, log_probs.detach().numpy(), rtol=0, atol=1e-10)
        assert report.correct == tuple(target[1:].tolist()) and report.forced == tuple(log_probs.argmax(-1).tolist())
        assert report.free == greedy(model, source).tokens
        assert report.forced_right == int((log_probs.argmax(-1) == target[1:]).sum())


def test_a_right_answer_has_no_mistake():
    model, source = endless(transformer()), batch()[0][0]
    report = compare_free_running(model, source, torch.tensor([BOS, *greedy(model, source).tokens]))
    assert report.first_mistake is report.fed_otherwise is report.first_divergence is None
    assert report.passed and report.free_right == report.forced_right == 6


def test_an_answer_that_goes_on_is_a_mistake_where_one_ends():
    model, source = endless(recurrent()), batch()[0][0]
    tokens = greedy(model, source).tokens
    report = compare_free_running(model, source, torch.tensor([BOS, *tokens[:4]]))
    assert report.first_mistake == 4 and report.fed_otherwise is None and report.passed


@pytest.mark.parametrize("mask", ["none", "off-by-one"])
def test_without_a_causal_mask_teacher_forcing_shows_what_comes(mask):
    model, source = endless(transformer(mask=mask)), batch()[0][0]
    report = compare_free_running(model, source, torch.tensor([BOS, *greedy(model, source).tokens]))
    assert report.same_before > 1e-3 and not report.passed


def test_bad_input_is_explained():
    model, (source, target) = transformer(), batch()
    for wrong in (target, target[0, :1]):
        with pytest.raises(ConfigError, match="from BOS to EOS"):
            compare_free_running(model, source[0], wrong)
    with pytest.raises(ConfigError, match="train mode"):
        compare_free_running(model.train(), source[0], target[0])
