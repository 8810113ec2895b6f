"""python -m core kit"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core import memory
from core.cli.output import print_result, progress_bar
from core.folders import whole_path
from core.home import named_home


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command."""
    making = commands.add_parser("kit", parents=[shared], help="a folder from which the lab starts on a machine without a network")
    making.add_argument("folder", type=Path, metavar="DIR", help="a new folder; one with a kit that is not finished is continued")
    making.set_defaults(command=kit)


def kit(options: argparse.Namespace) -> int:
    """Write wheels, the lab's own files, its lessons, and a copy to read without a server into a folder."""
    from core.offline.kit import make_kit

    folder = Path(whole_path(options.folder))
    with progress_bar() as progress:
        made = make_kit(folder, named_home(options.home), progress)
    text = (
        f"made a kit in {options.folder} ({made.wheels} wheels, {made.files} files, {made.pages} pages to read, {memory.told(made.bytes)}) "
        f"for {made.machine}. `make run` in it needs no network; KIT.md says the rest."
    )
    print_result(options, {"kit": str(folder), **asdict(made)}, text)
    return 0
