"""The README of a kit."""

from __future__ import annotations

HALF = """# Sequence Lab, a kit that is not finished

Something is still missing here. Give the command again that began this kit, `python -m core kit` with the name of this folder: it goes on
where it ended. `make run` works when this file says so.
"""

WHOLE = """# Sequence Lab without a network

This folder has all that the lab needs: its program, its recorded runs and lessons, and the Python packages that it is built on ({size}).

## Start the lab

You need {machine}, and nothing from a network:

    make run

Then open the address that it prints. `make class` opens the lab to a class in your network. Without `make`, also on Windows:

    python -m venv .venv
    .venv/bin/python -m pip install --no-index --find-links wheels -r requirements.txt -c constraints.txt
    .venv/bin/python -m dashboard

On Windows the folder `.venv/bin` is called `.venv\\Scripts`. The wheels fit {machine} only: for another Python or another
system make a kit there, with `python -m core kit` and the name of a new folder.

## Read without the lab

The folder `copy` has the map of the unit, all lessons and the results of all recorded runs as plain pages. Open `copy/index.html` in any
browser, also on a phone. The folder can be put on a web server or into a learning platform as it is: its links are relative, and it needs
neither a server nor a script.

## What is where

- `wheels`: the Python packages. `make run` installs from here as long as the folder is there.
- `.lab`: runs and data sets that you make, and in `.lab/lessons` the lessons of your instructor.
- `README.md`: what the lab is, and what else it can do. CIFAR-10 is not in the kit: docs/data.md says how its images come to the lab.
"""


def readme(machine: str, size: str) -> str:
    """What stands in a whole kit: which Python on which system it needs, and how large it is."""
    return WHOLE.format(machine=machine, size=size)
