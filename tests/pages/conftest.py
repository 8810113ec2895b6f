"""Every test of a page has a lab of its own."""

import pytest

from core.data import DATASETS
from dashboard import navigation
from dashboard.shell import services
from dashboard.training import background
from tests.support import register_tiny


@pytest.fixture(autouse=True)
def home_of_its_own(request, tmp_path, monkeypatch):
    if request.node.get_closest_marker("browser"):  # there a server has a home of its own
        yield
        return
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(DATASETS, "tiny", None)
    register_tiny()
    monkeypatch.setattr(navigation, "PAGES", navigation.PAGES)  # a test may open another page first
    monkeypatch.setattr(background, "_lessons", {})
    services.shutdown()
    yield
    services.shutdown()
