"""python -m core workers"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from typing import Any

from core import memory
from core.cli.output import print_result, table
from core.home import lab_home
from core.training.engines.workers import lines_of


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser("workers", parents=[shared], help="which processes train: where, what, with how much memory, since when")
    parser.set_defaults(command=workers)


def workers(options: argparse.Namespace) -> int:
    """Print a line a process that trains runs of this home."""
    lines = lines_of(lab_home(options.home))
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
