"""Labs for tests of what pages share."""

import pytest

from core.data import DATASETS
from dashboard.shell import services
from tests.support import register_tiny


@pytest.fixture
def own_lab(tmp_path, monkeypatch):
    """A lab with a home of its own, in which the data set "tiny" is known; its manager."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(DATASETS, "tiny", None)  # so that it is taken out again
    register_tiny()
    services.shutdown()
    yield services.manager()
    services.shutdown()
