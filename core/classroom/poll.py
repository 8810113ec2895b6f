"""A question that has been put to the class: its phases, and what is known of it besides the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.classroom.questions.question import ByVariants, Question, Truth
from core.errors import ConfigError
from core.lessons.asking import known_question

PREDICT, DISCUSS, EXPERIMENT, AGAIN, REVEAL, CLOSED = "predict", "discuss", "experiment", "again", "reveal", "closed"
PHASES = (PREDICT, DISCUSS, EXPERIMENT, AGAIN, REVEAL, CLOSED)
ROUNDS = {PREDICT: 1, AGAIN: 2}  # in which answers are taken, and as which ballot they are counted
BEFORE, AFTER = ROUNDS.values()
MEASURED_IN = (EXPERIMENT, AGAIN)


@dataclass(frozen=True)
class DecidingRun:
    """A run that decides a poll. `variant` is which of the question's it is (None of the one run of all), `run` "" until it is queued."""

    person: str
    run: str = ""
    variant: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Ballot:
    """What somebody answered in one round, and why, if that was typed."""

    answer: Any
    reason: str = ""


@dataclass(frozen=True)
class Poll:
    """One time that a question was put to the class. It never changes: `Polls` swaps in the next one."""

    id: int
    question: Question
    phase: str = PREDICT
    opened: float = 0.0
    groups: tuple[tuple[str, ...], ...] = ()  # of people who speak with each other
    truth: Truth | None = None
    runs: tuple[DecidingRun, ...] = ()

    @property
    def round(self) -> int | None:
        """The round that takes answers now; None in all other phases."""
        return ROUNDS.get(self.phase)

    @property
    def revealed(self) -> bool:
        """Whether answers of others and the truth may be shown."""
        return self.phase in (REVEAL, CLOSED)

    def advanced(self, to: str) -> Poll:
        """The same poll in its next phase, or closed at any time. Raises ConfigError for every other step, and for a reveal of nothing."""
        if to == CLOSED and self.phase != CLOSED:
            return replace(self, phase=CLOSED)
        if to not in PHASES or PHASES.index(to) != PHASES.index(self.phase) + 1:
            raise ConfigError(
                f"A question in the phase “{self.phase}” cannot go to that one: the phases follow each other, and never go back."
            )
        if to == REVEAL and self.truth is None:
            raise ConfigError("There is nothing to reveal yet: measure the truth first, or wait until the run has finished.")
        return replace(self, phase=to)

    def group_of(self, person: str) -> tuple[str, ...]:
        """The others with whom somebody speaks."""
        return next((tuple(other for other in group if other != person) for group in self.groups if person in group), ())

    def next_variant(self, person: str) -> DecidingRun:
        """The variant that somebody trains next: the one that the fewest have, with a seed that none of its runs has.

        Raises ConfigError where each trains no variant, outside the experiment, and for somebody who has trained as many as there are.
        """
        decides = self.question.decides
        if not isinstance(decides, ByVariants):
            raise ConfigError("Nobody trains a variant for this question.")
        if self.phase != EXPERIMENT:
            raise ConfigError("Variants are trained in the phase of the experiment only.")
        if sum(run.person == person for run in self.runs) >= len(decides.variants):
            raise ConfigError("You have trained as many runs as there are variants: let the others train theirs.")
        counts = [sum(run.variant == at for run in self.runs) for at in range(len(decides.variants))]
        variant = counts.index(min(counts))
        return DecidingRun(person, "", variant, 1 + max((run.seed for run in self.runs if run.variant == variant), default=-1))

    def facts(self) -> dict[str, Any]:
        """What the database keeps beside the phase. The inverse of `kept_poll`."""
        truth = {"answer": self.truth.answer, "figures": dict(self.truth.figures)} if self.truth else None
        runs = [{"person": run.person, "run": run.run, "variant": run.variant, "seed": run.seed} for run in self.runs]
        return {"groups": [list(group) for group in self.groups], "truth": truth, "runs": runs}


def kept_poll(number: int, question: str, phase: str, opened: float, facts: Mapping[str, Any]) -> Poll | None:
    """The poll of a row of the database; None of a question that this version of the lab does not have."""
    known = known_question(question)
    if known is None or phase not in PHASES:
        return None
    truth = Truth(**facts["truth"]) if facts.get("truth") else None
    runs = tuple(DecidingRun(**run) for run in facts.get("runs", ()))
    return Poll(number, known, phase, opened, tuple(map(tuple, facts.get("groups", ()))), truth, runs)
