"""python -m core backup | restore"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core import memory
from core.cli.output import print_result, progress_bar
from core.home import lab_home, named_home


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the two commands."""
    saving = commands.add_parser("backup", parents=[shared], help="the whole lab in one file, also while runs train")
    saving.add_argument("file", type=Path, metavar="FILE")
    saving.set_defaults(command=backup)
    restoring = commands.add_parser("restore", parents=[shared], help="make a lab's folder of a backup")
    restoring.add_argument("file", type=Path, metavar="FILE")
    restoring.add_argument("--replace", action="store_true", help="put a folder that has runs aside under another name")
    restoring.set_defaults(command=restore)


def backup(options: argparse.Namespace) -> int:
    """Write runs with their weights, keys, places and what a class has made to a new file."""
    from core.backups.saving import back_up

    with progress_bar() as progress:
        saved = back_up(lab_home(options.home), whole_path(options.file), progress)
    others = f" {saved.elsewhere} runs belong to other labs with this database: their weights are there." if saved.elsewhere else ""
    text = (
        f"kept {saved.runs} runs in {options.file} ({saved.files} files, {memory.told(saved.bytes)}).{others} "
        "It has the keys of this lab: keep it where nobody else can read it."
    )
    print_result(options, {"backup": str(options.file), **vars(saved)}, text)
    return 0


def restore(options: argparse.Namespace) -> int:
    """Make the folder that the options name out of a backup."""
    from core.backups.restoring import restore as made

    home = named_home(options.home)
    with progress_bar() as progress:
        done = made(whole_path(options.file), home, replace=options.replace, progress=progress)
    kept = f" What was there before is kept beside it, as {done.kept.name}." if done.kept else ""
    text = f"restored {done.runs} runs in {home} ({done.files} files, {memory.told(done.bytes)}).{kept} Those that trained can be resumed."
    print_result(options, {"home": str(home), **vars(done), "kept": str(done.kept) if done.kept else None}, text)
    return 0


def whole_path(file: Path) -> Path:
    """The path of a file as it was typed, in full."""
    return file.expanduser().absolute()
