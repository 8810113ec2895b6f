"""Data sets that runs share: who reads one keeps nobody from another."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.training.config import RunConfig
from core.training.runs import datasets
from core.training.runs.datasets import in_memory, load_shared

SLOW, QUICK = (RunConfig.of(dataset="shapes", split_seed=seed) for seed in (101, 102))
WAIT = 30  # seconds, after which something is wrong


class Left(Exception):
    """Nobody waits any more."""


@pytest.fixture
def reading(monkeypatch):
    """Reading SLOW waits until it may go on; returns (begun, may go on, what has been read)."""
    begun, go, read = threading.Event(), threading.Event(), []

    def load(name, config, *, home, progress):
        read.append(config.split_seed)
        if config == SLOW.data_config:
            begun.set()
            while not go.wait(0.01):
                progress(1, 2, "Reading images")
        return object()

    monkeypatch.setattr(datasets, "load_dataset", load)
    monkeypatch.setattr(datasets, "_datasets", type(datasets._datasets)())
    yield begun, go, read
    go.set()


def nothing(done, total, what):
    pass


def test_another_data_set_is_read_meanwhile(reading, tmp_path):
    begun, go, _ = reading
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(load_shared, SLOW, tmp_path, nothing)
        assert begun.wait(WAIT)
        quick = pool.submit(load_shared, QUICK, tmp_path, nothing)
        assert quick.result(WAIT) is load_shared(QUICK, tmp_path, nothing)
        assert not slow.done() and in_memory(SLOW, tmp_path) is None
        go.set()
        assert slow.result(WAIT) is in_memory(SLOW, tmp_path)
    assert datasets._readers == {}


def test_the_same_one_is_read_once(reading, tmp_path):
    begun, go, read = reading
    told = [threading.Event() for _ in range(5)]
    with ThreadPoolExecutor() as pool:
        first = pool.submit(load_shared, SLOW, tmp_path, nothing)
        assert begun.wait(WAIT)
        others = [pool.submit(load_shared, SLOW, tmp_path, lambda *_, event=event: event.set()) for event in told]
        assert all(event.wait(WAIT) for event in told)  # they are told that they wait
        go.set()
        assert {id(one.result(WAIT)) for one in others} == {id(first.result(WAIT))}
    assert read == [101] and datasets._readers == {}


def test_who_leaves_ends_the_reading_and_the_next_one_reads(reading, tmp_path):
    begun, go, read = reading
    left, told = threading.Event(), threading.Event()

    def leaving(done, total, what):
        if left.is_set():
            raise Left

    with ThreadPoolExecutor() as pool:
        first = pool.submit(load_shared, SLOW, tmp_path, leaving)
        assert begun.wait(WAIT)
        second = pool.submit(load_shared, SLOW, tmp_path, lambda *_: told.set())
        assert told.wait(WAIT)
        left.set()
        with pytest.raises(Left):
            first.result(WAIT)
        go.set()
        assert second.result(WAIT) is in_memory(SLOW, tmp_path)
    assert read == [101, 101] and datasets._readers == {}


def test_who_leaves_while_waiting_does_not_wait(reading, tmp_path):
    begun, go, _ = reading

    def leave(done, total, what):
        assert total == 0 and "Waiting" in what
        raise Left

    with ThreadPoolExecutor() as pool:
        first = pool.submit(load_shared, SLOW, tmp_path, nothing)
        assert begun.wait(WAIT)
        with pytest.raises(Left):
            load_shared(SLOW, tmp_path, leave)
        go.set()
        first.result(WAIT)
    assert datasets._readers == {}
