import pytest

from core.data import DATASETS
from core.training.runs.manager import RunManager
from tests.support import register_tiny


@pytest.fixture
def tiny(monkeypatch):
    """Make the data set "tiny" known for a test."""
    monkeypatch.setitem(DATASETS, "tiny", None)  # so that it is taken out again
    register_tiny()


@pytest.fixture
def engine():
    """Where the runs of `manager` train; tests that look from outside are given each engine in turn."""
    return "thread"


@pytest.fixture
def manager(tmp_path, tiny, engine):
    manager = RunManager(tmp_path / "home", engine=engine)
    yield manager
    manager.shutdown()
