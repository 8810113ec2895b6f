"""No command ends in a stack trace, whatever is asked of it: every leaf of the parser with every data set, model, run and odd value.

The exit code is 0 or 2. Of 2 there is one sentence on standard error; with --json there is one JSON object on standard output, or nothing.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.backups.saving import back_up
from core.cli import main, make_parser
from core.cli import train as training
from core.data import DATASETS
from core.evaluation.dose_records import Response
from core.models import MODELS
from core.records.shipped import PUBLISHED_ID
from core.training.config import RunConfig
from core.training.loop.device import Plan
from core.training.presets import PRESETS
from core.training.runs import datasets, speed
from core.training.runs.manager import RunManager
from tests.support import SMALL, ended, load_tiny, register_tiny, wait_for

ROOT = Path(__file__).resolve().parents[2]
RAW = os.fsdecode(b"caf\xe9")  # a name in bytes that are no UTF-8, as Python hands it out
WORDS = [
    "",
    " ",
    "nobody",
    "..",
    "../../etc",
    "NaN",
    "-1",
    "0",
    "0x10",
    "1e999",
    "9" * 400,
    "a\0b",
    RAW,
    "*[b](javascript:1)",
    "\u202eabc",
    "é" * 5000,
]
NUMBERS = ["", "x", "nan", "inf", "-1", "0", "1.5", "1e999", "9" * 30, "9" * 5000, "a\0b", RAW, "٣"]


def leaves(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], argparse.ArgumentParser]:
    """Every command, by its words, with its own parser."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        return {words: parser}
    return {path: leaf for action in inner for word, one in action.choices.items() for path, leaf in leaves(one, (*words, word)).items()}


LEAVES = leaves(make_parser())
KNOWN = {  # the commands that this file knows how to call, with what stands for what they need; a new one has a row of its own
    ("train",): [],
    ("evaluate",): ["RUN"],
    ("workers",): [],
    ("bench",): [],
    ("runs", "list"): [],
    **{("runs", name): ["RUN"] for name in ("show", "delete", "export", "shuffle", "lengths")},
    ("runs", "record"): ["RUN", "my-run"],
    ("runs", "record-lesson"): [],
    ("runs", "backup"): ["copy.sqlite"],
    ("backup",): ["lab.zip"],
    ("restore",): ["kept.zip"],
    ("kit",): ["a-kit"],
    ("data", "list"): [],
    **{("data", name): ["tiny"] for name in ("download", "place", "info", "duplicates")},
}


@pytest.fixture(autouse=True, scope="module")
def tiny():
    register_tiny()
    yield
    del DATASETS["tiny"]


@pytest.fixture(scope="module")
def lab(tiny, tmp_path_factory):
    """A home with a finished run, a folder in it that is a file's place, and that run's id."""
    home = tmp_path_factory.mktemp("commands") / "home"
    manager = RunManager(home)
    run = manager.submit(RunConfig.of(**SMALL, epochs=1))
    assert wait_for(manager, run, ended).status == "finished"
    manager.shutdown()
    back_up(home, home.parent / "kept.zip")
    return home, run


@pytest.fixture(autouse=True)
def quick(lab, monkeypatch, tmp_path):
    """Nothing trains, measures, loads or writes into the project: what is tried here is what comes before and after that."""
    done = RunManager(lab[0]).snapshot(lab[1])
    monkeypatch.chdir(tmp_path)
    shutil.copy(lab[0].parent / "kept.zip", "kept.zip")
    monkeypatch.setenv("LAB_HOME", str(lab[0]))
    whole = datasets.load_shared
    monkeypatch.setattr(
        datasets, "load_shared", lambda config, *more: whole(config, *more) if sequences(config) else load_tiny("tiny", None)
    )
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 40, "val": 8, "test": 8})
    monkeypatch.setattr("core.data.shapes.PARTS", {"train": range(40), "val": range(40, 50), "test": range(50, 60)})
    monkeypatch.setattr(RunManager, "submit", lambda *_, **__: lab[1])
    monkeypatch.setattr(RunManager, "delete", lambda *_: None)
    monkeypatch.setattr(training, "follow", lambda *_: done)
    monkeypatch.setattr(speed, "training_speed", lambda config, seconds: speed.Speed(10, 10, Plan(1, "torch"), 10.0, 1e9))
    monkeypatch.setattr("core.data.duplicates.across_splits", lambda dataset, progress: {})
    monkeypatch.setattr("core.cli.runs.record", lambda manager, run, name, keep: Path(name))
    monkeypatch.setattr("core.records.recall.record", lambda: Path("recall.json"))
    monkeypatch.setattr("core.cli.data.download", lambda *_: None)
    monkeypatch.setattr("core.evaluation.sequences.long_inputs.keep_record", lambda *_: None)
    monkeypatch.setattr("core.offline.kit.fetch_wheels", lambda *_: [])
    monkeypatch.setattr("core.offline.kit.write_copy", lambda *_: 1)
    monkeypatch.setattr("core.offline.kit.own_files", lambda *_: [Path("Makefile")])
    parser = make_parser()  # one for all that a test asks: making it takes longer than most answers
    monkeypatch.setattr("core.cli.make_parser", lambda: parser)


def sequences(config: RunConfig) -> bool:
    return DATASETS[config.dataset].kind == "sequences"


def said(capsys, words: list[str]) -> tuple[int, str, str]:
    """Run a command; fails the test where it does not end as promised."""
    try:
        code = main(words)
    except SystemExit as end:  # argparse
        code = end.code or 0
    out, err = capsys.readouterr()
    shown = [word[:60] for word in words]
    assert code in (0, 2), (shown, code, err)
    assert "Traceback" not in err and "nexpected" not in err, (shown, err)
    if code == 2:
        assert err.startswith("error: ") and err.count("\n") == 1 and err.rstrip()[-1] in ".!", (shown, err)
        assert not out and len(err) < 4000, shown
    elif "--json" in words:
        assert isinstance(json.loads(out, parse_constant=pytest.fail), dict) and out.count("\n") == 1, shown
    else:
        assert out.strip(), shown
    return code, out, err


def options(leaf: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in leaf._actions if action.option_strings and action.dest not in ("help", "json")]


def test_every_command_is_known_here():
    assert LEAVES.keys() == KNOWN.keys()


def called(path: tuple[str, ...], run: str, *more: str) -> list[str]:
    return [*path, *(run if word == "RUN" else word for word in KNOWN[path]), *more]


@pytest.mark.parametrize("json_too", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_a_command_works(path, json_too, lab, capsys):
    run = "recorded-reverse-gru" if path[-1] == "lengths" else lab[1]
    more = {"delete": ["--yes"], "shuffle": ["--images", "5"], "restore": ["--home", "again"]}.get(path[-1], [])
    code, _, err = said(capsys, called(path, run, *more, *["--json"] * json_too))
    assert code == 0 or path == ("data", "download"), err


@pytest.mark.parametrize("path", [path for path in LEAVES if "RUN" in KNOWN.get(path, [])], ids=" ".join)
def test_any_word_for_a_run(path, lab, capsys):
    known = ["recorded-nobody", "recorded-", "recorded-../shapes-gru", PUBLISHED_ID, *WORDS]
    for word in known:
        for more in ([], ["--json"]):
            code, *_ = said(
                capsys, [*called(path, word), *more] if not word.startswith("-") else [*path, *more, "--", *called(path, word)[len(path) :]]
            )
            assert code == 2 or word == PUBLISHED_ID or "delete" in path or "record" in path, word[:40]


@pytest.mark.parametrize("json_too", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("path", [path for path in LEAVES if path[0] == "data" and KNOWN.get(path)], ids=" ".join)
def test_any_data_set(path, json_too, capsys):
    for name in (*DATASETS, *WORDS):
        words = ["--", name] if name.startswith("-") else [name]
        said(capsys, [*path, *["--json"] * json_too, *words])


ANY = [None, *MODELS], [None, *PRESETS], [None, *DATASETS]


@pytest.mark.parametrize("model", ANY[0])
def test_any_model_on_any_data_set_with_any_preset(model, lab, capsys, monkeypatch):
    one = RunManager(lab[0])
    monkeypatch.setattr("core.training.runs.manager.RunManager", lambda home, engine: one)
    pairs = [(preset, None) for preset in ANY[1]] + [(None, dataset) for dataset in ANY[2]]
    if model is None:
        pairs = [(preset, dataset) for preset in ANY[1] for dataset in ANY[2]]
    for preset, dataset in pairs:
        asked = {"--preset": preset, "--model": model, "--dataset": dataset}
        said(capsys, ["train", *(word for flag, name in asked.items() if name for word in (flag, name)), "--json"])


@pytest.mark.parametrize("command", ["runs backup", "backup", "restore --home=again", "kit"])
def test_any_place_for_a_backup(command, capsys, tmp_path):
    for value in places(tmp_path) + WORDS:
        said(capsys, [*command.split(), "--json", "--", value])


def places(place: Path) -> list[str]:
    """A folder, a file, and what cannot be either."""
    (place / "folder").mkdir(exist_ok=True)
    (place / "file").write_bytes(b"\x00\xff")
    return [*(str(place / name) for name in ("folder", "file", "file/below", "no/where")), "/proc/nowhere", "x" * 300]


def values(action: argparse.Action, place: Path) -> list[str]:
    """What somebody may type after an option: numbers, words, and places that are no use."""
    if action.nargs == 0:
        return []
    if action.dest in ("home", "data", "out"):
        return [*places(place), *WORDS]
    return [*NUMBERS, *WORDS, *map(str, action.choices or [])]


@pytest.mark.parametrize("path", [path for path in LEAVES if path != ("train",)], ids=" ".join)
def test_any_value_of_any_option(path, lab, capsys, tmp_path, monkeypatch):
    done = Response(0, 1, 0, "torch", {"swaps": (), "rows": (), "blocks": ()})
    monkeypatch.setattr("core.evaluation.dose_records.respond", lambda *_, **__: done)
    run = "recorded-reverse-gru" if path[-1] == "lengths" else lab[1]
    for action in options(LEAVES[path]):
        for value in values(action, tmp_path):
            said(capsys, called(path, run, f"{action.option_strings[0]}={value}", "--json"))


@pytest.mark.parametrize("part", range(4))
def test_any_value_of_any_option_of_train(part, lab, capsys, tmp_path, monkeypatch):
    one = RunManager(lab[0])
    with monkeypatch.context() as patch:
        patch.setattr("core.training.runs.manager.RunManager", lambda home, engine: one)
        for action in options(LEAVES[("train",)])[part::4]:
            model = next((name for name in MODELS if action.dest in RunConfig.hyperparameters(name)), "gru")
            some = values(action, tmp_path)
            for value in some if action.dest == "data" else (*some[: len(NUMBERS)], RAW, *map(str, action.choices or [])):
                said(capsys, ["train", "--model", model, f"{action.option_strings[0]}={value}", "--json"])


def test_a_folder_that_may_not_be_read(lab, capsys, tmp_path, monkeypatch):
    listed = os.scandir

    def closed(folder="."):
        if str(folder) == str(tmp_path):
            raise PermissionError(13, "Permission denied", str(tmp_path))
        return listed(folder)

    monkeypatch.setattr(os, "scandir", closed)
    for words in (["evaluate", lab[1], "--data", str(tmp_path)], ["data", "info", "folder", "--data", str(tmp_path)]):
        code, _, err = said(capsys, words)
        assert code == 2 and "ermission" in err


def test_a_fault_of_ours_is_one_sentence_and_the_log_has_the_rest(lab, capsys, monkeypatch):
    def broken(*_):
        raise KeyError("a secret place")

    monkeypatch.setattr("core.cli.runs.open_manager", broken)
    assert main(["runs", "list", "--json"]) == 1
    out, err = capsys.readouterr()
    assert not out and err == "error: An unexpected error ended this command: KeyError. Its details are in lab.log in the lab's folder.\n"
    assert "a secret place" in (lab[0] / "lab.log").read_text("utf-8")


def test_ctrl_c_anywhere_is_one_word(capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    for place in ("core.cli.runs.open_manager", "core.cli.parse"):
        with monkeypatch.context() as patch:
            patch.setattr(place, interrupted)
            assert main(["runs", "list"]) == 130
        assert capsys.readouterr() == ("", "stopped\n")


CLOSED = {"stdout": ">&-", "stderr": "2>&-", "both": ">&- 2>&-", "all": "<&- >&- 2>&-"}


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes them")
@pytest.mark.parametrize(
    ("closed", "words", "code"), [("stdout", "data list", 0), ("both", "runs show nobody", 2), ("all", "data list --json", 0)]
)
def test_streams_that_are_closed(closed, words, code, tmp_path):
    line = f'"{sys.executable}" -m core {words} --home "{tmp_path}" {CLOSED[closed]}'
    made = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stdout, made.stderr) == (code, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_an_output_that_takes_nothing_more(tmp_path):
    with open("/dev/full", "w", encoding="utf-8") as full:
        made = subprocess.run(
            [sys.executable, "-m", "core", "data", "list", "--home", str(tmp_path)],
            cwd=ROOT,
            stdout=full,
            stderr=-1,
            text=True,
            check=False,
        )
    assert (
        made.returncode == 2 and made.stderr.startswith("error: The output cannot be used (No space left") and made.stderr.count("\n") == 1
    )
