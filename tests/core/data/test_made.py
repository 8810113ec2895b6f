"""Sets that a class has drawn, as a data set: names, links, sizes, splits; the pixels against Pillow's own reading."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from core.cli import main
from core.data import folder, load_dataset
from core.data.made import TRIES
from core.data.made_sets import MOST_NAME, checked_name, contents, made_sets, name_problem, set_folder, stamp
from core.errors import ConfigError, DataError
from core.training import RunConfig
from core.training.runs import datasets
from core.training.runs.datasets import load_shared


def write(folder, color, size=32):
    folder.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(color).integers(0, 256, (size, size, 3), np.uint8)
    Image.fromarray(pixels).save(folder)
    return pixels


@pytest.fixture
def home(tmp_path):
    """A lab with one set: three classes with four pictures each."""
    for k, name in enumerate(("cat", "dog", "train")):  # the last one is no split here
        for i in range(4):
            write(tmp_path / "made" / "zoo" / name / f"{i}.png", 10 * k + i)
    return tmp_path


def test_a_set_is_split_by_class_and_every_pixel_is_the_files(home):
    data = load_dataset("made", home=home, made="zoo", val_fraction=0.25, test_fraction=0.25)
    assert data.classes == ("cat", "dog", "train")
    assert [len(split) for split in (data.train, data.val, data.test)] == [6, 3, 3]
    assert all(
        torch.bincount(split.labels, minlength=3).tolist() == [n] * 3 for split, n in ((data.train, 2), (data.val, 1), (data.test, 1))
    )
    files = {np.asarray(Image.open(file)).transpose(2, 0, 1).tobytes(): file.parent.name for file in home.rglob("*.png")}
    read = {image.numpy().tobytes(): data.classes[label] for split in (data.train, data.val, data.test) for image, label in split}
    assert read == files


def test_the_smallest_class_of_ten_classes_and_three_pictures_can_be_trained_on(tmp_path):
    for k in range(10):
        for i in range(3):
            write(tmp_path / "made" / "few" / str(k) / f"{i}.png", 10 * k + i)
    data = load_dataset("made", home=tmp_path, made="few")
    assert torch.bincount(data.train.labels, minlength=10).min() >= 1 and len(data.val) == len(data.test) == 3


@pytest.mark.parametrize(
    ("classes", "each", "said"),
    [
        (1, 2, "has 2 pictures of 1 class. It needs 4 more pictures and pictures of 2 classes at least"),
        (1, 9, "has 9 pictures of 1 class. It needs pictures of 2 classes at least"),
        (2, 2, "has 4 pictures of 2 classes. It needs 2 more pictures at least"),
    ],
)
def test_what_is_too_small_says_what_is_missing(tmp_path, classes, each, said):
    for k in range(classes):
        for i in range(each):
            write(tmp_path / "made" / "s" / str(k) / f"{i}.png", 10 * k + i)
    with pytest.raises(DataError, match=said):
        load_dataset("made", home=tmp_path, made="s")


def test_a_set_that_is_not_there_is_said_with_those_that_are(home, tmp_path_factory):
    with pytest.raises(DataError, match="no set of drawings 'zo' in the home of this lab. There are: zoo"):
        load_dataset("made", home=home, made="zo")
    with pytest.raises(DataError, match="needs the name of a set .* There are: zoo"):
        load_dataset("made", home=home)
    with pytest.raises(DataError, match="None has been drawn yet"):
        load_dataset("made", home=tmp_path_factory.mktemp("empty"), made="zoo")


@pytest.mark.parametrize(
    "name",
    [
        "../zoo", "..", ".hidden", "a/b", "a\\b", "C:", "a\0b", "x\u202ey", "a  b", " a", "U\u0308", "nul", "COM1.x",
        "x" * (MOST_NAME + 1), "-x", "x.", "\ud800", "<b>", "a\nb", "\u2800",
    ],
)  # fmt: skip
def test_a_name_that_could_lead_elsewhere_or_deceive_is_none(home, name):
    assert name_problem(name)
    with pytest.raises(ConfigError):
        RunConfig.of(dataset="made", made=name)
    with pytest.raises(ConfigError):
        load_dataset("made", home=home, made=name)


@pytest.mark.parametrize("name", ["digits", "Zahlen 2", "数字", "naïve", "👍", "a_b-c", "x" * MOST_NAME])
def test_any_other_name_is_one_in_every_script(tmp_path, name):
    assert checked_name(f"  {name} ", "a set") == name
    assert set_folder(name, tmp_path).parent == tmp_path / "made"


def test_a_name_is_taken_in_its_usual_form(tmp_path):
    assert checked_name("Ma\u0308use", "a class") == "M\u00e4use"


def test_symbolic_links_are_neither_sets_nor_classes_nor_pictures(home, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    for i in range(9):
        write(outside / "secret" / f"{i}.png", i)
    (home / "made" / "linked").symlink_to(outside)
    (home / "made" / "zoo" / "secret").symlink_to(outside / "secret")
    (home / "made" / "zoo" / "cat" / "9.png").symlink_to(outside / "secret" / "1.png")
    assert made_sets(home) == ["zoo"] and contents("zoo", home) == (3, 12)
    assert len(load_dataset("made", home=home, made="zoo")) == 12
    with pytest.raises(DataError, match="no set of drawings 'linked'"):
        load_dataset("made", home=home, made="linked")


def test_a_set_that_has_grown_is_read_anew(home):
    config = RunConfig.of(dataset="made", made="zoo")
    before, first = load_shared(config, home, lambda *_: None), stamp("zoo", home)
    assert load_shared(config, home, lambda *_: None) is before
    write(home / "made" / "zoo" / "cat" / "new.png", 99)
    assert stamp("zoo", home) != first
    assert len(load_shared(config, home, lambda *_: None)) == len(before) + 1


# -- read while it is open ----------------------------------------------------------------------------------------------


@pytest.fixture
def before_each(monkeypatch):
    """Does the next of some things whenever a function of a module is called, before it."""

    def replaced(module, name, *acts):
        real, left = getattr(module, name), [*acts]

        def function(*args, **named):
            if left:
                left.pop(0)()
            return real(*args, **named)

        monkeypatch.setattr(module, name, function)

    return replaced


def pictures_in(data):
    return sorted(image.numpy().tobytes() for split in (data.train, data.val, data.test) for image, _ in split)


def pixels_of(*files):
    return sorted(np.asarray(Image.open(file)).transpose(2, 0, 1).tobytes() for file in files)


def test_what_is_dropped_after_it_was_listed_is_not_there_and_comes_back(home, before_each):
    zoo = home / "made" / "zoo"
    there, dropped = sorted(zoo.rglob("*.png")), zoo / "cat" / "2.png"
    before_each(folder, "decode", lambda: dropped.rename(home / "dropped.png"))
    found = load_dataset("made", home=home, made="zoo")
    assert pictures_in(found) == pixels_of(*zoo.rglob("*.png")) and len(found) == 11
    assert found.left_out.files == (), "nobody is told of a picture that was dropped"
    (home / "dropped.png").rename(dropped)
    assert pictures_in(load_dataset("made", home=home, made="zoo")) == pixels_of(*there)


def test_a_picture_that_is_back_before_anybody_asks_why_it_was_not_read_is_not_lost(home, before_each):
    dropped = home / "made" / "zoo" / "cat" / "2.png"
    before_each(folder, "decode", lambda: dropped.rename(home / "dropped.png"))
    before_each(folder, "reason", lambda: (home / "dropped.png").rename(dropped))
    for _ in range(2):  # read, and then as it was kept
        assert len(load_dataset("made", home=home, made="zoo")) == 12


def test_a_picture_of_a_folder_that_is_moved_away_and_back_while_it_is_read_is_read_the_next_time(home, before_each):
    moved = home / "made" / "zoo" / "cat" / "2.png"
    before_each(folder, "decode", lambda: moved.rename(home / "moved.png"))
    assert len(folder.read_folder(home / "made" / "zoo", home=home).images) == 11
    (home / "moved.png").rename(moved)
    assert len(folder.read_folder(home / "made" / "zoo", home=home).images) == 12


def test_a_set_that_vanishes_or_shrinks_while_it_is_read_is_told_as_such(home, before_each):
    cats, zoo = [*(home / "made" / "zoo" / "cat").iterdir()], home / "made" / "zoo"
    before_each(folder, "decode", lambda: [file.unlink() for file in (*cats, *(zoo / "dog").iterdir(), zoo / "train" / "0.png")])
    with pytest.raises(DataError, match="too small to be trained on: it has 3 pictures of 1 class"):
        load_dataset("made", home=home, made="zoo")
    for k in range(9):
        write(zoo / "cat" / f"{k}.png", k)
    before_each(folder, "decode", lambda: zoo.rename(home / "made" / "farm"))
    with pytest.raises(DataError, match="no set of drawings 'zoo' in the home of this lab. There are: farm"):
        load_dataset("made", home=home, made="zoo")


def test_a_set_that_changes_whenever_it_is_read_is_given_up_in_words(home, before_each):
    zoo = home / "made" / "zoo"
    for k in range(TRIES):
        write(zoo / "cat" / f"more{k:02d}.png", 100 + k)
    before_each(folder, "decode", *((zoo / "cat" / f"more{k:02d}.png").unlink for k in range(TRIES)))
    with pytest.raises(DataError, match="'zoo' changed whenever it was read: wait until no more of its pictures are dropped"):
        load_dataset("made", home=home, made="zoo")


def test_what_came_while_a_set_was_read_is_not_kept_as_what_was_there_before(home, before_each):
    config, late = RunConfig.of(dataset="made", made="zoo"), home / "made" / "zoo" / "cat" / "late.png"
    before = pixels_of(*(home / "made" / "zoo").rglob("*.png"))
    before_each(datasets, "load_dataset", lambda: write(late, 99))
    assert len(load_shared(config, home, lambda *_: None)) == 13
    late.unlink()
    assert pictures_in(load_shared(config, home, lambda *_: None)) == before


def test_a_file_that_is_no_picture_is_still_told(home):
    (home / "made" / "zoo" / "cat" / "2.png").write_bytes(b"no picture")
    told = load_dataset("made", home=home, made="zoo").left_out.sentences()
    assert "1 of 4 pictures of class cat were left out: no picture." in told


# -- elsewhere ----------------------------------------------------------------------------------------------------------


def test_the_command_line_reads_a_set_and_names_it_only_where_it_is_read(home, capsys):
    assert main(["data", "info", "made", "--made", "zoo", "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["classes"] == ["cat", "dog", "train"]
    assert main(["data", "info", "shapes", "--made", "zoo", "--home", str(home)]) == 2
    assert "reads no set of drawings" in capsys.readouterr().err


def test_rows_of_images_may_take_them_from_a_set(home):
    data = load_dataset("row-labels", home=home, pictures="made", made="zoo")
    assert {"cat", "dog"} <= {*data.vocabulary.symbols}
