"""A training process that kills itself, in a chosen moment or at any call; its server is told of it by nothing but its death.

The test says by files in a folder of marks when it shall die, and the process notes there what the test waits for.
"""

from __future__ import annotations

import importlib
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from core.training.engines import child
from core.training.loop.trainer import Trainer
from tests.support import leave_compiler_out, register_tiny

MOMENTS = {  # the n-th call of a function of a part of a module, since it was asked for
    "while it loads": ("core.training.runs.worker", "", "load_shared", 1),
    "while it makes the model": ("core.training.runs.worker", "", "build_model", 1),
    "in a batch of the second epoch": ("core.training.loop.trainer", "Trainer", "_train_step", 6),
    "in the validation": ("core.training.loop.trainer", "Trainer", "evaluate", 2),
    "before a checkpoint": ("core.training.runs.keeping", "", "save_optimizer", 2),
    "with a file half written": ("core.files", "os", "fsync", 9),
    "before an epoch is recorded": ("core.training.runs.store", "Store", "add_epoch", 2),
    "in the test": ("core.training.loop.trainer", "Trainer", "test", 1),
}
CHOSEN, DRAWN = "next moment", "at random"  # files: the first one names a moment, the other one only has to be there
KILLS = 12  # at random moments


def program(marks: Path) -> tuple[str, ...]:
    """What `spawned.PROGRAM` is for such a process."""
    return sys.executable, "-c", f"from pathlib import Path; from {__name__} import main; main(Path({str(marks)!r}))"


def main(marks: Path) -> None:
    """The process."""
    leave_compiler_out()
    register_tiny()
    for moment in MOMENTS:
        _make_deadly(moment, marks / CHOSEN)
    _make_mortal(marks)
    child.main()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _make_deadly(moment: str, asked: Path) -> None:
    module, part, name, count = MOMENTS[moment]
    owner: Any = importlib.import_module(module)
    owner = getattr(owner, part) if part else owner
    whole, calls = getattr(owner, name), []

    def deadly(*arguments: Any, **more: Any) -> Any:
        if asked.exists() and asked.read_text("utf-8") == moment:
            calls.append(1)
            if len(calls) == count:
                asked.unlink()
                _die()
        return whole(*arguments, **more)

    setattr(owner, name, deadly)


def _make_mortal(marks: Path) -> None:
    """Let each of the first lives after `DRAWN` was put there end in the third epoch that it trains."""
    whole, life = Trainer._call, Life(marks, len([*marks.glob("* killed")]))

    def call(self: Trainer, hook: str) -> None:
        if hook == "on_epoch_begin" and life.number < KILLS and (marks / DRAWN).exists():
            life.begin_epoch(self.epoch)
        whole(self, hook)

    Trainer._call = call


class Life:
    """Counts the calls of an epoch (the second one, for the first does some things once), waits until the test knows of all epochs, and
    ends after a drawn share of as many calls, in the midst of what is called then: a moment that depends on no clock.
    """

    def __init__(self, marks: Path, number: int) -> None:
        self.marks, self.number, self.share = marks, number, random.Random(number).random()
        self.epochs = self.calls = 0
        self.due = threading.Event()

    def begin_epoch(self, done: int) -> None:
        self.epochs += 1
        if self.epochs == 2:
            sys.setprofile(self._count)
        elif self.epochs == 3:
            sys.setprofile(None)
            self.calls = round(self.share * self.calls)
            self._wait(done)
            threading.Thread(target=self._end, daemon=True).start()
            sys.setprofile(self._count_down)
        elif self.epochs == 4:  # this epoch had fewer calls
            self.due.set()
            threading.Event().wait()

    def _wait(self, done: int) -> None:
        (self.marks / f"{self.number} waits after {done}").touch()
        while not (self.marks / f"{self.number} may go on").exists():
            time.sleep(0.005)

    def _count(self, *_: object) -> None:
        self.calls += 1

    def _count_down(self, *_: object) -> None:
        self.calls -= 1
        if self.calls <= 0:
            sys.setprofile(None)
            self.due.set()

    def _end(self) -> None:
        """In a thread of its own, like a kill from outside: the thread that trains does not stand still for it."""
        self.due.wait()
        (self.marks / f"{self.number} killed").touch()
        _die()
