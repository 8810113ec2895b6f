"""What of a folder is left out, and why: named in a few sentences, and file by file."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from core.text import taken

FEW = 5  # names of classes in a sentence
MOST = 20  # names in a sentence or a list, unless all are asked for
WHY = CUT, DAMAGED, EMPTY, LARGE, KIND, NOWHERE, POINTER, NOTHING, CLOSED = (
    "cut short",
    "damaged",
    "empty",
    "too large",
    "of a kind that is not read (save it as JPEG or PNG)",
    "a link that leads nowhere",
    "a pointer of Git LFS (fetch the file itself with: git lfs pull)",
    "no picture",
    "not to be opened (give it read permission)",
)
SAID = {  # in the sentence on one picture
    "cut short": CUT,
    "damaged": DAMAGED,
    "is empty": EMPTY,
    "smaller": LARGE,
    "it is a": KIND,
    "cannot be read (": CLOSED,
}


class LeftFile(NamedTuple):
    """A file that is left out: its path in the folder, as it may be shown, its class, and one of `WHY`."""

    path: str
    label: str
    why: str


@dataclass(frozen=True)
class LeftOut:
    """What of a folder was left out, and `notes` on how it was read where that does not go without saying."""

    notes: tuple[str, ...] = ()
    folders: tuple[tuple[str, str], ...] = ()  # what, why
    files: tuple[LeftFile, ...] = ()
    of_class: dict[str, int] = field(default_factory=dict)  # the files of each class of which some are left out, with those that are read
    other_files: int = 0  # in class folders, and by their names no pictures

    def sentences(self, most: int | None = MOST) -> list[str]:
        """All of it, a sentence each; of long lists the first `most`."""
        lines = [*self.notes]
        by_reason: dict[str, list[str]] = {}
        for what, why in self.folders:
            by_reason.setdefault(why, []).append(what)
        lines += [f"Left out, because {why}: {_some(names, most)}." for why, names in by_reason.items()]
        counts = Counter((file.label, file.why) for file in self.files)
        of_classes = [
            f"{n:,} of {self.of_class.get(label, n):,} pictures of class {label} were left out: {why}."
            for (label, why), n in counts.items()
        ]
        lines += of_classes[:most]
        if most and len(of_classes) > most:
            lines.append(f"And so were pictures of {len(of_classes) - most:,} more classes.")
        if self.other_files:
            lines.append(f"Beside the pictures, {_count(self.other_files, 'file')} in class folders {_are(self.other_files)} none by name.")
        return lines

    def noting(self, where: str, classes: Sequence[str], counts: Sequence[int]) -> LeftOut:
        """The same with a note on the classes that have no image of a kind (`where`), if there are any."""
        lacking = [repr(name) for name, count in zip(classes, counts, strict=True) if not count]
        if not lacking:
            return self
        return replace(self, notes=(*self.notes, f"There is no {where} image of {_some(lacking, FEW)}."))

    def plain(self, most: int | None = MOST) -> dict[str, Any]:
        """The same for JSON and a run's record, with the names of the first `most` files; {} when there is nothing to tell."""
        sentences = self.sentences(most)
        if not sentences:
            return {}
        files = [{"file": file.path, "class": file.label, "why": file.why} for file in self.files[:most]]
        return {"sentences": sentences, "files": files, "more_files": len(self.files) - len(files)}


WHOLE = LeftOut()


def _some(names: Sequence[str], most: int | None) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most:,} more" if most and len(names) > most else shown


def _count(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def file_lines(plain: dict[str, Any]) -> list[str]:
    """The files of `LeftOut.plain`, a line each, and how many more there are."""
    lines = [f"{file['file']}: {file['why']}" for file in plain.get("files", ())]
    return lines + ([f"and {_count(plain['more_files'], 'more file')}"] if plain.get("more_files") else [])


def reason(path: str) -> str:
    """Why a file was not read as a picture, one of `WHY`."""
    from core.data.images import why_not

    if not os.path.exists(path) or not (said := why_not(path)):  # what can be read by now was not there a moment ago
        return NOWHERE
    if "no picture" in said and _is_pointer(path):
        return POINTER
    return next((why for words, why in SAID.items() if words in said), NOTHING)


def _is_pointer(path: str) -> bool:
    """Whether Git LFS has left a note in the place of the file itself."""
    try:
        with open(path, "rb") as file:
            return file.read(64).startswith(b"version https://git-lfs")
    except OSError:
        return False


def shown_path(path: str, root: str) -> str:
    """A file's path within its folder, as it may be shown to everybody."""
    return taken(os.path.relpath(path, root).replace(os.sep, "/"), 200)
