"""Errors that a person can cause. Each message says what is wrong and what to do; `assert` is for what cannot happen."""

from __future__ import annotations

from core.text import MOST_PATH, bare, taken

NOT_FINITE = "These weights give no finite numbers: choose a run or an epoch whose training did not fail."


class Place(str):
    """A path of this machine in the words of an error: the machine's own user, or in a class the instructor, is told all of it, others its
    last name alone."""

    __slots__ = ()


class LabError(Exception):
    """Base of all errors with a remedy. `str(error)` is one or two sentences, fit to be shown to a student.

    Made of its words, and of `Place`s between them: `DataError("The folder ", Place(root), " is empty.")`.
    """

    def __str__(self) -> str:
        return "".join(taken(part, MOST_PATH) if isinstance(part, Place) else str(part) for part in self.args)

    @property
    def for_others(self) -> str:
        """The same for those who may not know where things lie on this machine, and for what all can read: a run's record."""
        return "".join(bare(part) if isinstance(part, Place) else str(part) for part in self.args)


class ConfigError(LabError):
    """A hyperparameter or a name that does not exist, is out of range or contradicts another."""


class DataError(LabError):
    """A data set that is missing, broken or unreadable."""


class TrainingError(LabError):
    """A run that cannot go on: a loss that is not finite, memory that is exhausted."""


class StoreError(LabError):
    """A lab home, database or checkpoint that cannot be read or written."""


class BusyError(StoreError):
    """What will pass by itself: a database that another program writes to, or that is being started again."""


class RightError(LabError):
    """Something that who asks may not do."""


class CancelledError(LabError):
    """Nobody waits any more for what was asked for."""


def unknown(kind: str, name: object, known: object, error: type[LabError] = ConfigError) -> LabError:
    """The error for `name` that is none of `known`, with the nearest match if there is one."""
    from difflib import get_close_matches

    known, asked = [str(k) for k in known], taken(name)  # comparing takes the square of the length
    by_letters = {k.lower(): k for k in known}  # "GRU" is near to "gru"
    near = get_close_matches(asked.lower(), by_letters, n=1)
    hint = f" Did you mean {by_letters[near[0]]!r}?" if near else ""
    return error(f"There is no {kind} named {asked!r}.{hint} Choose one of: {', '.join(known)}.")
