"""The training process: hosts the engine of threads for a server, obeys it over a pair of pipes, and ends when the server does.

Started by `core.training.engines.process` as `python -m core.training.engines.child`, with its settings as the first line it reads.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from core.cores import take
from core.errors import LabError
from core.files import mark_in_use
from core.log import open_log
from core.training.config import RunConfig
from core.training.engines.channel import Pipe, serve
from core.training.engines.host import Host
from core.training.engines.host_elsewhere import GoneError
from core.training.engines.threads import ThreadEngine
from core.training.runs.store import Store

AT_ONCE = 16  # requests that are answered at the same time
NICENESS = 10  # how much the server goes first


def say(pipe: Pipe, *message: Any) -> None:
    """Tell the server, and leave when it has gone."""
    try:
        pipe.send(*message)
    except GoneError:
        end()


def end() -> None:
    """Leave at once: the server has gone, so nobody shall go on with what it began. The next start finds the runs interrupted."""
    os._exit(1)


def main() -> None:
    """Serve the engine until the server shuts it down or has gone."""
    settings = json.loads(sys.stdin.buffer.readline())
    take(settings.pop("cores"))  # the server keeps to some of them
    pipe = Pipe(sys.stdin.buffer, _own_output())
    for name in ("SIGINT", "SIGTERM"):  # sent to the server as well, which then lets the runs end
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.setswitchinterval(0.0005)  # requests are answered while a run trains
    home = Path(settings.pop("home"))
    open_log(home)
    mark_in_use(home)
    try:
        host = Host(partial(ThreadEngine, Store(home), **settings), partial(say, pipe))
    except LabError as error:
        pipe.send("refused", error)
        return
    pipe.send("ready", os.getpid())
    threading.Thread(target=host.watch, name="lab news", daemon=True).start()
    threading.Thread(target=get_ready, name="lab get ready", daemon=True).start()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lab request", initializer=go_behind)  # threads that train come from these
    serve(pipe, host.answer, pool.submit)
    end()


def go_behind() -> None:
    """Let the server go first from now on: before this thread and all that it will start (on Linux; else before the whole process)."""
    if os.name == "nt":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


def get_ready() -> None:
    """Load what the first run would else wait for."""
    from core.training.runs import worker  # noqa: F401 - brings torch
    from core.training.runs.footprint import footprint

    footprint(RunConfig.of())  # torch loads what it counts with at the first estimate


def _own_output() -> Any:
    """The way to the server; whatever is printed goes where errors go."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    main()
