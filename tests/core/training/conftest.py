import sys

import pytest

from core.training.engines import spawned

# As the training process of a server, which knows the data set "tiny", too.
PROGRAM = """
from tests.support import leave_compiler_out, register_tiny
leave_compiler_out()
register_tiny()
from core.training.engines.child import main
main()
"""
# The same, which soon says that the database is busy, and soon tries again.
IMPATIENT = f"from core.training.runs import database, worker\ndatabase.PATIENCE = worker.BUSY_SECONDS = 0.02\n{PROGRAM}"


@pytest.fixture(autouse=True)
def always_tiny(tiny):
    pass


@pytest.fixture(autouse=True)
def tiny_in_the_training_process(monkeypatch):
    monkeypatch.setattr(spawned, "PROGRAM", (sys.executable, "-c", PROGRAM))


@pytest.fixture(autouse=True)
def turns_without_slices(monkeypatch):
    """A turn lasts as long as it takes, so that tests of who waits behind whom do not depend on time."""
    monkeypatch.setenv("LAB_SLICE_SECONDS", "0")
