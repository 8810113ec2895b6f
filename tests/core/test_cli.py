"""The command line as a person and a script use it: exit codes, what goes to which stream, and nothing lost on bad input."""

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.metrics import accuracy_score, confusion_matrix

import core.cli.data
from core.cli import main, make_parser, train
from core.cli.output import finite, table
from core.data import DATASETS, datasets_of
from core.data.splits import normalize
from core.errors import DataError
from core.models import MODELS
from core.training.config import RunConfig
from core.training.runs.checkpoint import load_tensors, open_model
from core.training.runs.manager import RunManager
from tests.support import SMALL, diverge, ended, load_tiny, register_tiny, tiny_split, wait_for

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [word for name, value in SMALL.items() for word in ("--" + name.replace("_", "-"), str(value))]


@pytest.fixture(autouse=True, scope="module")
def tiny():
    register_tiny()
    yield
    del DATASETS["tiny"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("cli") / "home"


@pytest.fixture(scope="module")
def run(home):
    """A finished run of three epochs that the command line made."""
    assert main(["train", *FLAGS, "--epochs", "3", "--home", str(home)]) == 0
    return RunManager(home).runs()[0].run_id


@pytest.fixture
def lab(home, capsys):
    """Run a command in the home of `run`: exit code, standard output, standard error."""

    def call(*words, home=home):
        code = main([*map(str, words), "--home", str(home)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def said(lab):
    """The result of a command that must succeed, with --json."""

    def call(*words, **options):
        code, out, _ = lab(*words, "--json", **options)
        assert code == 0
        return json.loads(out)

    return call


def in_terminal(monkeypatch, answer):
    """Let a person sit at the terminal who gives this answer."""
    keyboard = io.StringIO(answer)
    keyboard.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", keyboard)


# -- help and flags --


def test_help_is_quick_and_needs_no_torch():
    code = """
import sys
from core.cli import main
for words in (["--help"], ["train", "--help"], ["runs", "delete", "--help"]):
    try:
        main(words)
    except SystemExit as end:
        assert end.code == 0
print("heavy:", [name for name in ("torch", "torchvision", "sqlalchemy", "PIL") if name in sys.modules])
"""
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "train | evaluate | runs | workers | data" in made.stdout and made.stdout.endswith("heavy: []\n") and made.stderr == ""


def test_the_module_can_be_run():
    made = subprocess.run([sys.executable, "-m", "core", "train", "--model", "nope"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 2 and made.stdout == "" and made.stderr.startswith("error: There is no model named 'nope'")


@pytest.mark.parametrize("model", MODELS)
def test_every_hyperparameter_has_a_flag(model):
    for name, h in RunConfig.hyperparameters(model).items():
        value = str(h.choices[-1]) if h.choices else str(h.default) if h.kind is not str else "text"
        words = ["--no-" + h.flag[2:]] if h.kind is bool else [h.flag, value]
        options = make_parser().parse_args(["train", *words])
        assert vars(options)[name] == (False if h.kind is bool else value)


def test_a_flag_that_is_not_given_leaves_the_default_in_one_place():
    assert train.given(make_parser().parse_args(["train"])) == {}


def test_the_hand_in_as_a_preset():
    config = train.config_of(make_parser().parse_args(["train", "--preset", "hand-in"])).flat()
    published = {"hidden_size": 25, "num_layers": 2, "optimizer": "adam", "lr": 1e-3, "batch_size": 32, "epochs": 15, "patch_size": 2}
    assert {n: config[n] for n in published} == published
    assert (config["model"], config["dataset"], config["augment"]) == ("gru", "cifar10", False)


def test_a_folder_is_used_and_found_again_from_anywhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    config = train.config_of(make_parser().parse_args(["train", "--preset", "hand-in", "--data", "pets", "--epochs", "1"]))
    assert (config.dataset, config.data_config.data, config.training.epochs) == ("folder", str(tmp_path / "pets"), 1)


# -- train --


def test_json_is_one_object_and_progress_goes_to_standard_error(lab, tmp_path):
    code, out, err = lab("train", *FLAGS, "--epochs", 2, "--seed", 5, "--augment", "--json", home=tmp_path)
    assert code == 0 and out.count("\n") == 1
    result = json.loads(out)
    assert result["status"] == "finished" and result["config"]["seed"] == 5 and result["config"]["augment"] is True
    assert [e["epoch"] for e in result["epochs"]] == [1, 2] and result["sizes"] == {"train": 100, "val": 40, "test": 40}
    assert result["best"]["val_top1"] == max(e["val_top1"] for e in result["epochs"])
    assert result["test"]["epoch"] == result["best"]["epoch"] and result["parameters"] > 0
    assert [line.split()[:2] for line in err.splitlines()] == [["epoch", "1"], ["epoch", "2"]]
    assert [r.run_id for r in RunManager(tmp_path).runs()] == [result["run"]], "the dashboard lists it"


def test_without_json_the_result_is_text(lab, tmp_path):
    code, out, _ = lab("train", *FLAGS, "--epochs", 1, home=tmp_path)
    assert code == 0
    assert "finished" in out and "best epoch 1: validation top-1" in out and "(n = 40)" in out


def test_resume_after_a_stop_gives_the_run_that_was_never_stopped(home, run, said, lab):
    manager = RunManager(home)
    part = manager.submit(RunConfig.of(**SMALL, epochs=3), paused=True)
    for _ in range(6):  # four steps are an epoch
        manager.step(part)
    wait_for(manager, part, lambda s: s.step == 6 and s.status == "paused")
    manager.stop(part)
    assert wait_for(manager, part, ended).status == "stopped"
    code, _, err = lab("train", "--resume", part)
    assert code == 0 and [line.split()[1] for line in err.splitlines()] == ["2", "3"], "epoch 1 was told when it was made"
    one, two = (load_tensors(RunManager(home).weights(r, 2))[0] for r in (run, part))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert said("runs", "show", part)["test"] == said("runs", "show", run)["test"]
    assert said("runs", "delete", part, "--yes") == {"deleted": part}


def test_a_run_that_breaks_on_its_way_has_failed(lab, tmp_path, monkeypatch):
    diverge(monkeypatch)
    code, out, err = lab("train", *FLAGS, "--epochs", 3, "--json", home=tmp_path)
    assert code == 1 and err.splitlines()[-1].startswith("error: ") and "Lower the learning rate" in err
    result = json.loads(out)  # strict: NaN is no JSON
    assert result["status"] == "failed" and len(result["epochs"]) == 1


INTERRUPTED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started us may have switched it off
from tests.support import register_tiny
register_tiny(train=4_000)
from core.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console, this test included")
def test_ctrl_c_leaves_a_run_that_goes_on(tmp_path, said):
    words = ["train", *FLAGS, "--epochs", "1000", "--home", str(tmp_path)]
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED, *words], cwd=ROOT, stdout=-1, stderr=-1, text=True)
    try:
        assert process.stderr.readline().startswith("epoch   1")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    found = said("runs", "list", home=tmp_path)["runs"][0]
    assert process.returncode == 130 and out == "" and "Traceback" not in err
    again = f"python -m core train --resume {found['run']} --home {tmp_path}"
    assert err.splitlines()[-1] == f"interrupted: every complete epoch is kept, go on with `{again}`"
    assert found["status"] == "interrupted" and found["epochs_done"] >= 1

    register_tiny(train=4_000)
    manager = RunManager(tmp_path)
    manager.resume(found["run"])
    wait_for(manager, found["run"], lambda s: len(s.epochs) > found["epochs_done"])
    manager.shutdown()
    register_tiny()


# -- evaluate --


@pytest.mark.parametrize("split", ["val", "test"])
def test_evaluate_on_its_own_images_gives_the_recorded_numbers(home, run, said, split):
    now = RunManager(home).snapshot(run)
    record = now.test if split == "test" else now.best
    found = said("evaluate", run, "--split", split)
    assert (found["run"], found["epoch"], found["n"], found["images"]) == (run, now.best.epoch + 1, 40, f"tiny {split}")
    assert found["confusion"] == (record.confusion if split == "test" else record.val_confusion).tolist()
    assert found["top1"] == (record.top1 if split == "test" else record.val_top1)
    assert found["loss"] == pytest.approx(record.loss if split == "test" else record.val_loss, rel=1e-5)


def test_evaluate_leaves_the_test_images_alone_unless_it_is_told(run, said):
    assert said("evaluate", run)["images"] == "tiny val"


def test_evaluate_any_epoch(home, run, said):
    found = said("evaluate", run, "--epoch", 1)
    assert found["epoch"] == 1 and found["confusion"] == RunManager(home).snapshot(run).epochs[0].val_confusion.tolist()


def test_evaluate_on_a_folder_equals_scikit_learn(home, run, said, lab, tmp_path):
    split = tiny_split(60, 7)
    for i, (image, label) in enumerate(zip(split.images, split.labels.tolist(), strict=True)):
        (tmp_path / f"class {label}").mkdir(exist_ok=True)
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(tmp_path / f"class {label}" / f"{i}.png")
    (tmp_path / "class 3" / "notes.jpg").write_text("this is no image")
    opened = open_model(RunManager(home).weights(run))
    with torch.no_grad():
        predicted = opened.model(normalize(split.images, opened.mean, opened.std)).argmax(1)
    found = said("evaluate", run, "--data", tmp_path)
    assert found["n"] == 60 and "1 unreadable files skipped" in found["images"]
    assert found["left_out"]["sentences"][-1].endswith("pictures of class class 3 were left out: no picture.")
    assert found["top1"] == pytest.approx(accuracy_score(split.labels, predicted))
    assert np.array_equal(found["confusion"], confusion_matrix(split.labels, predicted, labels=range(10)))
    assert [row["class"] for row in found["classes"]] == [f"class {k}" for k in range(10)]
    code, out, _ = lab("evaluate", run, "--data", tmp_path)
    assert code == 0 and f"top-1 {found['top1']:.2%}" in out and "weighted mean" in out


def test_evaluate_counts_the_classes_that_occur_and_names_the_others(run, said, lab, tmp_path):
    split = tiny_split(60, 7)
    for i, (image, label) in enumerate(zip(split.images, split.labels.tolist(), strict=True)):
        if label in (2, 4):
            (tmp_path / f"class {label}").mkdir(exist_ok=True)
            Image.fromarray(image.permute(1, 2, 0).numpy()).save(tmp_path / f"class {label}" / f"{i}.png")
    found = said("evaluate", run, "--data", tmp_path)
    matrix = np.array(found["confusion"])
    assert found["mean"]["recall"] == pytest.approx(np.mean([matrix[k, k] / matrix[k].sum() for k in (2, 4)]))
    assert found["absent"] == [f"class {k}" for k in range(10) if k not in (2, 4)]
    assert found["classes"][0]["recall"] is None and found["classes"][2]["recall"] == matrix[2, 2] / matrix[2].sum()
    assert found["top1_interval"]["low"] < found["top1"] <= found["top1_interval"]["high"] and found["top1_interval"]["n"] == 12
    text = lab("evaluate", run, "--data", tmp_path)[1]
    assert "No image is of class 0, class 1, class 3, class 5, class 6, class 7, class 8 or class 9" in text and "–" in text


def test_losses_are_of_one_definition_and_the_smoothed_one_is_named(lab, said, tmp_path):
    code, out, err = lab("train", *FLAGS, "--epochs", "2", "--label-smoothing", "0.2", "--json", home=tmp_path)
    found = json.loads(out)
    assert code == 0
    for epoch, line in zip(found["epochs"], [line for line in err.splitlines() if line.startswith("epoch ")], strict=True):
        assert 0 < epoch["train_loss_unsmoothed"] != epoch["train_loss"]
        assert (
            f"train loss {epoch['train_loss_unsmoothed']:.4f} ({epoch['train_loss']:.4f} as minimised, smoothed labels 0.2) top-1" in line
        )
    text = lab("runs", "export", found["run"], "--curve", home=tmp_path)[1]
    assert {"train_loss", "train_loss_unsmoothed"} <= set(next(csv.DictReader(io.StringIO(text))))
    assert said("runs", "show", found["run"], home=tmp_path)["epochs"] == found["epochs"]


def test_the_loss_of_a_run_that_kept_the_smoothed_one_alone_is_called_so(said, lab):
    assert "as minimised, smoothed labels 0.1 top-1" in lab("runs", "show", "recorded-cifar10-bar-0")[1]
    assert {epoch["train_loss_unsmoothed"] for epoch in said("runs", "show", "recorded-cifar10-bar-0")["epochs"]} == {None}
    assert "minimised" not in lab("runs", "show", "recorded-shapes-gru")[1]
    for epoch in said("runs", "show", "recorded-shapes-gru")["epochs"]:
        assert epoch["train_loss_unsmoothed"] == epoch["train_loss"]


# -- runs --


def test_runs_are_listed_and_shown(home, run, said, lab):
    row = next(r for r in said("runs", "list")["runs"] if r["run"] == run)
    now = RunManager(home).snapshot(run)
    assert row == {
        "run": run, "status": "finished", "model": "gru", "dataset": "tiny", "epochs_done": 3, "epochs": 3,
        "val_top1": now.best.val_top1, "test_top1": now.test.top1, "created": row["created"],
    }  # fmt: skip
    shown = said("runs", "show", run)
    assert shown["config"] == now.config and len(shown["epochs"]) == 3
    text = lab("runs", "show", run)[1]
    assert "hidden_size = 8" in text and text.count("\nepoch ") == 3
    assert f"{now.test.top1:.2%}" in lab("runs", "list")[1]


def test_an_empty_home_has_no_runs(lab, said, tmp_path):
    assert said("runs", "list", home=tmp_path) == {"runs": []}
    assert lab("runs", "list", home=tmp_path)[1].startswith("There are no runs yet")


@pytest.mark.parametrize("curve", [False, True])
def test_export_is_the_run_as_csv(home, run, said, lab, tmp_path, curve):
    words = ["--curve"] if curve else []
    code, text, _ = lab("runs", "export", run, *words)
    rows = list(csv.DictReader(io.StringIO(text)))
    now = RunManager(home).snapshot(run)
    assert code == 0
    if curve:
        assert [(float(r["train_loss"]), float(r["train_top1"]), float(r["lr"])) for r in rows] == list(now.points)
        assert [int(r["step"]) for r in rows] == list(range(1, 13))
    else:
        assert [{n: float(v) for n, v in r.items()} for r in rows] == [
            {n: getattr(e, n) + (n == "epoch") for n in rows[0]} for e in now.epochs
        ]
        assert {"epoch", "train_loss", "train_top1", "val_loss", "val_top1", "lr"} <= {*rows[0]}
    assert said("runs", "export", run, *words)["csv"] == text.rstrip() + "\n"
    file = tmp_path / "run.csv"
    assert said("runs", "export", run, *words, "--out", file) == {"out": str(file)}
    assert file.read_bytes().decode() == text
    code, _, err = lab("runs", "export", run, "--out", tmp_path / "no" / "run.csv")
    assert code == 2 and "cannot be written" in err and "Choose another --out" in err


def test_shuffle_says_the_accuracy_by_dose_and_keeps_the_counts(home, run, said, lab, tmp_path):
    file = tmp_path / "shuffled.json"
    found = said("runs", "shuffle", run, "--images", "30", "--out", file)
    best = RunManager(home).snapshot(run).best
    assert (found["run"], found["epoch"], found["n"], set(found["doses"])) == (run, best.epoch + 1, 30, {"swaps", "rows", "blocks"})
    assert len({doses[0][2] for doses in found["doses"].values()}) == 1, "at dose 0 nothing has moved"
    kept = json.loads(file.read_text("utf-8"))
    assert {**kept, "epoch": kept["epoch"] + 1} == {name: value for name, value in found.items() if name != "run"}
    assert kept["epoch"] == best.epoch, "as a recorded run keeps it"
    text = lab("runs", "shuffle", run, "--images", "30")[1]
    assert text.startswith(f"{run}, epoch {best.epoch + 1}, 30 validation images, seed 0") and "8 pairs" in text
    assert lab("runs", "shuffle", run, "--images", "0")[0] == 2
    code, _, err = lab("runs", "shuffle", "nobody", "--images", "30")
    assert code == 2 and "no run" in err
    code, _, err = lab("runs", "shuffle", run, "--images", "30", "--out", tmp_path / "no" / "file")
    assert code == 2 and "Choose another --out" in err


def test_lengths_says_how_often_a_run_is_right_by_length(run, said, lab, monkeypatch):
    kept = []
    monkeypatch.setattr("core.evaluation.sequences.long_inputs.keep_record", lambda *what: kept.append(what))
    found = said("runs", "lengths", "recorded-reverse-gru")
    curve = found["curve"]
    assert curve["lengths"] == [*range(2, 25)] and curve["longest"] == 12 and found["wanted"] == curve["lengths"] and not kept
    text = lab("runs", "lengths", "recorded-reverse-gru", "--record")[1]
    assert text.startswith("recorded-reverse-gru, epoch 8") and len(text.splitlines()) == 2 + len(curve["lengths"])
    assert [(snapshot.run_id, was.to_plain()["curve"]["right"]) for snapshot, was in kept] == [("recorded-reverse-gru", (*curve["right"],))]
    code, _, err = lab("runs", "lengths", run)
    assert code == 2 and "names images: choose a run of a task on sequences" in err


@pytest.mark.parametrize(("answer", "gone"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_delete_asks_first_on_a_terminal(lab, tmp_path, monkeypatch, answer, gone):
    store = RunManager(tmp_path).store
    store.add("gru-1", RunConfig.of(**SMALL).flat())
    in_terminal(monkeypatch, answer)
    code, out, err = lab("runs", "delete", "gru-1", home=tmp_path)
    assert err.startswith("Delete gru-1 (interrupted, 0 epochs) for good? [y/N] ")
    assert (code, out, store.ids()) == ((0, "deleted gru-1\n", []) if gone else (2, "", ["gru-1"]))


def test_delete_without_a_terminal_needs_yes(lab, tmp_path, monkeypatch):
    store = RunManager(tmp_path).store
    store.add("gru-1", RunConfig.of(**SMALL).flat())
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert lab("runs", "delete", "gru-1", home=tmp_path) == (2, "", "error: gru-1 was not deleted: answer y, or add --yes.\n")
    assert store.ids() == ["gru-1"]
    assert lab("runs", "delete", "gru-1", "--yes", home=tmp_path)[0] == 0 and store.ids() == []


# -- data --


def test_data_is_listed(said):
    rows = {row["dataset"]: row["there"] for row in said("data", "list")["datasets"]}
    assert {"shapes": True, "folder": True, "cifar10": False, "fashion_mnist": False}.items() <= rows.items()


def test_data_info_reads_the_split_flags(said, monkeypatch):
    found = said("data", "info", "tiny")
    assert (found["train"], found["val"], found["test"], found["skipped"]) == (100, 40, 40, 0)
    assert len(found["classes"]) == 10 and len(found["mean"]) == len(found["std"]) == 3
    assert found["train_of_class"] == [10] * 10 and found["test_of_class"] == [4] * 10
    asked = []
    monkeypatch.setattr(core.cli.data, "load_dataset", lambda name, config, **_: asked.append((name, config)) or load_tiny(name, config))
    assert said("data", "info", "tiny", "--split-seed", "4")
    assert asked[0][0] == "tiny" and asked[0][1].split_seed == 4


@pytest.mark.parametrize("name", datasets_of("sequences"))
def test_data_info_of_a_task_says_how_many_pairs_and_shows_some(said, name, monkeypatch, tmp_path):
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 100, "val": 20, "test": 10})
    monkeypatch.setattr("core.data.shapes.PARTS", {"train": range(100), "val": range(100, 150), "test": range(150, 200)})
    found = said("data", "info", name, home=tmp_path)
    assert found["train"] and found["val"] and found["test"] and len(found["examples"]) == 3
    assert all(" -> " in example for example in found["examples"]) and found["measured_in"] and found["symbols"] > 3


def test_near_duplicates_are_listed(said, lab, monkeypatch):
    dataset = load_tiny("tiny", None)
    monkeypatch.setattr(core.cli.data, "load_dataset", lambda *_, **__: dataset)
    dataset.test.images[3] = dataset.train.images[8]
    pairs = said("data", "duplicates", "tiny")["pairs"]
    assert {"split": "test", "image": 3, "in": "train", "its": 8, "correlation": 1.0} in pairs
    assert lab("data", "duplicates", "tiny")[1].splitlines()[0].split() == ["split", "image", "in", "its", "correlation"]


def test_download_says_what_it_did_or_why_not(said, lab, monkeypatch, home):
    asked = []
    monkeypatch.setattr(core.cli.data, "download", lambda *arguments: asked.append(arguments))
    assert said("data", "download", "cifar10") == {"downloaded": "cifar10"}
    assert asked[0][:2] == ("cifar10", str(home)) and callable(asked[0][2])

    def offline(*_):
        raise DataError("Downloading cifar10 failed: no network. Try again.")

    monkeypatch.setattr(core.cli.data, "download", offline)
    assert lab("data", "download", "cifar10") == (2, "", "error: Downloading cifar10 failed: no network. Try again.\n")


# -- bad input: one sentence, exit code 2, nothing lost --


def refused(lab, *words, **options):
    """What is said about a command that cannot be done; no run may come of it."""
    try:
        code, out, err = lab(*words, **options)
    except SystemExit as end:  # argparse's way out
        raise AssertionError(f"exit code {end.code} without our error line") from end
    assert code == 2 and out == "" and err.startswith("error: ") and err.count("\n") == 1 and "Traceback" not in err
    return err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "--model", "grus"], "no model named 'grus'. Did you mean 'gru'?"),
        (["train", "--dataset", "shape"], "no data set named 'shape'. Did you mean 'shapes'?"),
        (["train", "--preset", "hand"], "no preset named 'hand'."),
        (["train", "--hiden-size", "3"], "no option '--hiden-size' here. Did you mean --hidden-size?"),
        (["train", "--epoch=3"], "no option '--epoch=3' here. Did you mean --epochs?"),
        (["data", "info", "--dataset", "shapes"], "no option '--dataset' here. Add --help"),
        (["train", "--model", "cnn", "--hidden-size", "3"], "no hyperparameter named 'hidden_size'."),
        (["train", "--hidden-size", "0"], "hidden_size = 0 is out of range: choose 1 to 1024 units."),
        (["train", "--hidden-size", "many"], "hidden_size = 'many' is not valid: choose 1 to 1024."),
        (["train", "--lr", "-1"], "lr = -1 is out of range"),
        (["train", "--lr", "nan"], "lr = 'nan' is not valid"),
        (["train", "--patch-size", "5"], "patch_size = 5 is not possible: choose one of 1 | 2 | 4"),
        (["train", "--model", "vit", "--num-heads", "6"], "num_heads = 6 does not divide embed_dim = 64"),
        (["train", "--dataset", "folder"], "needs a folder of images"),
        (["train", "--dataset", "shapes", "--data", "somewhere"], "'shapes' reads no folder: leave out --data"),
        (["train", "--dataset", "cifar10"], "not on this machine yet: download it with the command python -m core data download cifar10,"),
        (["train", "--resume", "gru-0"], "no run named 'gru-0'."),
        (["runs", "show", "gru-0"], "no run named 'gru-0'."),
        (["runs", "delete", "gru-0", "--yes"], "no run named 'gru-0'."),
        (["evaluate", "gru-0"], "no run named 'gru-0'."),
        (["data", "info", "shape"], "no data set named 'shape'."),
        (["data", "download", "shapes"], "'shapes' needs no download: use it as it is."),
        (["data", "info", "shapes", "--val-fraction", "2"], "val_fraction = 2 is out of range"),
        (["data", "info", "shapes", "--pictures", "folder"], "no hyperparameter named 'pictures'"),
        (["data", "info", "cifar10", "--data", "somewhere"], "somewhere: name cifar-10-python.tar.gz, or the folder cifar-10-batches-py"),
        (
            ["data", "duplicates", "dates"],
            "'dates' is a task on sequences, and near-duplicates are looked for among images: choose one of shapes",
        ),
        (["train", "--dataset", "dates", "--data", "somewhere"], "'dates' reads no folder: leave out --data"),
        (["train", "--data", ""], "The path after --data is empty"),
        (["evaluate", "recorded-shapes-gru", "--data", ""], "The path after --data is empty"),
        (
            ["evaluate", "recorded-shapes-gru", "--data", "x", "--split", "val"],
            "'shapes', which reads no folder: leave out --data, or --split",
        ),
        (["evaluate", "recorded-cifar10-bar-0"], "they did not come with the lab: name the folder that holds them here (--data DIR"),
        (["runs", "shuffle", "recorded-cifar10-bar-0"], "they did not come with the lab: name the folder"),
        (["evaluate", "published-hand-in"], "keeps no weights of epoch 15. Kept epochs: none, so choose another run"),
        (["runs", "delete", "recorded-shapes-gru"], "came with the lab and cannot be deleted: it is a part of the program"),
        (["runs", "record", "recorded-shapes-gru", "x"], "cannot be recorded: it is recorded already"),
        (["train", "--resume", "recorded-shapes-gru"], "cannot be resumed: it is complete. To train its set-up again, start a new run"),
        (["bench", "--seconds", "nan"], "--seconds nan: choose a number above 0, at most 600"),
    ],
)
def test_what_cannot_be_is_one_sentence(lab, said, run, words, message):
    before = said("runs", "list")
    assert message in refused(lab, *words)
    assert said("runs", "list") == before


@pytest.mark.parametrize("words", [[], ["nonsense"], ["evaluate"], ["runs"], ["evaluate", "gru-0", "--split", "dev"]])
def test_argparse_speaks_the_same_way(capsys, words):
    with pytest.raises(SystemExit) as end:
        main(words)
    err = capsys.readouterr().err
    assert end.value.code == 2 and err.startswith("error: ") and err.count("\n") == 1 and "--help" in err


def test_a_finished_run_has_nothing_to_resume(lab, run):
    assert f"Run {run} is complete" in refused(lab, "train", "--resume", run)
    assert "leave out --epochs" in refused(lab, "train", "--resume", run, "--epochs", "9")
    assert "leave out --model" in refused(lab, "train", "--resume", run, "--model", "gru")


def test_an_epoch_that_is_not_kept(lab, run):
    assert "keeps no weights of epoch 7. Kept epochs: 1, 2, 3." in refused(lab, "evaluate", run, "--epoch", "7")
    for number in ("0", "-1"):
        assert f"--epoch {number}: epochs count from 1, as on the pages" in refused(lab, "evaluate", run, f"--epoch={number}")


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_an_epoch_has_one_number_wherever_it_is_said(home, run, said, lab, epoch):
    record = RunManager(home).snapshot(run).epochs[epoch - 1]
    assert said("evaluate", run, "--epoch", epoch)["confusion"] == record.val_confusion.tolist()
    assert f"{run}, epoch {epoch}, tiny val" in lab("evaluate", run, "--epoch", epoch)[1]
    line = next(line for line in lab("runs", "show", run)[1].splitlines() if line.startswith(f"epoch {epoch:3d} "))
    row = list(csv.DictReader(io.StringIO(lab("runs", "export", run)[1])))[epoch - 1]
    of_json = said("runs", "show", run)["epochs"][epoch - 1]
    assert f"val loss {record.val_loss:.4f}" in line and (row["epoch"], of_json["epoch"]) == (str(epoch), epoch)
    assert float(row["val_loss"]) == of_json["val_loss"] == record.val_loss


def nothing(folder):
    pass


def empty(folder):
    folder.mkdir()


def no_classes(folder):
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(folder / "a.png")


def one_class(folder):
    (folder / "cat").mkdir(parents=True)
    for i in range(30):
        Image.new("RGB", (8, 8), (i, i, i)).save(folder / "cat" / f"{i}.png")


def texts(folder):
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.jpg").write_text("this is no image")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (nothing, "does not exist: check the path"),
        (empty, "is empty. Make one folder for each class"),
        (no_classes, "has files but no class folders"),
        (one_class, "has images of one class only ('cat')"),
        (texts, "is an image that can be read"),
    ],
)
def test_a_folder_that_cannot_be_learned_from(lab, said, tmp_path, make, message):
    make(tmp_path / "images")
    home = tmp_path / "home"
    assert message in refused(lab, "train", "--data", tmp_path / "images", home=home)
    assert said("runs", "list", home=home) == {"runs": []}, "no run is left behind"


def test_a_device_that_is_not_there(lab, tmp_path):
    if torch.cuda.is_available():
        pytest.skip("this machine can do it")
    code, _, err = lab("train", *FLAGS, "--epochs", 1, "--precision", "bf16", "--device", "cpu", home=tmp_path)
    assert code == 2 and err == "error: precision = bf16 needs a CUDA device, this run uses cpu: choose float32.\n"


def test_a_folder_with_other_classes_than_the_model_knows(lab, run, tmp_path):
    one_class(tmp_path / "images")
    assert "has the class 'cat', which the model has not learned" in refused(lab, "evaluate", run, "--data", tmp_path / "images")
    assert "does not exist" in refused(lab, "evaluate", run, "--data", tmp_path / "nowhere")


def test_a_database_of_a_newer_version(lab, tmp_path):
    RunManager(tmp_path)
    with sqlite3.connect(tmp_path / "lab.sqlite") as database:
        database.execute("UPDATE meta SET value = 99")
    database.close()
    for words in (["runs", "list"], ["train", *FLAGS]):
        assert "newer version of the lab (schema 99" in refused(lab, *words, home=tmp_path)
    database = sqlite3.connect(tmp_path / "lab.sqlite")
    assert database.execute("SELECT value FROM meta").fetchall() == [(99,)], "nothing was changed"
    database.close()


def test_a_home_that_cannot_be_written(lab, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("in the way")
    for words in (["runs", "list"], ["train", *FLAGS], ["data", "list"]):
        assert "cannot be written" in refused(lab, *words, home=tmp_path / "file")
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "file" / "below"))
    assert main(["runs", "list"]) == 2 and "set LAB_HOME (or --home) to another folder" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.fixture
def half(tmp_path):
    """A home with a run that was stopped in its second epoch; (home, run)."""
    manager = RunManager(tmp_path)
    run = manager.submit(RunConfig.of(**SMALL, epochs=3), paused=True)
    for _ in range(5):
        manager.step(run)
    wait_for(manager, run, lambda s: s.step == 5 and s.status == "paused")
    manager.stop(run)
    wait_for(manager, run, ended)
    return tmp_path, run


def test_a_corrupt_checkpoint(lab, said, half):
    home, run = half
    weights = RunManager(home).weights(run, 0)
    weights.write_bytes(weights.read_bytes()[:-100])
    assert "checkpoint of epoch 1 is damaged and cannot be read" in refused(lab, "evaluate", run, home=home)
    code, _, err = lab("train", "--resume", run, home=home)
    assert code == 2 and err.startswith("error: The checkpoint of epoch 1 is damaged") and err.count("\n") == 1
    assert len(said("runs", "show", run, home=home)["epochs"]) == 1, "what was measured is still there"


# -- printing --


def test_json_has_no_nan():
    assert finite({"a": [float("nan"), 1.5, (float("inf"),)], "b": -float("inf"), "c": "nan"}) == {
        "a": [None, 1.5, [None]],
        "b": None,
        "c": "nan",
    }


def test_a_table_is_aligned():
    rows = [{"run": "a", "val_top1": 0.5, "done": 3, "there": True}, {"run": "long", "val_top1": float("nan"), "done": 10, "there": False}]
    assert table(rows) == "run   val top1  done  there\na     50.00%    3     yes\nlong            10    no"
    assert table([]) == ""


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path):
    code = "import sys; from core.cli import main; sys.exit(main(['data', 'list', '--home', sys.argv[1]]))"
    reader, writer = os.pipe()
    os.close(reader)
    made = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=writer, stderr=-1, text=True, check=False)
    os.close(writer)
    assert made.returncode == 0 and made.stderr == ""
