"""The training thread: takes a run from its turn to its end, publishes snapshots, obeys commands, keeps every epoch.

    queued -> loading -> running <-> paused -> testing -> finished
    any of them -> stopped | failed | interrupted

While a run waits in the queue it has no thread. The thread never touches Streamlit.
Pages read `Worker.snapshot`, a frozen value that is swapped whole.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

from filelock import FileLock

from core.data.sequences import SeqDataset
from core.data.splits import Dataset
from core.errors import BusyError, ConfigError, LabError
from core.memory import ran_out
from core.models import build_model
from core.models.gru import kernels, use_kernel
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.loop.device import Plan, choose_plan, use_threads
from core.training.loop.trainer import StopTraining, Trainer
from core.training.measured import measured
from core.training.runs.checkpoint import RunFiles, task_of
from core.training.runs.commands import Commands
from core.training.runs.datasets import check_same, load_shared
from core.training.runs.fitting import room_for
from core.training.runs.keeping import Keeper, Publisher
from core.training.runs.prepared import facts_of, restore
from core.training.runs.slices import Slice
from core.training.runs.store import Store
from core.training.runs.stored import RunFacts
from core.training.runs.turns import Turns

WAITING = "Waiting, and going on by itself: {why}"
BUSY_SECONDS = 0.5  # between two tries
OUT_OF_MEMORY = "The {device} ran out of memory. Choose a smaller batch_size or a smaller model, then start again."

log = logging.getLogger(__name__)


class Worker(threading.Thread):
    """Trains one run. Commands may be given from any thread; they take effect at the next batch."""

    def __init__(
        self,
        snapshot: Snapshot,
        config: RunConfig,
        *,
        owner: str,
        files: RunFiles,
        lock: FileLock,
        store: Store,
        turns: Turns,
        after_epoch: Callable[[], None],
        after_end: Callable[[Worker], None],
        paused: bool = False,
        spare_cores: int = 0,
    ) -> None:
        super().__init__(name=f"train {snapshot.run_id}", daemon=True)
        self.config, self.owner, self.files, self.store, self.turns = config, owner, files, store, turns
        self.after_epoch, self.after_end, self.spare_cores = after_epoch, after_end, spare_cores
        self._slice = Slice(turns, owner)
        self.commands = Commands(self.publish, pause=self._give_turn_back, resume=self._take_turn, is_over=self._slice.is_over)
        if not paused:
            self.commands.play()
        self._lock = lock  # held while the process lives: how another process knows that this run does
        self._gone = threading.Event()
        self._end = ("stopped", "")
        self.snapshot = snapshot

    # -- commands ---------------------------------------------------------------------------------------------------

    def stop(self, status: str = "stopped", message: str = "") -> None:
        """End the run at the next batch with `status`; at once if it waits for its first turn."""
        self._end = (status, message)
        self.commands.stop()
        if self._leave_queue():
            self._finish(*self._end)
            self._leave()

    def withdraw(self, status: str, message: str) -> bool:
        """End the run if it waits for its first turn, but for its record, which the caller writes before `release`; whether it waited."""
        if not self._leave_queue():
            return False
        self.publish(status=status, message=message, place=0)
        return True

    def release(self) -> None:
        """Let others have the run of a worker that was withdrawn."""
        self._lock.release()
        self._gone.set()

    def _leave_queue(self) -> bool:
        return self.ident is None and self.turns.leave(self.snapshot.run_id)

    # -- the life of a run ------------------------------------------------------------------------------------------

    def enqueue(self) -> None:
        """Wait for a turn; the thread starts when it has come."""
        self.turns.ask(self.snapshot.run_id, self.owner, self._begin, loads=True)

    def _begin(self) -> None:
        try:
            self.start()
        except RuntimeError:  # no more threads
            log.exception("Run %s could not start", self.snapshot.run_id)
            self._finish("failed", "The computer has no thread left for this run: close other programs, then resume.")
            self._leave()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the run has ended, also one whose thread never started; whether it has."""
        ended = self._gone.wait(timeout)
        if ended and self.ident is not None and self is not threading.current_thread():
            super().join(timeout)
        return ended

    def run(self) -> None:
        """The thread."""
        try:
            self._train()
        except StopTraining:
            self._finish(*self._end)
        except LabError as error:
            log.exception("Run %s failed", self.snapshot.run_id)
            self._finish("failed", error.for_others)
        except Exception as error:
            self._finish("failed", self._explain(error))
        finally:
            self._leave()

    def _leave(self) -> None:
        """The end, also of a run that was stopped while it waited."""
        try:
            self._give_turn_back()
            self.turns.unload(self.snapshot.run_id)
            self._lock.release()
            self.after_end(self)
        finally:
            self._gone.set()

    def _train(self) -> None:
        if self.commands.stopping.is_set():
            raise StopTraining
        what = {"images": "Loading the images", "sequences": "Drawing the sequences"}[self.snapshot.kind]
        self.publish(status="loading", message=what)
        dataset = load_shared(self.config, self.store.home, self._progress)
        check_same(self.snapshot, dataset)  # of a run that goes on
        with ExitStack() as promised:
            while not self._has_room(promised, len(dataset.classes)):
                pass
            self._learn(dataset)

    def _has_room(self, promised: ExitStack, classes: int) -> bool:
        """Have as much memory promised as this run takes at its most, until it has ended. If it is not free now, and others will give
        some back, wait for that, without a turn; then it has to be looked at again: False.
        """
        run_id = self.snapshot.run_id
        try:
            promised.enter_context(room_for(self.config, classes=classes))
            return True
        except ConfigError as error:
            if not self.turns.others_leave(run_id):
                raise
            self._give_turn_back()
            self._take_turn(message=f"Waiting for memory. {error}", after=self.turns.unload(run_id))
            self.publish(status="loading", message="Preparing the model")
            return False

    def _learn(self, dataset: Dataset | SeqDataset) -> None:
        model = build_model(
            self.config.model,
            task_of(dataset),
            seed=self.config.training.seed,
            **vars(self.config.model_config),
        )
        self.publish(message="Preparing the model")
        trainer = Trainer(model, dataset, self.config.training)
        facts = self._introduce(trainer, self._choose_plan(trainer)).to_dict()
        run, thin = self.snapshot.run_id, self.after_epoch
        keeper = Keeper(self.files, self.store, run, self.config, thin, facts=facts, persist=self.persist)
        trainer.callbacks = (self.commands, keeper, Publisher(self.publish))
        if self.snapshot.epochs:
            self.persist(lambda: restore(trainer, self.snapshot, self.files, self.store))
        trainer.fit()
        self.publish(status="testing", message="Evaluating the best epoch on the test set")
        test = trainer.test()
        self._finish("finished", "", test=test)

    def _give_turn_back(self) -> None:
        """Let others train."""
        self.turns.give_back(self.snapshot.run_id)

    def _take_turn(self, *, message: str = "", after: int = -1) -> None:
        """Wait until this run may train again; raises StopTraining when it is stopped first."""
        self.publish(status="queued", message=message)
        run_id, cancelled = self.snapshot.run_id, self.commands.stopping.is_set
        if not self.turns.take(run_id, self.owner, cancelled=cancelled, loads=True, after=after):
            raise StopTraining
        self._slice.begin()

    def _choose_plan(self, trainer: Trainer) -> Plan:
        """A resumed run keeps its plan: another one sums in another order and would not be the same run."""
        asked = self.config.training
        if self.snapshot.threads:
            plan = Plan(self.snapshot.threads, self.snapshot.kernel)
        else:
            step, choice = trainer.objective.trial_step(trainer.model, trainer.train_split), kernels(trainer.model)
            plan = choose_plan(step, choice, trainer.device, threads=asked.threads, kernel=asked.kernel, spare=self.spare_cores)
        use_threads(plan.threads)
        use_kernel(trainer.model, plan.kernel)
        return plan

    def _introduce(self, trainer: Trainer, plan: Plan) -> RunFacts:
        """Publish, store and return what is known before the first step."""
        facts = facts_of(trainer, plan)
        pixels = None if facts.sample_images is None else facts.sample_images.tobytes()
        columns = {"facts": facts.to_dict(), "sample_images": pixels, "status": "running", "message": ""}
        self.persist(lambda: self.store.update(self.snapshot.run_id, **columns))
        self.publish(status="running", message="", **vars(facts))
        return facts

    def persist(self, write: Callable[[], None]) -> None:
        """Do `write`, and wait as long as the database or the URL in LAB_FILES is busy or away, or too many files are open: nothing shall
        end by what passes.

        Raises BusyError when the lab itself is being stopped (the next start finds this run interrupted), and for a run that has no
        thread of its own which could wait.
        """
        before = None
        while True:
            try:
                write()
                break
            except BusyError as error:
                if self.ident is None or (self._end[0] == "interrupted" and self.commands.stopping.is_set()):
                    raise
                if before is None:
                    log.warning("Run %s waits: %s", self.snapshot.run_id, error)
                    before = self.snapshot.message
                    self.publish(message=WAITING.format(why=error))
                time.sleep(BUSY_SECONDS)
        if before is not None:
            self.publish(message=before)

    def _finish(self, status: str, message: str, **results: Any) -> None:
        columns = {name: value.to_dict() for name, value in results.items()}
        columns["measured"] = vars(measured(dataclasses.replace(self.snapshot, status=status)))
        if status != "failed":  # one that failed may have failed by the rate that was set last: it goes on with those of its epochs
            columns["lr_changes"] = list(self.snapshot.lr_changes)
        try:
            self.persist(lambda: self.store.update(self.snapshot.run_id, status=status, message=message, **columns))
        except LabError as error:  # a full disk: say so; at the next start the run is found interrupted
            log.exception("The end of run %s could not be kept", self.snapshot.run_id)
            message = f"{message} {error}".strip()
        self.publish(status=status, message=message, place=0, seconds_left=float("nan"), **results)

    def _explain(self, error: Exception) -> str:
        if ran_out(error):
            return OUT_OF_MEMORY.format(device=self.snapshot.device or "computer")
        log.exception("Run %s failed", self.snapshot.run_id)
        with suppress(OSError):
            (self.files.folder / "error.log").write_text(traceback.format_exc(), encoding="utf-8", errors="backslashreplace")
        reason = error.strerror if isinstance(error, OSError) else error  # the words of an OSError name a path, which is not for everybody
        return f"An unexpected error ended this run: {type(error).__name__}: {reason}. Details are in the log of the lab."

    def _progress(self, done: int, total: int, what: str) -> None:
        if self.commands.stopping.is_set():
            raise StopTraining
        self.publish(message=f"{what}: {done:,} of {total:,}" if total else what)

    def publish(self, **changes: Any) -> None:
        """Swap in the next snapshot."""
        self.snapshot = dataclasses.replace(self.snapshot, version=self.snapshot.version + 1, **changes)
