"""How far back a cell can recall: the recall task, learned by an RNN, an LSTM and a GRU side by side in seconds, in a thread of its own.

The cells start from the weights of `core.probes.gradient_flow`: what their gradients looked like there is what they learn with here. All
three see the same batches, and are judged on the same other sequences. The thread publishes a frozen `Progress`; who looks reads that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import nn

from core.errors import TrainingError
from core.models import building
from core.models.recurrent import SequenceClassifier
from core.probes.gradient_flow import FlowSetup, drawn_weights
from core.probes.recall_task import FEATURES, SYMBOLS, recall_batch

CELLS = ("rnn", "lstm", "gru")
STEPS, BATCH = 400, 32
JUDGED, JUDGE_EVERY = 1000, 20  # sequences that are judged, and after how many steps
MOST_NORM = 1.0  # gradients are clipped to this norm: an RNN's may explode
AWAY_SECONDS = 15.0  # nobody has looked for so long: the tab is closed
TURNS = threading.Semaphore(2)  # studies that train at the same time; others wait
ACTIVE = ("waiting", "training")


@dataclass(frozen=True)
class Progress:
    """A moment of a study. `status`: waiting, training, finished, stopped or failed; `message` says why it was stopped or failed."""

    status: str = "waiting"
    message: str = ""
    step: int = 0
    seconds: float = 0.0
    steps: tuple[int, ...] = ()  # when it was judged
    right: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # cell -> share of right answers each time
    by_distance: Mapping[str, np.ndarray] = field(
        default_factory=dict
    )  # cell -> (T,) share by steps back, 0 to T - 1; NaN if none was drawn

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


class RecallCells:
    """The three cells, their optimisers, and what they are judged on."""

    def __init__(self, setup: FlowSetup, rate: float) -> None:
        self.setup = setup
        self.models = {kind: _model(kind, setup) for kind in CELLS}
        self.optimizers = {kind: torch.optim.Adam(model.parameters(), rate) for kind, model in self.models.items()}
        self.generator = np.random.default_rng((setup.seed, 2))
        self.judged = recall_batch(JUDGED, setup.length, np.random.default_rng((setup.seed, 3)))
        self.sequences = torch.from_numpy(self.judged.inputs).float()  # (N, T, 9)

    def learn(self) -> None:
        """One step of all three on one batch. Raises TrainingError for a loss that is not finite."""
        inputs, targets, _ = recall_batch(BATCH, self.setup.length, self.generator)
        sequences, answers = torch.from_numpy(inputs).float(), torch.from_numpy(targets)
        for kind, model in self.models.items():
            loss = nn.functional.cross_entropy(model(sequences), answers)
            if not torch.isfinite(loss):
                raise TrainingError(
                    f"The loss of the {kind.upper()} is not a finite number any more: choose a smaller learning rate or spectral radius."
                )
            self.optimizers[kind].zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), MOST_NORM)
            self.optimizers[kind].step()

    @torch.no_grad()
    def right(self) -> dict[str, np.ndarray]:
        """Which of the judged sequences each cell answers right, (N,) bool."""
        return {kind: model(self.sequences).argmax(dim=1).numpy() == self.judged.targets for kind, model in self.models.items()}

    def by_distance(self, right: np.ndarray) -> np.ndarray:
        """The share of right answers by steps back, (T,); NaN where no judged sequence has its mark."""
        count = np.bincount(self.judged.distances, minlength=self.setup.length)
        with np.errstate(invalid="ignore"):
            return np.bincount(self.judged.distances, right, self.setup.length) / count


def _model(kind: str, setup: FlowSetup) -> SequenceClassifier:
    with building(setup.seed):
        head = nn.Linear(setup.units, SYMBOLS)  # drawn first: the same for all three
        model = SequenceClassifier(cell=kind, input_size=FEATURES, hidden_size=setup.units, num_classes=SYMBOLS)
    model.head = head
    for name, value in drawn_weights(kind, setup)._asdict().items():
        getattr(model.rnn, f"{name}_l0").data = torch.from_numpy(value).float()
    return model


class RecallStudy(threading.Thread):
    """Trains the three cells until `STEPS`, `stop()`, or nobody has called `attend()` for `AWAY_SECONDS`.

    `prepare` is called in the thread before the first step: the number of CPU threads is a thread's own.
    """

    def __init__(self, setup: FlowSetup, rate: float, *, steps: int = STEPS, prepare: Callable[[], object] = lambda: None) -> None:
        super().__init__(name="recall study", daemon=True)
        self.setup, self.rate, self.total, self._prepare = setup, rate, steps, prepare
        self.progress = Progress()
        self._stopping = threading.Event()
        self._seen = time.monotonic()

    def attend(self) -> Progress:
        """Say that somebody looks; returns the moment."""
        self._seen = time.monotonic()
        return self.progress

    def stop(self) -> None:
        """Stop at the next step; what has been learned stays on the page."""
        self._stopping.set()

    def run(self) -> None:
        try:
            while not TURNS.acquire(timeout=0.2):
                if self._ended():
                    return
            try:
                self._train()
            finally:
                TURNS.release()
        except TrainingError as error:
            self._publish(status="failed", message=str(error))
        except Exception as error:  # a page must never wait for a thread that has died
            self._publish(status="failed", message=f"An unexpected error ended it: {type(error).__name__}: {error}. Start it again.")

    def _train(self) -> None:
        self._prepare()
        started = time.monotonic()
        cells = RecallCells(self.setup, self.rate)
        self._judge(cells, 0, started)
        for step in range(1, self.total + 1):
            if self._ended():
                return
            cells.learn()
            if step % JUDGE_EVERY == 0 or step == self.total:
                self._judge(cells, step, started)
        self._publish(status="finished")

    def _ended(self) -> bool:
        """Whether it must end now; says so."""
        if self._stopping.is_set():
            self._publish(status="stopped", message="Stopped by you.")
        elif time.monotonic() - self._seen > AWAY_SECONDS:
            self._publish(status="stopped", message="Stopped: nobody was looking.")
        return not self.progress.active

    def _judge(self, cells: RecallCells, step: int, started: float) -> None:
        before, right = self.progress, cells.right()
        self._publish(
            status="training",
            step=step,
            seconds=time.monotonic() - started,
            steps=(*before.steps, step),
            right={kind: (*before.right.get(kind, ()), float(found.mean())) for kind, found in right.items()},
            by_distance={kind: cells.by_distance(found) for kind, found in right.items()},
        )

    def _publish(self, **changes: object) -> None:
        self.progress = replace(self.progress, **changes)
