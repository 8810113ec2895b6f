"""The page The wall: messages for the board, the axes that it can have, the table to take along. Pure."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from core.classroom.searches import Search
from core.classroom.wall import basic_hyperparameters, best_by_time, best_row, known_hyperparameters, main_data
from core.frames import rows_csv
from core.models import MODELS
from core.readable import percent
from dashboard.shell.words import STATUS_WORDS

TIME, EPOCH, LOSS, ACCURACY, MODEL, DATA = "time", "epoch", "loss", "accuracy", "model", "data"
MEASURED = {  # what a link calls an axis: its title, and the kind of its numbers
    TIME: ("Time of training", "seconds"),
    EPOCH: ("Epochs", "number"),
    ACCURACY: ("Best validation accuracy", "share"),
    LOSS: ("Newest training loss", "number"),
}
WORDS = {MODEL: "Model", DATA: "Data set"}  # of both a category
NOTHING_SAID = ("seed", "split_seed")  # a number of these is a name: they make no axis

Rows = Sequence[Mapping[str, Any]]


def packed_rows(rows: Rows) -> bytes:
    """What all who look at these rows are sent: the rows, the best of them, and what was reached by time."""
    best = best_row(rows)
    shown = [{**row, "model": _title(row["model"]), "look": _look(row["model"]), "status": _status(row["status"])} for row in rows]
    made = {"rows": shown, "best": best["run"] if best else "", "front": best_by_time(rows), "data": main_data(rows)}
    return json.dumps(made, separators=(",", ":"), allow_nan=False).encode()


def _title(model: str) -> str:
    return MODELS[model].title if model in MODELS else model


def _look(model: str) -> int:
    """The place of a model in the lab's table, by which it has the same color and shape on every wall."""
    return list(MODELS).index(model) if model in MODELS else len(MODELS)


def _status(status: str) -> str:
    return STATUS_WORDS.get(status, status)


def board_message(packed: bytes, head: Mapping[str, Any]) -> bytes:
    """A viewer's message: in its first line what only this page shows, in the second one what all are sent.

    Of the head `axes` are two names, `columns` those of `columns_of`, `search` is that of `search_data` or None, `own` are the viewer's
    runs, `names` those of people by run (for the instructor alone), and `empty` is what an empty wall says.
    """
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + packed


def axes_of(rows: Rows) -> list[str]:
    """What can be an axis, by the names in links. An empty wall offers what every form shows first."""
    settings = {name for row in rows for name in row["settings"]} if rows else {*basic_hyperparameters()}
    words = [name for name in WORDS if not rows or _several(row[name] for row in rows)]
    return [*MEASURED, *words, *(name for name in known_hyperparameters() if name in settings and name not in NOTHING_SAID)]


def _several(values: Any) -> bool:
    return len({value for value in values if value is not None}) > 1


def axis_title(name: str) -> str:
    """An axis in words."""
    if name in MEASURED:
        return MEASURED[name][0]
    return WORDS.get(name) or known_hyperparameters()[name].label


def columns_of(rows: Rows, axes: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What the board reads of a row: all of `axes`, and the hyperparameters in which the rows differ (`differs`).

    `kind` is "seconds", "share", "number" or "word"; `order` is that of the words where they have one.
    """
    settings = {name for row in rows for name in row["settings"]}
    names = [name for name in known_hyperparameters() if name in settings or name in axes]
    columns = [{"name": name, "title": title, "kind": kind, "log": False, "differs": False} for name, (title, kind) in MEASURED.items()]
    for name, title in WORDS.items():
        columns.append({"name": name, "title": title, "kind": "word", "log": False, "differs": _several(row[name] for row in rows)})
    for name in names:
        h, differs = known_hyperparameters()[name], _several(row["settings"].get(name) for row in rows)
        if differs or name in axes:
            order = [str(choice) for choice in h.choices or ()] if h.kind is str else []
            kind = "number" if h.kind in (int, float) else "word"
            columns.append({"name": name, "title": h.label, "kind": kind, "log": h.scale == "log", "differs": differs, "order": order})
    return columns


def search_data(search: Search, now: float) -> dict[str, Any]:
    """The search that the wall shows: its name, how long it has been under way at this moment or was, and the seconds that it has."""
    passed = max(0.0, (search.until or now) - search.since)
    return {"name": search.name, "passed": round(passed, 1), "seconds": search.seconds, "ended": search.ended}


def search_words(search: Search) -> str:
    """A search that is kept, in a list."""
    best = f" · {percent(search.accuracy)} {search.best}" if search.accuracy is not None else ""
    return f"{search.name} · {time.strftime('%d %b %H:%M', time.localtime(search.since))}{best}"


def wall_csv(rows: Rows) -> str:
    """A line a run, with every hyperparameter in which any of them may differ."""
    names = [name for name in known_hyperparameters() if any(name in row["settings"] for row in rows)]
    lines = [
        {
            "pseudonym": row["title"],
            "run": row["run"],
            "model": row["model"],
            "data_set": row["data"],
            "status": _status(row["status"]),
            "epoch": row["epoch"],
            "epochs": row["total"],
            "best_validation_accuracy": row["accuracy"],
            "training_loss": row["loss"],
            "seconds": row["seconds"],
            **{name: row["settings"].get(name) for name in names},
        }
        for row in rows
    ]
    return rows_csv(lines) if lines else ""
