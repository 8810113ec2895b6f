import os

import pytest

from core import folders
from core.data.config import DataConfig
from core.errors import ConfigError, DataError, LabError, Place, unknown
from core.folders import check_open, is_there, may_open, whole_path
from core.text import MOST_NAME, MOST_PATH, bare, path_problem, quoted, taken, taken_config
from core.training.config import RunConfig, command_of
from core.training.runs.stored import snapshot_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Schildkröte 龟", "Schildkröte 龟"),
        ("caf\udce9", "caf�E9"),
        ("half \ud83d", "half �D83D"),
        ("two\nlines", "two�0Alines"),
        ("\u202egnp.exe", "�202Egnp.exe"),
        ("zero\u200bwidth", "zero�200Bwidth"),
        ("empty\u3164", "empty�3164"),
        ("\0", "�00"),
        (7, "7"),
        ("", ""),
    ],
)
def test_what_cannot_be_shown_has_a_stand_in(text, shown):
    assert taken(text) == shown
    assert taken(text).isprintable()
    taken(text).encode("utf-8")


def test_names_that_differ_look_different():
    assert len({taken(f"dog{chr(0xDC80 + byte)}") for byte in range(128)}) == 128


@pytest.mark.parametrize("letter", ["x", "\n", "\udcff", "\u202e"])
def test_what_is_taken_is_bounded(letter):
    for most in (10, MOST_NAME):
        assert len(taken(letter * 5_000_000, most)) == most
        assert taken(letter * 5_000_000, most).endswith("…")
    assert len(quoted(letter * 5_000_000)) <= MOST_NAME + 2


@pytest.mark.parametrize(
    ("folder", "problem"),
    [
        ("x" * 5_000_000, "data has 5,000,000 letters"),
        ("/photos/" + "x" * 300, "a name of 300 letters"),
        ("/photos/" + "ö" * 200, "a name of 400 letters"),
        ("/photos/a\0b", "no letter"),
        ("/photos/a\nb", "no letter"),
        ("/photos/\ud83d", "half of a letter"),
    ],
)
def test_a_folder_that_cannot_be_is_refused_at_every_door(folder, problem):
    assert path_problem(folder)
    with pytest.raises(ConfigError, match=problem):
        DataConfig(data=folder)
    with pytest.raises(ConfigError, match=problem):
        RunConfig.of(dataset="folder", data=folder)
    with pytest.raises(DataError):
        whole_path(folder)
    assert not is_there(folder)


def test_a_path_has_as_many_letters_as_it_says():
    longest = "/photos" * (MOST_PATH // 7) + "/" * (MOST_PATH % 7)
    assert len(longest) == MOST_PATH and not path_problem(longest)
    assert f"has {MOST_PATH + 1:,} letters" in path_problem(longest + "x")


def test_a_folder_of_any_bytes_can_be_given():
    assert not path_problem("/photos/caf\udce9")
    assert RunConfig.of(dataset="folder", data="/photos/caf\udce9").data_config.data == "/photos/caf\udce9"


@pytest.mark.parametrize("value", ["x" * 5_000_000, "\u202e\udce9\n"])
@pytest.mark.parametrize("name", ["preset", "model", "dataset", "optimizer", "epochs", "nothing"])
def test_a_message_repeats_no_more_than_can_be_shown(name, value):
    with pytest.raises(LabError) as caught:
        RunConfig.of(**{name: value})
    assert len(str(caught.value)) < 3_000
    assert str(caught.value).isprintable()


def test_an_unknown_name_of_any_length_is_answered_at_once():
    assert len(str(unknown("preset", "bar" * 1_000_000, ["bar"]))) < 300


def test_whether_there_is_a_folder_is_answered_whatever_is_asked(tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert is_there(tmp_path)
    for text in ("", "\0", "x" * 300, "x" * 10_000, "\ud83d", str(tmp_path / "circle"), str(tmp_path / "circle" / "x"), "~nobody-here/x"):
        assert not is_there(text)


@pytest.fixture
def stranger(monkeypatch):
    monkeypatch.setattr(folders, "_stranger", lambda: True)  # put back: pages have asked for their own by then


def test_a_stranger_opens_what_lies_below_the_named_folders_and_nothing_else(tmp_path, monkeypatch, stranger):
    for name in ("open/cats", "shut/dogs", "open-too"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "open" / "way-out").symlink_to(tmp_path / "shut")
    (tmp_path / "way-in").symlink_to(tmp_path / "open")
    assert not may_open(tmp_path / "open")
    monkeypatch.setenv("LAB_DATA_ROOT", os.pathsep.join([str(tmp_path / "open"), ""]))
    for name in ("open", "open/cats", "open/missing", "way-in/cats", "shut/../open/cats"):
        assert may_open(tmp_path / name), name
    for name in ("shut", "open-too", "open/way-out/dogs", "open/../shut", "missing", ""):
        assert not may_open(tmp_path / name), name


def test_the_refusal_does_not_say_what_is_there(tmp_path, stranger):
    (tmp_path / "file").write_bytes(b"")
    said = set()
    for folder in (tmp_path, tmp_path / "file", tmp_path / "missing", "/", "\0", "x" * 300, tmp_path / "file" / "below"):
        with pytest.raises(DataError) as caught:
            check_open(folder)
        said.add(str(caught.value))
    assert len(said) == 1


def test_an_error_knows_which_of_its_words_are_a_path():
    error = DataError("The folder ", Place("/lab-machine/ada/photos\udce9"), " is empty.")
    assert str(error) == "The folder /lab-machine/ada/photos�E9 is empty."
    assert error.for_others == "The folder photos�E9 is empty."
    assert str(DataError("plain")) == DataError("plain").for_others == "plain"


@pytest.mark.parametrize(
    ("path", "name"), [("/lab-machine/ada/photos/", "photos"), ("C:\\Pictures\\Ada", "Ada"), ("photos", "photos"), ("/", ""), ("", "")]
)
def test_the_bare_name_of_a_path(path, name):
    assert bare(path) == name


def test_the_command_of_a_run_names_the_whole_path_only_where_it_may():
    config = RunConfig.of(dataset="folder", data="/lab-machine/ada/photos").flat()
    assert command_of(config) == "python -m core train --model gru --dataset folder --data /lab-machine/ada/photos"
    assert command_of(config, paths=False) == "python -m core train --model gru --dataset folder --data photos"


@pytest.mark.parametrize("config", [{"data": "x" * 5_000_000}, {"data": "a\0\udce9"}, {"model": "gone"}, {"epochs": -1}, {"lr": None}])
def test_the_command_of_what_is_no_config_any_more_is_still_shown(config):
    found = command_of({**RunConfig.of(dataset="folder", data="photos").flat(), **config})
    assert found.startswith("python -m core train --")
    assert len(found) <= 2_000
    assert found.isprintable()


def test_what_a_database_keeps_is_bounded_when_it_is_read():
    config = RunConfig.of(dataset="folder", data="photos").flat() | {"data": "x" * 5_000_000}
    kept = snapshot_of(
        run_id="a", status="failed", message="y\n" * 1_000_000, config=config, created=0.0,
        facts={"classes": ["z" * 5_000_000, "\udce9", "a\nb"]}, epochs=[], curve={}, lr_changes=[], test=None, sample_images=None,
    )  # fmt: skip
    assert kept.classes[1:] == ("�E9", "a�0Ab")
    assert len(kept.config["data"]) <= MOST_PATH
    assert len(str(kept)) < 10_000
    assert taken_config({"data": "/photos/caf\udce9", "epochs": 3}) == {"data": "/photos/caf\udce9", "epochs": 3}
