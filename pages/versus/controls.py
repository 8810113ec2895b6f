"""Controls of the page GRU against transformer: a task, the size of the vector, a seed, and which curves are shown."""

from __future__ import annotations

from dataclasses import dataclass

from core.data.seq_tasks import SEQ_TASKS, SeqTask
from core.errors import LabError
from core.evaluation.sequences.contests import CONTENDERS, HIDDEN, HIDDEN_SIZES, contender
from core.models import MODELS
from core.training.config import RunConfig
from dashboard.shell import services, state
from dashboard.shell.choices import Choice, links, none_named

SHOW = {"exact": "exact match", "loss": "loss"}


TASK = Choice("versus", "task", tuple(SEQ_TASKS), first="reverse", why_not=none_named("task"))
HIDDEN_SIZE = Choice("versus", "H", HIDDEN_SIZES, first=HIDDEN, why_not=none_named("size of the vector"))
SEED = Choice("versus", "seed", (0, 1, 2), first=0, why_not=none_named("seed"))
SHOWN = Choice("versus", "show", tuple(SHOW), first="exact", why_not=none_named("curve"))


@dataclass(frozen=True)
class VersusChoices:
    """What the controls say."""

    task: str
    hidden: int
    seed: int
    shown: str

    @property
    def row(self) -> SeqTask:
        """The row of the task."""
        return SEQ_TASKS[self.task]

    @property
    def set_ups(self) -> dict[str, RunConfig]:
        """What each contender is trained with."""
        return {name: contender(name, self.task, hidden=self.hidden, seed=self.seed) for name in CONTENDERS}

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        return links(TASK, HIDDEN_SIZE, SEED, SHOWN)

    @property
    def code(self) -> str:
        """The commands that train the three from the command line."""
        return "\n".join(config.command() for config in self.set_ups.values())


def begin() -> None:
    """Give the controls their first values; a link that names a run and no task opens on the task of that run."""
    if TASK.started:
        return
    TASK.start()
    task = _task_of(state.linked_run())
    if task and TASK.linked is None:
        TASK.set(task)


def _task_of(run_id: str) -> str:
    """The task of a run that a link names; says why this page cannot show the run itself."""
    if not run_id:
        return ""
    try:
        run = services.run(run_id)
    except LabError:
        state.say(f"There is no run {run_id[:40]} here (any more). This page chooses its runs by task, size and seed.")
        return ""
    title = MODELS[run.config["model"]].title if run.config["model"] in MODELS else run.config["model"]
    if run.kind != "sequences":
        state.say(f"Run {run_id} ({title}) is of another kind: it classifies images. This page compares runs of a task on sequences.")
        return ""
    state.say(f"This page chooses its runs by task, size and seed, so it does not open {run_id} ({title}) itself, but its task.")
    return run.config["dataset"]


def choose() -> VersusChoices:
    """All controls."""
    TASK.selectbox("Task", format_func=lambda name: SEQ_TASKS[name].title, help="The same pairs for all three models.")
    HIDDEN_SIZE.slider(
        "Hidden size, H",
        help="The number of values in the state of both GRUs. Without attention, the decoder learns nothing else about the input. The "
        "transformer has no such vector and stays as it is.",
    )
    SEED.segmented("Seed", width="stretch")
    return chosen()


def chosen() -> VersusChoices:
    """What the controls say, whether they have been drawn or not."""
    return VersusChoices(TASK.value, HIDDEN_SIZE.value, SEED.value, SHOWN.value)
