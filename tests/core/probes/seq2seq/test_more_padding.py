import pytest
import torch

from core.errors import ConfigError, DataError
from core.probes.seq2seq.more_padding import padding_test
from tests.core.models.test_encoder_decoder import EVERY, IMAGES, TASK, batch, transformer


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("task", [TASK, IMAGES], ids=["tokens", "images"])
@pytest.mark.parametrize("name", EVERY)
def test_more_padding_changes_nothing(name, task, dtype):
    model = EVERY[name](task)
    for extra in (1, 5, 3 * task.max_source):
        report = padding_test(model, *batch(task), extra, dtype=dtype)
        assert report.passed and report.unmoved and report.verdict == "nothing changes"
        assert report.plain.dtype == dtype and report.per_position.shape == (task.max_target,)
        assert report.logits_off < 1e-10 or dtype == torch.float32


@pytest.mark.parametrize("name", EVERY)
def test_without_the_mask_it_does(name):
    report = padding_test(EVERY[name](), *batch(), 5, masked=False)
    assert report.passed and not report.unmoved and report.verdict == "padding is read"
    assert report.logits_off > 1e-3


def test_what_it_compares_by_hand():
    model, (source, target) = transformer(), batch()
    longer = torch.cat((source, torch.zeros(5, 3, dtype=torch.int64)), 1)
    report = padding_test(model, source, target, 3, masked=False)
    memory, more = (model.encode(s, masked=False) for s in (source, longer))
    expected = (model.decode(target, more) - model.decode(target, memory)).abs()
    torch.testing.assert_close(report.per_position, expected.amax((0, 2)), rtol=0, atol=1e-12)
    assert report.states_off == pytest.approx((more.states[:, :8] - memory.states).abs().max().item(), abs=1e-12)


def test_a_mask_that_lets_padding_through_is_found(monkeypatch):
    model = transformer()
    encode = model.encode
    monkeypatch.setattr(model, "encode", lambda source, masked: encode(source, masked=False))
    assert not padding_test(model, *batch(), 4).passed


def test_bad_input_is_explained():
    model, (source, target) = transformer(), batch()
    for extra in (0, 25):
        with pytest.raises(ConfigError, match="Between 1 and 24 more tokens"):
            padding_test(model, source, target, extra)
    model.output.bias.data[0] = torch.nan
    with pytest.raises(DataError, match="no finite numbers"):
        padding_test(model, source, target, 1)
    with pytest.raises(ConfigError, match="train mode"):
        padding_test(model.train(), source, target, 1)
