import pytest

from core.data import DATASETS, data_spec, datasets_of, load_dataset
from core.data.config import DataConfig
from core.data.progress import throttled
from core.data.seq_tasks import SEQ_TASKS
from core.errors import ConfigError


def test_the_table_and_its_errors(monkeypatch):
    monkeypatch.delitem(DATASETS, "tiny", raising=False)  # of the tests that ran before
    assert datasets_of("images") == ["shapes", "cifar10", "fashion_mnist", "made", "folder"]
    assert datasets_of("sequences") == [*SEQ_TASKS] and {*DATASETS} == {*datasets_of("images"), *SEQ_TASKS}
    assert [n for n, s in DATASETS.items() if s.downloads] == ["cifar10", "fashion_mnist"]
    assert [n for n, s in DATASETS.items() if s.needs_folder] == ["folder"]
    assert [n for n, s in DATASETS.items() if s.needs_set] == ["made"]
    with pytest.raises(ConfigError, match=r"no data set named 'cifar'. Did you mean 'cifar10'\?"):
        data_spec("cifar")
    with pytest.raises(ConfigError, match="no data set named 'nothing'"):
        load_dataset("nothing")


def test_values_override_the_config_and_are_checked(monkeypatch):
    seen = []
    monkeypatch.setattr("core.data.shapes.load", lambda name, config, **_: seen.append(config))
    load_dataset("shapes", DataConfig(split_seed=5, val_fraction=0.2), split_seed=6)
    assert seen == [DataConfig(split_seed=6, val_fraction=0.2)]
    with pytest.raises(ConfigError, match=r"val_fraction = 0\.9 is out of range"):
        load_dataset("shapes", val_fraction=0.9)
    with pytest.raises(ConfigError, match="no hyperparameter named 'folder'"):
        load_dataset("shapes", folder="x")


def test_progress_is_reported_ten_times_a_second_and_at_the_end(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("core.data.progress.time.monotonic", lambda: now[0])
    seen = []
    report = throttled(lambda done, total, what: seen.append(done))
    for done in range(1, 1000):
        now[0] += 0.001
        report(done, 999, "work")
    assert len(seen) in (10, 11, 12)
    assert seen[0] == 1
    assert seen[-1] == 999
    throttled(None)(1, 2, "nobody listens")
