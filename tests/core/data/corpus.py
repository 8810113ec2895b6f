"""Folders of images as public data sets, competitions, systems and people make them: each with what is read of it, or what is said.

A folder is a text, a line for each set of files: PATH NUMBER, the files PATH/0.png ..., of one color a class; or PATH = TEXT, one file.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from unicodedata import normalize

from PIL import Image


@dataclass(frozen=True)
class Case:
    """A folder (lines), and what is expected: images of each class by split (of those with a ready-made val and test), or an error."""

    lines: str
    classes: str = "cat dog"
    train: tuple[int, ...] | None = None  # images of each class; None where it is split at random
    val: tuple[int, ...] | None = None
    test: tuple[int, ...] | None = None
    says: tuple[str, ...] = ()  # parts of the sentences on it
    silent: bool = False  # nothing is said
    error: str = ""
    names: tuple[str, ...] = field(default=())  # of the classes, where they hold spaces


@cache
def png(number: int) -> bytes:
    """A picture of one color."""
    data = io.BytesIO()
    Image.new("RGB", (4, 4), (number % 256, 90, 160)).save(data, "PNG")
    return data.getvalue()


def make(root: Path, lines: str) -> Path:
    """Write a folder."""
    for line in filter(None, map(str.strip, lines.splitlines())):
        path, parted, text = line.partition(" =")
        if parted:
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.strip().encode().decode("unicode_escape").encode("latin1"))
            continue
        path, _, count = line.rpartition(" ")
        folder = root / path.encode().decode("unicode_escape").encode("latin1").decode() if "\\" in path else root / path
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(int(count)):
            (folder / f"{number}.png").write_bytes(png(number))
    return root


def splits(*names: str, train: int = 12, held: int = 3, inside: str = "") -> str:
    """The lines of splits with these names, the first being train/, each with cat and dog."""
    return "\n".join(f"{name}/{inside}{c} {held if place else train}" for place, name in enumerate(names) for c in ("cat", "dog"))


READ = {"train": (12, 12), "val": (3, 3), "test": (3, 3)}
HALF = {"train": (11, 11), "test": (3, 3)}  # two of 24 are held back for validation
FLAT = "cat 10\ndog 10\n"

NAMED = {  # splits by their names
    name: Case(splits(*parts), **READ, silent=True)
    for name, parts in {
        "the usual ones": ("train", "val", "test"), "capitals": ("TRAIN", "VAL", "TEST"), "valid": ("train", "valid", "test"),
        "validation": ("training", "validation", "testing"), "Kaggle, brain tumours with validation": ("Training", "Validation", "Testing"),
        "sets": ("training_set", "validation_set", "test_set"), "dev": ("train", "dev", "test"), "eval": ("train", "eval", "test"),
        "camel": ("TrainingSet", "ValSet", "TestSet"), "images": ("train_images", "val_images", "test_images"),
        "hyphens": ("train-images", "val-images", "test-images"), "spaces": ("Training Data", "Validation Data", "Test Data"),
        "Intel's scenes": ("seg_train", "seg_val", "seg_test"), "numbers before": ("1_train", "2_val", "3_test"),
        "FER-2013": ("Training", "PublicTest", "PrivateTest"), "one word": ("trainset", "valset", "testset"),
        "years": ("train2017", "val2017", "test2017"), "prefix of the set": ("fruit_train", "fruit_val", "fruit_test"),
        "development": ("train", "development", "test"), "images before": ("images_train", "images_val", "images_test"),
        "Places": ("train_256", "val_256", "test_256"), "cropped": ("train_cropped", "valid_cropped", "test_cropped"),
    }.items()
}  # fmt: skip

TWO = {
    name: Case(splits(*parts), **HALF, silent=True)
    for name, parts in {
        "Training and Testing": ("Training", "Testing"), "training_set and test_set": ("training_set", "test_set"),
        "train and test1": ("train", "test1"), "trainval and test": ("trainval", "test"), "Train and Test": ("Train", "Test"),
    }.items()
}  # fmt: skip

NESTED = {
    "splits in a folder that is called as one": Case(splits("train/train", "train/val"), train=(11, 11), val=(3, 3), says=("train/",)),
    "a split once more in itself": Case(
        "seg_train/seg_train/cat 12\nseg_train/seg_train/dog 12\nseg_test/seg_test/cat 3\nseg_test/seg_test/dog 3\nseg_pred/seg_pred 5",
        **HALF,
        says=("seg_pred/",),
    ),
    "wrapped by an archive": Case(splits("archive/pets/train", "archive/pets/val", "archive/pets/test"), **READ, says=("archive/pets/",)),
    "wrapped, flat": Case("archive/pets/cat 10\narchive/pets/dog 10", says=("archive/pets/",)),
    "images beside labels": Case(
        splits("images/train", "images/val", "images/test") + "\nlabels/train/a.txt = x\nREADME.md = x",
        **READ,
        says=("images/", "labels/"),
    ),
    "ImageNet": Case(
        splits("ILSVRC/Data/CLS-LOC/train", "ILSVRC/Data/CLS-LOC/val") + "\nILSVRC/Annotations/CLS-LOC/a.xml = x",
        train=(11, 11),
        val=(3, 3),
        says=("ILSVRC/Annotations/",),
    ),
    "DTD": Case("dtd/images/cat 10\ndtd/images/dog 10\ndtd/labels/train1.txt = x\ndtd/imdb/imdb.mat = x", says=("dtd/labels/",)),
    "images in each class": Case(
        "train/cat/images 12\ntrain/dog/images 12\nval/cat/images 3\nval/dog/images 3", train=(11, 11), val=(3, 3)
    ),
    "images and masks in each class": Case("cat/images 10\ncat/masks 10\ndog/images 10\ndog/masks 10", says=("cat/masks/", "dog/masks/")),
    "classes inside the images of a split": Case(splits("train", "val", "test", inside="images/"), **READ),
    "the other way round": Case(
        "cat/train 12\ncat/test 3\ndog/train 12\ndog/test 3", **HALF, says=("Each class folder has splits of its own",)
    ),
    "a copy of all in one of them": Case("cat 10\ndog 10\npets/cat 10\npets/dog 10", says=("pets/", "once more")),
    "splits and a copy of them": Case(
        splits("train", "val", "test") + "\npets/train/cat 12\npets/train/dog 12", **READ, says=("pets/", "is no split")
    ),
    "wrapped, beside a licence": Case(
        splits("fruits/360/Training", "fruits/360/Test") + "\nfruits/LICENSE = x\nfruits/360/papers/a.pdf = x",
        **HALF,
        says=("fruits/360/",),
    ),
    "wrapped, beside a picture": Case(
        splits("pets/train", "pets/test") + "\npets/preview.png = x\ncover.jpg = x",
        **HALF,
        says=("beside pets/, in no class folder: cover.jpg", "beside the folders in pets/, in none of them: preview.png"),
    ),
    "classes of classes in splits": Case(
        "train/cat/young 6\ntrain/cat/old 6\ntrain/dog/big 6\ntrain/dog/small 6\ntest/cat/young 3\ntest/dog/big 3",
        **HALF,
        says=("The classes are cat, dog; the folders in them were read as theirs",),
    ),
    "a class of folders beside one of pictures": Case(
        "cat 10\ndog/big 5\ndog/small 5", says=("The class dog was read out of the folders",)
    ),
    "folders below a class": Case("cat/young 5\ncat/old 5\ndog/big 5\ndog/small 5", says=("The classes are cat, dog",)),
}

TINY = "train/cat/images 12\ntrain/dog/images 12\ntrain/cat/cat_boxes.txt = x\nval/images 6\ntest/images 6\n"
UNLABELLED = {
    "TinyImageNet": Case(
        TINY + "val/val_annotations.txt = " + r"\n".join(rf"{k}.png\t{'cat' if k % 2 else 'dog'}\t0\t0\t31\t31" for k in range(6)),
        train=(11, 11), val=(3, 3), says=("val_annotations.txt: 6 of 6", "test/", "its 6 files lie without class folders"),
    ),
    "TinyImageNet without its labels": Case(TINY, says=("val/, test/", "without class folders")),
    "labels of other classes": Case(TINY + r"val/labels.txt = 0.png cow\n1.png hen", says=("val/, test/",)),
    "a competition's test": Case("train/cat 12\ntrain/dog 12\ntest 7", says=("test/", "its 7 files")),
    "a competition's test, twice": Case(
        "asl_train/asl_train/cat 12\nasl_train/asl_train/dog 12\nasl_test/asl_test 4", says=("asl_test/", "its 4 files"),
    ),
    "a test folder with a folder for torchvision": Case("train/cat 12\ntrain/dog 12\ntest/unknown 7", says=("test/",)),
    "a table with a column for each class": Case(
        "train/0 12\ntrain/1 12\nval 4\nval/_classes.csv = " + r"filename,0,1\n0.png,1,0\n1.png,0,1\n2.png,1,0",
        classes="0 1", train=(10, 10), says=("val/", "without class folders"),
    ),
    "a table with the class in its second column": Case(
        "train/cat 12\ntrain/dog 12\nval 2\nval/labels.csv = " + r"image,label,size\n0.png,cat,4\n1.png,dog,4",
        train=(11, 11), val=(1, 1), says=("labels.csv: 2 of 2",),
    ),
    "an empty val": Case("train/cat 12\ntrain/dog 12\ntest/cat 3\ntest/dog 3\nval 0", **HALF, says=("val/", "it is empty")),
    "an empty class of test": Case("train/cat 12\ntrain/dog 12\ntest/cat 3\ntest/dog 0", says=("test/dog/", "no test image of 'dog'")),
    "a folder beside the splits": Case(splits("train", "val", "test") + "\nextra/cow 5", **READ, says=("extra/",)),
}  # fmt: skip

LEFT = {
    "a Mac's archive": Case(FLAT + "__MACOSX/cat 3\n.DS_Store = x\ncat/.DS_Store = x\ncat/._0.png = x", says=("__MACOSX/",)),
    "a NAS": Case(FLAT + "@eaDir/cat 2\ncat/@eaDir 3", says=("@eaDir/, cat/@eaDir/",)),
    "a project's own folders": Case(
        FLAT + "venv/lib/matplotlib/images 3\nnode_modules/a 3\nREADME = x\ncat/LICENSE = x", says=("node_modules/, venv/",)
    ),
    "a notebook": Case(FLAT + ".ipynb_checkpoints 3", says=(".ipynb_checkpoints/",)),
    "hidden folders": Case(FLAT + ".thumbnails 3\ncat/.git 1", says=(".thumbnails/", "cat/.git/")),
    "Windows": Case(FLAT + "Thumbs.db = x\ncat/Thumbs.db = x\ncat/desktop.ini = x\ndog/THUMBS.DB = x", silent=True),
    "an empty class": Case(FLAT + "zebra 0", says=("zebra/", "there is no picture in it")),
    "an empty class and a Mac's archive": Case(FLAT + "zebra 0\n__MACOSX/cat/._0.png = x", says=("zebra/", "__MACOSX/")),
    "a class of texts": Case(FLAT + "notes/a.txt = x", says=("notes/",)),
    "texts in a class": Case(FLAT + "cat/a.txt = x\ndog/b.xml = x", says=("2 files in class folders",)),
    "pictures beside the classes": Case(
        FLAT + "cover.png = x\nlogo.jpg = x", says=("it lies beside the class folders, in none of them: cover.png, logo.jpg.",)
    ),
    "texts beside the classes": Case(FLAT + "labels.csv = x\nREADME.md = x", silent=True),
    "cut short": Case(FLAT + r"cat/10.jpg = \xff\xd8\xff\xe0", says=("1 of 11 pictures of class cat were left out: cut short",)),
    "empty files": Case(FLAT + "dog/10.png = ", says=("1 of 11 pictures of class dog were left out: empty",)),
    "texts called pictures": Case(FLAT + "dog/10.png = hello", says=("of class dog were left out: no picture",)),
    "pointers of Git LFS": Case(FLAT + "dog/10.png = version https://git-lfs.github.com/spec/v1", says=("git lfs pull",)),
    "a kind that is not read": Case(FLAT + r"dog/10.heic = \0\0\0\x18ftypheic", says=("of a kind that is not read",)),
    "a class of damaged files": Case(FLAT + "emu/0.png = x\nemu/1.png = x", says=("2 of 2 pictures of class emu",)),
    "a rare class": Case(
        "bird 1\ncat 50\ndog 50", classes="bird cat dog", says=("no validation image of 'bird'", "no test image of 'bird'")
    ),
}

NAMES = {
    "composed and decomposed": Case(
        "\n".join(
            f"{part}/{normalize(form, name)} {n}"
            for part, form, n in (("train", "NFC", 12), ("test", "NFD", 3))
            for name in ("café", "thé")
        ),
        classes="café thé",
        **HALF,
    ),
    "the other way": Case(
        "\n".join(
            f"{part}/{normalize(form, name)} {n}"
            for part, form, n in (("train", "NFD", 12), ("test", "NFC", 3))
            for name in ("café", "thé")
        ),
        classes="café thé",
        **HALF,
    ),
    "capitals in one split": Case("train/cat 12\ntrain/dog 12\ntest/Cat 3\ntest/DOG 3", **HALF, says=("'Cat' in test/",)),
    "spaces at the end": Case(r"train/cat 12" "\n" r"train/dog 12" "\n" r"test/cat\x20 3" "\n" r"test/dog 3", **HALF),
    "two spaces": Case("train/a cat 12\ntrain/dog 12\ntest/a  cat 3\ntest/dog 3", names=("a cat", "dog"), **HALF),
    "full width": Case("train/cat 12\ntrain/dog 12\ntest/ｃａｔ 3\ntest/dog 3", **HALF),
    "a zero-width space": Case("train/cat 12\ntrain/dog 12\ntest/ca\u200bt 3\ntest/dog 3", **HALF),
    "a mark of direction": Case("train/cat 12\ntrain/dog 12\ntest/\u200ecat 3\ntest/dog 3", **HALF),
    "a no-break space": Case("train/a cat 12\ntrain/dog 12\ntest/a\u00a0cat 3\ntest/dog 3", names=("a cat", "dog"), **HALF),
    "twice in one folder": Case(
        f"{normalize('NFC', 'café')} 5\n{normalize('NFD', 'café')} 5\ndog 10", names=("café", "dog"), says=("look the same",)
    ),
    "a letter of another alphabet": Case(
        "train/cat 12\ntrain/dog 12\ntest/c\u0430t 3\ntest/dog 3", error="Is it 'cat'.*cyrillic small letter a.*latin small letter a"
    ),
    "a plural": Case(
        "train/cat 12\ntrain/dog 12\ntest/cats 3\ntest/dog 3", error="The class 'cats' is in test/ but not in train/.*Is it 'cat'"
    ),
    "another class": Case("train/cat 12\ntrain/dog 12\nval/emu 3\nval/dog 3", error="The class 'emu' is in val/ but not in train/"),
    "a zero-width space in a split": Case("tra\u200bin/cat 12\ntra\u200bin/dog 12\ntest/cat 3\ntest/dog 3", **HALF, silent=True),
    **{
        f"a copy, {name}": Case(
            f"cat 10\n{name} 10\ndog 10", names=tuple(sorted(["cat", "dog", name])), says=(f"'{name}' is called like a copy of 'cat'",)
        )
        for name in ("cat - Copy", "cat - Copy (2)", "Copy of cat", "cat (1)", "cat copy", "cat copy 2", "cat_copy", "cat - Kopie")
    },
    "copies of nothing": Case("hard copy 10\nApple (1) 10\nbird 10", names=("Apple (1)", "bird", "hard copy"), silent=True),
    "parts of one set": Case(
        "HAM_images_part_1 10\nHAM_images_part_2 10",
        classes="HAM_images_part_1 HAM_images_part_2",
        says=("called like parts of one set",),
    ),
    "classes that differ in numbers": Case("Apple 1 10\nApple 2 10", names=("Apple 1", "Apple 2"), silent=True),
    "test beside classes": Case("cat 10\ndog 10\ntest 10", classes="cat dog test", says=("test was read as a class",)),
    "letters that differ in case": Case("A 10\na 10\nb 10", classes="A a b", silent=True),
    "a class called train": Case("bus 10\ntrain 10", classes="bus train", silent=True),
    "classes with words of splits": Case("test_tube 10\ntrain_station 10", classes="test_tube train_station", silent=True),
}

REFUSED = {
    name: Case(lines, error=error)
    for name, (lines, error) in {
        "splits without classes": ("train 10\ntest 5", "test, train, which look like splits.*make one folder for each class"),
        "detection": ("train/images 5\ntrain/labels/0.txt = x\ntest/images 5\ntest/labels/0.txt = x", "which look like splits"),
        "splits in a split and beside it": (splits("train/train", "train/val", "test"), "train/ holds splits of its own"),
        "two that validate": (splits("train", "val", "valid"), "val, valid look like the same split"),
        "two that train": (splits("train_1", "train_2"), "look like the same split"),
        "folds": (splits("fold1", "fold2", "fold3"), "hold folders of the same names.*cat, dog.*train, val and test"),
        "words of another language": (splits("Lernen", "Prüfung"), "hold folders of the same names"),
        "several sets": (
            splits("a/train", "a/test") + "\n" + splits("b/train", "b/test"), "sets with splits of their own.*a, b.*name one of them"
        ),
        "a set once more in another depth": ("plants/Plants/cat 5\nplants/Plants/dog 5\nPlants/cat 5\nPlants/dog 5", "several sets"),
        "pictures and what is seen in them": (
            "birds/images/cat 5\nbirds/images/dog 5\nbirds/birds.txt = x\nsegmentations/cat 5\nsegmentations/dog 5", "several sets"
        ),
        "parts of a download": (
            "set-20240101-001/set/cat 5\nset-20240101-001/set/dog 5\nset-20240101-002/set/cat 5\nset-20240101-002/set/dog 5",
            "parts of one set, as of a large download",
        ),
        "parts of a download with a class each": ("set-001/set/cat 5\nset-002/set/dog 5", "parts of one set, as of a large download"),
        "pictures without classes": ("images 10\nannotations/trimaps 10", "lie in images/ without class folders"),
        "VOC": (
            "VOC/VOC2012/JPEGImages 10\nVOC/VOC2012/SegmentationClass 5\nVOC/VOC2012/Annotations/a.xml = x",
            "lie in VOC/VOC2012/JPEGImages/ without class folders",
        ),
        "an archive": ("pets.zip = x", "Unpack pets.zip first"),
        "an archive for each class": ("cat.zip = x\ndog.zip = x", "Unpack cat.zip first"),
        "archives in folders": ("train/cat.tar.gz = x", "hold no pictures that can be read, but files such as cat.tar.gz. Unpack"),
        "arrays": ("cat/a.npy = x\ndog/a.npy = x", "hold no pictures that can be read, but files such as a.npy"),
        "inspection": ("nut/train/good 5\nnut/test/bad 5\nhat/train/good 5\nhat/test/bad 5", "sets with splits of their own"),
        "class and split in one name": ("cat_train 5\ncat_test 5\ndog_train 5\ndog_test 5", "class and split in one name"),
        "no train": (splits("val", "test"), "has .*/ but no class folders in train/"),
        "pictures alone": ("a 0\n" + r"0.png = x", "are empty"),
        "one class": ("cat 10", "has files but no class folders|one class only"),
        "nothing": ("x 0", "are empty"),
        "class without training part": ("cat/train 12\ncat/test 3\ndog/test 3", "'dog' has no images in a folder train/"),
    }.items()
}  # fmt: skip

CASES = NAMED | TWO | NESTED | UNLABELLED | LEFT | NAMES | REFUSED
