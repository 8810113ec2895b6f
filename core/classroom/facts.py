"""What a class must remember beside its people: small values by name, read from memory and written through to the database."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import delete, select

from core.training.runs.class_tables import FactRow
from core.training.runs.database import Database


class Facts:
    """Values by name, each of them JSON. May be used from any thread; whoever reads one and writes it again holds `lock` meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.lock = threading.RLock()
        with database.transaction() as session:
            self._known: dict[str, Any] = {row.name: row.value for row in session.scalars(select(FactRow))}

    def get(self, name: str, otherwise: Any = None) -> Any:
        """The value of a name; not to be changed, for it is the one that is kept."""
        return self._known.get(name, otherwise)

    def count(self, prefix: str) -> int:
        """How many names begin so."""
        with self.lock:
            return sum(name.startswith(prefix) for name in self._known)

    def put(self, name: str, value: Any) -> None:
        """Remember a value from now on."""
        with self.lock:
            with self._database.transaction() as session:
                session.merge(FactRow(name=name, value=value))
            self._known[name] = value

    def drop(self, *names: str) -> None:
        """Forget the values of some names."""
        with self.lock:
            with self._database.transaction() as session:
                session.execute(delete(FactRow).where(FactRow.name.in_(names)))
            for name in names:
                self._known.pop(name, None)
