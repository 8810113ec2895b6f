"""The command line. Every flag of a run comes from its declared hyperparameters; `--json` prints one JSON object, nothing else."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from core.cli import backup, bench, data, evaluate, kit, runs, train, workers
from core.errors import ConfigError, LabError
from core.files import remedy
from core.home import lab_home
from core.log import open_log
from core.pasted import pasted
from core.text import MOST_PATH, path_problem, taken

# What names a folder or a file.
PATHS = {"home": "after --home", "data": "after --data", "out": "after --out", "file": "FILE", "folder": "DIR"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 2 for anything that the user can correct, 1 for a run that failed on its way or a fault of ours,
    130 after Ctrl-C. Whatever happens is said in one sentence; of a fault of ours the log in the home has the rest."""
    home = None
    try:
        options = parse(arguments)
        home = options.home
        return options.command(options)
    except LabError as error:
        return failed(str(error))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever reads our output has seen enough, as in `... | head`
        drop_output()
        return 0
    except OSError as error:
        drop_output()
        what = taken(error.filename, MOST_PATH) if error.filename else "The output"
        return failed(f"{what} cannot be used ({error.strerror}). {remedy(error, 'Check that it is right and that the disk has space.')}")
    except Exception as error:
        keep_details(home)
        return failed(f"An unexpected error ended this command: {type(error).__name__}. Its details are in lab.log in the lab's folder.", 1)


def failed(sentence: str, code: int = 2) -> int:
    """Say what is wrong; returns the exit code."""
    print(f"error: {sentence}", file=sys.stderr)
    return code


def drop_output() -> None:
    """Let nothing more be written to an output that takes nothing more: Python would try again at its end, and fail."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def keep_details(home: str | None) -> None:
    """Write the exception that is being handled to the log in the lab's home, if there is one."""
    with suppress(LabError):
        open_log(lab_home(home))
        logging.getLogger(__name__).exception("A command failed")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a command line; raises ConfigError for a flag that does not exist, with the nearest match."""
    options, strange = make_parser().parse_known_args(arguments)
    if strange:
        flag = strange[0].partition("=")[0]
        near = [known for known in get_close_matches(flag, train.flags(), n=1) if known != flag]  # of another command
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ConfigError(f"There is no option {taken(strange[0])!r} here.{hint} Add --help to see all options.")
    for name, value in vars(options).items():
        for text in value if isinstance(value, list) else [value]:
            check_text(name, text)
    return options


def check_text(name: str, text: object) -> None:
    """Raise ConfigError for a path that is empty (in a script: of a variable that is not set) and for text that no name can have."""
    if not isinstance(text, str | Path):
        return
    if name in PATHS:
        wrong = "is empty" if str(text) in ("", "."[: isinstance(text, Path)]) else path_problem(pasted(str(text)))
        if wrong:
            raise ConfigError(f"The path {PATHS[name]} {wrong.partition(': ')[0]}: name another one, or leave it out.")
    elif text != text.encode("utf-8", "replace").decode() or "\0" in text:
        raise ConfigError(f"{taken(text)!r} is no valid text: type it anew.")


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `options.command(options)` runs the one that was named."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", help="the lab's folder (default: LAB_HOME, else .lab)")
    shared.add_argument("--json", action="store_true", help="print one JSON object on standard output and nothing else there")
    parser = Parser(prog="python -m core", description="Sequence Lab without the browser.")
    commands = parser.add_subparsers(required=True, metavar="train | evaluate | runs | workers | data | backup | restore | kit | bench")
    for module in (train, evaluate, runs, workers, data, backup, kit, bench):
        module.add_to(commands, shared)
    return parser


class Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong, as all of the lab does, where argparse would print its whole usage."""

    def __init__(self, **settings) -> None:
        super().__init__(**settings, allow_abbrev=False)  # "--epoch 3" shall be corrected, not guessed

    def error(self, message: str) -> None:
        """Exit with code 2."""
        self.exit(2, f"error: {taken(message, MOST_PATH)}: see `{self.prog} --help`.\n")
