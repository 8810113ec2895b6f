"""How a folder of images is laid out: which folders are splits and which are classes, and what is neither and left out.

Nothing is guessed: what looks like splits and cannot be told is a sentence. Plain Python: a run's PyTorch script holds this text, too.
"""

from __future__ import annotations

import os
from difflib import get_close_matches

from core.data.class_folders import ClassFolders, listed
from core.data.folder_tree import Tree
from core.data.split_names import NAMELESS, alike, are_parts, copied_from, difference, matching, split_of, to_the_eye
from core.errors import DataError, Place
from core.text import taken

LABEL = ("label", "labels", "class", "class_name", "classname", "class_id", "classid", "category", "target", "species", "diagnosis")
MOST_LABELS = 20_000_000  # bytes of a text file with a class for each image


class FolderLayout:
    """`found`: (split, class, path) of every file that may be a picture, sorted; the split is "" for a folder without splits.

    `left`: (what, why) of the folders that are left out; `notes`: how the folder was read where that does not go without saying.
    Raises DataError for a folder that cannot be read as classes, or could be read in two ways.
    """

    def __init__(self, root: str, count=None) -> None:
        self.root, self.tree = root, Tree(count)
        self.folders = ClassFolders(root, self.tree)
        self.found: list[tuple[str, str, str]] = []
        self.left: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.other_files = 0  # in class folders, that are by their names no pictures
        place = self.folders.unwrapped(root)
        if place != root:
            self.notes.append(f"The images were found in {self.folders.shown(place)}.")
            self._tell_beside(place)
        if not (self._by_splits(place) or self._by_class_then_split(place)):
            self._flat(place)
        self._tell_what_is_left_behind()
        self.found.sort()

    def _tell_beside(self, place: str) -> None:
        """Note the folders beside those through which the way to `place` leads."""
        way = [place]
        while way[-1] != self.root:
            way.append(os.path.dirname(way[-1]))
        for folder in way[1:]:
            listing = self.tree(folder)
            self.left += [(self.folders.shown(path), "no pictures of classes are in it") for _, path in listing.folders if path not in way]
            if listing.pictures:
                names = listed(sorted(name for name, _ in listing.pictures))
                self.left.append((names, f"it lies beside {self.folders.shown(way[way.index(folder) - 1])}, in no class folder"))

    # -- splits -----------------------------------------------------------------------------------------------------

    def _by_splits(self, place: str) -> bool:
        """Read train/ and any of val/ and test/; False where there are none."""
        splits = self.folders.splits(place)
        if not splits:
            self.folders.refuse_unread_splits(place)
            return False
        chosen = self._one_of_each(splits)
        if self.folders.has_own(chosen["train"][1]):
            raise DataError(
                "In the folder ",
                Place(self.root),
                f", {taken(chosen['train'][0])}/ holds splits of its own and lies beside others: name the folder whose splits are meant.",
            )
        train = self.folders.classes(chosen["train"][1])
        self._tell_doubts(train)
        self._take("train", chosen["train"][1], train, merged := self._merged(train))
        for part in ("val", "test"):
            if part in chosen:
                self._take_held_back(part, *chosen[part], [*dict.fromkeys(merged.values())])
        taken_paths = {path for _, path in chosen.values()}
        for name, path in self.tree(place).folders:
            if path not in taken_paths and self.tree.holds(path):
                self.left.append((f"{taken(name)}/", f"it lies beside {taken(chosen['train'][0])}/ and is no split"))
        self._tell_loose(place)
        return True

    def _one_of_each(self, splits: list[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
        """{split: (name, path)}; raises DataError where two folders would be the same split."""
        chosen: dict[str, tuple[str, str]] = {}
        for part in ("train", "val", "test"):
            named = [(name, path) for split, name, path in splits if split == part]
            labelled = [item for item in named if self.folders.classes(item[1])] or named[:1]
            if len(labelled) > 1:
                raise DataError(
                    "In the folder ",
                    Place(self.root),
                    f", {listed([name for name, _ in labelled])} look like the same split ({part}): "
                    "leave one of them there, or put their images together.",
                )
            if labelled:
                chosen[part] = labelled[0]
        return chosen

    def _take_held_back(self, part: str, name: str, path: str, classes: list[str]) -> None:
        """Read val/ or test/, whose classes are those of train/."""
        folders = self.folders.classes(path, classes)
        if not folders:
            self._take_listed(part, name, path, classes)
            return
        meant = {folder: matching(folder, classes) for folder, _ in folders}
        strange = [folder for folder, of_train in meant.items() if of_train is None]
        if strange and all(folder.lower() in NAMELESS for folder in meant):
            self.left.append((f"{taken(name)}/", f"its folder {taken(strange[0])}/ is no class of the training images"))
            return
        if strange:
            raise DataError(*self._strange(strange[0], part, [c for c in classes if c not in meant.values()] or classes))
        for folder, of_train in meant.items():
            if to_the_eye(folder) != to_the_eye(of_train):
                self.notes.append(f"{taken(folder)!r} in {taken(name)}/ was read as the class {taken(of_train)!r}.")
        self._take(part, path, folders, meant)

    def _strange(self, folder: str, part: str, classes: list[str]) -> list:
        """The words of the error for a class that the training images lack."""
        near = get_close_matches(alike(folder), [alike(c) for c in classes], n=1)
        hint = ""
        if near:
            other = next(c for c in classes if alike(c) == near[0])
            letters = difference(alike(folder), alike(other))
            hint = f" Is it {taken(other)!r}?" + (f" They differ in one letter: {letters}." if letters else "")
        return [
            f"The class {taken(folder)!r} is in {part}/ but not in train/ of the folder ",
            Place(self.root),
            f", so no model can learn it.{hint} Call it as in train/, or take it out of {part}/.",
        ]

    def _take_listed(self, part: str, name: str, path: str, classes: list[str]) -> None:
        """Read a split without class folders by a text file beside its images, a line each: file, class. Else it is left out."""
        images = [item for folder in self.tree.below(path) for item in self.tree(folder).pictures]
        for text_name, text in [item for folder in self.tree.below(path) for item in self.tree(folder).others]:
            labels = _labels(text, classes)
            files = [(part, labels[image], place) for image, place in images if image in labels]
            if files:
                self.found += files
                self.notes.append(
                    f"The classes of {taken(name)}/ were read from {taken(text_name)}: {len(files):,} of {len(images):,} files."
                )
                return
        why = f"its {len(images):,} files lie without class folders, so their classes are not known" if images else "it is empty"
        self.left.append((f"{taken(name)}/", why))

    # -- no splits --------------------------------------------------------------------------------------------------

    def _by_class_then_split(self, place: str) -> bool:
        """Read CLASS/train and CLASS/test, the other way round; False where the folders are not laid out so."""
        classes = self.tree.full(place)
        inside = {name: self.tree.full(path) for name, path in classes if not self.tree(path).pictures}
        if len(classes) < 2 or len(inside) < len(classes):
            return False
        said = {name: [(split_of(folder)[0], path) for folder, path in folders] for name, folders in inside.items()}
        parts = {part for row in said.values() for part, _ in row}
        if (
            "" in parts
            or "train" not in parts
            or len(parts) < 2
            or any(self.tree(path).folders for row in said.values() for _, path in row)
        ):
            return False
        for name, row in said.items():
            for part, path in row:
                self._take(part, path, [(name, path)], {name: name})
        self.notes.append(f"Each class folder has splits of its own ({listed(sorted(parts))}): they were read as the splits.")
        lacking = [name for name, row in said.items() if "train" not in dict(row)]
        if lacking:
            raise DataError(f"The class {taken(lacking[0])!r} has no images in a folder train/: add them, or take the class out.")
        return True

    def _flat(self, place: str) -> None:
        """Read a folder of class folders."""
        classes = self._without_copy(place)
        if not classes:
            self.folders.refuse_without_pictures(place)
        if len(classes) == 1:
            self.folders.refuse_nameless(*classes[0])
        self.folders.refuse_sets(classes)
        self._tell_doubts(classes)
        if said := [name for name, _ in classes if split_of(name)[0] in ("val", "test") and not split_of(name)[1]]:
            self.notes.append(f"{listed(said)} was read as a class, for there is no folder train/ beside it.")
        self._take("", place, classes, self._merged(classes))
        self._tell_loose(place)

    def _without_copy(self, place: str) -> list[tuple[str, str]]:
        """The folders that hold pictures, without one that holds all others once more (flowers/flowers/rose beside flowers/rose)."""
        full = self.tree.full(place)
        for name, path in full:
            others = {other for other, _ in full} - {name}
            if len(others) > 1 and {inside for inside, _ in self.tree(path).folders} >= others and not self.tree(path).pictures:
                self.left.append((f"{taken(name)}/", "it holds the folders beside it once more"))
                return [item for item in full if item[0] != name]
        return full

    def _tell_doubts(self, folders: list[tuple[str, str]]) -> None:
        """Note class folders that may be none: copies of others, parts of one set, and those that hold folders instead of pictures."""
        names = [name for name, _ in folders]
        for name in names:
            if other := copied_from(name, names):
                self.notes.append(f"{taken(name)!r} is called like a copy of {taken(other)!r}, and was read as a class of its own.")
        if are_parts(names):
            self.notes.append(
                f"{listed(names)} are called like parts of one set, and were read as classes: if they are none, make one folder for each "
                "class and put its images there."
            )
        inside = {name: [inner for inner, _ in self.tree.full(path)] for name, path in folders if not self.tree(path).pictures}
        deep = {name: inner for name, inner in inside.items() if len(inner) > 1}
        if deep and len(deep) == len(folders):
            self.notes.append(f"The classes are {listed(names)}; the folders in them were read as theirs.")
        elif deep:
            self.notes += [f"The class {taken(name)} was read out of the folders in it ({listed(inner)})." for name, inner in deep.items()]

    # -- taking -----------------------------------------------------------------------------------------------------

    def _merged(self, folders: list[tuple[str, str]]) -> dict[str, str]:
        """{folder: class}: folders whose names look the same are one class, called as the first."""
        first: dict[str, str] = {}
        labels = {name: first.setdefault(to_the_eye(name), name) for name, _ in folders}
        for name in (name for name, label in labels.items() if name != label):
            self.notes.append(f"Two class folders look the same ({to_the_eye(taken(name))!r}): they were read as one class.")
        for name, other in ((name, matching(name, [other for other in first if other != name])) for name in first):
            if other is not None and len(name) > 1 and name < other:
                self.notes.append(f"{taken(name)!r} and {taken(other)!r}, which are nearly written alike, were read as two classes.")
        return labels

    def _take(self, part: str, split: str, folders: list[tuple[str, str]], labels: dict[str, str]) -> None:
        """Take all files of class folders, and note the ones that are empty."""
        for name, path in folders:
            for folder in self.tree.below(path):
                listing = self.tree(folder)
                self.found += [(part, labels[name], place) for _, place in listing.pictures]
                self.other_files += len(listing.others)
                skipped = {inner for inner, _ in listing.folders} - {inner for inner, _ in self.tree.chosen(folder)}
                self.left += [
                    (self.folders.shown(os.path.join(folder, inner)), "it holds no pictures but marks on them") for inner in sorted(skipped)
                ]
        if part and split not in [path for _, path in folders]:
            self._tell_loose(self.folders.unwrapped(split, [*labels], in_split=True))

    def _tell_loose(self, place: str) -> None:
        """Note pictures beside class folders, and class folders without any."""
        listing = self.tree(place)
        if listing.pictures:
            where = "the class folders" if place == self.root else f"the folders in {self.folders.shown(place)}"
            self.left.append((listed(sorted(name for name, _ in listing.pictures)), f"it lies beside {where}, in none of them"))
        named = {path for _, _, path in self.folders.named(place)}
        for _, path in listing.folders:
            if path not in named and not self.tree.holds(path):
                self.left.append((self.folders.shown(path), "there is no picture in it"))

    def _tell_what_is_left_behind(self) -> None:
        for folder, listing in sorted(self.tree.known(), key=lambda item: item[0]):
            self.left += [
                (self.folders.shown(os.path.join(folder, name)), "it is hidden, or left by a system") for name in sorted(listing.behind)
            ]


def _labels(path: str, classes: list[str]) -> dict[str, str]:
    """{file name: class} of a text file with a line each: name, class, and anything; parted by tabs, commas or spaces. {} for any other."""
    try:
        if os.path.getsize(path) > MOST_LABELS:
            return {}
        with open(path, encoding="utf-8", errors="replace") as file:
            rows = [line.replace("\t", ",").split(",") if "\t" in line or "," in line else line.split() for line in file]
    except OSError:
        return {}
    if not rows or (len(rows[0]) > 2 and "." not in rows[0][0] and alike(rows[0][1]) not in LABEL):
        return {}  # its head says that the class stands elsewhere, or that there is a column for each class
    known = {to_the_eye(name): name for name in classes}
    named = [(row[0].strip().replace("\\", "/").rpartition("/")[2], to_the_eye(row[1])) for row in rows if len(row) > 1]
    return {name: known[label] for name, label in named if label in known}
