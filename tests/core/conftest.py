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


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """A manager whose training process lives until the last test of a file: each new one takes seconds to load torch."""
    made = RunManager(tmp_path_factory.mktemp("lasting") / "home", engine="process")
    yield made
    made.shutdown()


@pytest.fixture
def manager(request, tmp_path, tiny, engine):
    """A manager without runs."""
    if engine != "thread":
        manager = request.getfixturevalue({"process": "lasting", "ray": "lasting_on_cluster"}[engine])
        yield manager
        for run in manager.runs():
            manager.delete(run.run_id)
        return
    manager = RunManager(tmp_path / "home")
    yield manager
    manager.shutdown()
