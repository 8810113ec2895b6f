"""python -m core train | evaluate | runs | workers | data | backup | restore | bench"""

import os
import signal
import sys


def _end(*_: object) -> None:
    """A polite kill is Ctrl-C: runs are told that they were interrupted, and the database is brought into one file."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    for name, mode in {"stdin": "r", "stdout": "w", "stderr": "w"}.items():
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we run
    sys.stdout.reconfigure(errors="backslashreplace")  # a class may be named in letters that the console does not have
    signal.signal(signal.SIGTERM, _end)
    try:
        from core.cli import main
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(main())
