import pytest

from core.data import DATASETS
from core.training.manager import RunManager
from tests.support import register_tiny


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(DATASETS, "tiny", None)  # so that it is taken out again
    register_tiny()


@pytest.fixture
def manager(tmp_path):
    manager = RunManager(tmp_path / "home")
    yield manager
    manager.shutdown()
