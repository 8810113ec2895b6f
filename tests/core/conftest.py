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
def manager(tmp_path, tiny):
    manager = RunManager(tmp_path / "home")
    yield manager
    manager.shutdown()
