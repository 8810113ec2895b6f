"""Data sets of scripts: a function `load` that knows PyTorch and nothing of the lab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.data.config import DataConfig
from core.data.copies import has_copy
from core.folders import whole_path
from core.training.script.source import fitted, own_source

# Modules of core/data that read a folder, and what of them a script needs; all unless names are given.
READING = {
    "kinds": ["FORMATS"],
    "png_chunks": None,
    "depths": None,
    "squeezing": None,
    "picture": [
        *["MANY_FRAMES", "XMP_OF_GIF", "COLORS_ARE", "BITS_EACH", "CHANNELS_ARE", "YCBCR", "APART"],
        *["opened", "_unpacked_wrongly", "drafted"],
    ],
}
LAYOUT = ["split_names", "folder_tree", "class_folders", "layout"]
IN_PLACE_OF_THE_LAB = """# ---- how the lab finds splits and classes in a folder ------------------------------------------------------
DataError, Place, taken = ValueError, str, str


def remedy(error, otherwise):
    return otherwise
"""


def data_text(dataset: str, config: DataConfig) -> str | None:
    """The definition of `load`, which returns (images (N, 3, 32, 32) uint8, labels (N,)) of training, validation and test, as the lab
    splits them, and of `statistics`; None for a data set that is not known here."""
    if dataset not in WRITERS or (dataset == "folder" and config.data and has_copy(whole_path(config.data))):
        return None
    return f"{statistics()}\n\n{WRITERS[dataset](config)}"


def statistics() -> str:
    """The definition of `statistics`, by which images are normalised."""
    return fitted("channels", {}, ["statistics"])


def _torchvision(dataset: str) -> Callable[[DataConfig], str]:
    def write(config: DataConfig) -> str:
        values = {"DATASET": dataset, "ROOT": _root(config.data), "SPLIT_SEED": config.split_seed}
        return fitted("torchvision_set", values, ["load"])

    return write


def _root(data: str) -> str:
    """The folder in which torchvision finds a copy at `data`, or downloads the set to."""
    if not data:
        return "data"
    path = Path(whole_path(data))
    return str(path.parent if path.name == "cifar-10-batches-py" or path.suffix in (".gz", ".tgz") else path)


def _shapes(config: DataConfig) -> str:
    drawing = own_source("data/shapes.py", without=("load",))
    return f"""{fitted("drawn", {"SPLIT_SEED": config.split_seed}, ["load"])}

# ---- the images are drawn, by the lab's own code -------------------------------------------------------------------
{drawing}"""


def _folder(config: DataConfig) -> str:
    values = {
        "FOLDER": config.data,
        "SPLIT_SEED": config.split_seed,
        "VAL_FRACTION": config.val_fraction,
        "TEST_FRACTION": config.test_fraction,
        "STRATIFY": config.stratify,
    }
    splitting = own_source("data/splits.py", ("stratified_parts", "_shares") if config.stratify else ("random_parts",))
    reading = "\n".join(own_source(f"data/{part}.py", names) for part, names in READING.items())
    layout = "\n".join(own_source(f"data/{part}.py") for part in LAYOUT)
    return f"""{fitted("folder", values, ["load"])}
{splitting}

# ---- a picture of any kind to 32x32, by the lab's own code ---------------------------------------------------------
{reading}

{IN_PLACE_OF_THE_LAB}

{layout}"""


WRITERS: dict[str, Callable[[DataConfig], str]] = {
    "shapes": _shapes,
    "cifar10": _torchvision("cifar10"),
    "fashion_mnist": _torchvision("fashion_mnist"),
    "folder": _folder,
}
