"""Every test of a page has a lab of its own."""

import pytest

from core.data import DATASETS
from dashboard import background, navigation, services
from tests.support import register_tiny


@pytest.fixture(autouse=True)
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(DATASETS, "tiny", None)
    register_tiny()
    monkeypatch.setattr(navigation, "PAGES", navigation.PAGES)  # a test may open another page first
    monkeypatch.setattr(background, "_lessons", {})
    services.shutdown()
    yield
    services.shutdown()
