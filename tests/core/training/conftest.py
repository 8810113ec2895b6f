import os
import sys

import pytest

from core.training.engines import spawned
from core.training.runs.manager import RunManager

# As the training process of a server, which knows the data set "tiny", too, and soon tells what is new: tests wait for each step.
PROGRAM = """
from tests.support import leave_compiler_out, register_tiny
leave_compiler_out()
register_tiny()
from core.training.engines import host
from core.training.engines.child import main
host.LOOK = host.NEWS = 0.02
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


@pytest.fixture(scope="module", autouse=True)
def turns_without_slices():
    """A turn lasts as long as it takes, so that tests of who waits behind whom do not depend on time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_SLICE_SECONDS", "0")
        yield


@pytest.fixture(scope="session")
def machines():
    """A Ray cluster of two machines on this one."""
    if "CI" in os.environ:
        import ray.cluster_utils  # in CI it is a failure when it is missing
    else:
        pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
        import ray.cluster_utils
    cluster = ray.cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.other = cluster.add_node(num_cpus=1)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@pytest.fixture(scope="module")
def cluster(machines):
    """The same, for the engine of the tests of a file; its actors know the data set "tiny"."""
    from core.training.engines.cluster import engine
    from tests.core.training.tiny_actors import TINY

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_RAY_ADDRESS", machines.address)
        patch.setattr(engine, "KINDS", TINY)
        yield machines


@pytest.fixture(scope="module")
def lasting_on_cluster(cluster, tmp_path_factory):
    """A manager whose desk lives until the last test of a file."""
    made = RunManager(tmp_path_factory.mktemp("lasting") / "home", engine="ray", max_active=1)
    yield made
    made.shutdown()
