"""python -m core train | evaluate | runs | data | bench"""

import signal
import sys

from core.cli import main


def _end(*_: object) -> None:
    """A polite kill is Ctrl-C: runs are told that they were interrupted, and the database is brought into one file."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a class may be named in letters that the console does not have
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
