"""A database that is not sound: it is copied first, then what can be read of it, and of the runs' checkpoints, makes a new one."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Table, insert
from sqlalchemy.engine import URL

from core.errors import BusyError, StoreError
from core.files import PROCESS, TEMPORARY, remedy
from core.home import home_id
from core.training.config import RunConfig
from core.training.history import ACTIVE, ENDED, EpochRecord
from core.training.runs.claims import SHIPPED
from core.training.runs.class_tables import BallotRow, DrawingRow, FactRow, MemberRow, PollRow
from core.training.runs.database import free_name, make_engine
from core.training.runs.schema import make_tables
from core.training.runs.tables import Epoch, Look, Run, from_json
from core.training.runs.tensor_file import read_metadata

REBUILT = "The record of this run was lost and was put together again from its checkpoints. Press Continue to go on from its last epoch."

log = logging.getLogger(__name__)


def unsound(file: Path, home: Path) -> str:
    """What is wrong with the SQLite database `file`, in a few words; "" when it is sound, or there is nothing to save."""
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        return "it was not there" if file.parent == home and checkpoints(home) else ""
    except OSError:
        return ""
    if not size:
        return "it was empty" if file.parent == home and checkpoints(home) else ""
    try:
        with closing(sqlite3.connect(file, timeout=5)) as connection:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            return "" if said == "ok" else str(said).strip().splitlines()[-1]
    except sqlite3.OperationalError:  # busy, or not to be opened: it is said where it is used
        return ""
    except sqlite3.DatabaseError as error:
        no_database = error.sqlite_errorcode == sqlite3.SQLITE_NOTADB
        return "" if no_database and not (file.parent == home and checkpoints(home)) else str(error)


def rescue(file: Path, home: Path, problem: str) -> str:
    """Copy `file` as it is, then put a new database with all that can be saved in its place; returns what was done, in a sentence.

    Raises StoreError, and has changed nothing, when there is no room for the copy.
    """
    copy, begin = free_name(file, "damaged"), f".{file.name}.{PROCESS}."  # so the next start removes what a kill leaves of it
    half, kept, read_from = (file.with_name(f"{begin}{what}{TEMPORARY}") for what in ("new", "kept", "read"))
    parts = [part for part in ("", "-wal") if Path(f"{file}{part}").exists()]
    try:
        for part in parts:
            shutil.copyfile(f"{file}{part}", f"{kept}{part}")
            shutil.copyfile(f"{file}{part}", f"{read_from}{part}")
        runs, epochs, looks = salvaged(read_from) if parts else ({}, {}, [])
        of_class = salvaged_class(read_from) if parts else {}
        read = len(runs)
        add_from_checkpoints(home, runs, epochs)
        build(half, runs, epochs, looks, of_class)
        for part in parts:
            Path(f"{kept}{part}").replace(f"{copy}{part}")
        for part in ("-wal", "-shm"):
            Path(f"{file}{part}").unlink(missing_ok=True)
        half.replace(file)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise StoreError(
            f"The lab's database of runs is damaged ({problem}), and what is left of it could not be saved ({why}); it was not changed. "
            f"{remedy(error, 'Free some disk space.')} Then start the lab again."
        ) from error
    finally:
        for rest in file.parent.glob(f"{begin}*"):
            with suppress(OSError):
                rest.unlink()
    where = f" As it was it is kept beside it, as {copy.name}." if parts else ""
    notice = (
        f"The database of runs was damaged ({problem}) and has been made anew: {read} runs were read from it, "
        f"{len(runs) - read} put together from their checkpoints.{where}"
    )
    log.error(notice)
    return notice


def checkpoints(home: Path) -> dict[str, list[Path]]:
    """The epochs' weights of all runs in `home`, by run, ascending."""
    found: dict[str, list[Path]] = {}
    for path in sorted((home / "runs").glob("*/epoch-*.safetensors")):
        found.setdefault(path.parent.name, []).append(path)
    return {run_id: paths for run_id, paths in found.items() if not run_id.startswith(SHIPPED)}


# ---- what the file still has ----


def salvaged(file: Path) -> tuple[dict[str, dict[str, Any]], dict[str, dict[int, dict[str, Any]]], list[dict[str, Any]]]:
    """Runs {id: columns}, their epochs {id: {epoch: record}} and the looks at test images, of all that can be read."""
    runs, epochs, looks = {}, {}, {}
    with closing(sqlite3.connect(file)) as connection:
        connection.text_factory = bytes
        for row in rows(connection, "runs"):
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                run = usable_run(row)
                runs[run["id"]] = run
        for row in rows(connection, "epochs"):
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                record = from_json(row["record"].decode())
                EpochRecord.from_dict(record)
                epochs.setdefault(row["run_id"].decode(), {})[int(row["epoch"])] = record
        for row in rows(connection, "looks"):
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                looks[int(row["id"])] = {name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()}
    return runs, {run_id: found for run_id, found in epochs.items() if run_id in runs}, list(looks.values())


def salvaged_class(file: Path) -> dict[Table, list[dict[str, Any]]]:
    """The rows of the tables of a class that can be read, as values of their columns; of votes those whose question can be."""
    found: dict[Table, list[dict[str, Any]]] = {}
    with closing(sqlite3.connect(file)) as connection:
        connection.text_factory = bytes
        for table in (row.__table__ for row in (MemberRow, FactRow, PollRow, BallotRow, DrawingRow)):
            found[table] = []
            for row in rows(connection, table.name):
                with suppress(ValueError, TypeError, KeyError, AttributeError):
                    found[table].append({column.name: _value(column, row[column.name]) for column in table.columns})
    polls = {row["id"] for row in found[PollRow.__table__]}
    found[BallotRow.__table__] = [row for row in found[BallotRow.__table__] if row["poll"] in polls]
    return found


def _value(column: Column, stored: Any) -> Any:
    """What stands in a column of the tables of a class, none of which may be empty. Raises ValueError or TypeError where it is noise."""
    text = stored.decode() if isinstance(stored, bytes) else stored
    return from_json(text) if isinstance(column.type, JSON) else column.type.python_type(text)


def rows(connection: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table from its beginning as far as they can be read, then from its end; some come twice."""
    for order in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            found = connection.execute(f"SELECT * FROM {table} ORDER BY rowid {order}")
            names = [column[0] for column in found.description]
            for row in found:
                yield dict(zip(names, row, strict=True))


def usable_run(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `runs` as values of its columns; raises where its id or its config cannot be read. Other noise is left out."""
    found = {}
    for column in Run.__table__.columns:
        default = column.default and (column.default.arg(None) if column.default.is_callable else column.default.arg)
        value, kind = row.get(column.name), column.type.python_type
        try:
            if isinstance(value, bytes) and kind is not bytes:
                value = from_json(value.decode()) if kind in (dict, list) else value.decode()
            found[column.name] = value if value is None and column.nullable else kind(value)
        except (ValueError, TypeError):
            if column.name in ("id", "config"):
                raise
            found[column.name] = default
    if not {"model", "dataset", "epochs"} <= RunConfig.completed(found["config"]).keys():
        raise ValueError("no config")
    if found["status"] not in ACTIVE | ENDED:
        found["status"] = "interrupted"
    return found


# ---- what the checkpoints have ----


def add_from_checkpoints(home: Path, runs: dict[str, dict[str, Any]], epochs: dict[str, dict[int, dict[str, Any]]]) -> None:
    """Add the epochs, and whole runs, that are missing and of which checkpoints tell."""
    for run_id, paths in checkpoints(home).items():
        told = {}
        for path in paths:
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                said = said_by(path)
                if said.get("run") == run_id:
                    told[int(said["epoch"])] = said
        if not told:
            continue
        known = epochs.setdefault(run_id, {})
        for epoch, said in told.items():
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                EpochRecord.from_dict(said["record"])
                known.setdefault(epoch, said["record"])
        if run_id not in runs:
            with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
                runs[run_id] = rebuilt(home, run_id, told)
        if run_id in runs and known:
            best = max(known.values(), key=lambda record: (record["val_top1"], -record["epoch"]))
            runs[run_id]["best"] = {name: best.get(name) for name in ("epoch", "val_top1", "val_exact")}
            runs[run_id]["measured"] = None  # its epochs tell
    for run_id in [run_id for run_id in epochs if run_id not in runs]:
        del epochs[run_id]


def said_by(path: Path) -> dict[str, Any]:
    """What a checkpoint says of itself; nothing where it cannot be read. Raises BusyError where that will pass."""
    try:
        return read_metadata(path)
    except BusyError:
        raise
    except StoreError:
        return {}


def rebuilt(home: Path, run_id: str, told: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """The columns of a run of which only the checkpoints are left."""
    last, folder = told[max(told)], home / "runs" / run_id
    optimizer = folder / f"optimizer-{max(told):04d}.safetensors"
    more = said_by(optimizer)
    facts = {"classes": last["classes"], **more.get("facts", {})}
    return {
        "id": run_id, "created": min(path.stat().st_mtime for path in folder.iterdir()), "status": "interrupted", "message": REBUILT,
        "config": last["config"], "facts": facts, "curve": more.get("curve", {}), "lr_changes": more.get("lr_changes", []),
        "home": home_id(home),
    }  # fmt: skip


def build(
    file: Path,
    runs: dict[str, dict[str, Any]],
    epochs: dict[str, dict[int, dict[str, Any]]],
    looks: list[dict[str, Any]],
    of_class: dict[Table, list[dict[str, Any]]],
) -> None:
    """Make a new database."""
    engine = make_engine(URL.create("sqlite", database=str(file)), file)
    try:
        with engine.begin() as connection:
            make_tables(connection)
            for run in runs.values():
                connection.execute(insert(Run).values(**run))
            for run_id, records in epochs.items():
                for epoch, record in records.items():
                    connection.execute(insert(Epoch).values(run_id=run_id, epoch=epoch, record=record))
            if looks:
                connection.execute(insert(Look), looks)
            for table, found in of_class.items():
                if found:  # each may have been read twice
                    connection.execute(insert(table).prefix_with("OR IGNORE"), found)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    finally:
        engine.dispose()
    with file.open("rb") as made:
        os.fsync(made.fileno())
