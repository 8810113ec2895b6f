"""How large a run of a student may be in a class: the instructor sets it, and the server checks it wherever a run begins or goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from core.classroom.facts import Facts
from core.data import DATASETS
from core.errors import ConfigError
from core.hparams import Hyperparameter

if TYPE_CHECKING:
    from core.training.config import RunConfig

LIMITS, SPENT = "limits", "limits-spent"  # names of facts
MOST = {"weights": 10**9, "epochs": 1000, "batch_size": 4096, "memory": 10**6, "seconds": 10**5}  # that can be set
KEPT = 1000  # runs that were stopped for their time, and are remembered
IN_CLASS = "in this class"


class Sized(Protocol):
    """How large a run would be."""

    weights: int
    memory: int  # bytes, beside its data


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a run of a student may have at most; 0 stands for no limit, and no data sets for all of them.

    What they are at first suits a laptop with two cores and thirty students: every model of the lab with its own defaults fits, on any
    data set; thirty of them in memory do not fill it; and nobody keeps the others waiting for longer than three minutes of training, in
    which the recorded GRU learns the shapes in full.
    """

    weights: int = 1_500_000  # of the model
    epochs: int = 20
    batch_size: int = 512
    memory: int = 1_500  # MB of a run, beside its data, which runs share
    seconds: int = 180  # of training, in its own turns
    datasets: tuple[str, ...] = ()

    def most(self, name: str) -> int:
        """The largest value of a hyperparameter; 0 where there is no limit."""
        return {"epochs": self.epochs, "batch_size": self.batch_size}.get(name, 0)

    def problem(self, name: str, value: Any) -> str | None:
        """One sentence on a value that is in range, but too large here (or on a data set that is not allowed); None if it may be."""
        if name == "dataset" and self.datasets and value not in self.datasets:
            return f"The data set {value!r} is not used {IN_CLASS}: choose {_listed(self.datasets)}."
        if (most := self.most(name)) and value > most:
            return f"{name} = {value} is too much {IN_CLASS}: choose up to {most}."
        return None

    def limited(self, h: Hyperparameter) -> Hyperparameter:
        """A hyperparameter as it can be chosen here: with a smaller range, and the limit in its help."""
        most = self.most(h.name)
        if not most:
            return h
        high = max(h.low, min(h.high, most))
        return replace(h, high=high, default=min(h.default, high), help=f"{h.help} Up to {high} {IN_CLASS}.")

    def problems(self, config: RunConfig, size: Callable[[RunConfig], Sized]) -> dict[str, str]:
        """What to change of a run and to what: {hyperparameter, "weights" or "memory": sentence}.

        `size` says how large a run would be. It is asked only where a limit needs it, and nothing else is wrong.
        """
        return self.unfit(config) or (self._too_large(config, size) if self.weights or self.memory else {})

    def unfit(self, config: RunConfig) -> dict[str, str]:
        """The same, of what is known without its size."""
        return {name: problem for name, value in config.flat().items() if (problem := self.problem(name, value))}

    def _too_large(self, config: RunConfig, size: Callable[[RunConfig], Sized]) -> dict[str, str]:
        from core.training.runs.smaller import remedy

        now, found = size(config), {}
        if self.weights and now.weights > self.weights:
            less = remedy(config, lambda other: size(other).weights <= self.weights)
            found["weights"] = f"This model has {now.weights:,} weights, and {self.weights:,} are allowed {IN_CLASS}: {less}."
        if self.memory and now.memory > self.memory * 10**6:
            less = remedy(config, lambda other: size(other).memory <= self.memory * 10**6)
            need = f"{now.memory / 1e6:,.0f} MB of memory"
            found["memory"] = f"This run needs about {need}, and {self.memory:,} MB are allowed {IN_CLASS}: {less}."
        return found

    @property
    def sentence(self) -> str:
        """What counts for a whole run, for the form in which it is set up; "" where there is no such limit."""
        parts = [f"{self.weights:,} weights"] * bool(self.weights) + [f"{self.memory:,} MB of memory"] * bool(self.memory)
        parts += [f"{self.seconds} seconds of training"] * bool(self.seconds)
        return f"Up to {_listed(parts, 'and')} for a run {IN_CLASS}." if parts else ""


class Limiting:
    """The limits of a class, and which runs have used up their time. May be used from any thread."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @property
    def now(self) -> Limits:
        """The limits that count."""
        kept = self._facts.get(LIMITS)
        return Limits(**{**kept, "datasets": tuple(kept["datasets"])}) if kept else Limits()

    def set(self, values: Mapping[str, Any]) -> None:
        """Let other limits count from now on. Raises ConfigError for what can be none."""
        for name, most in MOST.items():
            value = values[name]
            if type(value) is not int or not 0 <= value <= most:
                raise ConfigError(f"A limit is a whole number from 0, for none, to {most:,}: correct that of {name.replace('_', ' ')}.")
        unknown = [name for name in values["datasets"] if name not in DATASETS]
        if unknown:
            raise ConfigError("One of these data sets is not there: choose among those of the list.")
        self._facts.put(LIMITS, asdict(Limits(**{**values, "datasets": tuple(values["datasets"])})))

    def use_up(self, run_id: str, seconds: float) -> None:
        """Note that a run was stopped because it has trained so long."""
        with self._facts.lock:
            kept = [*{**self._facts.get(SPENT, {}), run_id: round(seconds, 1)}.items()]
            self._facts.put(SPENT, dict(kept[-KEPT:]))

    def spent(self, run_id: str) -> float:
        """Seconds after which a run was stopped for its time; 0 if it was not."""
        return self._facts.get(SPENT, {}).get(run_id, 0.0)

    def time_problem(self, run_id: str) -> str:
        """Why a run cannot go on for its time; "" if it can."""
        if self.now.seconds and self.spent(run_id) >= self.now.seconds:
            allowed = f"{self.now.seconds} seconds"
            return f"This run has trained for as long as is allowed {IN_CLASS} ({allowed}): ask for more, or start one that needs less."
        return ""


def stopped_after(seconds: int) -> str:
    """What is said of a run that has used up its time."""
    return f"Stopped: the instructor's limit of {seconds} seconds of training is reached. Every complete epoch is kept."


def _listed(names: tuple[str, ...] | list[str], word: str = "or") -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)
