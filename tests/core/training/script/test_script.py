"""A run's script, run: it trains the lab's own run again, number by number, without the lab."""

import ast
import contextlib
import importlib
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.data import load_dataset
from core.data.config import DataConfig
from core.errors import ConfigError
from core.models import Task, build_model, models_of
from core.records.published import published_run
from core.records.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.loop.trainer import Callback, Trainer
from core.training.script import imports_of, script
from core.training.script.data import data_text
from core.training.script.source import TEMPLATES, bound_by, folded, needed, own_source, set_to
from tests.support import SMALL, ended, load_tiny, wait_for

TINY = {
    "gru": {"patch_size": 8, "embed_dim": 8, "hidden_size": 6},
    "lstm": {"patch_size": 8, "embed_dim": 8, "hidden_size": 6},
    "rnn": {"patch_size": 8, "embed_dim": 8, "hidden_size": 6},
    "vit": {"patch_size": 8, "embed_dim": 16, "num_heads": 2, "num_layers": 2},
    "cnn": {"width": 8},
    "renet": {"width": 16, "blocks2": 1},
}
RUN = {"epochs": 2, "batch_size": 16, "threads": 1, "kernel": "torch", "device": "cpu"}
LONG = {"num_layers": 2, "bidirectional": True}
CASES = [
    *[(model, {}) for model in models_of("images")],
    ("gru", {**LONG, "optimizer": "adam", "schedule": "constant", "clip_norm": 0.0, "dropout": 0.3}),
    ("lstm", {**LONG, "readout": "mean", "optimizer": "sgd", "schedule": "one-cycle", "momentum": 0.8, "weight_decay": 0.01}),
    ("rnn", {"augment": True, "cutout": 8, "label_smoothing": 0.1, "schedule": "linear", "train_fraction": 0.5}),
    ("gru", {"readout": "mean", "ema": 0.9, "seed": 5, "split_seed": 3}),
    ("vit", {"positions": "sinusoidal", "dropout": 0.2, "num_heads": 4}),
    ("vit", {"positions": "none", "mlp_ratio": 1.0}),
    ("vit", {"positions": "grid", "embed_dim": 24, "num_heads": 3}),
    ("vit", {"positions": "index", "num_layers": 1}),
    ("vit", {"positions": "grid", "embed_dim": 25, "num_heads": 1}),
    ("gru", {"embed_dim": 7, "hidden_size": 5}),
    ("vit", {"positions": "rotary", "num_heads": 4, "dropout": 0.2}),
    ("vit", {"optimizer": "muon"}),
    ("cnn", {"blocks": 2, "dropout": 0.5, "ema": 0.99}),
    ("renet", {"optimizer": "muon", "schedule": "linear", "augment": True, "shift": 2, "weight_decay": 0.1}),
    ("renet", {"overlap": False, "patch_size": 4, "drop_sweeps": 0.3, "blocks1": 2}),
]

NAMING_IMAGES = [name for name in recorded_names() if recorded_run(name).config["model"] in models_of("images")]  # others have no script


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten class folders of 32x32 images, one of them in a format of its own."""
    root = tmp_path_factory.mktemp("images")
    split = load_tiny("tiny", None).train
    for k, (image, label) in enumerate(zip(split.images, split.labels, strict=True)):
        place = root / f"class {label:02d}"
        place.mkdir(exist_ok=True)
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(place / f"{k}.png")
    Image.fromarray(np.full((50, 40, 4), 90, np.uint8)).save(root / "class 03" / "large and transparent.png")
    (root / "class 03" / "broken.png").write_bytes(b"no image")
    (root / ".hidden").mkdir()
    return str(root)


def trained(*callbacks, **values):
    """A run without thread, files and database: what the worker does between them."""
    config = RunConfig.of(**{**RUN, **values})
    data, threads = load_dataset(config.dataset, config.data_config), torch.get_num_threads()
    torch.set_num_threads(config.training.threads)
    model = build_model(config.model, Task(num_classes=len(data.classes)), seed=config.training.seed, **vars(config.model_config))
    trainer = Trainer(model, data, config.training, callbacks=callbacks)
    trainer.fit()
    test = trainer.test()
    torch.set_num_threads(threads)
    return Snapshot(
        run_id="run-1", version=1, status="finished", config=config.flat(), classes=data.classes, epochs=tuple(trainer.epochs), test=test,
        lr_changes=tuple(trainer.lr_changes), device="cpu (any)", threads=1, versions={"torch": torch.__version__},
    )  # fmt: skip


def here(text):
    """What a script prints, run in this process."""
    printed, threads = io.StringIO(), torch.get_num_threads()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "script.py", "exec"), {"__name__": "__main__"})
    torch.set_num_threads(threads)
    return printed.getvalue()


def numbers(printed):
    """Of each epoch: training loss, accuracy, validation loss, accuracy, and with label smoothing the loss that was minimised; and the
    loss and accuracy of the test."""
    *epochs, test = [[float(number) for number in re.findall(r"\d\.\d+", line)] for line in printed.splitlines()]
    return epochs, test


def agrees(run, printed):
    epochs, test = numbers(printed)
    assert len(epochs) == len(run.epochs)
    for found, record in zip(epochs, run.epochs, strict=True):
        minimised = [record.train_loss] if run.smoothing else []
        assert found[:4:2] + found[4:] == pytest.approx([record.train_loss_unsmoothed, record.val_loss, *minimised], rel=1e-5, abs=1e-6)
        assert found[1:4:2] == pytest.approx([record.train_top1, record.val_top1], abs=1e-4)
    assert test == pytest.approx([run.test.loss, run.test.top1], rel=1e-5, abs=1e-4)


@pytest.mark.parametrize(("model", "values"), CASES, ids=lambda value: value if isinstance(value, str) else "-".join(value) or "plain")
def test_a_script_trains_the_run_again(folder, model, values):
    run = trained(model=model, dataset="folder", data=folder, **{**TINY[model], **values})
    text = script(run)
    assert "nothing of the lab" in text and "from core" not in text and "import core" not in text
    agrees(run, here(text))


def test_a_script_needs_nothing_of_the_lab(manager, tmp_path):
    """In a process that cannot import it, on the drawn images."""
    config = RunConfig.of(**RUN, model="gru", dataset="shapes", train_fraction=0.02, **TINY["gru"])
    run = wait_for(manager, manager.submit(config), ended)
    assert run.status == "finished", run.message
    file = tmp_path / "script.py"
    file.write_text("import sys\nsys.path = [p for p in sys.path if p]\n" + script(run), encoding="utf-8")
    command = [sys.executable, "-I", str(file)]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    agrees(run, made.stdout)


def test_a_wrong_script_is_found_out(folder):
    run = trained(model="gru", dataset="folder", data=folder, **TINY["gru"])
    wrong = script(run).replace("SEED, EPOCHS, BATCH, LR = 0,", "SEED, EPOCHS, BATCH, LR = 1,")
    with pytest.raises(AssertionError):
        agrees(run, here(wrong))


class ByHand(Callback):
    """Somebody who sets the learning rate after the second step, and once more."""

    def on_batch_begin(self, trainer):
        if trainer.step in (2, 5):
            trainer.change_lr(0.01 * trainer.step)


def test_a_learning_rate_changed_by_hand_is_in_the_script(folder):
    run = trained(ByHand(), model="rnn", dataset="folder", data=folder, **TINY["rnn"])
    assert "CHANGES = [(2, 0.02), (5, 0.05)]" in script(run)
    agrees(run, here(script(run)))


@pytest.mark.parametrize("parts", [("train", "val", "test"), ("train", "test"), ("Train", "valid")])
def test_a_folder_with_parts_is_read_as_the_lab_reads_it(folder, tmp_path, parts):
    for part in parts:
        for source in sorted(Path(folder).glob("class*/*.png")):
            place = tmp_path / part / source.parent.name
            place.mkdir(parents=True, exist_ok=True)
            (place / source.name).write_bytes(source.read_bytes())
    for stratify in (True, False):
        same_images("folder", DataConfig(data=str(tmp_path), split_seed=4, val_fraction=0.2, stratify=stratify))


class Fake:
    """A torchvision set: 5,040 images a part, of a size."""

    def __init__(self, root, train=True, download=False, *, shape):
        numbers = np.random.default_rng(train)
        self.data = numbers.integers(0, 256, (5_040, *shape), dtype=np.uint8)
        self.targets = numbers.integers(0, 10, 5_040).tolist()
        self.classes = [str(k) for k in range(10)]
        if len(shape) == 2:
            self.data, self.targets = torch.from_numpy(self.data), torch.tensor(self.targets)


@pytest.mark.parametrize(("name", "cls", "shape"), [("cifar10", "CIFAR10", (32, 32, 3)), ("fashion_mnist", "FashionMNIST", (28, 28))])
def test_torchvision_sets_are_split_as_the_lab_splits_them(monkeypatch, tmp_path, name, cls, shape):
    import torchvision

    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    (tmp_path / "data" / name).mkdir(parents=True)
    fake = lambda *args, **kwargs: Fake(*args, shape=shape, **kwargs)  # noqa: E731
    monkeypatch.setattr(torchvision.datasets, cls, fake)
    same_images(name, DataConfig(split_seed=2))


def same_images(dataset, config):
    """The script's `load` and `statistics` give the lab's tensors and numbers."""
    text, names = data_text(dataset, config), {}
    exec(f"{imports_of(text)}\nimport torch\n{text}", names)
    data = load_dataset(dataset, config)
    for (images, labels), split in zip(names["load"](), (data.train, data.val, data.test), strict=True):
        assert torch.equal(images, split.images) and torch.equal(labels, split.labels)
    mean, std = names["statistics"](data.train.images)
    assert mean.flatten().tolist() == pytest.approx(data.mean, abs=1e-7) and std.flatten().tolist() == pytest.approx(data.std, abs=1e-7)


def test_what_has_no_text_is_imported_from_the_lab(tiny, monkeypatch):
    """A data set of a row of its own, as the tests' "tiny"; and a model."""
    run = trained(**{**SMALL, **RUN})
    text = script(run)
    assert "It imports the package core of Sequence Lab" in text and "load_dataset('tiny'" in text
    agrees(run, here(text))
    monkeypatch.delitem(sys.modules["core.training.script.models"].CONSTANTS, "gru")
    assert "build_model('gru'" in script(run)
    agrees(run, here(script(run)))


@pytest.mark.parametrize("name", NAMING_IMAGES)
def test_every_recorded_run_has_a_script_that_says_what_to_expect(name):
    run = recorded_run(name)
    text = script(run)
    compile(text, name, "exec")
    assert f"The run reached {run.best.val_top1:.2%} validation accuracy in epoch {run.best.epoch + 1}." in text
    assert f"torch {run.versions['torch']}, cpu" in text and ("compiled scan" in text) == (run.kernel == "scan")


def test_of_the_published_run_no_losses_are_promised():
    text = script(published_run())
    assert "How the run was seeded is not known" in text and "CIFAR10(" in text


def test_scripts_are_tidy(tmp_path):
    """Nothing that is not used, nothing that is not defined, no line too long."""
    for name in NAMING_IMAGES:
        (tmp_path / f"{name}.py").write_text(script(recorded_run(name)), encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "150", "--select", "E,F,I,W", str(tmp_path)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout


@pytest.mark.parametrize("name", NAMING_IMAGES)
def test_no_two_parts_of_a_script_use_one_name(name):
    """They come from a dozen files, and a constant of one would be that of another."""
    bound = [name for node in ast.parse(script(recorded_run(name))).body for name in bound_by(node)]
    assert len(bound) > 30 and sorted({name for name in bound if bound.count(name) > 1}) == []


TEXT = """
LOUD, MODE = 1, "a"  # to be set
TWICE = 2 * LOUD
UNUSED = 3


def main(x):
    if LOUD > 1:
        x = x + TWICE
        # said twice
    elif LOUD and MODE == "a":
        x = x + 1
    else:
        x = helper(x)
    if x > LOUD:
        return (x if MODE == "b" else -x)
    return f(x) + (g(x) if MODE == "b" else h)


def helper(x):
    return x


h = 4
"""


@pytest.mark.parametrize(
    ("values", "left"),
    [
        ({"LOUD": 2, "MODE": "b"}, "x = x + TWICE\n    if x > LOUD:\n        return x\n    return f(x) + g(x)"),
        ({"LOUD": 1, "MODE": "a"}, "x = x + 1\n    if x > LOUD:\n        return (-x)\n    return f(x) + h"),
        ({"LOUD": 0, "MODE": "b"}, "x = helper(x)\n    if x > LOUD:\n        return x\n    return f(x) + g(x)"),
    ],
)
def test_what_constants_switch_off_is_left_out_of_a_template(values, left):
    text = needed(folded(set_to(TEXT, {**values, "UNUSED": 3, "h": 4}), values), ["main"])
    assert f"LOUD, MODE = {values['LOUD']}, '{values['MODE']}'  # to be set" in text and f"    {left}\n" in text and "UNUSED" not in text
    assert ("def helper" in text) == ("helper(x)" in left) and ("TWICE = 2 * LOUD" in text) == ("TWICE" in left)
    assert ("h = 4" in text) == left.endswith("h")


def test_every_constant_of_a_template_is_given():
    with pytest.raises(AssertionError, match="UNUSED"):
        set_to(TEXT, {"LOUD": 1, "MODE": "a", "h": 4})
    with pytest.raises(AssertionError, match="OTHER"):
        set_to(TEXT, {"LOUD": 1, "MODE": "a", "h": 4, "UNUSED": 3, "OTHER": 5})


@pytest.mark.parametrize("name", sorted(path.stem for path in TEMPLATES.glob("[a-z]*.py")))
def test_every_template_runs_as_it_is(name):
    """It is a module as any other: what it needs is there, and a model of it learns."""
    template = importlib.import_module(f"core.training.script.templates.{name}")
    assert (TEMPLATES / f"{name}.py").read_text("utf-8").isascii()
    if "class Model" in (TEMPLATES / f"{name}.py").read_text("utf-8"):
        model, images = template.Model(), torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
        model(images).square().sum().backward()
        assert model(images).shape == (2, template.NUM_CLASSES) and all(p.grad is not None for p in model.parameters())


def test_the_training_runs_as_it_is(monkeypatch, capsys):
    """The template of every script, on a few of the tests' images."""
    from core.training.script.templates import train

    data = load_tiny("tiny", None)
    monkeypatch.setattr(train, "load", lambda: [(split.images, split.labels) for split in (data.train, data.val, data.test)])
    monkeypatch.setattr(train, "EPOCHS", 2)
    train.main()
    epochs, test = numbers(capsys.readouterr().out)
    assert len(epochs) == 2 and all(len(found) == 5 for found in epochs) and len(test) == 2


def test_a_run_on_sequences_has_no_script():
    with pytest.raises(ConfigError, match="scripts only of models that name images"):
        script(recorded_run("dates-transformer"))


def test_a_run_of_another_version_has_no_script():
    import dataclasses

    run = recorded_run("shapes-gru")
    with pytest.raises(ConfigError, match="no hyperparameter named 'gone'"):
        script(dataclasses.replace(run, config={**run.config, "gone": 1}))


def test_own_source_takes_whole_definitions():
    text = own_source("data/shapes.py", ("ring", "CHUNK"))
    assert text.startswith("CHUNK = 200  # images") and text.rstrip().endswith("- 0.22") and "import" not in text
