"""The list of processes that train, as a command prints it."""

import json
import os
import subprocess
import sys

import psutil

from core.cli import main
from core.files import IN_USE
from core.training.config import RunConfig
from core.training.engines.workers import lines_of
from tests.support import LONG_TINY, wait_for


def test_a_process_that_trains_is_listed_until_it_has_no_run(manager, capsys):
    assert lines_of(manager.home) == []
    first, second = (manager.submit(RunConfig.of(**LONG_TINY)) for _ in range(2))
    now = {first: "running", second: "queued"}
    wait_for(manager, first, lambda s: [line.runs for line in lines_of(manager.home)] == [now])
    (line,) = lines_of(manager.home)
    assert line.pid == os.getpid() and line.trains == [first] and line.devices == (manager.snapshot(first).device,)
    assert 0.5 < line.memory / psutil.Process().memory_info().rss < 2
    assert main(["workers", "--home", str(manager.home)]) == 0
    printed = capsys.readouterr().out
    assert f"process {os.getpid()}" in printed and first in printed and second not in printed
    assert main(["workers", "--home", str(manager.home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["workers"][0]["runs"] == now
    manager.shutdown()
    assert lines_of(manager.home) == []
    assert main(["workers", "--home", str(manager.home)]) == 0 and "No process trains" in capsys.readouterr().out


def test_the_line_of_a_process_that_was_killed_is_swept_away(manager):
    folder = manager.home / IN_USE
    (folder / "abc.json").write_text(json.dumps({"host": "h", "pid": 1, "since": 0.0, "memory": 1, "runs": {}, "devices": []}))
    (folder / "def.json").write_text("half a li")
    code = f"from filelock import FileLock; lock = FileLock({str(folder / 'def.lock')!r}); lock.acquire(); print(1, flush=True); input()"
    locker = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    locker.stdout.readline()
    assert lines_of(manager.home) == [] and not (folder / "abc.json").exists() and (folder / "def.json").exists()
    locker.communicate(b"\n")
