"""Where the splits and the classes of a folder of images are; what could be read in two ways is refused with a sentence.

Plain Python: a run's PyTorch script holds this text, too.
"""

from __future__ import annotations

import os

from core.data.folder_tree import Tree
from core.data.split_names import IMAGES, MARKS, NAMELESS, alike, matching, split_of
from core.errors import DataError, Place
from core.text import taken

HOW = "Make one folder for each class and put its images there."
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".rar", ".7z")
SHOWN = 5  # names in a sentence


class ClassFolders:
    """Finds splits and classes in the folder `root` by the names in it and by where its pictures lie."""

    def __init__(self, root: str, tree: Tree) -> None:
        self.root, self.tree = root, tree

    def shown(self, path: str) -> str:
        """A path as it is called within the folder."""
        return taken(os.path.relpath(path, self.root).replace(os.sep, "/")) + "/"

    def unwrapped(self, place: str, classes: list[str] | tuple = (), *, in_split: bool = False) -> str:
        """The folder that holds the splits (unless it is in one) or classes: down through folders that hold nothing but the next one."""
        full = self.tree.full(place)
        if len(full) != 1 or (not in_split and self.splits(place)) or matching(full[0][0], [*classes]):
            return place
        ((_, inside),) = full
        if self._has_own_pictures(place) or self._has_own_pictures(inside):
            return place
        deepest = self.unwrapped(inside, classes, in_split=in_split)
        return deepest if len(self.tree.full(deepest)) > 1 or (not in_split and self.splits(deepest)) else place

    def _has_own_pictures(self, place: str) -> bool:
        """Whether pictures lie in a folder itself, and are more than a few beside the folders that hold the others."""
        loose = len(self.tree(place).pictures)
        return loose > 0 and not (self.splits(place) or loose <= len(self.tree.full(place)))

    def splits(self, place: str) -> list[tuple[str, str, str]]:
        """(split, name, path) of the folders whose names say a split, if train/ with class folders is among them."""
        named = self.named(place)
        if len(self.tree.full(place)) == 1 and any(self.has_own(path) for *_, path in named):
            return []  # train/train and train/val: the first is a wrapping
        return named if any(part == "train" and self.classes(path) for part, _, path in named) else []

    def has_own(self, split: str) -> bool:
        """Whether a folder that is called as a split holds train/ and another split instead of classes."""
        own = {part for part, _, path in self.named(split) if self.tree.holds(path)}
        return "train" in own and len(own) > 1

    def named(self, place: str) -> list[tuple[str, str, str]]:
        """(split, name, path) of the folders whose names say a split, alone or beside words that they share (asl_alphabet_train)."""
        said = [(*split_of(name), name, path) for name, path in self.tree(place).folders]
        alone = [(part, name, path) for part, rest, name, path in said if part and not rest]
        if alone:
            return alone
        shared = {rest for part, rest, *_ in said if part == "train"} & {rest for part, rest, *_ in said if part in ("val", "test")}
        return [(part, name, path) for part, rest, name, path in said if part and rest in shared] if len(shared) == 1 else []

    def classes(self, split: str, known: list[str] | tuple = ()) -> list[tuple[str, str]]:
        """The class folders of a split; [] where its images lie without any."""
        place = self.unwrapped(split, known, in_split=True)
        full = self.tree.full(place)
        if len(full) == 1 and not self.tree(full[0][1]).folders and not matching(full[0][0], [*known]):
            name = full[0][0]
            if name.lower() in NAMELESS or split_of(name)[0] or name == os.path.basename(place):
                return []
        return full

    # -- what is refused ---------------------------------------------------------------------------------------------

    def refuse_unread_splits(self, place: str) -> None:
        """Raise DataError for folders that are called as splits and cannot be read as such: they are no classes."""
        named, full = self.named(place), [name for name, _ in self.tree.full(place)]
        both = [name for name in full if all(split_of(name))]
        if (
            len(both) > 2
            and not named
            and len({split_of(name)[1] for name in both}) > 1
            and "train" in [split_of(name)[0] for name in both]
        ):
            raise DataError(
                "In the folder ",
                Place(self.root),
                f", {listed(both)} look like class and split in one name: make folders train and "
                "test, and in each of them one folder for each class.",
            )
        parts = {part for part, name, _ in named if name in full}
        labelled = [(part, name) for part, name, path in named if self.classes(path)]
        if labelled and {name for _, name, _ in named} >= {*full} and ("train" not in parts or len(full) == len(labelled)):
            raise DataError(
                "The folder ",
                Place(self.root),
                f" has {taken(labelled[0][1])}/ but no class folders in train/: add them, or name a folder that has them.",
            )
        if len(parts) > 1:
            raise DataError(
                "The folder ",
                Place(self.root),
                f" has {listed([name for _, name, _ in named if name in full])}, which look like splits, "
                "but the images in them lie without class folders: in each, make one folder for each class and put its images there.",
            )

    def refuse_without_pictures(self, place: str) -> None:
        """Raise DataError for a folder in whose folders there is no picture, with what is there instead."""
        listing, others = self.tree(place), [name for _, listed in self.tree.known() for name, _ in listed.others]
        state = "has files but no class folders" if listing.pictures or listing.others else "is empty"
        archives = [name for name in others if name.lower().endswith(ARCHIVES)]
        how = f"Unpack {taken(archives[0])} first." if archives else HOW
        if not listing.folders:
            raise DataError("The folder ", Place(self.root), f" {state}. {how}")
        instead = f"hold no pictures that can be read, but files such as {taken(others[0])}" if others else "are empty"
        raise DataError("The class folders in ", Place(self.root), f" {instead}. {how}")

    def refuse_nameless(self, name: str, path: str) -> None:
        """Raise DataError for a single folder whose name, or that of the folder in it that holds the pictures, says no class: "images"."""
        while name.lower() not in IMAGES and not self.tree(path).pictures and len(full := self.tree.full(path)) == 1:
            ((name, path),) = full
        if name.lower() in IMAGES:
            raise DataError("The images of the folder ", Place(self.root), f" lie in {self.shown(path)} without class folders. {HOW}")

    def refuse_sets(self, classes: list[tuple[str, str]]) -> None:
        """Raise DataError where the folders look like whole sets, or like splits of which nobody can say which is which."""
        sets = [name for name, path in classes if self.splits(self.unwrapped(path))]
        if sets:
            raise DataError(
                "The folder ",
                Place(self.root),
                f" holds sets with splits of their own ({listed(sets)}), which are no classes: name one of them.",
            )
        places = [self.unwrapped(path) for _, path in classes]
        if len(classes) < 2 or any(map(self._has_own_pictures, places)):
            return
        inside = [self.tree.full(place) for place in places]
        common = set.intersection(*({alike(name) for name, _ in folders} for folders in inside))
        several = len(common) > 1 and not (common & IMAGES and common & MARKS)
        if several or self._are_wrapped(common, inside):
            raise DataError(
                "In the folder ",
                Place(self.root),
                f", {listed([name for name, _ in classes])} hold folders of the same names "
                f"({listed(sorted(common))}): they look like splits or like several sets, not like classes. Call them train, val and "
                "test, or name one of them; parts of one set, as of a large download, have to be put together.",
            )

    def _are_wrapped(self, common: set[str], inside: list[list[tuple[str, str]]]) -> bool:
        """Whether several folders hold each one folder of the same name, and classes in it: the parts of a download."""
        alone = [folders[0][1] for folders in inside if len(folders) == 1]
        return (
            len(common) == 1 and len(alone) == len(inside) and not common & NAMELESS and not any(self.tree(path).pictures for path in alone)
        )


def listed(names: list[str]) -> str:
    """Names in a sentence, a few of them."""
    more = len(names) - SHOWN
    return ", ".join(map(taken, names[:SHOWN])) + (f" and {more:,} more" if more > 0 else "")
