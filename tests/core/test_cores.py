"""A server keeps to half of the cores, and what trains beside it has all of them. Linux alone lets a process choose."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from core import cores

SERVER = """
import os, sys, threading
from dashboard.shell import services
services.train_elsewhere()
seen = []
thread = threading.Thread(target=lambda: seen.append(sorted(os.sched_getaffinity(0))))
thread.start()
thread.join()
engine = services.manager().engine
engine.prepare()
from core.cores import cores
print(seen[0], cores(), getattr(engine, "pid", 0), flush=True)
sys.stdin.read()
services.shutdown()
"""


@pytest.mark.skipif(not cores.CHOOSES, reason="only Linux lets a thread choose its cores")
@pytest.mark.parametrize("engine", ["process", "thread"])
def test_a_server_keeps_to_half_and_its_training_process_has_all(tmp_path, engine):
    environment = {**os.environ, "LAB_HOME": str(tmp_path), "LAB_ENGINE": engine}
    mine = sorted(os.sched_getaffinity(0))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", SERVER], **pipes, text=True, env=environment) as server:
        kept, _, rest = server.stdout.readline().partition("] ")
        kept = [int(core) for core in kept.strip("[").split(",")]
        count, pid = rest.split()
        assert int(count) == len(mine), "what a run may use does not depend on what the server keeps to"
        if engine == "process":
            assert kept == mine[len(mine) // 2 :] and len(kept) <= -(-len(mine) // 2)
            until(lambda: psutil.Process(int(pid)).cpu_affinity() == mine)
        else:
            assert kept == mine, "runs that train in the server itself need all of its cores"


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_cores_are_those_that_were_given(monkeypatch):
    monkeypatch.setattr(cores, "CHOOSES", False)
    monkeypatch.setattr(cores, "_given", [0])
    cores.take([3, 1, 2])
    assert cores.cores() == 3 and cores.given() == [1, 2, 3]
    cores.keep_to_half()  # where no thread can choose nothing happens
