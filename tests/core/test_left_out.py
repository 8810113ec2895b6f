"""What of a folder is left out is said wherever the folder is used."""

import json
import os
from dataclasses import replace
from unicodedata import normalize

import numpy as np
import pytest
import torch
from PIL import Image

from core.cli import main
from core.data.left_out import LeftFile, LeftOut, file_lines
from core.data.splits import Dataset, Split
from core.errors import DataError
from core.records.recorded import recorded_run
from core.training.runs.datasets import check_same
from core.training.runs.manager import RunManager

SAID = "7 of 20 pictures of class cat were left out: cut short."


@pytest.fixture
def cut(tmp_path):
    """20 JPEGs of each of two classes; 7 of the cats lack their last two bytes, as downloads that broke off do."""
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "cut" / name).mkdir(parents=True)
        for n in range(20):
            path = tmp_path / "cut" / name / f"{n:02}.jpg"
            Image.fromarray(random.integers(0, 255, (40, 40, 3), np.uint8)).save(path, quality=90)
            if name == "cat" and n < 7:
                os.truncate(path, path.stat().st_size - 2)
    (tmp_path / "cut" / "cat" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "cut" / "__MACOSX").mkdir()
    return tmp_path / "cut"


def test_training_says_what_it_left_out_and_its_record_keeps_it(cut, tmp_path, capsys):
    flags = [
        "--model",
        "gru",
        "--hidden-size",
        "8",
        "--epochs",
        "1",
        "--threads",
        "1",
        "--data",
        str(cut),
        "--home",
        str(tmp_path / "home"),
    ]
    assert main(["train", *flags]) == 0
    printed = capsys.readouterr().out
    assert SAID in printed and "__MACOSX/" in printed and "Thumbs" not in printed
    lab = RunManager(tmp_path / "home")
    kept = lab.snapshot(lab.runs()[0].run_id).left_out
    assert SAID in kept["sentences"]
    assert kept["files"][0] == {"file": "cat/00.jpg", "class": "cat", "why": "cut short"} and len(kept["files"]) == 7
    lab.shutdown()
    assert main(["train", *flags, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left_out"] == kept


def test_data_info_names_the_files(cut, tmp_path, capsys):
    command = ["data", "info", "folder", "--data", str(cut), "--home", str(tmp_path / "home")]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert SAID in printed and "cat/06.jpg: cut short" in printed and "skipped: 7" in printed
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left_out"]["more_files"] == 0


def test_a_long_list_is_bounded_unless_all_of_it_is_asked_for(tmp_path, capsys):
    for name in ("cat", "dog"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for n in range(30):
            Image.new("RGB", (4, 4)).save(tmp_path / "set" / name / f"{n}.png")
    for n in range(30):
        (tmp_path / "set" / "dog" / f"x{n:02}.png").write_text("no picture")
    command = ["data", "info", "folder", "--data", str(tmp_path / "set"), "--home", str(tmp_path / "home")]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "x19.png" in printed and "x20.png" not in printed and "and 10 more files" in printed
    assert main([*command, "--list-left-out"]) == 0
    printed = capsys.readouterr().out
    assert "x29.png: no picture" in printed and "more file" not in printed


def test_many_classes_are_told_in_a_bounded_number_of_sentences():
    files = tuple(LeftFile(f"{k}/a.png", str(k), "empty") for k in range(500))
    left = LeftOut(folders=tuple((f"{k}/", "it is empty") for k in range(300)), files=files)
    assert len(left.sentences()) == 22 and len(" ".join(left.sentences())) < 3_000
    assert len(left.sentences(None)) == 501
    assert file_lines(left.plain())[-1] == "and 480 more files"
    assert LeftOut().plain() == {}


def test_the_page_says_it():
    from streamlit.testing.v1 import AppTest

    def page():
        from core.data.left_out import LeftFile, LeftOut
        from dashboard.shell.left_out import left_out_note

        left_out_note({})
        left_out_note(LeftOut(files=(LeftFile("cat/*0*.jpg", "cat", "empty"),), of_class={"cat": 9}).plain())

    app = AppTest.from_function(page).run(timeout=30)
    assert not app.exception
    assert [info.value for info in app.info] == ["1 of 9 pictures of class cat were left out: empty."]


def test_a_share_of_the_training_images_that_loses_a_class_is_said(tmp_path, capsys):
    for name, count in (("bird", 1), ("cat", 40), ("dog", 40)):
        (tmp_path / "rare" / name).mkdir(parents=True)
        for n in range(count):
            Image.new("RGB", (4, 4), (n, 9, 9)).save(tmp_path / "rare" / name / f"{n}.png")
    flags = ["--model", "gru", "--hidden-size", "8", "--epochs", "1", "--threads", "1", "--data", str(tmp_path / "rare")]
    assert main(["train", *flags, "--train-fraction", "0.1", "--home", str(tmp_path / "home")]) == 0
    assert "There is no training (train_fraction 0.1) image of 'bird'." in capsys.readouterr().out


def test_a_run_goes_on_with_classes_that_look_as_it_has_learned_them():
    """An earlier version of the lab called them as the folders of a Mac are called, letter and accent apart."""
    run = recorded_run("cifar10-hand-in-0")
    known = replace(run, classes=tuple(normalize("NFD", f"é {name}") for name in run.classes), epochs=(), test=None)
    split = Split(torch.zeros(10, 3, 32, 32, dtype=torch.uint8), torch.arange(10))
    check_same(known, Dataset.of("folder", split, split, split, [normalize("NFC", f"é {name}") for name in run.classes]))
    with pytest.raises(DataError, match="knows no class 'é cat'"):
        check_same(run, Dataset.of("folder", split, split, split, [f"é {name}" if name == "cat" else name for name in run.classes]))
