"""The objects that all sessions of the process share."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from core.cores import keep_to_half
from core.home import lab_home, number_setting
from core.log import never_log
from core.records.recorded import recorded_names
from core.records.shipped import shipped_run
from core.training.engines.choose import SHARED, engine_name

if TYPE_CHECKING:
    from core.classroom.classroom import Classroom
    from core.classroom.watch import Watch
    from core.training.history import Snapshot
    from core.training.runs.manager import RunManager

AWAY_MINUTES = 30.0  # without a viewer; LAB_AWAY_MINUTES sets another number; 0 never stops a run
CLASS_AWAY_MINUTES = 3.0  # without its owner in the class
FIRST_RECORDED = "shapes-gru"
FIRST_OF = {"images": FIRST_RECORDED, "sequences": "dates-transformer"}  # by kind
SPARE_CORES = 1  # that training leaves to this server

_lock = threading.Lock()
_engine = "thread"  # where runs train unless LAB_ENGINE says so
_manager: RunManager | None = None
_classroom: Classroom | None = None
_watch: Watch | None = None
_address = ""  # where others reach the server of this process
_class_secret = ""  # of the instructor; "" while the lab is no class
_only_server: FileLock | None = None  # held while this process is the one server of its home


def away_minutes() -> float:
    """After how many minutes without a viewer, in a class without its owner, a run is stopped; 0 for never."""
    return number_setting("LAB_AWAY_MINUTES", CLASS_AWAY_MINUTES if class_is_open() else AWAY_MINUTES)


def manager() -> RunManager:
    """The one manager of this process; raises LabError when the lab's home cannot be used (and tries again at the next call)."""
    global _manager
    with _lock:
        if _manager is None:
            from core.training.runs.manager import RunManager  # brings SQLAlchemy: not before the first picture

            name = engine_name(otherwise=_engine)
            _manager = RunManager(
                engine=name if name in SHARED or is_only_server() else "none",
                max_active=int(number_setting("LAB_MAX_ACTIVE", 0)) or None,
                away_seconds=None if class_is_open() else away_minutes() * 60 or None,
                spare_cores=SPARE_CORES,
            )
        return _manager


def open_class(secret: str) -> None:
    """From now on this lab is a class: others join it, and who shows the secret is its instructor."""
    global _class_secret
    _class_secret = secret
    never_log(secret)


def serve_at(address: str) -> None:
    """From now on this lab is told to be at `address`, which ends in "/" where it stands below a path."""
    global _address
    _address = address.rstrip("/") + "/"


def address() -> str:
    """Where others reach this lab, with a "/" at its end; "" while no server runs."""
    return _address


def class_is_open() -> bool:
    """Whether this lab is a class. Without one, whoever uses the machine is the instructor, and all others are guests."""
    return bool(_class_secret)


def class_secret() -> str:
    """What makes somebody the instructor; to be compared in constant time, and never to be shown."""
    return _class_secret


def classroom() -> Classroom:
    """The one classroom of this process; raises LabError when the lab's home cannot be used (and tries again at the next call)."""
    global _classroom
    if _classroom is None:
        runs = manager()
        with _lock:
            if _classroom is None:
                from core.classroom.classroom import Classroom

                _classroom = Classroom(runs.store, opened=class_is_open(), secret=_class_secret)
                if _classroom.ending.pending:  # just deleted, or before the server was killed
                    rest = (runs.runs, runs.delete, _classroom.drawings.remove)
                    threading.Thread(target=_classroom.ending.finish, args=rest, name="class ending", daemon=True).start()
                _look_after(_classroom, runs)
    return _classroom


def _look_after(room: Classroom, runs: RunManager) -> None:
    """Let what the class remembers count for its runs, and look after them from now on."""
    global _watch
    runs.halt(room.instructors() if room.halting.on else None)
    if _watch is not None:  # of the class before
        _watch.end()
        _watch = None
    if room.opened:
        from core.classroom.watch import Watch

        _watch = Watch(room, runs, away_minutes() * 60)
        _watch.begin()


def end_class(spared: Callable[[str], bool], *, sets: bool) -> None:
    """Delete all of the class, and begin another classroom; what `Ending.begin` has decided to delete follows in a thread."""
    global _classroom
    old = classroom()
    old.ending.begin(spared=spared, sets=sets)
    old.ending.close()
    with _lock:
        _classroom = None
    classroom()


def train_elsewhere() -> None:
    """From now on let runs train in a process of their own, unless LAB_ENGINE says otherwise: this process is a server.

    Call it before the server starts a thread: where runs do train beside it, it leaves them half of the cores.
    """
    global _engine
    _engine = "process"
    if engine_name(otherwise=_engine) == "process":
        keep_to_half()


def is_only_server() -> bool:
    """Whether no other server is at work in this lab's home; from now on others find that this one is."""
    global _only_server
    if _only_server is None:
        lock = FileLock(lab_home() / "server.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        _only_server = lock
    return True


def run(run_id: str) -> Snapshot:
    """Any run by its id: this lab's, a recorded or the published one. Raises StoreError when there is none."""
    return shipped_run(run_id) or manager().snapshot(run_id)  # the first page needs no database


def anyone_trains() -> bool:
    """Whether a run trains now, in this process or in another one on the same home: what is measured beside it is not measured alone."""
    return any(row.status in ("loading", "running", "testing") for row in manager().runs())


def runs_version() -> str:
    """Another text whenever a run of this server begins, ends, or changes its status."""
    engine = manager().engine
    states = sorted((run_id, now.status) for run_id in list(engine) if (now := engine.published(run_id)))
    return f"{zlib.crc32(repr(states).encode()):x}"


def shutdown() -> None:
    """Stop all runs, so that they can be resumed at the next start. For the end of the process, and for tests."""
    global _manager, _only_server, _classroom, _class_secret, _watch
    with _lock:
        if _classroom is not None:
            _classroom.ending.close()
        if _watch is not None:
            _watch.end()
            _watch = None
        _classroom, _class_secret = None, ""
        if _manager is not None:
            _manager.shutdown()
            _manager = None
        if _only_server is not None:
            _only_server.release()
            _only_server = None


def first_recorded(kind: str = "images") -> str:
    """The recorded run of a kind that is shown before anything has been trained."""
    names = recorded_names()
    return FIRST_OF[kind] if FIRST_OF[kind] in names else names[0]
