"""Copies of CIFAR-10 as its authors give it, in small: its files, in a folder or an archive."""

from __future__ import annotations

import pickle
import tarfile
import zipfile

import numpy as np

from core.data import copies
from core.data.copies import CIFAR

EACH = 40  # images in each of six batches


def batch(number):
    random = np.random.default_rng(number)
    return random.integers(0, 256, (EACH, 3072), np.uint8), [int(k) for k in np.arange(EACH) % 10]


NAMES = (*copies.BATCHES, "test_batch")


def python_files(protocol=2):
    files = {name: pickle.dumps(dict(zip((b"data", b"labels"), batch(k), strict=True)), protocol) for k, name in enumerate(NAMES)}
    return files | {"batches.meta": pickle.dumps({b"label_names": [name.encode() for name in CIFAR]}, protocol)}


def write(folder, files):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def packed(path, folder):
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.iterdir():
                archive.write(file, f"{folder.name}/{file.name}")
    else:
        with tarfile.open(path, "w:gz") as archive:
            archive.add(folder, folder.name)
    return path
