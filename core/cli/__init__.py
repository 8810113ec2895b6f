"""The command line. Every flag of a run comes from its declared hyperparameters; `--json` prints one JSON object, nothing else."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from core.cli import bench, data, evaluate, runs, train
from core.errors import ConfigError, LabError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 for a run that failed on its way, 2 for anything that the user can correct."""
    try:
        options = parse(arguments)
        return options.command(options)
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever reads our output has seen enough, as in `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a command line; raises ConfigError for a flag that does not exist, with the nearest match."""
    options, strange = make_parser().parse_known_args(arguments)
    if strange:
        flag = strange[0].partition("=")[0]
        near = [known for known in get_close_matches(flag, train.flags(), n=1) if known != flag]  # of another command
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ConfigError(f"There is no option {strange[0]!r} here.{hint} Add --help to see all options.")
    return options


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `options.command(options)` runs the one that was named."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", help="the lab's folder (default: LAB_HOME, else .lab)")
    shared.add_argument("--json", action="store_true", help="print one JSON object on standard output and nothing else there")
    parser = Parser(prog="python -m core", description="Sequence Lab without the browser.")
    commands = parser.add_subparsers(required=True, metavar="train | evaluate | runs | data | bench")
    for module in (train, evaluate, runs, data, bench):
        module.add_to(commands, shared)
    return parser


class Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong, as all of the lab does, where argparse would print its whole usage."""

    def __init__(self, **settings) -> None:
        super().__init__(**settings, allow_abbrev=False)  # "--epoch 3" shall be corrected, not guessed

    def error(self, message: str) -> None:
        """Exit with code 2."""
        self.exit(2, f"error: {message}: see `{self.prog} --help`.\n")
