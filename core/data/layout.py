"""How a folder of images is laid out: which folders are splits and which are classes, and what is neither and left out.

Nothing is guessed: what looks like splits and cannot be told is a sentence. Plain Python: a run's PyTorch script holds this text, too.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from difflib import get_close_matches

from core.data.split_names import (
    IMAGES,
    MARKS,
    NAMELESS,
    SYSTEM_FILES,
    alike,
    are_parts,
    copied_from,
    difference,
    is_left_behind,
    is_no_picture,
    matching,
    split_of,
    to_the_eye,
)  # fmt: skip
from core.errors import DataError, Place
from core.files import remedy
from core.text import taken

HOW = "Make one folder for each class and put its images there."
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".rar", ".7z")
LABEL = ("label", "labels", "class", "class_name", "classname", "class_id", "classid", "category", "target", "species", "diagnosis")
MOST_LABELS = 20_000_000  # bytes of a text file with a class for each image
SHOWN = 5  # names in a sentence


@dataclass
class Listing:
    """What lies in a folder: (name, path) of folders and of files that may be pictures, of other files, and of what is left behind."""

    folders: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


class Tree:
    """Lists folders, each once; `count` is called for every entry and may end it. Links to a folder above lead nowhere."""

    def __init__(self, count=None) -> None:
        self._known: dict[str, Listing] = {}
        self._full: dict[str, bool] = {}
        self._count = count or (lambda: None)

    def __call__(self, folder: str) -> Listing:
        if folder not in self._known:
            self._known[folder] = self._listed(folder)
        return self._known[folder]

    def _listed(self, folder: str) -> Listing:
        found = Listing()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._count()
                    self._sort_in(entry, found)
        except OSError as error:
            raise DataError(
                "The folder ", Place(folder), f" cannot be read ({error.strerror}). {remedy(error, 'Give it read permission.')}"
            ) from error
        found.folders.sort()
        return found

    def _sort_in(self, entry: os.DirEntry, found: Listing) -> None:
        item = (entry.name, entry.path)
        if _is(entry.is_dir):
            (found.behind.append(entry.name) if is_left_behind(entry.name) else found.folders.append(item))
        elif not entry.name.startswith(".") and entry.name.lower() not in SYSTEM_FILES and (_is(entry.is_file) or _is(entry.is_symlink)):
            (found.others if is_no_picture(entry.name) else found.pictures).append(item)

    def known(self):
        """(folder, listing) of all that was listed."""
        return self._known.items()

    def below(self, folder: str, above: frozenset = frozenset()):
        """The folders in which the pictures of a folder lie: itself and all below, that are not left behind."""
        identity = _identity(folder)
        if identity in above:
            return
        yield folder
        for _, path in self.chosen(folder):
            yield from self.below(path, above | {identity})

    def chosen(self, folder: str) -> list[tuple[str, str]]:
        """The folders in a folder of pictures; where some of them hold the pictures and others masks of these, the first alone."""
        folders = self(folder).folders
        images = [item for item in folders if item[0].lower() in IMAGES]
        marks = [item for item in folders if item[0].lower() in MARKS]
        return [item for item in folders if item not in marks] if images and marks else folders

    def holds(self, folder: str) -> bool:
        """Whether there is a file in it, or below, that may be a picture."""
        if folder not in self._full:
            self._full[folder] = any(self(path).pictures for path in self.below(folder))
        return self._full[folder]

    def full(self, folder: str) -> list[tuple[str, str]]:
        """The folders in it that hold pictures (and not marks on those in another)."""
        return [item for item in self.chosen(folder) if self.holds(item[1])]


def _is(kind) -> bool:
    """Whether an entry is of a kind; of one that nobody can say it of (a link in a circle) it is not."""
    try:
        return kind()
    except OSError:
        return False


def _identity(folder: str) -> tuple[int, int]:
    try:
        state = os.stat(folder)
    except OSError as error:
        raise DataError(
            "The folder ", Place(folder), f" cannot be read ({error.strerror}). {remedy(error, 'Give it read permission.')}"
        ) from error
    return state.st_dev, state.st_ino


class Layout:
    """`found`: (split, class, path) of every file that may be a picture, sorted; the split is "" for a folder without splits.

    `left`: (what, why) of the folders that are left out; `notes`: how the folder was read where that does not go without saying.
    Raises DataError for a folder that cannot be read as classes, or could be read in two ways.
    """

    def __init__(self, root: str, count=None) -> None:
        self.root, self.tree = root, Tree(count)
        self.found: list[tuple[str, str, str]] = []
        self.left: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.other_files = 0  # in class folders, that are by their names no pictures
        place = self._unwrapped(root)
        if place != root:
            self.notes.append(f"The images were found in {self._shown(place)}.")
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
            self.left += [(self._shown(path), "no pictures of classes are in it") for _, path in listing.folders if path not in way]
            if listing.pictures:
                names = _listed(sorted(name for name, _ in listing.pictures))
                self.left.append((names, f"it lies beside {self._shown(way[way.index(folder) - 1])}, in no class folder"))

    def _shown(self, path: str) -> str:
        """A path as it is called within the folder."""
        return taken(os.path.relpath(path, self.root).replace(os.sep, "/")) + "/"

    # -- where the classes are --------------------------------------------------------------------------------------

    def _unwrapped(self, place: str, classes: list[str] | tuple = (), *, in_split: bool = False) -> str:
        """The folder that holds the splits (unless it is in one) or classes: down through folders that hold nothing but the next one."""
        full = self.tree.full(place)
        if len(full) != 1 or (not in_split and self._splits(place)) or matching(full[0][0], [*classes]):
            return place
        ((_, inside),) = full
        if self._has_own_pictures(place) or self._has_own_pictures(inside):
            return place
        deepest = self._unwrapped(inside, classes, in_split=in_split)
        return deepest if len(self.tree.full(deepest)) > 1 or (not in_split and self._splits(deepest)) else place

    def _has_own_pictures(self, place: str) -> bool:
        """Whether pictures lie in a folder itself, and are more than a few beside the folders that hold the others."""
        loose = len(self.tree(place).pictures)
        return loose > 0 and not (self._splits(place) or loose <= len(self.tree.full(place)))

    def _splits(self, place: str) -> list[tuple[str, str, str]]:
        """(split, name, path) of the folders whose names say a split, if train/ with class folders is among them."""
        named = self._named(place)
        if len(self.tree.full(place)) == 1 and any(self._has_own(path) for *_, path in named):
            return []  # train/train and train/val: the first is a wrapping
        return named if any(part == "train" and self._classes(path) for part, _, path in named) else []

    def _has_own(self, split: str) -> bool:
        """Whether a folder that is called as a split holds train/ and another split instead of classes."""
        own = {part for part, _, path in self._named(split) if self.tree.holds(path)}
        return "train" in own and len(own) > 1

    def _named(self, place: str) -> list[tuple[str, str, str]]:
        """(split, name, path) of the folders whose names say a split, alone or beside words that they share (asl_alphabet_train)."""
        said = [(*split_of(name), name, path) for name, path in self.tree(place).folders]
        alone = [(part, name, path) for part, rest, name, path in said if part and not rest]
        if alone:
            return alone
        shared = {rest for part, rest, *_ in said if part == "train"} & {rest for part, rest, *_ in said if part in ("val", "test")}
        return [(part, name, path) for part, rest, name, path in said if part and rest in shared] if len(shared) == 1 else []

    def _classes(self, split: str, known: list[str] | tuple = ()) -> list[tuple[str, str]]:
        """The class folders of a split; [] where its images lie without any."""
        place = self._unwrapped(split, known, in_split=True)
        full = self.tree.full(place)
        if len(full) == 1 and not self.tree(full[0][1]).folders and not matching(full[0][0], [*known]):
            name = full[0][0]
            if name.lower() in NAMELESS or split_of(name)[0] or name == os.path.basename(place):
                return []
        return full

    # -- splits -----------------------------------------------------------------------------------------------------

    def _by_splits(self, place: str) -> bool:
        """Read train/ and any of val/ and test/; False where there are none."""
        splits = self._splits(place)
        if not splits:
            self._refuse_unread_splits(place)
            return False
        chosen = self._one_of_each(splits)
        if self._has_own(chosen["train"][1]):
            raise DataError(
                "In the folder ", Place(self.root), f", {taken(chosen['train'][0])}/ holds splits of its own and lies beside others: name "
                "the folder whose splits are meant."
            )  # fmt: skip
        train = self._classes(chosen["train"][1])
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
            labelled = [item for item in named if self._classes(item[1])] or named[:1]
            if len(labelled) > 1:
                raise DataError(
                    "In the folder ", Place(self.root), f", {_listed([name for name, _ in labelled])} look like the same split ({part}): "
                    "leave one of them there, or put their images together."
                )  # fmt: skip
            if labelled:
                chosen[part] = labelled[0]
        return chosen

    def _take_held_back(self, part: str, name: str, path: str, classes: list[str]) -> None:
        """Read val/ or test/, whose classes are those of train/."""
        folders = self._classes(path, classes)
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
                self.notes.append(f"{taken(folder)!r} in {taken(name)}/ was taken for the class {taken(of_train)!r}.")
        self._take(part, path, folders, meant)

    def _strange(self, folder: str, part: str, classes: list[str]) -> list:
        """The words of the error for a class that the training images lack."""
        near = get_close_matches(alike(folder), [alike(c) for c in classes], n=1)
        hint = ""
        if near:
            other = next(c for c in classes if alike(c) == near[0])
            told = difference(alike(folder), alike(other))
            hint = f" Is it {taken(other)!r}?" + (f" They differ in one letter: {told}." if told else "")
        return [
            f"The class {taken(folder)!r} is in {part}/ but not in train/ of the folder ", Place(self.root),
            f", so no model can learn it.{hint} Call it as in train/, or take it out of {part}/.",
        ]  # fmt: skip

    def _take_listed(self, part: str, name: str, path: str, classes: list[str]) -> None:
        """Read a split without class folders by a text file beside its images, a line each: file, class. Else it is left out."""
        images = [item for folder in self.tree.below(path) for item in self.tree(folder).pictures]
        for text_name, text in [item for folder in self.tree.below(path) for item in self.tree(folder).others]:
            labels = _labels(text, classes)
            found = [(part, labels[image], place) for image, place in images if image in labels]
            if found:
                self.found += found
                self.notes.append(
                    f"The classes of {taken(name)}/ were read from {taken(text_name)}: {len(found):,} of {len(images):,} files."
                )
                return
        why = f"its {len(images):,} files lie without class folders, so their classes are not known" if images else "it is empty"
        self.left.append((f"{taken(name)}/", why))

    def _refuse_unread_splits(self, place: str) -> None:
        """Raise DataError for folders that are called as splits and cannot be read as such: they are no classes."""
        named, full = self._named(place), [name for name, _ in self.tree.full(place)]
        both = [name for name in full if all(split_of(name))]
        if (
            len(both) > 2
            and not named
            and len({split_of(name)[1] for name in both}) > 1
            and "train" in [split_of(name)[0] for name in both]
        ):
            raise DataError(
                "In the folder ", Place(self.root), f", {_listed(both)} look like class and split in one name: make folders train and "
                "test, and in each of them one folder for each class."
            )  # fmt: skip
        parts = {part for part, name, _ in named if name in full}
        labelled = [(part, name) for part, name, path in named if self._classes(path)]
        if labelled and {name for _, name, _ in named} >= {*full} and ("train" not in parts or len(full) == len(labelled)):
            raise DataError(
                "The folder ", Place(self.root), f" has {taken(labelled[0][1])}/ but no class folders in train/: add them, or name a "
                "folder that has them."
            )  # fmt: skip
        if len(parts) > 1:
            raise DataError(
                "The folder ", Place(self.root), f" has {_listed([name for _, name, _ in named if name in full])}, which look like splits, "
                "but the images in them lie without class folders: in each, make one folder for each class and put its images there."
            )  # fmt: skip

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
        self.notes.append(f"Each class folder has splits of its own ({_listed(sorted(parts))}): they were read as the splits.")
        lacking = [name for name, row in said.items() if "train" not in dict(row)]
        if lacking:
            raise DataError(f"The class {taken(lacking[0])!r} has no images in a folder train/: add them, or take the class out.")
        return True

    def _flat(self, place: str) -> None:
        """Read a folder of class folders."""
        classes = self._without_copy(place)
        if not classes:
            self._refuse_without_pictures(place)
        if len(classes) == 1:
            self._refuse_nameless(*classes[0])
        self._refuse_sets(classes)
        self._tell_doubts(classes)
        if said := [name for name, _ in classes if split_of(name)[0] in ("val", "test") and not split_of(name)[1]]:
            self.notes.append(f"{_listed(said)} was read as a class, for there is no folder train/ beside it.")
        self._take("", place, classes, self._merged(classes))
        self._tell_loose(place)

    def _refuse_without_pictures(self, place: str) -> None:
        """Raise DataError for a folder in whose folders there is no picture, with what is there instead."""
        listing, others = self.tree(place), [name for _, found in self.tree.known() for name, _ in found.others]
        state = "has files but no class folders" if listing.pictures or listing.others else "is empty"
        archives = [name for name in others if name.lower().endswith(ARCHIVES)]
        how = f"Unpack {taken(archives[0])} first." if archives else HOW
        if not listing.folders:
            raise DataError("The folder ", Place(self.root), f" {state}. {how}")
        instead = f"hold no pictures that can be read, but files such as {taken(others[0])}" if others else "are empty"
        raise DataError("The class folders in ", Place(self.root), f" {instead}. {how}")

    def _refuse_nameless(self, name: str, path: str) -> None:
        """Raise DataError for a single folder whose name, or that of the folder in it that holds the pictures, says no class: "images"."""
        while name.lower() not in IMAGES and not self.tree(path).pictures and len(full := self.tree.full(path)) == 1:
            ((name, path),) = full
        if name.lower() in IMAGES:
            raise DataError("The images of the folder ", Place(self.root), f" lie in {self._shown(path)} without class folders. {HOW}")

    def _without_copy(self, place: str) -> list[tuple[str, str]]:
        """The folders that hold pictures, without one that holds all others once more (flowers/flowers/rose beside flowers/rose)."""
        full = self.tree.full(place)
        for name, path in full:
            others = {other for other, _ in full} - {name}
            if len(others) > 1 and {inside for inside, _ in self.tree(path).folders} >= others and not self.tree(path).pictures:
                self.left.append((f"{taken(name)}/", "it holds the folders beside it once more"))
                return [item for item in full if item[0] != name]
        return full

    def _refuse_sets(self, classes: list[tuple[str, str]]) -> None:
        """Raise DataError where the folders look like whole sets, or like splits of which nobody can say which is which."""
        sets = [name for name, path in classes if self._splits(self._unwrapped(path))]
        if sets:
            raise DataError(
                "The folder ", Place(self.root), f" holds sets with splits of their own ({_listed(sets)}), which are no classes: name one "
                "of them."
            )  # fmt: skip
        places = [self._unwrapped(path) for _, path in classes]
        if len(classes) < 2 or any(map(self._has_own_pictures, places)):
            return
        inside = [self.tree.full(place) for place in places]
        common = set.intersection(*({alike(name) for name, _ in folders} for folders in inside))
        several = len(common) > 1 and not (common & IMAGES and common & MARKS)
        if several or self._are_wrapped(common, inside):
            raise DataError(
                "In the folder ", Place(self.root), f", {_listed([name for name, _ in classes])} hold folders of the same names "
                f"({_listed(sorted(common))}): they look like splits or like several sets, not like classes. Call them train, val and "
                "test, or name one of them; parts of one set, as of a large download, have to be put together."
            )  # fmt: skip

    def _are_wrapped(self, common: set[str], inside: list[list[tuple[str, str]]]) -> bool:
        """Whether several folders hold each one folder of the same name, and classes in it: the parts of a download."""
        alone = [folders[0][1] for folders in inside if len(folders) == 1]
        return (
            len(common) == 1 and len(alone) == len(inside) and not common & NAMELESS and not any(self.tree(path).pictures for path in alone)
        )

    def _tell_doubts(self, folders: list[tuple[str, str]]) -> None:
        """Note class folders that may be none: copies of others, parts of one set, and those that hold folders instead of pictures."""
        names = [name for name, _ in folders]
        for name in names:
            if other := copied_from(name, names):
                self.notes.append(f"{taken(name)!r} is called like a copy of {taken(other)!r}, and was read as a class of its own.")
        if are_parts(names):
            self.notes.append(
                f"{_listed(names)} are called like parts of one set, and were read as classes: if they are none, make one folder for each "
                "class and put its images there."
            )
        inside = {name: [inner for inner, _ in self.tree.full(path)] for name, path in folders if not self.tree(path).pictures}
        deep = {name: inner for name, inner in inside.items() if len(inner) > 1}
        if deep and len(deep) == len(folders):
            self.notes.append(f"The classes are {_listed(names)}; the folders in them were read as theirs.")
        elif deep:
            self.notes += [f"The class {taken(name)} was read out of the folders in it ({_listed(inner)})." for name, inner in deep.items()]

    # -- taking -----------------------------------------------------------------------------------------------------

    def _merged(self, folders: list[tuple[str, str]]) -> dict[str, str]:
        """{folder: class}: folders whose names look the same are one class, called as the first."""
        first: dict[str, str] = {}
        found = {name: first.setdefault(to_the_eye(name), name) for name, _ in folders}
        for name in (name for name, label in found.items() if name != label):
            self.notes.append(f"Two class folders look the same ({to_the_eye(taken(name))!r}): they were read as one class.")
        for name, other in ((name, matching(name, [other for other in first if other != name])) for name in first):
            if other is not None and len(name) > 1 and name < other:
                self.notes.append(f"{taken(name)!r} and {taken(other)!r}, which are nearly written alike, were read as two classes.")
        return found

    def _take(self, part: str, split: str, folders: list[tuple[str, str]], labels: dict[str, str]) -> None:
        """Take all files of class folders, and note the ones that are empty."""
        for name, path in folders:
            for folder in self.tree.below(path):
                listing = self.tree(folder)
                self.found += [(part, labels[name], place) for _, place in listing.pictures]
                self.other_files += len(listing.others)
                skipped = {inner for inner, _ in listing.folders} - {inner for inner, _ in self.tree.chosen(folder)}
                self.left += [
                    (self._shown(os.path.join(folder, inner)), "it holds no pictures but marks on them") for inner in sorted(skipped)
                ]
        if part and split not in [path for _, path in folders]:
            self._tell_loose(self._unwrapped(split, [*labels], in_split=True))

    def _tell_loose(self, place: str) -> None:
        """Note pictures beside class folders, and class folders without any."""
        listing = self.tree(place)
        if listing.pictures:
            where = "the class folders" if place == self.root else f"the folders in {self._shown(place)}"
            self.left.append((_listed(sorted(name for name, _ in listing.pictures)), f"it lies beside {where}, in none of them"))
        named = {path for _, _, path in self._named(place)}
        for _, path in listing.folders:
            if path not in named and not self.tree.holds(path):
                self.left.append((self._shown(path), "there is no picture in it"))

    def _tell_what_is_left_behind(self) -> None:
        for folder, listing in sorted(self.tree.known(), key=lambda item: item[0]):
            self.left += [(self._shown(os.path.join(folder, name)), "it is hidden, or left by a system") for name in sorted(listing.behind)]


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


def _listed(names: list[str]) -> str:
    """Names in a sentence, a few of them."""
    more = len(names) - SHOWN
    return ", ".join(map(taken, names[:SHOWN])) + (f" and {more:,} more" if more > 0 else "")
