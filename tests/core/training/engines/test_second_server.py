"""A second server in one home shows the runs of the first, and changes nothing."""

import pytest

from core.errors import ConfigError
from core.training.config import RunConfig
from core.training.runs.manager import RunManager
from dashboard.shell import services
from tests.support import LONG_TINY, SMALL, wait_for


def test_it_shows_runs_and_refuses_to_change_them(manager, tmp_path):
    run = manager.submit(RunConfig.of(**LONG_TINY))
    wait_for(manager, run, lambda s: len(s.epochs) > 0)
    second = RunManager(tmp_path / "home", engine="none")
    assert second.snapshot(run).status == "running" and [row.run_id for row in second.runs()] == [run]
    for change in (
        lambda: second.submit({**SMALL, "epochs": 1}), lambda: second.stop(run), lambda: second.pause(run), lambda: second.resume(run),
        lambda: second.delete(run), lambda: second.turn().__enter__(),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=r"Another server of this lab is at work .* \(--home\)"):
            change()
    assert manager.snapshot(run).status == "running"
    second.shutdown()


def test_who_comes_second_reads_until_the_first_has_gone(tmp_path, monkeypatch):
    from filelock import FileLock

    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    services.shutdown()
    with FileLock(tmp_path / "home" / "server.lock"):
        with pytest.raises(ConfigError, match="Another server"):
            services.manager().submit({**SMALL, "epochs": 1})
        services.shutdown()
    run = services.manager().submit({**SMALL, "epochs": 1})
    assert services.manager().wait(run, 60).status == "finished"
    services.shutdown()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LAB_ENGINE", "proces", "There is no engine named 'proces'. Did you mean 'process'?"),
        ("LAB_SLICE_SECONDS", "-1", "LAB_SLICE_SECONDS = '-1' is not a number"),
        ("LAB_MAX_LOADED", "many", "LAB_MAX_LOADED = 'many' is not a number"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence_at_the_start(tmp_path, monkeypatch, capsys, name, value, said):
    from dashboard.__main__ import main

    monkeypatch.setenv("LAB_ENGINE", "process")
    monkeypatch.setenv(name, value)
    assert main(["--home", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err
