"""Where CIFAR-10 lies is said once, and holds for every page and command."""

import shutil

import numpy as np
import pytest
from PIL import Image

from core import folders
from core.cli import main
from core.data import DATASETS, found_place, load_dataset, usable
from core.data.naming import class_folders, folder_name, name_place, set_of_folder
from core.errors import ConfigError, DataError, StoreError
from core.places import keep_place, place_of
from core.records.recorded import recorded_run
from core.training.config import RunConfig
from core.training.runs.datasets import load_shared
from tests.core.data.test_copies import packed, python_files, write

CLASSES = DATASETS["cifar10"].classes


def class_folder_set(root, each=10, classes=CLASSES):
    """`each` pictures a class, every one of one color that tells its class and its number."""
    for label, name in enumerate(classes):
        (root / name).mkdir(parents=True)
        for k in range(each):
            Image.new("RGB", (32, 32), (20 * label, 10 * k, 0)).save(root / name / f"{k:02d}.png")
    return root


def written(path):
    path.write_text("x")
    return path


@pytest.fixture
def archive(tmp_path):
    return packed(tmp_path / "cifar-10-python.tar.gz", write(tmp_path / "cifar-10-batches-py", python_files()))


def test_the_classes_stand_as_those_of_a_folder_do():
    assert [*CLASSES] == sorted(CLASSES) and recorded_run("cifar10-bar-0").classes == CLASSES


def test_said_once_it_is_there(tmp_path, archive):
    home = tmp_path / "home"
    assert not usable("cifar10", home) and found_place("cifar10", home) == ""
    assert name_place("cifar10", f'"{archive}"', home) == str(archive)
    assert usable("cifar10", home) and not usable("fashion_mnist", home)
    named = load_dataset("cifar10", home=home)
    given = load_dataset("cifar10", data=str(archive), home=tmp_path / "other")
    for part in ("train", "val", "test"):
        assert (getattr(named, part).images == getattr(given, part).images).all()
        assert (getattr(named, part).labels == getattr(given, part).labels).all()


def test_a_folder_of_its_class_folders_does_too(tmp_path):
    root, home = class_folder_set(tmp_path / "train"), tmp_path / "home"
    name_place("cifar10", root, home)
    assert class_folders("cifar10", home) == str(root)
    dataset = load_dataset("cifar10", home=home)
    assert (
        dataset.name == "cifar10"
        and dataset.classes == CLASSES
        and (len(dataset.train), len(dataset.val), len(dataset.test)) == (80, 10, 10)
    )
    for images, labels in ((part.images, part.labels) for part in (dataset.train, dataset.val, dataset.test)):
        assert (images[:, 0, 0, 0].numpy() == 20 * labels.numpy()).all(), "every picture has the label of its folder"
    assert np.bincount(dataset.test.labels).tolist() == [1] * 10


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        (lambda root: class_folder_set(root, 1, ("cat", "dog")), "has 2 class folders"),
        (lambda root: class_folder_set(root, 1, (*CLASSES[:-1], "lorry")), "has a class 'lorry'"),
        (lambda root: None, "There is nothing at"),
        (written, "is no copy of CIFAR-10"),
        (lambda root: written(root.with_suffix(".zip")), "is damaged"),
    ],
)  # fmt: skip
def test_what_is_no_cifar10_is_refused_with_what_would_do(tmp_path, made, wrong):
    root, home = tmp_path / "set", tmp_path / "home"
    with pytest.raises(DataError, match=wrong) as error:
        name_place("cifar10", made(root) or root, home)
    assert "cifar-10-python.tar.gz" in str(error.value) and not usable("cifar10", home)


def test_only_sets_with_files_of_their_own_are_named(tmp_path, archive):
    with pytest.raises(ConfigError, match="is in no files of its own. Those that can be named are cifar10, fashion_mnist"):
        name_place("shapes", archive, tmp_path)
    with pytest.raises(DataError, match="is not one of Fashion-MNIST. For Fashion-MNIST, name the folder"):
        name_place("fashion_mnist", archive, tmp_path)


def test_a_place_that_is_gone_is_said_and_one_that_comes_back_is_read(tmp_path, archive):
    home = tmp_path / "home"
    name_place("cifar10", archive, home)
    shutil.move(archive, tmp_path / "away")
    assert not usable("cifar10", home)
    with pytest.raises(DataError, match=f"It was said to lie at {archive}, where nothing is now"):
        load_dataset("cifar10", home=home)
    shutil.move(tmp_path / "away", archive)
    assert len(load_dataset("cifar10", home=home).test) == 40
    keep_place("cifar10", "", home)
    keep_place("cifar10", "", home)
    assert not usable("cifar10", home)


def test_a_stranger_names_no_place_and_trains_on_the_named_one(tmp_path, monkeypatch):
    root = class_folder_set(tmp_path / "train")
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    name_place("cifar10", root)
    (tmp_path / "beside").mkdir()
    monkeypatch.setattr(folders, "_stranger", lambda: True)
    with pytest.raises(DataError, match="Only the machine's own user, or in a class the instructor, says where CIFAR-10 lies"):
        name_place("cifar10", tmp_path / "beside")
    assert place_of("cifar10") == str(root)
    assert len(load_shared(RunConfig.of(dataset="cifar10"), tmp_path / "home", lambda *_: None).test) == 10
    assert folders.may_open(root) and not folders.may_open(tmp_path / "beside") and not folders.may_open(root / "cat")


def test_naming_a_folder_of_downloads_opens_nothing_else_of_it(tmp_path, archive, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    downloads = tmp_path / "downloads"
    (downloads / "private").mkdir(parents=True)
    shutil.move(archive, downloads / "cifar-10-python.tar.gz")
    assert name_place("cifar10", downloads) == str(downloads / "cifar-10-python.tar.gz")
    monkeypatch.setattr(folders, "_stranger", lambda: True)
    assert not folders.may_open(downloads) and not folders.may_open(downloads / "private")
    assert len(load_shared(RunConfig.of(dataset="cifar10"), tmp_path / "home", lambda *_: None).test) == 40


def test_runs_in_one_process_see_a_place_that_was_named_anew(tmp_path, archive):
    home, config = tmp_path / "home", RunConfig.of(dataset="cifar10")
    rows = RunConfig.of(model="transformer", dataset="row-labels", pictures="cifar10")
    name_place("cifar10", class_folder_set(tmp_path / "train"), home)
    pairs = load_shared(rows, home, lambda *_: None)
    assert pairs is load_shared(rows, home, lambda *_: None)
    assert len(load_shared(config, home, lambda *_: None).test) == 10
    name_place("cifar10", archive, home)
    assert len(load_shared(config, home, lambda *_: None).test) == 40
    assert load_shared(rows, home, lambda *_: None) is not pairs


def test_a_place_that_cannot_be_kept_is_said(tmp_path, archive):
    home = tmp_path / "home"
    home.mkdir()
    (home / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be written"):
        name_place("cifar10", archive, home)


def test_the_command_line_says_and_forgets_it(tmp_path, archive, capsys):
    def said(*words):
        code = main([*words, "--home", str(tmp_path / "home")])
        return code, capsys.readouterr().out

    assert said("data", "place", "cifar10") == (0, "no place is known of cifar10\n")
    assert said("data", "place", "cifar10", str(archive)) == (0, f"cifar10 is read from {archive}\n")
    assert said("data", "place", "cifar10") == (0, f"cifar10 is read from {archive}\n")
    assert str(archive) in said("data", "list")[1]
    assert "train: 180" in said("data", "info", "cifar10")[1]
    assert said("data", "place", "cifar10", "--forget") == (0, "no place is known of cifar10\n")
    assert archive.exists()
    assert main(["data", "place", "cifar", "x"]) == 2


@pytest.mark.parametrize(
    ("path", "name", "known"),
    [
        ("/data/CIFAR-10/train", "CIFAR-10", "cifar10"),
        ("cifar", "cifar", "cifar10"),
        ("D:\\images\\cifar10\\", "cifar10", "cifar10"),
        ("/sticks/cifar-10-python.tar.gz", "cifar-10-python.tar.gz", "cifar10"),
        ("/data/cifar-100", "cifar-100", ""),
        ("/data/flowers/train/", "flowers", ""),
        ("train", "train", ""),
        ("/data/flowers_train", "flowers_train", ""),
        ("/", "", ""),
        ("", "", ""),
    ],
)
def test_a_folder_is_called_by_the_name_that_says_what_it_is(path, name, known):
    assert folder_name(path) == name and set_of_folder(path) == known
