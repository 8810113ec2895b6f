"""A folder of images of a script, read by the lab's own code (core/data/layout.py, picture.py, squeezing.py)."""

import os
from pathlib import Path

import numpy as np
import torch

from core.data.layout import FolderLayout
from core.data.picture import drafted, opened
from core.data.splits import random_parts, stratified_parts
from core.data.squeezing import squeezed

FOLDER = "images"  # of class folders, or of train/, val/ and test/ with class folders
SPLIT_SEED = 0
VAL_FRACTION = 0.1  # what is held back at random of a folder that has no such part
TEST_FRACTION = 0.1
STRATIFY = True  # whether of each class the same share is held back


def load():
    """Images (N, 3, 32, 32) uint8 and labels of training, validation and test; what the folder lacks is held back at random."""
    place = os.path.abspath(os.path.expanduser(FOLDER))
    files = [(part, label, image) for part, label, path in FolderLayout(place).found if (image := read(path)) is not None]
    classes = sorted({label for _, label, _ in files})
    parts = {}
    for part in {part for part, *_ in files}:
        own = [(image, classes.index(label)) for its, label, image in files if its == part]
        parts[part] = torch.stack([image for image, _ in own]), torch.tensor([label for _, label in own])
    images, labels = parts.pop("train", None) or parts.pop("")
    sizes = {
        name: 0 if name in parts else max(1, round(share * len(labels))) for name, share in (("val", VAL_FRACTION), ("test", TEST_FRACTION))
    }
    if any(sizes.values()):
        kept, *held = held_back(labels, [*sizes.values()])
        parts |= {part: (images[index], labels[index]) for (part, size), index in zip(sizes.items(), held, strict=True) if size}
        images, labels = images[kept], labels[kept]
    return (images, labels), parts["val"], parts["test"]


def read(path):
    """The image in a file as (3, 32, 32) uint8; None when it cannot be read."""
    try:
        with opened(Path(path).read_bytes()) as image:
            drafted(image)
            return torch.from_numpy(np.asarray(squeezed(image)).copy()).permute(2, 0, 1)
    except Exception:
        return None


def held_back(labels, sizes):
    """The places of what is kept, and of each part of so many images."""
    if STRATIFY:
        return stratified_parts(labels, sizes, SPLIT_SEED)
    else:
        return random_parts(len(labels), [len(labels) - sum(sizes), *sizes], SPLIT_SEED)
