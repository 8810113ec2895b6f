"""The notebook in docs/ runs from an empty home, cell by cell, and what it shows is what its runs measured."""

import json
import re
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import confusion_matrix, recall_score

from core.training.runs.manager import RunManager

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "notebook.py"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """The names that the notebook leaves, and its home. It reads a tenth of the drawn shapes: no cell depends on how many there are."""
    home = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.data.shapes.PARTS", {"train": range(1_000), "val": range(1_000, 1_200), "test": range(1_200, 1_400)})
        patch.setenv("LAB_HOME", str(home))
        patch.setattr(tempfile, "tempdir", str(home))
        patch.setattr(sys, "path", [*sys.path])
        patch.chdir(home)
        return runpy.run_path(str(FILE)), home


def test_two_runs_are_trained_and_kept(notebook):
    names, home = notebook
    lab = RunManager(home)
    try:
        kept = {run.run_id: run for run in lab.runs()}
        assert set(kept) == {names["gru"], names["vit"]} and {run.status for run in kept.values()} == {"finished"}
        for run, row in names["runs"].iterrows():
            snapshot = lab.snapshot(run)
            assert row["best_val_top1"] == snapshot.best.val_top1 and row["test_top1"] == snapshot.test.top1
            assert row["best_epoch"] == snapshot.best.epoch + 1 and row["epochs_done"] == 6
            pd.testing.assert_series_equal(
                names["histories"][run]["val_loss"], pd.Series([one.val_loss for one in snapshot.epochs], name="val_loss")
            )
    finally:
        lab.shutdown()


def test_the_comparison_is_that_of_the_images(notebook):
    names, _ = notebook
    best = names["runs"]["best_val_top1"]
    assert names["difference"].value == pytest.approx(best[names["vit"]] - best[names["gru"]], abs=1e-12)
    assert names["difference"].low < names["difference"].value < names["difference"].high


def test_classes_and_images_agree_with_scikit_learn(notebook):
    names, _ = notebook
    images, classes = names["images"], list(names["shapes"].classes)
    recall = recall_score(images["true_class"].tolist(), images["predicted_class"].tolist(), labels=classes, average=None)
    assert names["scores"]["recall"][classes].to_numpy() == pytest.approx(recall, abs=1e-12)
    matrix = confusion_matrix(images["true_class"].tolist(), images["predicted_class"].tolist(), labels=classes)
    assert np.array_equal(matrix, names["best"].val_confusion)


def test_the_model_names_the_images_as_the_table_says(notebook):
    names, _ = notebook
    said = [names["shapes"].classes[k] for k in names["logits"].argmax(1).tolist()]
    assert said == names["wrong"]["predicted_class"][:5].tolist() and isinstance(names["model"], torch.nn.Module)
    assert all(one != names["shapes"].classes[label] for one, label in zip(said, names["surest"].labels.tolist(), strict=True))


def test_the_figure_has_both_runs_and_needs_no_network(notebook):
    names, home = notebook
    text = names["file"].read_text("utf-8")
    assert names["file"].is_relative_to(home) and "<script src=" not in text and "Recall by class" in text
    found = json.loads(names["figure"].to_json())["data"]
    assert [trace["type"] for trace in found] == ["scatter", "bar"] * 2 and found[0]["name"] == names["gru"]
    assert list(names["figure"].data[0].y) == names["histories"][names["gru"]]["val_loss"].tolist()
    assert list(names["figure"].data[1].x) == list(names["shapes"].classes)


def test_every_cell_is_explained():
    """Cells of text and of code; a line of code that is nowhere explained is none."""
    cells = re.split(r"^# %%", FILE.read_text("utf-8"), flags=re.M)[1:]
    assert len(cells) > 12 and all(cell.startswith((" [markdown]\n# ", "\n", " ")) for cell in cells)
    for cell in cells:
        title, _, body = cell.partition("\n")
        if title == " [markdown]":
            assert all(line.startswith("#") for line in body.split("\n") if line)
        compile(body, str(FILE), "exec")


def test_it_is_found_from_the_folder_of_the_project_and_from_its_own():
    line = next(line for line in FILE.read_text("utf-8").splitlines() if line.startswith("sys.path"))
    for folder in (ROOT, ROOT / "docs"):
        code = f"import sys\n{line}\nimport core\nprint(core.__file__)"
        done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True, check=False)
        assert Path(done.stdout.strip()).resolve() == ROOT / "core" / "__init__.py", done.stderr


def test_readme_points_to_it():
    assert "[docs/notebook.py](docs/notebook.py)" in (ROOT / "README.md").read_text("utf-8")
