import socket

import pytest

from core.errors import ConfigError
from core.training.engines.cluster import settings
from core.training.engines.cluster.settings import Share, check_cluster


@pytest.mark.parametrize(
    ("cpus", "gpu", "machine", "runs"),
    [
        ("", "", {"CPU": 8}, 8),
        ("2", "", {"CPU": 8}, 4),
        ("3", "", {"CPU": 8}, 2),
        ("0.1", "", {"CPU": 1}, 10),
        ("1", "0.25", {"CPU": 16, "GPU": 2}, 8),
        ("4", "0.25", {"CPU": 16, "GPU": 2}, 4),
        ("1", "0.1", {"CPU": 16, "GPU": 1}, 10),
        ("1", "0.25", {"CPU": 16}, 0),
    ],
)
def test_how_many_runs_find_room(monkeypatch, cpus, gpu, machine, runs):
    monkeypatch.setenv("LAB_CPUS", cpus)
    monkeypatch.setenv("LAB_GPU_SHARE", gpu)
    share = Share.as_set()
    assert share.fit(machine) == runs
    nodes = [{"Alive": True, "Resources": machine}, {"Alive": False, "Resources": machine}, {"Alive": True, "Resources": machine}]
    assert share.room(nodes) == 2 * runs


def test_a_run_has_a_whole_gpu_unless_told_otherwise_where_there_are_any(monkeypatch):
    monkeypatch.delenv("LAB_GPU_SHARE", raising=False)
    assert Share.as_set(4).options == {"num_cpus": 1, "num_gpus": 1} and Share.as_set(0).options == {"num_cpus": 1, "num_gpus": 0}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LAB_GPU_SHARE", "0", "LAB_GPU_SHARE = '0' is no share of one GPU: set a number above 0 and up to 1"),
        ("LAB_GPU_SHARE", "9", "LAB_GPU_SHARE = '9' is no share"),
        ("LAB_GPU_SHARE", "half", "LAB_GPU_SHARE = 'half' is not a number"),
        ("LAB_CPUS", "0", "LAB_CPUS = 0 leaves a run no core"),
        ("LAB_RAY_ADDRESS", "no address", "No Ray cluster answers at LAB_RAY_ADDRESS = 'no address'"),
        ("LAB_RAY_ADDRESS", "127.0.0.1:99999", "No Ray cluster answers at LAB_RAY_ADDRESS = '127.0.0.1:99999'"),
    ],
)
def test_what_cannot_be_is_one_sentence(monkeypatch, name, value, said):
    monkeypatch.setattr(settings, "find_spec", lambda name: object())
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        check_cluster()
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_an_address_where_nothing_answers_is_said(monkeypatch):
    monkeypatch.setattr(settings, "find_spec", lambda name: object())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("LAB_RAY_ADDRESS", f"127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(ConfigError, match="start one there"):
            check_cluster()


def test_without_ray_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(settings, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install -r requirements-cluster\.txt"):
        check_cluster()
