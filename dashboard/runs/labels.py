"""What a run and its data set are called in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.data import DATASETS
from core.data.naming import folder_name, set_of_folder
from core.models import MODELS
from core.records.published import PUBLISHED_ID
from core.text import taken
from core.training.history import Snapshot


def run_label(snapshot: Snapshot) -> str:
    """A run in a few words: "GRU on shapes", with "recorded: " or "published: " before it where it is one."""
    model, kind = snapshot.config["model"], "published: " if snapshot.run_id == PUBLISHED_ID else "recorded: "
    return f"{kind if snapshot.recorded else ''}{MODELS[model].title if model in MODELS else taken(model)} on {data_label(snapshot.config)}"


def data_label(config: Mapping[str, Any]) -> str:
    """The data set of a run in a word: a known one by its title, also where a folder bears its name; another folder, and a set of
    drawings, by its name."""
    name, data = config["dataset"], config.get("data") or ""
    if name in DATASETS and DATASETS[name].needs_set and config.get("made"):
        return taken(config["made"])
    known = set_of_folder(data) if name == "folder" else name if name in DATASETS and DATASETS[name].copy else ""
    return DATASETS[known].title if known else (name == "folder" and folder_name(data)) or taken(name)
