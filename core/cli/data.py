"""python -m core data"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from core.cli.output import print_result, progress_bar, table
from core.data import (
    DATA_CONFIGS,
    DATASETS,
    Progress,
    data_spec,
    datasets_of,
    download,
    found_place,
    load_dataset,
    refuse_folder,
    refuse_made,
    usable,
)
from core.data.config import SequenceDataConfig
from core.data.left_out import MOST, file_lines
from core.data.naming import name_place
from core.errors import ConfigError
from core.hparams import add_flags, declared
from core.places import keep_place, place_of

if TYPE_CHECKING:
    from core.data.sequences import SeqDataset
    from core.data.splits import Dataset

EXAMPLES = 3  # of a task on sequences


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands and their flags."""
    names = commands.add_parser("data", help="list, download, place, info, duplicates").add_subparsers(
        required=True, metavar="list | download | place | info | duplicates"
    )
    names.add_parser("list", parents=[shared], help="all data sets").set_defaults(command=list_datasets)
    fetch = names.add_parser("download", parents=[shared], help="download a data set into the lab's home")
    fetch.set_defaults(command=download_dataset)
    fetch.add_argument("dataset")
    place = names.add_parser("place", parents=[shared], help="say once where a known data set lies, for every page and command")
    place.set_defaults(command=say_place)
    place.add_argument("dataset")
    place.add_argument("path", nargs="?", default="", help="a copy as its authors give it, or a folder of its class folders")
    place.add_argument("--forget", action="store_true", help="forget what was said; nothing is deleted at the place")
    info = names.add_parser("info", parents=[shared], help="classes and how many images each has, mean and deviation of a data set")
    info.set_defaults(command=show_dataset)
    alike = names.add_parser("duplicates", parents=[shared], help="near-duplicates across the splits of a data set")
    alike.set_defaults(command=show_duplicates)
    for command in (info, alike):
        command.add_argument("dataset")
        add_flags(command, declared(SequenceDataConfig).values())
    info.add_argument("--list-left-out", action="store_true", help="name every file and folder that is left out, not the first 20 only")


def list_datasets(options: argparse.Namespace) -> int:
    """Print a line a data set; "there" says whether it can be used without a download."""
    rows = [
        {"dataset": n, "there": usable(n, options.home), "what": spec.help, "place": found_place(n, options.home)}
        for n, spec in DATASETS.items()
    ]
    print_result(options, {"datasets": rows}, table(rows))
    return 0


def download_dataset(options: argparse.Namespace) -> int:
    """Download a data set unless it is there."""
    with progress_bar() as progress:
        download(options.dataset, options.home, progress)
    print_result(options, {"downloaded": options.dataset}, f"{options.dataset} is there now")
    return 0


def say_place(options: argparse.Namespace) -> int:
    """Say where a known data set lies; without a path, print where it was said to lie."""
    name = options.dataset
    data_spec(name)
    if options.forget:
        keep_place(name, "", options.home)
    elif options.path:
        name_place(name, options.path, options.home)
    place = place_of(name, options.home)
    print_result(options, {"dataset": name, "place": place}, f"{name} is read from {place}" if place else f"no place is known of {name}")
    return 0


def show_dataset(options: argparse.Namespace) -> int:
    """Load a data set and print what is in it."""
    with progress_bar() as progress:
        dataset = _load(options, progress)
    found = _of_sequences(dataset) if data_spec(options.dataset).kind == "sequences" else _of_images(dataset)
    left_out = dataset.left_out.plain(None if options.list_left_out else MOST)
    lines = [f"{name}: {value}" for name, value in found.items()] + left_out.get("sentences", []) + file_lines(left_out)
    print_result(options, {**found, "left_out": left_out}, "\n".join(lines))
    return 0


def _of_images(dataset: Dataset) -> dict[str, Any]:
    from core.data.statistics import class_balance  # torch: not before the arguments are read

    balance = {name: class_balance(getattr(dataset, name).labels, len(dataset.classes)) for name in ("train", "val", "test")}
    return {
        "dataset": dataset.name,
        "classes": list(dataset.classes),
        "train": len(dataset.train),
        "val": len(dataset.val),
        "test": len(dataset.test),
        "mean": [round(v, 4) for v in dataset.mean],
        "std": [round(v, 4) for v in dataset.std],
        "skipped": dataset.skipped,
        **{f"{name}_of_class": list(counts) for name, counts in balance.items()},
    }


def _of_sequences(dataset: SeqDataset) -> dict[str, Any]:
    examples = [f"{source} -> {target}" for source, target in dataset.texts(dataset.val[:EXAMPLES])]
    return {
        "dataset": dataset.name,
        "train": len(dataset.train),
        "val": len(dataset.val),
        "test": len(dataset.test),
        "symbols": len(dataset.vocabulary),
        "length": f"at most {dataset.task.max_source} in, {dataset.task.max_target} out",
        "measured_in": dataset.task.unit,
        "skipped": len(dataset.left_out.files),
        "examples": examples,
    }


def show_duplicates(options: argparse.Namespace) -> int:
    """Print the images of test and val that have a near-duplicate in another split, the most alike first."""
    if data_spec(options.dataset).kind == "sequences":
        raise ConfigError(
            f"{options.dataset!r} is a task on sequences, and near-duplicates are looked for among images: choose one of "
            f"{', '.join(datasets_of('images'))}. No input of a task is in two of its splits."
        )
    from core.data.duplicates import across_splits

    with progress_bar() as progress:
        dataset = _load(options, progress)
        alike = across_splits(dataset, progress)
    rows = [
        {"split": split, "image": int(i), "in": other, "its": int(j), "correlation": round(float(likeness), 4)}
        for (split, other), found in alike.items()
        for i, j, likeness in zip(found.images, found.others, found.likeness, strict=True)
    ]
    print_result(options, {"dataset": dataset.name, "pairs": rows}, table(rows) if rows else "no near-duplicates")
    return 0


def _load(options: argparse.Namespace, progress: Progress) -> Dataset | SeqDataset:
    config_class = DATA_CONFIGS[data_spec(options.dataset).kind]
    known = declared(config_class)
    given = {name: text for name, text in vars(options).items() if name in declared(SequenceDataConfig)}
    if given.get("data"):
        refuse_folder(options.dataset)
    if given.get("made"):
        refuse_made(options.dataset)
    config = config_class.of({name: known[name].parse(text) if name in known else text for name, text in given.items()})
    return load_dataset(options.dataset, config, home=options.home, progress=progress)
