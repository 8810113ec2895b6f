"""What does not fit is refused before it is made, and what would fit is named."""

import pytest
import torch

from core import memory
from core.errors import ConfigError
from core.models import build_model
from core.training.config import RunConfig
from core.training.runs import fitting, worker
from core.training.runs.fitting import check_fits, check_reads, room_for
from core.training.runs.manager import RunManager
from core.training.runs.smaller import NOTHING_FITS, remedy
from tests.support import SMALL, ended, wait_for


def suggested(fits, **values):
    return remedy(RunConfig.of(**values), fits)


def test_a_smaller_batch_is_named_first_and_the_largest_that_fits():
    assert "batch_size = 64 instead of 256" in suggested(lambda c: c.training.batch_size <= 100, model="vit", batch_size=256)


def test_then_larger_patches_then_a_narrower_model():
    assert "patch_size = 4 instead of 1" in suggested(lambda c: c.model_config.patch_size >= 3, model="vit", patch_size=1)
    assert "embed_dim = 128 instead of 512" in suggested(lambda c: c.model_config.embed_dim < 150, model="vit", embed_dim=512)
    assert "hidden_size = 256 instead of 1024" in suggested(lambda c: c.model_config.hidden_size < 300, model="gru", hidden_size=1024)
    assert "width = 48 instead of 512" in suggested(lambda c: c.model_config.width < 50, model="cnn", width=512)


def test_values_that_contradict_the_rest_are_not_named():
    """Twelve heads divide no width below 24 but 24, and so on: only possible runs are asked for."""
    asked = []
    suggested(lambda c: asked.append(c.model_config.embed_dim), model="vit", embed_dim=192, num_heads=12)
    assert {*asked} <= {24, 48, 96, 192}


def test_where_no_single_change_is_enough_that_is_said():
    assert suggested(lambda c: False, model="vit") == NOTHING_FITS


def test_the_suggestion_fits_and_the_next_larger_does_not(monkeypatch):
    monkeypatch.setattr(memory, "capacity", lambda: 1_000_000_000)
    with pytest.raises(ConfigError, match=r"This run needs about .* GB of memory, and 1.0 GB are free: choose batch_size = \d+") as refused:
        check_fits(RunConfig.of(model="vit", batch_size=2048), None)
    batch = int(str(refused.value).split("batch_size = ")[1].split()[0])
    check_fits(RunConfig.of(model="vit", batch_size=batch), None)
    with pytest.raises(ConfigError):
        check_fits(RunConfig.of(model="vit", batch_size=2 * batch), None)


def test_when_its_turn_has_come_a_run_is_looked_at_again(tmp_path, monkeypatch):
    """Memory was free when it was queued, and is not any more."""
    manager = RunManager(tmp_path / "home")
    with manager.turn("somebody"):
        run = manager.submit(RunConfig.of(**SMALL))
        wait_for(manager, run, lambda s: s.place == 1)
        monkeypatch.setenv("LAB_MEMORY", "1 MB")
        monkeypatch.setattr(worker, "build_model", lambda *_, **__: pytest.fail("built"))
    end = wait_for(manager, run, ended)
    assert end.status == "failed" and "needs about" in end.message and "0 MB are free" in end.message
    with pytest.raises(ConfigError, match="This run needs about .* 0 MB are free"):
        manager.resume(run)
    with pytest.raises(ConfigError, match="This run needs about .* 0 MB are free"):
        manager.submit(RunConfig.of(**SMALL))
    assert len(manager.runs()) == 1 and memory.promised() == 0
    monkeypatch.delenv("LAB_MEMORY")
    monkeypatch.setattr(worker, "build_model", build_model)
    manager.resume(run)
    assert wait_for(manager, run, ended).status == "finished"
    manager.shutdown()
    assert memory.promised() == 0


def test_on_a_device_its_own_memory_counts(monkeypatch):
    monkeypatch.setattr(fitting, "choose_device", lambda name: torch.device("cuda"))
    monkeypatch.setattr(fitting, "free_on", lambda device: 100_000_000)
    with pytest.raises(ConfigError, match=r"This run on the cuda device needs about .* and 100 MB are free: choose"):
        check_fits(RunConfig.of(model="vit"), None)
    monkeypatch.setattr(fitting, "free_on", lambda device: 10**12)
    with room_for(RunConfig.of(model="vit", batch_size=4096)):  # 8 GB there, next to nothing here
        assert memory.promised() < 200_000_000


def test_a_look_into_a_trained_run_that_does_not_fit_is_a_sentence(monkeypatch):
    flat = RunConfig.of(model="vit", patch_size=1).flat()
    check_reads(flat, 1)
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    with pytest.raises(ConfigError, match="This look into the run needs about .* 0 MB are free: choose a run of a smaller model"):
        check_reads(flat, 1)
