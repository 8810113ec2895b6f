"""Tables for notebooks, and as CSV. The only place of `core` that imports pandas: when a table is first asked for, for it takes 0.4 s."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

# Text that begins with =, +, -, @, a tab or a carriage return, and is neither a number nor that sign alone. `FORMULA` in the browser's
# run_board/table.js is the same, sign for sign.
FORMULA = re.compile(r"(?![+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?(?![\s\S]))[=+@\t\r-][\s\S]")
_lock = threading.Lock()


def pandas() -> ModuleType:
    """The library, whole: whoever comes while another thread imports it waits."""
    with _lock:
        import pandas

    return pandas


def frame(rows: Sequence[Mapping[str, Any]] | Sequence[Sequence[Any]], columns: Sequence[str] | None = None) -> DataFrame:
    """A table of rows, each a mapping by column or a sequence in the order of `columns`."""
    return pandas().DataFrame(list(rows), columns=None if columns is None else list(columns))


def typed(rows: Sequence[Mapping[str, Any]] | Sequence[Sequence[Any]], kinds: Mapping[str, str]) -> DataFrame:
    """A table of rows whose columns are `kinds`: the type of each by name, as pandas calls it. "Int64", "boolean" and "string" may lack
    a value (NA); "int64" and "float64" are those of NumPy."""
    return frame(rows, tuple(kinds)).astype(dict(kinds))


def csv_text(table: DataFrame, *, digits: str | None = None) -> str:
    """A table as CSV: a point as decimal point, lines that end in a line feed, nothing where there is no number; numbers so that they are
    read again as they were, or with `digits` such as "%.6f".

    No text begins as a formula of a spreadsheet does: a folder called "=cmd()" becomes "'=cmd()".
    """
    series, index = pandas().Series, table.index
    others = [name for name in table.columns if table[name].dtype.kind not in "biuf"]
    texts = {name: series(map(harmless, table[name]), index, object) for name in others}  # a whole number beside None stays whole
    head = [harmless(name) for name in table.columns]
    return table.assign(**texts).to_csv(index=False, header=head, lineterminator="\n", float_format=digits)


def rows_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same keys as CSV under their names; at least one. Whole numbers stay whole beside what is missing."""
    return csv_text(pandas().DataFrame(list(rows), dtype=object))


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet computes: text that is read as a formula (`FORMULA`) gets a ' before it."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
