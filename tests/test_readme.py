"""README and the other documents say what is true: every command and block of code in them runs as it is written, and their tables are
what was recorded.

A new command is run by itself. What takes minutes as written is shortened by a row of `SHORTENED`, which never changes the words.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.backups.saving import back_up
from core.cli import bench, main, train
from core.evaluation.sequences import long_inputs
from core.home import lab_home
from core.probes.memory import recall
from core.records import recall as recall_recorded
from core.records import recorded, results
from core.records.recorded import recorded_names, recorded_run
from core.training.loop.device import Plan
from core.training.presets import PRESETS
from core.training.runs.budget import DISK_BUDGET
from core.training.runs.manager import RunManager
from core.training.runs.turns import SLICE_SECONDS
from dashboard import __main__ as server
from dashboard.shell.services import AWAY_MINUTES
from tests.benchmarks.__main__ import BENCHMARKS, CALLED
from tests.benchmarks.__main__ import main as measure
from tests.mutants.__main__ import main as mutants
from tests.test_structure import ROOMS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n\n".join(path.read_text("utf-8") for path in DOCUMENTS)
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.M | re.S)  # (language, text)
SPANS = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```$", "", TEXT, flags=re.M | re.S))]
STARTS = ("python -m ", "make ", "PORT=")
PER_CLASS = 12  # images of the folder that stands for DIR


def commands() -> list[str]:
    """Every command of the documents, once each: lines of sh blocks without their comments, and code in sentences and tables."""
    lines = [shlex.join(shlex.split(line, comments=True)) for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
    spans = [span for span in SPANS if span.startswith(STARTS)]
    spans += [f"python -m tests.benchmarks {span}" for span in SPANS if span.split()[0] in BENCHMARKS]
    return list(dict.fromkeys(line for line in (*lines, *spans) if line))


# ---- what is shortened, and why ----


def fewer_pairs(patch):
    """The preset dates: 20,000 pairs take half a minute."""
    patch.setattr("core.data.sequences.SIZES", {"train": 400, "val": 40, "test": 40})


def one_model(patch):
    """bench: some seconds for each of all models, on a quiet machine; here a moment for one."""
    from core.training.runs import speed

    whole, peak = speed.training_speed, speed.matmul_peak
    patch.setattr(bench, "DEFAULT", ("cnn",))
    patch.setattr(speed, "training_speed", lambda config, seconds: whole(config, seconds=0.05))
    patch.setattr(speed, "matmul_peak", lambda threads, **more: peak(threads, **{**more, "seconds": 0.05}))


def no_measuring(patch):
    """Which threads and kernel are fastest takes seconds, and half a minute for the ReNet of the preset bar; test_device.py does that, and
    `train --model gru` here.
    """
    patch.setattr("core.training.runs.worker.choose_plan", lambda *_, **__: Plan(1, "torch"))


def shorter_lesson(patch):
    """The recall lesson: ten seconds of training on a machine of its own; what it keeps goes into a folder of the test."""
    run = recall.RecallLesson.run
    patch.setattr(recall.RecallLesson, "run", lambda lesson: (step for step, _ in zip(run(lesson), range(3), strict=False)))


def told_benchmarks(patch):
    """Benchmarks: minutes each, alone on the machine. tests/benchmarks/test_benchmarks.py runs their parts."""
    for name, (module, *_) in BENCHMARKS.items():
        patch.setattr(
            f"tests.benchmarks.{module}.{CALLED.get(name, name)}", lambda options, name=name: f"{name} {options.data} {options.preset}"
        )


def a_backup(patch):
    """A backup that is there already: here it is one of a lab in which nothing was ever done."""
    back_up(lab_home(), Path("lab-today.zip"))


def no_wheels(patch):
    """A kit: it fetches gigabytes. tests/core/offline makes one of a small lab, and starts it without a network."""
    patch.setattr("core.offline.kit.fetch_wheels", lambda root, folder: [])
    patch.setattr("core.offline.kit.write_copy", lambda *_: 1)


def no_pages(patch):
    """The copy to read: it measures what lessons ask, of recorded runs that are not here. tests/dashboard/plain writes all of it."""
    patch.setattr("dashboard.plain.site.site", lambda place: {"index.html": ""})


def no_server(patch):
    """The server: it would open a port to the network until Ctrl-C. tests/dashboard/test_start.py starts it."""
    patch.setattr(server, "port_problem", lambda host, port: None)
    patch.setattr(server, "serve", lambda *, host, port, **more: print(host, port))


def no_mutants(patch):
    """Every way to break core: a quarter of an hour. tests/mutants/test_mutants.py runs one."""
    patch.setattr("tests.mutants.__main__.table", lambda: [])


def a_few_images(patch):
    """The shuffle test of a recorded run: it wants the 50,000 images that the run counted. tests/core/evaluation has them refused."""
    patch.setattr("core.training.runs.datasets.check_same", lambda run, dataset: None)


SHORTENED = {  # how a command begins, and what is patched for it
    "python -m core train --preset dates": fewer_pairs,
    "python -m core train --preset bar": no_measuring,
    "python -m core train --model vit": no_measuring,
    "python -m core bench": one_model,
    "python -m core runs shuffle": a_few_images,
    "python -m core runs record-lesson": shorter_lesson,
    "python -m core restore": a_backup,
    "python -m tests.benchmarks": told_benchmarks,
    "python -m core kit": no_wheels,
    "python -m dashboard --copy": no_pages,
    "python -m dashboard": no_server,
    "python -m tests.mutants": no_mutants,
}


# ---- the commands ----


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """What README calls DIR: a folder of ten class folders, named as those of CIFAR-10."""
    folder, draw = tmp_path_factory.mktemp("readme") / "DIR", np.random.default_rng(0)
    for k, name in enumerate(recorded_run("cifar10-bar-0").classes):
        (folder / name).mkdir(parents=True)
        for i in range(PER_CLASS):
            pixels = np.clip(25 * k + draw.integers(0, 40, (32, 32, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def trained(images, tmp_path_factory):
    """A home with a run on DIR and one on sequences; (home, what stands for RUN in a command)."""
    home = tmp_path_factory.mktemp("readme") / "home"
    words = [
        "train",
        "--data",
        str(images),
        "--epochs",
        "2",
        "--hidden-size",
        "8",
        "--patch-size",
        "16",
        "--threads",
        "1",
        "--home",
        str(home),
    ]
    assert main(words) == 0
    of_images = RunManager(home).runs()[0].run_id
    return home, lambda command: "recorded-reverse-gru" if "runs lengths" in command else of_images


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A clean working folder with a copy of core/records/recorded, and a home in which nothing was ever done."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    shutil.copytree(
        recorded.FOLDER, tmp_path / "core" / "records" / "recorded", ignore=shutil.ignore_patterns("*bar-1", "*bar-2", "*best*", "*road*")
    )
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "core" / "records" / "recorded")
    monkeypatch.setattr(recall_recorded, "FILE", tmp_path / "core" / "records" / "recorded" / "recall.json")
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def forget():
    for known in (recorded_run, recorded.recorded_epochs, long_inputs.records, recall_recorded.recorded_lesson):
        known.cache_clear()


def run_python(words: list[str], monkeypatch) -> int:
    """Run `python -m MODULE ...` in this process; the exit code."""
    module, arguments = words[2], words[3:]
    monkeypatch.setattr(sys, "argv", [module, *arguments])
    known = {
        "core": lambda: main(arguments),
        "dashboard": lambda: server.main(arguments),
        "tests.benchmarks": measure,
        "tests.mutants": lambda: mutants(arguments),
    }
    try:
        return known[module]() or 0
    except SystemExit as end:  # --help
        return end.code or 0


def shell(command: str) -> str:
    """What `make` would do, without doing it: it would install, serve, or run this test."""
    if shutil.which("make") is None:
        pytest.skip("there is no make on this machine: Windows has the bat block")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # these tests may run below a `make`
    everything = command.replace("make ", "make -n -B ")  # what is there already, too
    made = subprocess.run(["sh", "-c", everything], cwd=ROOT, env=clean, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return made.stdout


@pytest.mark.parametrize("command", commands())
def test_a_command_of_readme_runs_as_written(command, here, images, trained, monkeypatch, capsys):
    if "make " in command:
        assert "python -m " in shell(command)
        return
    for start, shorten in SHORTENED.items():
        if command.startswith(start):
            shorten(monkeypatch)
    home, run_for = trained
    if "RUN" in command.split():
        shutil.copytree(home, here / "home")
    name = next(iter(BENCHMARKS)) if "benchmarks" in command else "my-run"
    known = {"DIR": str(here / "lab" if "dashboard" in command else images), "RUN": run_for(command), "NAME": name}
    words = [known.get(word, word) for word in shlex.split(command)]
    assert words[:2] == ["python", "-m"]
    code = run_python(words, monkeypatch)
    printed = capsys.readouterr()
    assert code == 0, printed.err
    assert printed.out


def test_every_row_that_shortens_a_command_is_needed():
    assert [start for start in SHORTENED if not any(command.startswith(start) for command in commands())] == []
    assert len(commands()) > 25


def test_what_make_does_has_a_line_for_windows():
    (windows,) = (text for language, text in BLOCKS if language == "bat")
    there = [line.replace("\\", "/").replace(".venv/Scripts/", ".venv/bin/") for line in windows.splitlines() if line]
    makes = re.sub(r" --(quiet|disable-pip-version-check|retries 1)\b", "", shell("make run") + shell("make test"))
    assert there[0] == "py -m venv .venv" and "python3 -m venv .venv" in makes
    for line in there[1:]:
        assert line in makes
    assert {re.search(r"-m (\w+)", line)[1] for line in there[1:]} == {"pip", "dashboard", "pytest"}
    assert {"-r requirements.txt -c constraints.txt", "-r requirements-dev.txt -c constraints.txt"} <= set(re.findall(r"-r .*", windows))


# ---- what is installed ----


def names(file: str) -> dict[str, str]:
    """The packages that a file of requirements names itself, without extras, and what it asks of each."""
    lines = [line.partition("#")[0].strip() for line in (ROOT / file).read_text("utf-8").splitlines()]
    found = (re.fullmatch(r"([\w.-]+)(?:\[\w+\])?(.*)", line) for line in lines if line and not line.startswith("-"))
    return {one[1].lower().replace("_", "-"): one[2] for one in found}


def test_the_lab_is_installed_without_its_tests():
    run, test = shell("make run"), shell("make test")
    assert "requirements-dev.txt" not in run and "requirements-dev.txt" in test
    assert not names("requirements.txt").keys() & names("requirements-dev.txt").keys()
    assert {"pytest", "playwright", "ruff"} <= names("requirements-dev.txt").keys()
    assert "-r requirements.txt" in (ROOT / "requirements-dev.txt").read_text("utf-8").splitlines()


def test_every_requirement_is_pinned_for_all_machines():
    pins = names("constraints.txt")
    assert {*names("requirements.txt"), *names("requirements-dev.txt")} <= pins.keys()
    assert all(re.fullmatch(r"==[\w.]+", pin) for pin in pins.values())  # no local version such as 2.14.1+cpu, no address
    assert not [name for name in pins if name.startswith(("nvidia", "cuda", "triton"))]  # these are of one kind of machine


def test_pins_are_what_the_tests_run_with():
    found = {name: f"=={metadata.version(name)}" for name in names("constraints.txt")}
    found = {name: version.partition("+")[0] for name, version in found.items()}  # torch of a machine without a graphics card: 2.14.1+cpu
    assert found == names("constraints.txt")


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements.txt", ["requirements.txt", "requirements-dev.txt"]),
        ("constraints.txt", ["requirements.txt", "requirements-dev.txt"]),
        ("requirements-dev.txt", ["requirements-dev.txt"]), ("README.md", []),
    ],
)  # fmt: skip
def test_what_has_changed_is_installed_again(changed, again, tmp_path):
    if shutil.which("make") is None:
        pytest.skip("there is no make on this machine")
    (tmp_path / ".venv").mkdir()
    for name, age in {"Makefile": 9, "requirements.txt": 9, "constraints.txt": 9, "requirements-dev.txt": 9, "README.md": 9,
                      ".venv/installed": 5, ".venv/installed-dev": 4}.items():  # fmt: skip
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8") if "." not in name[:1] else "", "utf-8")
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    os.utime(tmp_path / changed, (1e9, 1e9))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    made = subprocess.run(["make", "-n", "test"], cwd=tmp_path, env=clean, capture_output=True, text=True, check=True)
    assert re.findall(r"-r (\S+)", made.stdout) == again


def test_the_licence_is_there():
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("MIT License\n\nCopyright (c) 2026 the Sequence Lab authors\n") and 'THE SOFTWARE IS PROVIDED "AS IS"' in text


@pytest.mark.parametrize("block", [text for language, text in BLOCKS if language == "python"])
def test_a_block_of_python_runs_as_written(block, here, capsys):
    exec(compile(block, "a document", "exec"), {"__name__": "document"})
    assert capsys.readouterr().out


def test_every_block_is_of_a_language_that_is_tested():
    assert {language for language, _ in BLOCKS} == {"sh", "bat", "python", "text"}  # the last is a drawing
    fences = re.findall(r"^ *```(\w*)", TEXT, re.M)
    assert "" in fences and fences.count("") == len(fences) / 2 == len(BLOCKS), "every block says its language, and stands at the margin"


def test_readme_is_short_and_what_it_points_at_is_there():
    assert len(README.splitlines()) <= 120
    for path in DOCUMENTS:
        for name in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text("utf-8")):
            assert (path.parent / name).exists(), f"{path.name}: {name}"


def test_the_map_of_rooms_is_that_of_the_house():
    """CONTRIBUTING draws the rooms of dashboard in the order in which they import, and every trap names a test that is there."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rooms = [name for name in ROOMS if (ROOT / "dashboard" / name).is_dir()]
    assert re.findall(r"^ +\|                (\w+) ", text, re.M) == rooms[::-1]
    assert {name for name in os.listdir(ROOT / "dashboard") if (ROOT / "dashboard" / name).is_dir()} - {"__pycache__"} == {*rooms}
    traps = re.findall(r"^\| (\d+) \| .* \| `([\w/.]+)` \|$", text, re.M)
    assert [int(number) for number, _ in traps] == [*range(1, 13)]
    assert [file for _, file in traps if not (ROOT / file).exists()] == []


def test_flags_in_sentences_exist():
    named = {span.split()[0] for span in SPANS if span.startswith("--")}
    known = {flag for action in server.parser()._actions for flag in action.option_strings}
    assert named <= {*train.flags(), *known, "--split"}


# ---- numbers ----


def rows(head: str) -> list[list[str]]:
    """The cells of a table of README whose head begins with these words."""
    table = TEXT[TEXT.index(head) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().replace("*", "") for cell in line.strip("|").split("|")] for line in table]


def spread(values: list[float]) -> str:
    found = f"{statistics.mean(values) * 100:.1f}"
    return f"{found} ± {statistics.stdev(values) * 100:.1f}" if len(values) > 1 else found


def minutes(result: results.Result) -> str:
    """Two digits, and the threads."""
    found = result.seconds / 60
    return f"{found:.1f} ({result.threads})" if found < 9.95 else f"{found:.0f} ({result.threads})"


PRESET_ROWS = rows("| preset | what |")


@pytest.mark.parametrize("row", PRESET_ROWS, ids=[row[0] for row in PRESET_ROWS])
def test_the_table_of_presets_is_what_was_recorded(row):
    found = results.result(row[0].strip("`"))
    cost = ["not measured"] * 2 if row[0].strip("`") in results.UNTIMED else [minutes(found), f"{found.share:.0%}"]
    assert row[2:] == [spread(found.val_top1), spread(found.test_top1), str(len(found.runs)), *cost]


def test_every_preset_with_recorded_runs_is_in_the_table():
    assert {row[0].strip("`") for row in PRESET_ROWS} == {name for name in PRESETS if results.result(name)}


def test_the_sentence_on_positions_is_what_was_recorded():
    sentence = " ".join(re.search(r"The ViT of `compare-vit` with other positions.*?\n\n", TEXT, re.S)[0].split())
    runs = {
        "none": "vit-none",
        "rotary": "vit-rotary",
        "learned": "compare-vit",
        "row and column": "vit-grid",
        "sine and cosine": "vit-sinusoidal",
    }
    for words, name in runs.items():
        run = recorded_run(f"cifar10-{name}-0")
        numbers = re.search(rf"{words} ([\d.]+)(?: % validation)? and ([\d.]+)", sentence)
        assert numbers.groups() == (f"{run.best.val_top1 * 100:.1f}", f"{run.test.top1 * 100:.1f}"), words


def test_numbers_in_sentences_are_what_was_recorded():
    bar = results.result("bar")
    assert f"{bar.parameters / 1e6:.1f} million parameters" in TEXT
    seconds = [sum(epoch.seconds for epoch in run.epochs) / 60 for run in bar.runs]
    assert f"{seconds[1]:.0f} and {seconds[2]:.0f} minutes" in " ".join(TEXT.split())
    assert f"{recorded_run('shapes-gru').parameters:,} parameters" in TEXT
    assert f"Exact match by length of {len(long_inputs.records())} small runs" in TEXT


def test_settings_are_those_of_the_program():
    unset = {}
    for names, _, values in rows("| setting (environment) |"):
        names, values = (cell.replace("`", "").split(", ") for cell in (names, values))
        unset |= dict(zip(names, values, strict=True))
    assert unset["LAB_HOME"] == ".lab" and int(unset["LAB_MAX_ACTIVE"]) == 1
    assert float(unset["LAB_AWAY_MINUTES"]) == AWAY_MINUTES and int(unset["LAB_DISK_BUDGET"]) == DISK_BUDGET
    assert unset["LAB_ENGINE"] == "process" and float(unset["LAB_SLICE_SECONDS"]) == SLICE_SECONDS
    assert set(re.findall(r"\b(LAB_[A-Z_]+)\b", TEXT)) == {*unset}


def test_the_pages_are_those_of_the_lab():
    from dashboard.navigation import PAGES

    assert {row[0] for row in rows("| page | what a class does there |")} == {page.title for page in PAGES}


def test_recorded_runs_that_are_named_exist():
    assert set(re.findall(r"\brecorded-([a-z0-9]+(?:-[a-z0-9]+)+)", TEXT)) <= {*recorded_names()}
