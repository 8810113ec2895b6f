"""Every data set by name. A new one is a row in `DATASETS` (and a file, unless torchvision has it). No torch here."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.config import DataConfig, SequenceDataConfig
from core.data.progress import Progress
from core.data.seq_tasks import SEQ_TASKS
from core.errors import ConfigError, unknown
from core.home import lab_home
from core.places import place_of

if TYPE_CHECKING:
    from core.data.sequences import SeqDataset
    from core.data.splits import Dataset

__all__ = [
    "DATASETS",
    "DATA_CONFIGS",
    "DatasetSpec",
    "Progress",
    "data_spec",
    "datasets_of",
    "download",
    "found_place",
    "load_dataset",
    "reads_data",
    "refuse_folder",
    "refuse_made",
    "usable",
]

DATA_CONFIGS = {"images": DataConfig, "sequences": SequenceDataConfig}  # by kind


@dataclass(frozen=True)
class DatasetSpec:
    """A row of `DATASETS`. `target` is "module:function", imported when first loaded: the table itself needs no torch.

    The function is called as `function(name, config, home=, download=, progress=, **fixed)` and returns a `Dataset`.
    """

    title: str
    help: str
    target: str
    needs_folder: bool = False
    needs_set: bool = False  # which of the sets that classes have made is meant: DataConfig.made
    downloads: bool = False
    copy: str = ""  # what of its authors' own files can be named instead: then --data is read for it
    classes: tuple[str, ...] = ()  # the names of its class folders, where many have it as such
    called: tuple[str, ...] = ()  # what folders with its images are called, in small letters and digits alone
    fixed: dict[str, Any] = field(default_factory=dict)
    kind: str = "images"  # images to name, or "sequences" to translate: then the function returns a `SeqDataset`


TORCHVISION = "core.data.torchvision_sets:load"

NAMED_AS_CIFAR10 = ("", "images", "imagestrain", "png", "python", "batchespy", "pythontargz", "batchesbin", "binarytargz")
DATASETS: dict[str, DatasetSpec] = {
    "shapes": DatasetSpec("Shapes", "Ten drawn shapes of any colour, place and size; always there.", "core.data.shapes:load"),
    "cifar10": DatasetSpec(
        "CIFAR-10",
        "60,000 small photographs of animals and vehicles (Krizhevsky 2009).",
        TORCHVISION,
        downloads=True,
        fixed={"cls": "CIFAR10"},
        copy="cifar-10-python.tar.gz, or the folder cifar-10-batches-py that is in it",
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        called=("cifar", *(f"cifar10{rest}" for rest in NAMED_AS_CIFAR10)),
    ),
    "fashion_mnist": DatasetSpec(
        "Fashion-MNIST",
        "70,000 grey pictures of clothes (Xiao et al. 2017).",
        TORCHVISION,
        downloads=True,
        fixed={"cls": "FashionMNIST"},
        copy="the folder that holds its four files (train-images-idx3-ubyte.gz and so on)",
    ),
    "made": DatasetSpec("Drawn here", "What a class has drawn on the page Drawings: choose a set.", "core.data.made:load", needs_set=True),
    "folder": DatasetSpec("Folder", "Your own images: one folder a class.", "core.data.folder:load", needs_folder=True),
    **{name: DatasetSpec(task.title, task.help, "core.data.sequences:load", kind="sequences") for name, task in SEQ_TASKS.items()},
}


def data_spec(name: str) -> DatasetSpec:
    """The row of `DATASETS` for `name`; raises ConfigError with the nearest match if there is none."""
    if name not in DATASETS:
        raise unknown("data set", name, DATASETS)
    return DATASETS[name]


def refuse_folder(name: str) -> None:
    """Raise ConfigError for a data set that is told of a folder and would not read it."""
    if not (reads_data(name) or (name in SEQ_TASKS and SEQ_TASKS[name].images)):
        raise ConfigError(f"The data set {name!r} reads no folder: leave out --data, or choose --dataset folder.")


def refuse_made(name: str) -> None:
    """Raise ConfigError for a data set that is told of a set of drawings and would not read it."""
    if not (data_spec(name).needs_set or (name in SEQ_TASKS and SEQ_TASKS[name].images)):
        raise ConfigError(f"The data set {name!r} reads no set of drawings: leave out --made, or choose --dataset made.")


def reads_data(name: str) -> bool:
    """Whether a data set of images can come from a path: of a folder of images, or of a copy as its authors give it."""
    spec = data_spec(name)
    return spec.needs_folder or bool(spec.copy)


def datasets_of(kind: str) -> list[str]:
    """The names of all data sets of a kind."""
    return [name for name, spec in DATASETS.items() if spec.kind == kind]


def load_dataset(
    name: str,
    config: DataConfig | None = None,
    *,
    home: str | Path | None = None,
    download: bool = False,
    progress: Progress | None = None,
    **values: Any,
) -> Dataset | SeqDataset:
    """A data set in memory: `.train`, `.val`, `.test`, each `.images` (N, 3, 32, 32) uint8 and `.labels` (N,) int64.

    Of a sequence task, each split has `.inputs` (N, S) and `.targets` (N, T) int64 instead, and all share a `.vocabulary`.
    `values` are fields of DataConfig and override those of `config`. `download` fetches what is missing. `progress` is
    called from this thread at most ten times a second; what it raises stops the loading.
    Raises ConfigError for an unknown name or value and DataError for data that is missing, broken or unreadable.
    """
    spec = data_spec(name)
    config = DATA_CONFIGS[spec.kind].of({**asdict(config or DataConfig()), **values})
    module, _, function = spec.target.partition(":")
    load = getattr(import_module(module), function)
    return load(name, config, home=home, download=download, progress=progress, **spec.fixed)


def usable(name: str, home: str | Path | None = None) -> bool:
    """Whether a data set can be used without a download: it needs none, was downloaded, or lies at a place that was named. No torch."""
    return not data_spec(name).downloads or data_folder(name, home).is_dir() or bool(found_place(name, home))


def found_place(name: str, home: str | Path | None = None) -> str:
    """The path at which a known data set was said to lie (`core.data.naming`), while something is there; else an empty text."""
    place = place_of(name, home) if name in DATASETS else ""
    return place if place and os.path.exists(place) else ""


def download(name: str, home: str | Path | None = None, progress: Progress | None = None) -> None:
    """Download a data set into the lab's home unless it is there, whole and undamaged.

    Raises DataError when that fails (no network, broken download, full disk); nothing half-written is left behind.
    """
    spec = data_spec(name)
    if not spec.downloads:
        raise ConfigError(f"The data set {name!r} needs no download: use it as it is.")
    import_module("core.data.torchvision_sets").fetch(name, home, progress, **spec.fixed)


def data_folder(name: str, home: str | Path | None = None) -> Path:
    """Where the downloaded data set `name` lies. It is renamed into place when complete: if it exists, it is whole."""
    return lab_home(home) / "data" / name
