import os

import numpy as np
import pytest
import torch
from PIL import Image

from core.data import load_dataset
from core.data.folder import labelled_split, read_folder
from core.errors import ConfigError, DataError
from core.training.config import RunConfig


def add(folder, count, first=0):
    """`count` images of one color each, the color telling folder and number."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(first, first + count):
        color = (sum(folder.name.encode()) % 256, i, 7)
        Image.new("RGB", (32, 32), color).save(folder / f"{i:03}.png")


@pytest.fixture
def flat(tmp_path):
    root = tmp_path / "pets"
    for name in ("dog", "cat", "bird"):
        add(root / name, 20)
    return root


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def colors(split, classes):
    """{(class, number)} of the images in a split, checking the label of each."""
    for image, label in zip(split.images, split.labels, strict=True):
        assert image[0, 0, 0] == sum(classes[label].encode()) % 256
    return {(classes[k], int(i[1, 0, 0])) for i, k in zip(split.images, split.labels, strict=True)}


def test_a_flat_folder_is_split_by_seed_into_shares_of_all(flat, home):
    dataset = load_dataset("folder", data=str(flat), home=home, val_fraction=0.2, test_fraction=0.1)
    assert dataset.classes == ("bird", "cat", "dog")
    assert [len(s) for s in (dataset.train, dataset.val, dataset.test)] == [42, 12, 6]
    parts = [colors(s, dataset.classes) for s in (dataset.train, dataset.val, dataset.test)]
    assert len(set.union(*parts)) == 60
    again = load_dataset("folder", data=str(flat), home=home, val_fraction=0.2, test_fraction=0.1)
    other = load_dataset("folder", data=str(flat), home=home, val_fraction=0.2, test_fraction=0.1, split_seed=1)
    assert torch.equal(again.val.images, dataset.val.images)
    assert colors(other.val, other.classes) != parts[1]


@pytest.mark.parametrize("val", ["val", "valid", "Validation"])
def test_ready_made_parts_are_kept(tmp_path, home, val):
    root = tmp_path / "set"
    for part, count, first in (("train", 10, 0), (val, 3, 10), ("test", 2, 20)):
        add(root / part / "a", count, first)
        add(root / part / "b", count, first)
    dataset = load_dataset("folder", data=str(root), home=home)
    assert colors(dataset.train, "ab") == {(c, i) for c in "ab" for i in range(10)}
    assert colors(dataset.val, "ab") == {(c, i) for c in "ab" for i in range(10, 13)}
    assert colors(dataset.test, "ab") == {(c, i) for c in "ab" for i in range(20, 22)}


def test_a_part_that_is_missing_is_split_off_the_training_images(tmp_path, home):
    root = tmp_path / "set"
    for c in "ab":
        add(root / "train" / c, 10)
        add(root / "test" / c, 4, 10)
    dataset = load_dataset("folder", data=str(root), home=home, val_fraction=0.2)
    assert [len(s) for s in (dataset.train, dataset.val, dataset.test)] == [16, 4, 8]
    assert colors(dataset.test, "ab") == {(c, i) for c in "ab" for i in range(10, 14)}
    assert not colors(dataset.train, "ab") & colors(dataset.val, "ab")


def test_a_class_may_be_called_train(tmp_path, home):
    for name in ("train", "bus"):
        add(tmp_path / "vehicles" / name, 10)
    assert load_dataset("folder", data=str(tmp_path / "vehicles"), home=home).classes == ("bus", "train")


def test_unreadable_files_are_counted_and_hidden_ones_ignored(flat, home):
    (flat / "dog" / "notes.jpg").write_text("a text")
    (flat / "dog" / ".DS_Store").write_text("hidden")
    (flat / ".thumbnails").mkdir()
    (flat / "README.txt").write_text("beside the class folders")
    (flat / "empty class").mkdir()
    (flat / "gone.png").symlink_to(flat / "nowhere.png")
    for _ in range(2):  # decoded, then from the cache
        dataset = load_dataset("folder", data=str(flat), home=home)
        assert dataset.skipped == 1
        assert dataset.classes == ("bird", "cat", "dog")
        assert sum(map(len, (dataset.train, dataset.val, dataset.test))) == 60


def test_a_folder_without_a_readable_image_is_no_class(flat, home):
    """Its name stands between others: labels must close the gap."""
    (flat / "cow").mkdir()
    (flat / "cow" / "notes.jpg").write_text("a text")
    found = read_folder(flat, home=home)
    assert found.classes == ("bird", "cat", "dog") and len(found.left_out.files) == 1 and found.labels.unique().tolist() == [0, 1, 2]
    assert len(colors(found.part(""), found.classes)) == 60


def test_folders_below_a_class_count_and_links_in_a_circle_do_not(flat, home):
    add(flat / "dog" / "puppies", 5)
    (flat / "cat" / "again").symlink_to(flat / "cat")
    (flat / "cat" / "all").symlink_to(flat)
    found = read_folder(flat, home=home)
    counts = {c: int((found.labels == k).sum()) for k, c in enumerate(found.classes)}
    assert counts["dog"] == 25
    assert counts["bird"] == 20


def test_the_cache_saves_decoding_until_something_changes(flat, home, monkeypatch):
    first = read_folder(flat, home=home)
    decoded = []
    monkeypatch.setattr("core.data.images.read_image", lambda path: decoded.append(path))
    again = read_folder(flat, home=home)
    assert torch.equal(again.images, first.images)
    assert torch.equal(again.labels, first.labels)
    assert not decoded
    monkeypatch.undo()

    Image.new("RGB", (32, 32), (1, 2, 3)).save(flat / "cat" / "000.png")
    os.utime(flat / "cat" / "000.png", ns=(1, 1))
    assert (read_folder(flat, home=home).images[20, :, 0, 0] == torch.tensor([1, 2, 3])).all()
    (flat / "cat" / "001.png").unlink()
    assert len(read_folder(flat, home=home).images) == 59
    assert len(list((home / "cache").iterdir())) == 1


def test_what_an_older_lab_read_in_another_way_is_read_again(flat, home, monkeypatch):
    read_folder(flat, home=home)
    decoded = []
    monkeypatch.setattr("core.data.images.read_image", lambda path: decoded.append(path) or np.zeros((32, 32, 3), np.uint8))
    monkeypatch.setattr("core.data.folder_scan.READING", 10**6)
    read_folder(flat, home=home)
    assert len(decoded) == 60


def test_a_file_that_is_rewritten_with_as_many_bytes_is_decoded_again(flat, home):
    """A bitmap's size does not depend on what it shows: only its time tells that it was rewritten."""
    file = flat / "cat" / "020.bmp"
    sizes = []
    for color, seconds in (((9, 9, 9), 1000), ((200, 100, 50), 2000)):
        Image.new("RGB", (32, 32), color).save(file)
        os.utime(file, (seconds, seconds))
        sizes.append(file.stat().st_size)
        found = read_folder(flat, home=home)
        cats = found.images[found.labels == found.classes.index("cat")]
        assert (cats[-1].flatten(1) == torch.tensor(color)[:, None]).all()
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("damage", ["cut", "rubbish", "one bit", "empty"])
def test_a_damaged_cache_is_rebuilt_in_silence(flat, home, monkeypatch, damage):
    first = read_folder(flat, home=home)
    (cache,) = (home / "cache").iterdir()
    data = cache.read_bytes()
    flipped = data[:-1] + bytes([data[-1] ^ 1])
    cache.write_bytes({"cut": data[:5000], "rubbish": b"\xff" * 999, "one bit": flipped, "empty": b""}[damage])
    assert torch.equal(read_folder(flat, home=home).images, first.images)
    monkeypatch.setattr("core.data.images.read_image", lambda path: pytest.fail("decoded again"))
    assert torch.equal(read_folder(flat, home=home).images, first.images)


def test_a_file_that_may_not_be_opened_is_named_and_tried_again(flat, home, monkeypatch):
    """Its time and size do not change when it may be."""
    closed, opened = flat / "cat" / "000.png", os.open

    def guarded(path, *rest):
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *rest)

    monkeypatch.setattr("core.data.images.os.open", guarded)
    (left,) = read_folder(flat, home=home).left_out.files
    assert (left.path, left.why) == ("cat/000.png", "not to be opened (give it read permission)")
    monkeypatch.undo()
    assert read_folder(flat, home=home).left_out.files == ()


def test_a_cache_that_cannot_be_written_stops_nothing(flat, home, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.files.os.fsync", full)
    assert len(read_folder(flat, home=home).images) == 60
    assert list((home / "cache").iterdir()) == []


def test_a_home_that_cannot_be_written_stops_nothing(flat, tmp_path):
    (tmp_path / "file").touch()
    assert len(read_folder(flat, home=tmp_path / "file" / "home").images) == 60


def test_a_labelled_folder_is_read_with_the_classes_of_a_model(flat, home):
    split, left_out = labelled_split(flat, ("wolf", "dog", "cat", "bird"), home=home)
    assert (len(split), left_out.files) == (60, ())
    assert colors(split, ("wolf", "dog", "cat", "bird")) == {(c, i) for c in ("dog", "cat", "bird") for i in range(20)}
    with pytest.raises(DataError, match="'bird', which the model has not learned: it knows dog, cat"):
        labelled_split(flat, ("dog", "cat"), home=home)


def test_of_a_folder_with_parts_the_test_part_is_evaluated(tmp_path, home):
    add(tmp_path / "set" / "train" / "a", 4)
    add(tmp_path / "set" / "test" / "a", 2, 10)
    split, _ = labelled_split(tmp_path / "set", ("a",), home=home)
    assert colors(split, "a") == {("a", 10), ("a", 11)}


def fails(match, folder, home, **values):
    with pytest.raises(DataError, match=match):
        load_dataset("folder", data=str(folder), home=home, **values)


def test_bad_folders_say_what_to_do(tmp_path, home):
    root = tmp_path / "set"
    fails("needs a folder of images.*--data DIR", "", home)
    fails("does not exist: check the path", root, home)
    root.mkdir()
    fails("is empty. Make one folder for each class", root, home)
    add(root, 1)
    fails("has files but no class folders. Make one folder for each class", root, home)
    (root / "a").mkdir()
    fails("class folders in .* are empty", root, home)
    (root / "a" / "text.jpg").write_text("no image")
    fails("None of the 1 files in .* is an image that can be read", root, home)
    add(root / "a", 20)
    fails(r"one class only \('a'\)", root, home)
    add(root / "b", 1)
    fails("too few images to split: 21 for 2 classes, of which 20 are held back", root, home, val_fraction=0.5, test_fraction=0.5)
    fails("is a file, not a folder", root / "000.png", home)


def test_parts_that_contradict_each_other(tmp_path, home):
    root = tmp_path / "set"
    add(root / "val" / "a", 2)
    fails("has val/ but no class folders in train/", root, home)
    add(root / "train" / "b", 5)
    fails("The class 'a' is in val/ but not in train/", root, home)
    add(root / "train" / "a", 5)
    (root / "test").mkdir()
    assert "Left out, because it is empty: test/." in load_dataset("folder", data=str(root), home=home).left_out.sentences()


def test_a_folder_that_may_not_be_read(flat, home, monkeypatch):
    def denied(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("core.data.folder_scan.os.scandir", denied)
    fails(r"cannot be read \(Permission denied\)\. Give it read permission", flat, home)


def test_names_that_are_not_unicode(tmp_path, home):
    root = tmp_path / "set"
    add(root / "a", 5)
    add(root / "b", 5)
    os.rename(root / "a" / "000.png", os.fsencode(root / "a") + b"/\xff.png")
    assert len(read_folder(root, home=home).images) == 10
    assert np.array_equal(read_folder(root, home=home).images, read_folder(root, home=home).images)


def test_a_folder_that_is_too_large_is_refused_while_it_is_listed(flat, home, monkeypatch):
    monkeypatch.setattr("core.data.folder_scan.MOST_ENTRIES", 40)
    listed, scandir = [], os.scandir
    monkeypatch.setattr("core.data.folder_scan.os.scandir", lambda path: listed.append(path) or scandir(path))
    with pytest.raises(DataError, match="has more than 40 files and folders in it: name one that has fewer"):
        read_folder(flat, home=home)
    assert str(flat / "dog") not in map(str, listed)  # the last one


def test_links_that_multiply_end_at_the_same_bound(tmp_path, home, monkeypatch):
    """Twenty folders, each with links to all after it: a million ways through them."""
    monkeypatch.setattr("core.data.folder_scan.MOST_ENTRIES", 5000)
    for n in range(20):
        (tmp_path / "class" / f"{n:02}").mkdir(parents=True)
        for m in range(n):
            (tmp_path / "class" / f"{m:02}" / f"to {n}").symlink_to(tmp_path / "class" / f"{n:02}")
    with pytest.raises(DataError, match="more than 5,000 files and folders"):
        read_folder(tmp_path, home=home)


def test_too_many_classes(flat, home, monkeypatch):
    monkeypatch.setattr("core.data.folder_scan.MOST_CLASSES", 2)
    with pytest.raises(DataError, match="has 3 class folders, and at most 2 classes are told apart: name a folder with fewer"):
        read_folder(flat, home=home)


def test_without_memory_for_its_images_it_is_not_read(flat, home, monkeypatch):
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    monkeypatch.setattr("core.data.folder.decode", None)  # would fail if it were called
    with pytest.raises(ConfigError, match="A folder of 60 files needs about 1 MB of memory, and 0 MB are free: name a folder with fewer"):
        read_folder(flat, home=home)


def test_listing_ends_when_nobody_waits_for_it(flat, home):
    class Left(Exception):
        pass

    def leave(done, total, what):
        assert what == "Listing files"
        raise Left

    with pytest.raises(Left):
        read_folder(flat, home=home, progress=leave)


def test_no_class_loses_all_its_images_to_the_split(tmp_path, home):
    for name, count in (("bird", 1), ("cat", 50), ("dog", 50)):
        add(tmp_path / "rare" / name, count)
    for seed in range(20):
        dataset = load_dataset("folder", data=str(tmp_path / "rare"), home=home, split_seed=seed)
        assert torch.bincount(dataset.train.labels, minlength=3).tolist() == [1, 40, 40]
        assert torch.bincount(dataset.test.labels, minlength=3).tolist() == [0, 5, 5]


def test_a_run_that_is_older_than_the_rule_has_the_split_that_it_had(flat, home):
    """Its config does not name the rule."""
    known = RunConfig.of(dataset="folder", data=str(flat))
    old = {name: value for name, value in known.flat().items() if name != "stratify"}
    config = RunConfig.of(**RunConfig.completed(old))
    assert not config.data_config.stratify and "--no-stratify" in config.command()
    dataset = load_dataset("folder", config.data_config, home=home)
    found = read_folder(flat, home=home)
    order = torch.randperm(60, generator=torch.Generator().manual_seed(0))
    assert torch.equal(dataset.val.images, found.images[order[48:54]]) and torch.equal(dataset.test.labels, found.labels[order[54:]])
    shapes = {name: value for name, value in RunConfig.of(dataset="shapes").flat().items() if name != "stratify"}
    assert RunConfig.completed(shapes)["stratify"], "it says nothing of images that are not split"
