"""What the flat config of a run says: values by name, as a database and a checkpoint keep them, whatever is in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.data import DATASETS, reads_data
from core.models import MODELS


def kind_of(config: Mapping[str, Any]) -> str:
    """ "images" or "sequences": what a run with this flat config learns from. One of a model that the lab does not know (any more) is taken
    to name images."""
    return MODELS[config["model"]].kind if config.get("model") in MODELS else "images"


def folder_of(config: Mapping[str, Any]) -> str:
    """The folder (or archive) that a run with this flat config reads; empty when it reads none."""
    pictures = pictures_of(config)
    return config.get("data") or "" if pictures in DATASETS and reads_data(pictures) else ""


def reads_folder(config: Mapping[str, Any]) -> bool:
    """Whether a run with this flat config has its images from a folder of images."""
    pictures = pictures_of(config)
    return pictures in DATASETS and DATASETS[pictures].needs_folder


def pictures_of(config: Mapping[str, Any]) -> str | None:
    """The data set from which a run with this flat config has its images; of a task without images, the task."""
    return config.get("pictures") if config.get("dataset") == "row-labels" else config.get("dataset")
