"""The database of runs, through SQLAlchemy: SQLite in WAL mode in the lab's home, or any URL in LAB_DATABASE."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.errors import StoreError, unknown
from core.text import MOST_SENTENCE, taken, taken_config
from core.training.history import Curve, EpochRecord, RunSummary, Snapshot
from core.training.measured import Measured
from core.training.runs.database import Database
from core.training.runs.stored import snapshot_of
from core.training.runs.tables import Epoch, Look, Run, plain_text

NO_RUNS = "There are no runs yet: train one, or choose one that came with the lab, such as recorded-shapes-gru."

log = logging.getLogger(__name__)
DAMAGED = (ValueError, TypeError, KeyError, AttributeError)  # what reading a record raises that somebody or something has changed
FEW = 100  # records that are read by their names; of more all are read
SUMMARY = (
    Run.id,
    Run.status,
    Run.message,
    Run.config,
    Run.owner,
    Run.called,
    Run.created,
    Run.best,
    Run.test,
    Run.version,
    Run.home,
    Run.measured,
)


class State(NamedTuple):
    """What decides who may do what with a run."""

    status: str
    message: str
    version: int
    owner: str
    home: str
    host: str


class Store(Database):
    """Reads and writes runs. Every method is one transaction and may be called from any thread.

    What a run's record says is changed by whoever holds the run's lock (`update`, `add_epoch`), or by one statement on the version that
    was read (`change`), so that nobody overwrites what he has not seen. An unknown run, also one that somebody has deleted meanwhile,
    raises StoreError: nothing here makes a run but `add`.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self._listed: dict[str, RunSummary] = {}  # the last list of runs

    # -- writing ----------------------------------------------------------------------------------------------------

    def add(self, run_id: str, config: dict[str, Any], owner: str = "", *, called: str = "", home: str = "", host: str = "") -> Snapshot:
        """Add a run that waits; its first snapshot."""
        created = time.time()
        row = Run(id=run_id, created=created, config=config, owner=plain_text(owner), home=home, host=plain_text(host))
        row.called = plain_text(called)
        with self.transaction() as session:
            session.add(row)
        return snapshot_of(run_id=run_id, config=config, created=created)

    def update(self, run_id: str, **columns: Any) -> None:
        """Set columns of a run."""
        with self.transaction() as session:
            if not _set(session, run_id, columns):
                raise self._unknown(session, run_id)

    def update_all(self, run_ids: Sequence[str], **columns: Any) -> None:
        """Set the same columns of many runs, whose locks the caller holds, in one statement."""
        with self.transaction() as session:
            session.execute(_written(columns, Run.id.in_(run_ids)))

    def change(self, run_id: str, *, version: int, among: Sequence[str] = (), **columns: Any) -> bool:
        """Set columns of a run if nobody has written to it since its `version` was read, and its status is one of `among` (any unless
        given): one statement, so that nothing can come between. False when it has been written to, or deleted.
        """
        with self.transaction() as session:
            return _set(session, run_id, columns, Run.version == version, *([Run.status.in_(among)] if among else []))

    def add_epoch(self, run_id: str, record: EpochRecord, **columns: Any) -> None:
        """Add one epoch, and set columns of its run, in one transaction. Done again, after a connection broke, it changes nothing."""
        with self.transaction() as session:
            if not _set(session, run_id, columns):
                raise self._unknown(session, run_id)
            session.merge(Epoch(run_id=run_id, epoch=record.epoch, record=record.to_dict()))

    def delete(self, run_id: str) -> None:
        """Delete a run and its epochs."""
        with self.transaction() as session:
            session.execute(delete(Epoch).where(Epoch.run_id == run_id))
            if not session.execute(delete(Run).where(Run.id == run_id)).rowcount:
                raise self._unknown(session, run_id)

    # -- reading ----------------------------------------------------------------------------------------------------

    def check_answers(self) -> None:
        """Raise StoreError when the database does not answer."""
        with self.transaction() as session:
            session.execute(select(1))

    @staticmethod
    def _ids(session: Session) -> list[str]:
        return list(session.scalars(select(Run.id).order_by(Run.created.desc())))

    def _unknown(self, session: Session, run_id: str) -> StoreError:
        known = self._ids(session)
        return unknown("run", run_id, known, StoreError) if known else StoreError(NO_RUNS)

    def _read(self, session: Session, run_id: str, *columns: Any) -> Any:
        """The row of `columns` of a run."""
        if (row := session.execute(select(*columns).where(Run.id == run_id)).one_or_none()) is None:
            raise self._unknown(session, run_id)
        return row

    def ids(self) -> list[str]:
        """All run ids, newest first."""
        with self.transaction() as session:
            return self._ids(session)

    def state(self, run_id: str) -> State:
        """The state of a run, and the version that was read."""
        with self.transaction() as session:
            return State(*self._read(session, run_id, Run.status, Run.message, Run.version, Run.owner, Run.home, Run.host))

    def curve(self, run_id: str) -> Curve:
        """The whole training curve of a run."""
        with self.transaction() as session:
            (curve,) = self._read(session, run_id, Run.curve)
        return Curve.from_dict(curve) if curve else Curve()

    def owner(self, run_id: str) -> str:
        """Who started a run."""
        return self.state(run_id).owner

    def add_look(self, run_id: str, epoch: int, images: str) -> None:
        """Note that the weights of an epoch are judged on images that have test labels."""
        with self.transaction() as session:
            session.add(Look(run_id=run_id, epoch=epoch, images=images, created=time.time()))

    def looks(self) -> list[tuple[str, int]]:
        """Run and epoch of every look, in their order."""
        with self.transaction() as session:
            return [(row.run_id, row.epoch) for row in session.execute(select(Look.run_id, Look.epoch).order_by(Look.id))]

    def summaries(self) -> list[RunSummary]:
        """All runs, newest first, without their curves and matrices. One whose record is damaged is left out, and the log says so.

        Only records that have been written to since the last list are read: whatever a summary says changes with the version.
        """
        with self.transaction() as session:
            heads = session.execute(select(Run.id, Run.created, Run.version).order_by(Run.created.desc())).all()
            listed = {head.id: self._listed[head.id] for head in heads if _is_of(self._listed.get(head.id), head)}
            if unread := [head.id for head in heads if head.id not in listed]:
                listed |= _summaries(session, unread)
        self._listed = listed
        return [listed[head.id] for head in heads if head.id in listed]

    def snapshot(self, run_id: str) -> Snapshot:
        """The run as it is stored, for runs that no thread of this process trains."""
        plain = self.plain(run_id)
        try:
            return snapshot_of(**plain)
        except DAMAGED as error:
            log.exception("The record of run %s is damaged", run_id)
            raise StoreError(f"The record of run {run_id} is damaged: choose another run, or delete it.") from error

    def plain(self, run_id: str) -> dict[str, Any]:
        """All that is stored of a run, as the arguments of `snapshot_of`."""
        names = ("status", "message", "config", "created", "facts", "curve", "lr_changes", "test", "sample_images")
        with self.transaction() as session:
            row = self._read(session, run_id, *(getattr(Run, name) for name in names))
            epochs = session.scalars(select(Epoch.record).where(Epoch.run_id == run_id).order_by(Epoch.epoch)).all()
        return {"run_id": run_id, "epochs": list(epochs), **dict(zip(names, row, strict=True))}


def _set(session: Session, run_id: str, columns: dict[str, Any], *conditions: Any) -> bool:
    """Set columns of a run in one statement, if `conditions` hold; whether it did."""
    return session.execute(_written(columns, Run.id == run_id, *conditions)).rowcount == 1


def _written(columns: dict[str, Any], *conditions: Any) -> Any:
    """The statement that sets columns of the runs of which `conditions` hold."""
    assert columns.keys() <= set(Run.__table__.columns.keys()), columns.keys()
    if "message" in columns:
        columns = {**columns, "message": plain_text(columns["message"])}
    statement = update(Run).where(*conditions).values(**columns, version=Run.version + 1)
    return statement.execution_options(synchronize_session=False)


def _is_of(summary: RunSummary | None, head: Any) -> bool:
    """Whether a summary says what the record says that has this id, time and version."""
    return summary is not None and (summary.created, summary.version) == (head.created, head.version)


def _summaries(session: Session, run_ids: list[str]) -> dict[str, RunSummary]:
    """The summaries of these runs at least, by run, without those whose record is damaged."""
    few = len(run_ids) <= FEW
    try:
        rows = session.execute(select(*SUMMARY).where(*([Run.id.in_(run_ids)] if few else []))).all()
    except ValueError:  # JSON that is none
        rows = [row for run_id in run_ids for row in _whole(session, run_id)]
    # Epochs are counted after the versions are read: one that is added in between is counted early, and again with the next version.
    counts = select(Epoch.run_id, func.count()).where(*([Epoch.run_id.in_(run_ids)] if few else []))
    done, found = dict(session.execute(counts.group_by(Epoch.run_id)).all()), {}
    for row in rows:
        try:
            found[row.id] = _summary(row, done.get(row.id, 0))
        except DAMAGED:
            log.exception("The record of run %s is damaged", row.id)
    return found


def _whole(session: Session, run_id: str) -> list[Any]:
    """The summary's row of a run; nothing if it is damaged, or has just been deleted."""
    try:
        return list(session.execute(select(*SUMMARY).where(Run.id == run_id)))
    except ValueError:
        log.exception("The record of run %s is damaged", run_id)
        return []


def _summary(row: Any, epochs_done: int) -> RunSummary:
    """Raises one of DAMAGED where the record is no run's."""
    best = row.best or {}
    if not {"model", "dataset"} <= row.config.keys():
        raise KeyError("no config")
    return RunSummary(
        run_id=row.id,
        status=row.status,
        message=taken(row.message, MOST_SENTENCE),
        config=taken_config(row.config),
        owner=row.owner,
        called=taken(row.called),
        created=row.created,
        epochs_done=epochs_done,
        best_epoch=best.get("epoch"),
        best_val_top1=best.get("val_top1", math.nan),
        best_val_exact=best.get("val_exact"),
        test_top1=row.test["top1"] if row.test else math.nan,
        version=row.version,
        home=row.home,
        measured=Measured.from_dict(row.measured) if row.measured else None,
    )
