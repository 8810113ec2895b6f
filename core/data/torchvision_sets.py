"""torchvision's data sets, in memory and at 32x32 in three channels. A further one is a row in `DATASETS`.

`fixed` of the row names the torchvision class, and, where they are not these, the arguments of its two parts:
{"cls": "SVHN", "train": {"split": "train"}, "test": {"split": "test"}}.
"""

from __future__ import annotations

import hashlib
import http.client
import pickle
import shutil
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from filelock import FileLock
from torch import Tensor
from torchvision.datasets import VisionDataset

from core.data import DATASETS, Progress, data_folder, found_place, usable
from core.data.config import DataConfig
from core.data.copies import DIGITS, OF_MNISTS_KIND, copy_at, has_copy
from core.data.folder import load as load_folder
from core.data.left_out import LeftOut
from core.data.progress import throttled
from core.data.splits import CHUNK, Dataset, Split, random_parts
from core.errors import DataError, Place
from core.files import remedy
from core.folders import check_open, whole_path
from core.places import place_of

SIZE = 32
VALIDATION = 5000  # images held back from torchvision's training part
TIMEOUT = 20  # seconds without a byte
BLOCK = 1 << 16  # bytes
TRAIN, TEST = {"train": True}, {"train": False}

# What torchvision raises on files that are not what they should be.
BROKEN = (
    RuntimeError,
    ValueError,
    EOFError,
    KeyError,
    AssertionError,
    OSError,
    pickle.UnpicklingError,
    tarfile.TarError,
)


def load(
    name: str,
    config: DataConfig,
    *,
    home: str | Path | None,
    download: bool,
    progress: Progress | None,
    cls: str,
    train: Mapping = TRAIN,
    test: Mapping = TEST,
    validation: int = VALIDATION,
) -> Dataset:
    """torchvision's training part, split at random (config.split_seed) in train and val, and its test part.

    With config.data they are read from a copy as the authors give it, else from where the set was said to lie: a copy, too, or class
    folders, which are split as every folder. Nothing is downloaded then.
    """
    if config.data:
        check_open(config.data)
        return _of_copy(name, config, whole_path(config.data), throttled(progress), validation)
    if place := found_place(name, home):
        if has_copy(place):
            return _of_copy(name, config, place, throttled(progress), validation)
        return load_folder(name, replace(config, data=place), home=home, download=False, progress=progress)
    if not usable(name, home):
        if not download:
            raise _not_here(name, home)
        fetch(name, home, progress, cls=cls, train=train, test=test)
    report = throttled(progress)
    report(0, 2, f"Reading {name}")
    parts = _downloaded(name, data_folder(name, home), cls, (train, test))
    report(1, 2, f"Reading {name}")
    whole, final = map(_split, parts)
    kept, held_back = random_parts(len(whole), (len(whole) - validation, validation), config.split_seed)
    classes = getattr(parts[0], "classes", None) or [str(k) for k in range(int(whole.labels.max()) + 1)]
    dataset = Dataset.of(name, whole[kept], whole[held_back], final, classes)
    report(2, 2, f"Reading {name}")
    return dataset


def _not_here(name: str, home: str | Path | None) -> DataError:
    lost = place_of(name, home)
    return DataError(
        f"The data set {name!r} is not on this machine yet: download it with the command "
        f"python -m core data download {name}, or with the button on the Train page{_or_copy(name)}.",
        *((" It was said to lie at ", Place(lost), ", where nothing is now.") if lost else ()),
    )


def _downloaded(name: str, folder: Path, cls: str, parts: Iterable[Mapping]) -> list[Any]:
    """The parts of a set as torchvision has downloaded them."""
    try:
        return [_kind(cls)(folder, **kwargs) for kwargs in parts]
    except BROKEN as error:
        raise DataError(
            "The data set in ", Place(folder), f" is damaged: download it again with: python -m core data download {name}."
        ) from error


def _of_copy(name: str, config: DataConfig, place: str, report: Progress, validation: int) -> Dataset:
    """The set in a copy at `place`, split as the one that is downloaded."""
    title, form = DATASETS[name].title, DATASETS[name].copy
    report(0, 2, f"Reading {name}")
    copy = copy_at(place)
    if copy is None or not copy.of(name):
        raise DataError(
            f"There is no copy of {title} in ",
            Place(place),
            f": name {form}, as its authors give it. Of a folder of class folders, choose the data set 'folder'.",
        )
    if name == "fashion_mnist" and tuple(np.bincount(copy.train[1], minlength=10)) == DIGITS:
        raise DataError(
            "In ",
            Place(place),
            " are the digits of MNIST, which come in files of the same names: choose the data set 'folder' for them, "
            f"or name {form} of {title}.",
        )
    whole, final = (Split(torch.from_numpy(images.copy()), torch.from_numpy(labels)) for images, labels in (copy.train, copy.test))
    held = min(validation, len(whole) // 10)
    kept, held_back = random_parts(len(whole), (len(whole) - held, held), config.split_seed)
    report(2, 2, f"Reading {name}")
    return Dataset.of(name, whole[kept], whole[held_back], final, OF_MNISTS_KIND.get(name, copy.classes), LeftOut(notes=copy.notes))


def _or_copy(name: str) -> str:
    """What else can be done where there is no network."""
    form = DATASETS[name].copy
    if not form:
        return ""
    return f"; or, without a network, say where {form}, lies: with the command python -m core data place {name} PATH, or on the page"


def _kind(cls: str) -> type[VisionDataset]:
    return getattr(torchvision.datasets, cls)


def _split(part: VisionDataset) -> Split:
    labels = part.targets if hasattr(part, "targets") else part.labels
    return Split(_to_square(torch.as_tensor(part.data)), torch.as_tensor(labels, dtype=torch.int64))


def _to_square(images: Tensor) -> Tensor:
    """uint8 images (N, H, W), (N, H, W, 3) or (N, 3, H, W) as (N, 3, 32, 32): small ones on black, others resized."""
    if images.ndim == 3:
        images = images[:, None].expand(-1, 3, -1, -1)  # (N, H, W) -> (N, 3, H, W)
    elif images.shape[-1] == 3:
        images = images.movedim(-1, 1)  # (N, H, W, 3) -> (N, 3, H, W)
    height, width = images.shape[2:]
    if max(height, width) <= SIZE:
        top, left = (SIZE - height) // 2, (SIZE - width) // 2
        images = F.pad(images, (left, SIZE - width - left, top, SIZE - height - top))  # (N, 3, 32, 32)
    else:
        resize = [F.interpolate(chunk, (SIZE, SIZE), mode="bilinear", antialias=True) for chunk in images.split(CHUNK)]
        images = torch.cat(resize)  # (N, 3, 32, 32)
    return images.contiguous()


def fetch(
    name: str,
    home: str | Path | None,
    progress: Progress | None,
    *,
    cls: str,
    train: Mapping = TRAIN,
    test: Mapping = TEST,
    **_: object,
) -> None:
    """Download and unpack a set beside its place, then rename it; does nothing if it is there and undamaged.

    Raises DataError when that fails; the half-written folder is removed and a retry starts afresh.
    """
    folder = data_folder(name, home)
    try:
        _fetch_beside(folder, cls, (train, test), throttled(progress), name)
    except urllib.error.HTTPError as error:
        raise DataError(f"Downloading {name} failed: {error.url} answered {error.code} ({error.reason}). Try again later.") from error
    except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error or type(error).__name__
        raise DataError(
            f"Downloading {name} failed: the network or the server did not answer ({reason}). "
            f"Check the connection and try again{_or_copy(name)}. The data set 'shapes' needs no network."
        ) from error
    except OSError as error:
        raise DataError(
            f"Downloading {name} failed: ",
            Place(folder.parent),
            f" cannot be written ({error.strerror or error}). "
            f"{remedy(error, 'Free some disk space, or set LAB_HOME (or --home) to another folder.')} Then try again.",
        ) from error
    except BROKEN as error:
        raise DataError(f"Downloading {name} failed: what arrived is damaged ({error}). Try again.") from error


def _fetch_beside(folder: Path, cls: str, parts: Sequence[Mapping], report: Progress, name: str) -> None:
    partial = folder.with_name(f".{name}.partial")
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_name(f".{name}.lock")):  # the server and the command line may both be asked
        if folder.is_dir() and _is_whole(cls, folder, parts):
            return
        shutil.rmtree(partial, ignore_errors=True)  # of a process that was killed
        try:
            _fetch_into(partial, cls, parts, report, name)
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _is_whole(cls: str, folder: Path, parts: Sequence[Mapping]) -> bool:
    try:
        for kwargs in parts:
            _kind(cls)(folder, **kwargs)
    except BROKEN:
        return False
    return True


def _fetch_into(folder: Path, cls: str, parts: Sequence[Mapping], report: Progress, name: str) -> None:
    """Fetch the archives to where torchvision expects them, let it check and unpack them, and delete them."""
    archives = _archives(_kind(cls), folder)
    for number, (urls, path, md5) in enumerate(archives, 1):
        path.parent.mkdir(parents=True, exist_ok=True)
        what = f"Downloading {name}" + (f" ({number} of {len(archives)})" if len(archives) > 1 else "")
        _fetch_any(urls, path, md5, lambda done, total, what=what: report(done, total, what))
    report(0, 0, f"Unpacking {name}")
    folder.mkdir(parents=True, exist_ok=True)
    for kwargs in parts:  # torchvision finds the archives and unpacks them; sets of another build it fetches itself
        _kind(cls)(folder, download=True, **kwargs)
    for _, path, _ in archives:
        path.unlink()


def _archives(kind: type[VisionDataset], folder: Path) -> list[tuple[list[str], Path, str]]:
    """(urls to try, path, MD5) of each archive of a set built like CIFAR (one) or like MNIST (several); else none."""
    if hasattr(kind, "tgz_md5"):
        return [([kind.url], folder / kind.filename, kind.tgz_md5)]
    raw = folder / kind.__name__ / "raw"
    resources = getattr(kind, "resources", ())
    return [([mirror + file for mirror in kind.mirrors], raw / file, md5) for file, md5 in resources]


def _fetch_any(urls: Sequence[str], path: Path, md5: str, report: Callable[[int, int], None]) -> None:
    """Download one file from the first of `urls` that gives it; raises what the last one raised."""
    for url in urls[:-1]:
        try:
            return _fetch_file(url, path, md5, report)
        except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException, RuntimeError):
            continue
    _fetch_file(urls[-1], path, md5, report)


def _fetch_file(url: str, path: Path, md5: str, report: Callable[[int, int], None]) -> None:
    """Stream `url` to `path`, reporting (bytes so far, all bytes); raises RuntimeError if cut short or altered."""
    digest, done = hashlib.md5(usedforsecurity=False), 0
    with urllib.request.urlopen(url, timeout=TIMEOUT) as response, open(path, "wb") as file:
        total = int(response.headers.get("Content-Length") or 0)
        while block := response.read(BLOCK):
            file.write(block)
            digest.update(block)
            done += len(block)
            report(done, total)
    if total and done < total:
        raise RuntimeError(f"{done:,} of {total:,} bytes arrived")
    if digest.hexdigest() != md5:
        raise RuntimeError("its checksum is wrong")
