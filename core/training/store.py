"""The database of runs, through SQLAlchemy: SQLite in WAL mode in the lab's home, or any URL in LAB_DATABASE."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, create_engine, event, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from core.errors import StoreError, unknown
from core.text import MOST_SENTENCE, taken, taken_config
from core.training.history import Curve, EpochRecord, RunSummary, Snapshot, snapshot_of

SCHEMA = 1
NO_RUNS = "There are no runs yet: train one, or choose one that came with the lab, such as recorded-shapes-gru."


class Base(DeclarativeBase):
    """Base of the tables; dicts and lists are kept as JSON."""

    type_annotation_map = {dict: JSON, list: JSON}  # noqa: RUF012


class Meta(Base):
    """Facts about the database itself: the version of its tables."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Run(Base):
    """One run: its config, its state, and all that is measured but for the epochs."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    created: Mapped[float]
    owner: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="queued")
    message: Mapped[str] = mapped_column(default="")
    config: Mapped[dict]
    facts: Mapped[dict] = mapped_column(default=dict)  # classes, sizes, parameters, device, threads, versions, ...
    curve: Mapped[dict] = mapped_column(default=dict)
    lr_changes: Mapped[list] = mapped_column(default=list)
    best: Mapped[dict | None] = mapped_column(default=None)  # epoch, val_top1
    test: Mapped[dict | None] = mapped_column(default=None)
    sample_images: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    epochs: Mapped[list[Epoch]] = relationship(order_by="Epoch.epoch", cascade="all, delete-orphan", lazy="selectin")


class Epoch(Base):
    """One epoch of a run, an `EpochRecord` as plain data."""

    __tablename__ = "epochs"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[dict]


class Look(Base):
    """One time that weights met test labels, beside the final test of every run. It stays when the run is deleted."""

    __tablename__ = "looks"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]  # no foreign key: runs that came with the lab have no row
    epoch: Mapped[int]  # from 0
    images: Mapped[str]
    created: Mapped[float]


class Store:
    """Reads and writes runs. Every method is one transaction and may be called from any thread.

    Raises StoreError when the database cannot be read or written, or comes from a newer version of the lab.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = os.environ.get("LAB_DATABASE") or f"sqlite:///{home / 'lab.sqlite'}"
        with self._explained():
            self.engine = create_engine(self.url, connect_args={"timeout": 30} if self.url.startswith("sqlite") else {})
            if self.url.startswith("sqlite"):
                event.listen(self.engine, "connect", _sqlite_settings)
            self._open_schema()

    def _open_schema(self) -> None:
        with Session(self.engine) as session, session.begin():
            connection = session.connection()
            fresh = not inspect(connection).has_table(Meta.__tablename__)
            version = None if fresh else session.get(Meta, "schema")
            if version and version.value > SCHEMA:
                raise StoreError(
                    f"The lab's database was written by a newer version of the lab (schema {version.value}, this one knows "
                    f"{SCHEMA}). Update the lab, or set LAB_HOME (or --home) to another folder; nothing was changed."
                )
            Base.metadata.create_all(connection)
            if not version:
                session.merge(Meta(key="schema", value=SCHEMA))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError(
                f"The lab's database could not be used ({reason}). Check that the disk has space and the file is whole, "
                "or set LAB_HOME (or --home) to another folder."
            ) from error

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with self._explained(), Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def _run(self, run_id: str) -> Iterator[Run]:
        with self._transaction() as session:
            run = session.get(Run, run_id)
            if run is None:
                raise (unknown("run", run_id, self._ids(session)) if self._ids(session) else StoreError(NO_RUNS))
            yield run

    @staticmethod
    def _ids(session: Session) -> list[str]:
        return list(session.scalars(select(Run.id).order_by(Run.created.desc())))

    def ids(self) -> list[str]:
        """All run ids, newest first."""
        with self._transaction() as session:
            return self._ids(session)

    def add(self, run_id: str, config: dict[str, Any], owner: str = "") -> None:
        with self._transaction() as session:
            session.add(Run(id=run_id, created=time.time(), config=config, owner=owner))

    def update(self, run_id: str, **columns: Any) -> None:
        """Set columns of a run."""
        with self._run(run_id) as run:
            for name, value in columns.items():
                assert name in Run.__table__.columns, name
                setattr(run, name, value)

    def add_epoch(self, run_id: str, record: EpochRecord, **columns: Any) -> None:
        """Add one epoch, and set columns of its run, in one transaction."""
        with self._run(run_id) as run:
            run.epochs.append(Epoch(epoch=record.epoch, record=record.to_dict()))
            for name, value in columns.items():
                setattr(run, name, value)

    def delete(self, run_id: str) -> None:
        with self._run(run_id) as run:
            Session.object_session(run).delete(run)

    def curve(self, run_id: str) -> Curve:
        with self._run(run_id) as run:
            return Curve.from_dict(run.curve) if run.curve else Curve()

    def owner(self, run_id: str) -> str:
        with self._run(run_id) as run:
            return run.owner

    def add_look(self, run_id: str, epoch: int, images: str) -> None:
        """Note that the weights of an epoch are judged on images that have test labels."""
        with self._transaction() as session:
            session.add(Look(run_id=run_id, epoch=epoch, images=images, created=time.time()))

    def looks(self) -> list[tuple[str, int]]:
        """Run and epoch of every look, in their order."""
        with self._transaction() as session:
            return [(row.run_id, row.epoch) for row in session.execute(select(Look.run_id, Look.epoch).order_by(Look.id))]

    def summaries(self) -> list[RunSummary]:
        """All runs, newest first, without their curves and matrices."""
        columns = (Run.id, Run.status, Run.message, Run.config, Run.owner, Run.created, Run.best, Run.test)
        with self._transaction() as session:
            done = dict(session.execute(select(Epoch.run_id, func.count()).group_by(Epoch.run_id)).all())
            rows = session.execute(select(*columns).order_by(Run.created.desc())).all()
        return [
            RunSummary(
                run_id=row.id,
                status=row.status,
                message=taken(row.message, MOST_SENTENCE),
                config=taken_config(row.config),
                owner=row.owner,
                created=row.created,
                epochs_done=done.get(row.id, 0),
                best_epoch=row.best["epoch"] if row.best else None,
                best_val_top1=row.best["val_top1"] if row.best else math.nan,
                best_val_exact=row.best.get("val_exact") if row.best else None,
                test_top1=row.test["top1"] if row.test else math.nan,
            )
            for row in rows
        ]

    def snapshot(self, run_id: str) -> Snapshot:
        """The run as it is stored, for runs that no thread of this process trains."""
        return snapshot_of(**self.plain(run_id))

    def plain(self, run_id: str) -> dict[str, Any]:
        """All that is stored of a run, as the arguments of `snapshot_of`."""
        with self._run(run_id) as run:
            return {
                "run_id": run.id, "status": run.status, "message": run.message, "config": run.config, "created": run.created,
                "facts": run.facts, "epochs": [e.record for e in run.epochs], "curve": run.curve, "lr_changes": run.lr_changes,
                "test": run.test, "sample_images": run.sample_images,
            }  # fmt: skip


def _sqlite_settings(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
