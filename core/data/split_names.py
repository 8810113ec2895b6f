"""What the folders of public data sets and competitions are called: splits, wrappings, what a system leaves behind. Names alone.

Plain Python: a run's PyTorch script holds this text, too.
"""

from __future__ import annotations

import re
import unicodedata

SPLITS = {  # a word of a folder's name: the split
    **dict.fromkeys(
        ("train", "training", "trn", "trainval", "trainset", "trainingset", "traindata", "trainimages", "learn", "learning"), "train"
    ),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev", "develop", "development"), "val"),
    **dict.fromkeys(("eval", "evaluation", "valset", "validset", "validationset", "valdata", "valimages", "devset"), "val"),
    **dict.fromkeys(("test", "testing", "tst", "testset", "testingset", "testdata", "testimages"), "test"),
}
PAIRS = {("public", "test"): "val", ("private", "test"): "test"}  # FER-2013


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _all(  # words beside them that say nothing: train_images, Training Data, seg_train, train_256_standard
    "set sets data dataset datasets image images img imgs picture pictures pics photo photos split splits seg folder folders dir the "
    "new final original raw processed preprocessed resized cropped labeled labelled full small large cls classification png jpg jpeg "
    "standard clean"
)
IMAGES = _all("images image imgs img pictures picture pics photos photo jpegimages jpegs jpeg jpg png rgb")  # folders of images
MARKS = _all(  # on them
    "mask masks label labels annotation annotations bbox bboxes boxes gt groundtruth ground_truth segmentation segmentations "
    "trimap trimaps segmentationclass segmentationobject"
)
NAMELESS = IMAGES | _all("unknown unlabeled unlabelled all all_classes dummy none pred predict submission test testing 0")
LEFT_BEHIND = _all("__macosx @eadir __pycache__ #recycle @recycle $recycle.bin lost+found @sharebin venv node_modules") | {
    "system volume information"
}
PARTS = _all("part parts batch chunk shard fold archive dataset data")
COPY = re.compile(
    r"(?:copy of|kopie von|copie de|copia de) (.+)|(.+?)(?: -)?[ _](?:copy|kopie|copie|copia|copy \d+)(?: ?\(\d+\))?|(.+?) ?\(\d+\)"
)
DOCUMENTS = _all("license licence copying readme notice authors changelog contributing citation version manifest makefile dockerfile")
SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "ehthumbs_vista.db", "icon\r"})
NO_PICTURES = _all(  # endings of files that nobody takes for pictures
    "txt csv tsv xml json jsonl md rst html htm pdf db ini py ipynb mat npy npz h5 hdf5 pkl pickle pt pth zip tar gz tgz rar 7z mp4 avi "
    "mov mkv wav mp3 url lnk log yaml yml toml doc docx xls xlsx parquet sqlite sh bat cfg names"
)


def words(name: str) -> list[str]:
    """The words of a name in small letters, without numbers and single letters: "TrainingSet_2" is training, set."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", to_the_eye(name)))
    return [word for word in re.findall(r"[^\W\d_]+", parted.lower()) if len(word) > 1]


def split_of(name: str) -> tuple[str, tuple[str, ...]]:
    """The split that a folder's name says ("" for none), and the words of it that say something else: asl_alphabet_train has two."""
    parts = [word for word in words(name) if word not in FILLERS]
    if tuple(parts) in PAIRS:
        return PAIRS[tuple(parts)], ()
    hits = [word for word in parts if word in SPLITS]
    return (SPLITS[hits[0]], tuple(word for word in parts if word not in SPLITS)) if len(hits) == 1 else ("", ())


def is_left_behind(name: str) -> bool:
    """Whether a folder is hidden, or one that a system or an editor made."""
    return name.startswith(".") or name.lower() in LEFT_BEHIND


def is_no_picture(name: str) -> bool:
    """Whether a file is, by its name, no picture."""
    return name.lower() in SYSTEM_FILES or name.lower() in DOCUMENTS or name.lower().rpartition(".")[2] in NO_PICTURES


def copied_from(name: str, known: list[str]) -> str | None:
    """Which of the `known` names `name` is that of a copy of, as systems call copies: "cat - Copy (2)", "Copy of cat", "cat (1)"."""
    match = COPY.fullmatch(alike(name))
    return next((other for other in known if other != name and match and alike(other) in match.groups()), None)


def are_parts(names: list[str]) -> bool:
    """Whether names differ in nothing but numbers, and say no class beside them: "images_part_1", "images_part_2"."""
    same = {re.sub(r"\d+", "0", alike(name)) for name in names}
    return len(names) > 1 and len(same) == 1 and bool({*words(names[0])} & (PARTS | IMAGES))


def to_the_eye(name: str) -> str:
    """What is seen of a name: one normal form, no signs that are not drawn, single spaces and none at the ends."""
    seen = (
        letter for letter in unicodedata.normalize("NFC", name) if unicodedata.category(letter) != "Cf" and letter not in "\u2800\u3164"
    )
    return " ".join("".join(seen).split())


def alike(name: str) -> str:
    """The same for names that differ in upper and lower case, or in full and half width."""
    return to_the_eye(unicodedata.normalize("NFKC", to_the_eye(name)).casefold())


def matching(name: str, known: list[str]) -> str | None:
    """Which of the `known` names is meant by `name`: itself, the one that looks the same, or the only one that is alike."""
    for same in (str, to_the_eye, alike):
        wanted = same(name)
        hits = [other for other in known if same(other) == wanted]
        if hits and (same is not alike or len(hits) == 1):
            return hits[0]
    return None


def difference(name: str, other: str) -> str:
    """What distinguishes two names that look nearly the same, in words; "" where there is more than one letter to tell."""
    pairs = [(a, b) for a, b in zip(name, other, strict=False) if a != b] if len(name) == len(other) else []
    if len(pairs) != 1:
        return ""
    return " and ".join(f"{letter!r} ({unicodedata.name(letter, 'without a name').lower()})" for letter in pairs[0])
