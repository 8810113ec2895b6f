"""Every data set as text: a function `load` for a script that knows PyTorch and nothing of the lab."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from pathlib import Path
from textwrap import dedent

import core
from core.data.config import DataConfig
from core.data.copies import has_copy
from core.folders import whole_path

CORE = Path(core.__file__).parent

STATISTICS = '''
def statistics(images):
    """Mean and standard deviation per channel, (3, 1, 1) each, in units of 0..1."""
    counts = torch.stack([torch.bincount(images[:, c].reshape(-1), minlength=256) for c in range(3)]).double()
    shares, values = counts / counts.sum(1, keepdim=True), torch.arange(256, dtype=torch.float64) / 255
    mean = shares @ values
    std = (shares @ values.square() - mean.square()).clamp(min=0).sqrt().clamp(min=1 / 255)
    return mean.float().view(-1, 1, 1), std.float().view(-1, 1, 1)
'''


def own_source(path: str, names: Collection[str] | None = None, *, without: Collection[str] = ()) -> str:
    """The text of some top-level definitions of a module of the lab, by its path in core/; of all (but `without`) unless `names` are given.

    Imports (those for type checkers, too) and the module's docstring never belong to it.
    """
    text = (CORE / path).read_text("utf-8")
    lines, found = text.splitlines(), []
    for node in ast.parse(text).body:
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.If)) or (isinstance(node, ast.Expr) and not found):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        own = {node.name} if hasattr(node, "name") else {target.id for target in targets}
        if own & {*names} if names is not None else not own & {*without}:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            found.append(("\n\n" if hasattr(node, "name") else "") + "\n".join(lines[first - 1 : node.end_lineno]))
    return "\n".join(found) + "\n"


def data_text(dataset: str, config: DataConfig) -> str | None:
    """The definition of `load`, which returns (images (N, 3, 32, 32) uint8, labels (N,)) of training, validation and test, as the lab
    splits them, and of `statistics`; None for a data set that is not known here."""
    if dataset == "folder" and config.data and has_copy(whole_path(config.data)):
        return None
    return WRITERS[dataset](config).rstrip("\n") + "\n\n" + STATISTICS if dataset in WRITERS else None


def _root(data: str) -> str:
    """The folder in which torchvision finds a copy at `data`, or downloads the set to."""
    if not data:
        return "data"
    path = Path(whole_path(data))
    return str(path.parent if path.name == "cifar-10-batches-py" or path.suffix in (".gz", ".tgz") else path)


def _torchvision(name: str, images: str) -> Callable[[DataConfig], str]:
    def write(config: DataConfig) -> str:
        return dedent(
            f'''
            def load():
                """Images (N, 3, 32, 32) uint8 and labels of training, validation (5,000 held back at random) and test."""
                whole, test = [
                    ({images}, torch.as_tensor(part.targets))
                    for part in ({name}({_root(config.data)!r}, train=train, download=True) for train in (True, False))
                ]
                order = torch.randperm(len(whole[1]), generator=torch.Generator().manual_seed({config.split_seed}))
                train, val = order[:-5000], order[-5000:]
                return (whole[0][train], whole[1][train]), (whole[0][val], whole[1][val]), test

            '''
        )

    return write


def _shapes(config: DataConfig) -> str:
    drawing = own_source("data/shapes.py", without=("load",))
    return f'''
# ---- the images are drawn, by the lab's own code -------------------------------------------------------------------
{drawing}

def load():
    """Images (N, 3, 32, 32) uint8 and labels of training, validation and test."""
    parts = (draw(indices, {config.split_seed}) for indices in PARTS.values())
    return [(torch.from_numpy(images), torch.from_numpy(labels)) for images, labels in parts]
'''


def _folder(config: DataConfig) -> str:
    parts = {
        "kinds": ("FORMATS",),
        "png_chunks": None,
        "depths": None,
        "squeezing": None,
        "picture": (
            "MANY_FRAMES", "XMP_OF_GIF", "COLORS_ARE", "BITS_EACH", "CHANNELS_ARE", "YCBCR", "APART", "opened",
            "_unpacked_wrongly", "drafted",
        ),
    }  # fmt: skip
    reading = "\n".join(own_source(f"data/{part}.py", names) for part, names in parts.items())
    layout = own_source("data/split_names.py") + "\n" + own_source("data/layout.py")
    if config.stratify:
        splitting = own_source("data/splits.py", ("stratified_parts", "_shares"))
        held_back = f"stratified_parts(labels, [*sizes.values()], {config.split_seed})"
    else:
        splitting = own_source("data/splits.py", ("random_parts",))
        held_back = f"random_parts(len(labels), [len(labels) - sum(sizes.values()), *sizes.values()], {config.split_seed})"
    return f'''
FOLDER = os.path.abspath(os.path.expanduser({config.data!r}))  # of class folders, or of train/, val/ and test/ with class folders

# ---- a picture of any kind to 32x32, by the lab's own code ---------------------------------------------------------
{reading}

def read(path):
    """The image in a file as (3, 32, 32) uint8; None when it cannot be read."""
    try:
        with opened(Path(path).read_bytes()) as image:
            drafted(image)
            return torch.from_numpy(np.asarray(squeezed(image)).copy()).permute(2, 0, 1)
    except Exception:
        return None


{splitting}

# ---- how the lab finds splits and classes in a folder ---------------------------------------------------------------
DataError, Place, taken = ValueError, str, str


def remedy(error, otherwise):
    return otherwise


{layout}

def load():
    """Images (N, 3, 32, 32) uint8 and labels of training, validation and test; what the folder lacks is held back at random."""
    files = [(part, label, image) for part, label, path in Layout(FOLDER).found if (image := read(path)) is not None]
    classes = sorted({{label for _, label, _ in files}})
    parts = {{}}
    for part in {{part for part, *_ in files}}:
        own = [(image, classes.index(label)) for its, label, image in files if its == part]
        parts[part] = torch.stack([image for image, _ in own]), torch.tensor([label for _, label in own])
    images, labels = parts.pop("train", None) or parts.pop("")
    shares = {{"val": {config.val_fraction}, "test": {config.test_fraction}}}
    sizes = {{part: 0 if part in parts else max(1, round(share * len(labels))) for part, share in shares.items()}}
    if any(sizes.values()):
        kept, *held = {held_back}
        parts |= {{part: (images[index], labels[index]) for (part, size), index in zip(sizes.items(), held, strict=True) if size}}
        images, labels = images[kept], labels[kept]
    return (images, labels), parts["val"], parts["test"]
'''


WRITERS: dict[str, Callable[[DataConfig], str]] = {
    "shapes": _shapes,
    "cifar10": _torchvision("CIFAR10", "torch.as_tensor(part.data).movedim(-1, 1).contiguous()"),
    "fashion_mnist": _torchvision("FashionMNIST", "F.pad(part.data[:, None].expand(-1, 3, -1, -1), (2, 2, 2, 2)).contiguous()"),
    "folder": _folder,
}
