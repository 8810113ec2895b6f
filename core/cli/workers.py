"""python -m core workers"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core import memory
from core.cli.output import print_result, table
from core.home import lab_home
from core.training.engines.choose import SHARED, engine_name
from core.training.engines.contract import WorkerLine
from core.training.engines.workers import lines_of


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser("workers", parents=[shared], help="which processes train: where, what, with how much memory, since when")
    parser.set_defaults(command=workers)


def workers(options: argparse.Namespace) -> int:
    """Print a line a process that trains runs of this home."""
    lines = _lines(lab_home(options.home))
    rows = [
        {
            "where": f"{line.host}, process {line.pid}",
            "trains": ", ".join(line.trains) or "nothing now",
            "waiting": str(len(line.runs) - len(line.trains)),
            "memory": memory.told(line.memory),
            "device": ", ".join(line.devices),
            "since": time.strftime("%d %b %H:%M", time.localtime(line.since)),
        }
        for line in lines
    ]
    print_result(options, {"workers": [asdict(line) for line in lines]}, table(rows) if rows else "No process trains runs of this lab now.")
    return 0


def _lines(home: Path) -> list[WorkerLine]:
    """What the home says of this machine; with a cluster, what its desk says of all of them."""
    if engine_name() not in SHARED:
        return lines_of(home)
    from core.training.runs.manager import RunManager

    manager = RunManager(home)
    try:
        return manager.workers()
    finally:
        manager.shutdown()
