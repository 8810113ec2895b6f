"""What somebody tries first who knows PyTorch and opens the lab in a script or a notebook: names of the field, plain errors."""

import pydoc
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

import core
from core import MODELS, RunConfig, RunManager, Trainer, TrainingConfig, build_model, load_dataset
from core.data.sequences import SeqDataset, SeqSplit
from core.data.splits import Dataset, Split
from core.errors import ConfigError, DataError
from core.metrics import ConfusionMatrix
from core.models import Task
from core.models.attention import MultiHeadAttention
from core.models.patches import PatchEmbed
from core.models.seq2seq_task import Seq2SeqTask
from core.symbols import Vocabulary

SMALL = {"hidden_size": 8, "patch_size": 16}
QUICK = {"epochs": 1, "train_fraction": 0.02, "threads": 1, "kernel": "torch"}


@pytest.fixture(scope="module")
def shapes():
    return load_dataset("shapes")


@pytest.fixture(scope="module")
def fitted(shapes):
    trainer = Trainer(build_model("gru", num_classes=shapes.num_classes, seed=0, **SMALL), shapes, QUICK)
    trainer.fit()
    return trainer


# ---- the package ----


def test_core_offers_what_a_script_begins_with_and_loads_nothing_for_it():
    code = (
        "import sys, core\n"
        "heavy = ('torch', 'numpy', 'pandas', 'sqlalchemy', 'PIL', 'tqdm')\n"
        "assert not [m for m in sys.modules if m.partition('.')[0] in heavy or m.startswith('core.')]\n"
        "assert set(core.__all__) <= set(dir(core))\n"
        "core.MODELS, core.load_dataset, core.build_model, core.RunConfig\n"
        "assert 'torch' not in sys.modules\n"
        "from core import *\n"
        "print(RunManager.__module__, Trainer.__module__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(core.__file__).parents[1], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["core.training.runs.manager", "core.training.loop.trainer"], done.stderr


def test_help_of_core_is_a_guide_that_names_what_there_is():
    guide = pydoc.plaintext.document(core).partition("PACKAGE CONTENTS")[0]
    assert 15 < len(guide.splitlines()) < 40
    for name in core.__all__:
        assert name in guide or name in ("Task", "ConfusionMatrix", "TrainingConfig"), name
    places = [name for names in core.PLACES.values() for name in names]
    assert sorted(places) == sorted(core.__all__)


def test_a_name_that_core_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'core' has no attribute 'Model'"):
        core.Model  # noqa: B018


def test_the_documents_show_them():
    text = (Path(core.__file__).parents[1] / "docs" / "command-line.md").read_text("utf-8")
    (block,) = re.findall(r"## From a script\n\n```python\n(.*?)```", text, re.S)  # tests/test_readme.py runs it
    for name in ("MODELS", "build_model(", "load_dataset(", "RunManager(", "Trainer(", ".num_classes", ".wait(", ".model(", ".predict("):
        assert name in block


# ---- data ----


def test_a_data_set_says_what_it_is_in_one_line(shapes):
    assert repr(shapes) == "Dataset('shapes', train=10,000, val=2,000, test=2,000, 10 classes of images (3, 32, 32))"
    assert repr(shapes.train) == "Split(10,000 images (3, 32, 32) on cpu)"
    assert shapes.num_classes == 10 and len(shapes) == 14_000 and len(shapes.val) == 2_000


def small_split(count=5):
    images = torch.arange(count * 3 * 4, dtype=torch.uint8).view(count, 3, 2, 2)
    return Split(images, torch.arange(count) * 10)


@pytest.mark.parametrize("index", [2, -3, np.int64(2), torch.tensor(2)])
def test_one_number_gives_an_image_and_its_label(index):
    image, label = small_split()[index]
    assert torch.equal(image, small_split().images[2]) and label == 20 and type(label) is int


@pytest.mark.parametrize("index", [slice(1, 4, 2), [1, 3], torch.tensor([1, 3]), np.array([1, 3]), torch.tensor([0, 1, 0, 1, 0]).bool()])
def test_everything_else_gives_a_part(index):
    part = small_split()[index]
    assert isinstance(part, Split) and part.labels.tolist() == [10, 30] and torch.equal(part.images, small_split().images[[1, 3]])


def test_a_part_of_one_is_a_part():
    for index in (torch.tensor([3]), [3], np.array([3]), slice(3, 4)):
        assert isinstance(small_split()[index], Split) and small_split()[index].labels.tolist() == [30]


def test_a_split_is_gone_through_and_ends():
    assert [label for _, label in small_split()] == [0, 10, 20, 30, 40] and next(reversed(small_split()))[1] == 40
    for wrong in (5, -6):
        with pytest.raises(IndexError, match=f"There is no item {wrong}: there are 5"):
            small_split()[wrong]


def test_a_column_of_a_table_and_an_array_pick_a_part():
    for index in (pd.Series([1, 3]), pd.Series([1, 3], dtype="Int64"), range(1, 4, 2), np.array([False, True, False, True, False])):
        assert small_split()[index].labels.tolist() == [10, 30]


@pytest.mark.parametrize("wrong", ["a", 1.5, None, (0, 1)])
def test_what_is_no_index_is_said_in_a_sentence(wrong):
    with pytest.raises(DataError, match="indexed by a whole number, a slice, or a list or tensor of numbers, not by"):
        small_split()[wrong]


def test_a_split_is_one_of_its_data_set_by_name(shapes):
    assert all(shapes[part] is getattr(shapes, part) for part in ("train", "val", "test"))
    for wrong in (lambda: shapes[0], lambda: shapes["valid"], lambda: list(shapes), lambda: next(iter(DataLoader(shapes)))):
        with pytest.raises(DataError, match=r"the splits 'train', 'val', 'test': data.train\[0\] is an item"):
            wrong()


def test_arrays_and_lists_are_no_split_yet():
    for parts in ((np.zeros((2, 3, 4, 4), np.uint8), np.zeros(2, np.int64)), ([1], [2])):
        with pytest.raises(DataError, match="A split is made of two tensors, and these are"):
            Split(*parts)


def test_a_data_loader_takes_a_split(shapes):
    images, labels = next(iter(DataLoader(shapes.val, batch_size=7)))
    assert torch.equal(images, shapes.val.images[:7]) and torch.equal(labels, shapes.val.labels[:7])
    shuffled = [int(label) for _, batch in DataLoader(small_split(), batch_size=2, shuffle=True) for label in batch]
    assert sorted(shuffled) == [0, 10, 20, 30, 40]


def test_a_data_loader_takes_sequences():
    split = SeqSplit(torch.arange(6).view(3, 2), torch.arange(9).view(3, 3))
    inputs, targets = next(iter(DataLoader(split, batch_size=3)))
    assert torch.equal(inputs, split.inputs) and torch.equal(targets, split.targets) and repr(split).startswith("SeqSplit(3 pairs")
    assert [target.tolist() for _, target in split] == split.targets.tolist()
    whole = SeqDataset(name="reverse", train=split, val=split, test=split, vocabulary=Vocabulary(("a", "b")))
    assert repr(whole) == f"SeqDataset('reverse', train=3, val=3, test=3, {whole.num_classes} tokens)" and len(whole) == 9


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (torch.zeros(2, 3, 4, 4), torch.zeros(2).long()),
        (torch.zeros(3, 4, 4).byte(), torch.zeros(3).long()),
        (torch.zeros(2, 3, 4, 4).byte(), torch.zeros(3).long()),
        (torch.zeros(2, 3, 4, 4).byte(), torch.zeros(2)),
    ],
)
def test_what_is_no_split_is_said_in_a_sentence(images, labels):
    with pytest.raises(DataError, match=r"A split has images \(N, C, H, W\) uint8 and labels \(N,\) int64; these are"):
        Split(images, labels)


# ---- models ----


@pytest.mark.parametrize("name", [name for name, spec in MODELS.items() if spec.kind == "images"])
def test_a_model_is_built_for_a_number_of_classes(name):
    for model in (build_model(name, num_classes=5), build_model(name, 5), build_model(name, Task(num_classes=5))):
        model.eval()
        assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 5)


def test_all_that_a_task_says_can_be_said_by_name():
    model = build_model("vit", num_classes=3, image_size=64, channels=1, patch_size=16)
    assert model(torch.zeros(2, 1, 64, 64)).shape == (2, 3)
    assert build_model("gru", Task(channels=1), num_classes=4)(torch.zeros(1, 1, 32, 32)).shape == (1, 4)


@pytest.mark.parametrize("width", [2, 7, 100])
@pytest.mark.parametrize("name", [name for name, spec in MODELS.items() if name != "renet"])
def test_a_model_has_any_width_not_only_those_that_a_slider_offers(name, width):
    heads = {"num_heads": 1} if "transformer" in name or name == "vit" else {}
    values = {"width" if name == "cnn" else "embed_dim": width, **heads}
    if MODELS[name].kind == "images":
        assert build_model(name, 10, **values)(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    else:
        tokens = torch.full((2, 4), 5)
        assert build_model(name, Seq2SeqTask(vocabulary=9, max_source=4, max_target=4), **values)(tokens, tokens).shape == (2, 4, 9)


@pytest.mark.parametrize(
    ("name", "words", "values", "message"),
    [
        ("gru", ("ten",), {}, r"names images: give it a Task\(num_classes=...\)"),
        ("gru", (), {"num_classes": 0}, "num_classes must be a whole number from 1 on, not 0"),
        ("gru", (), {"embed_dim": 1}, "embed_dim = 1 is out of range: choose 2 to 512 features"),
        ("vit", (), {"embed_dim": 100, "num_heads": 3}, "num_heads = 3 does not divide embed_dim = 100"),
        ("gru", (), {"num_classes": 2.5}, "num_classes must be a whole number"),
        ("gru", (), {"num_class": 5}, "no hyperparameter named 'num_class'"),
        ("transformer", (), {}, "makes sequences out of sequences"),
        ("transformer", (5,), {}, "makes sequences out of sequences"),
        ("seq2seq-gru", (), {"num_classes": 5}, "makes sequences out of sequences"),
    ],
)
def test_what_no_model_can_be_built_for_is_said_in_a_sentence(name, words, values, message):
    with pytest.raises(ConfigError, match=message):
        build_model(name, *words, **values)


IMAGE_MODELS = [name for name, spec in MODELS.items() if spec.kind == "images"]


@pytest.mark.parametrize("name", IMAGE_MODELS)
def test_bytes_are_not_taken_for_normalised_images(name, shapes):
    with pytest.raises(DataError, match=r"reads normalised images, and these are torch.uint8: core.data.splits.normalize"):
        build_model(name, 10)(shapes.test[:2].images)


@pytest.mark.parametrize("name", IMAGE_MODELS)
@pytest.mark.parametrize("shape", [(2, 3, 28, 28), (2, 3, 64, 64), (2, 3, 16, 64), (2, 4, 32, 32), (2, 1, 32, 32)])
def test_images_of_another_size_are_said_in_a_sentence(name, shape):
    with pytest.raises(DataError, match=rf"built for images of 3 x 32 x 32, and these are {re.escape(str(shape))}: resize them"):
        build_model(name, 10)(torch.zeros(shape))


@pytest.mark.parametrize("name", IMAGE_MODELS)
def test_one_image_alone_is_said_in_a_sentence(name):
    with pytest.raises(
        DataError, match=r"reads a batch of images, \(B, 3, 32, 32\), and this is \(3, 32, 32\): one alone is images\[None\]"
    ):
        build_model(name, 10)(torch.zeros(3, 32, 32))


def test_patch_embed_has_the_names_of_the_field():
    images = torch.randn(2, 1, 32, 32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert PatchEmbed(image_size=32, patch_size=8, in_channels=1, embed_dim=5)(images).shape == (2, 16, 5)
        assert PatchEmbed(32, 8, 1, 5)(images).shape == (2, 16, 5)
        assert PatchEmbed(32, 8).project.in_channels == 3
    with pytest.warns(DeprecationWarning, match="write in_channels instead of channels") as told:
        old = PatchEmbed(image_size=32, patch_size=8, channels=1, embed_dim=5)
    assert old(images).shape == (2, 16, 5) and told[0].filename == __file__


def test_multi_head_attention_is_called_as_torch_calls_its_own():
    ours, theirs = MultiHeadAttention(8, 2).double(), nn.MultiheadAttention(8, 2, batch_first=True).double()
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key.weight, ours.value.weight]))
        theirs.out_proj.weight.copy_(ours.output.weight)
    q, k, v = (torch.randn(3, length, 8, dtype=torch.float64) for length in (4, 6, 6))
    allowed = torch.rand(4, 6) < 0.7
    allowed[:, 0] = True
    torch.testing.assert_close(ours(q, k, v), theirs(q, k, v)[0], rtol=0, atol=1e-12)
    for ours_too in (ours(q, k, v, allowed), ours(q, k, v, mask=allowed)):
        torch.testing.assert_close(ours_too, theirs(q, k, v, attn_mask=~allowed)[0], rtol=0, atol=1e-12)
    torch.testing.assert_close(ours(q, k, allowed), theirs(q, k, k, attn_mask=~allowed)[0], rtol=0, atol=1e-12)  # as before


@pytest.mark.parametrize("wrong", [lambda q, k: (q, k, k[:, 1:]), lambda q, k: (q, k, k, torch.zeros(4, 6)), lambda q, k: (q, k, q)])
def test_values_and_masks_that_cannot_be_are_said_in_a_sentence(wrong):
    attention = MultiHeadAttention(8, 2)
    with pytest.raises(ConfigError, match=r"Write attention\(query, key, value, mask=mask\)"):
        attention(*wrong(torch.randn(3, 4, 8), torch.randn(3, 6, 8)))


@pytest.mark.parametrize("kind", [list, tuple, np.array, torch.tensor, lambda values: np.array(values, np.uint8)])
def test_a_confusion_matrix_counts_lists_and_arrays(kind):
    found = ConfusionMatrix(3).update(kind([0, 1, 2, 2]), kind([0, 1, 1, 2])).update([], [])
    assert found.matrix.tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    with pytest.raises(DataError, match="differ in shape"):
        found.update([0], [0, 1])
    with pytest.raises(DataError, match="whole numbers"):
        found.update([0.5], [1])


# ---- training ----


@pytest.mark.parametrize("config", [QUICK, TrainingConfig(**QUICK), RunConfig.of(model="gru", **QUICK, **SMALL)])
def test_a_trainer_takes_any_config(config, shapes, fitted):
    trainer = Trainer(build_model("gru", num_classes=10, seed=0, **SMALL), shapes, config)
    trainer.fit()
    assert trainer.epochs[0].val_loss == fitted.epochs[0].val_loss


def test_a_trainer_without_a_config_has_the_defaults(shapes):
    assert Trainer(build_model("gru", 10, **SMALL), shapes).config == TrainingConfig()


@pytest.mark.parametrize(("config", "message"), [(3, "told by a TrainingConfig"), ({"epoch": 3}, "no hyperparameter named 'epoch'")])
def test_what_is_no_training_is_said_in_a_sentence(config, message, shapes):
    with pytest.raises(ConfigError, match=message):
        Trainer(build_model("gru", 10, **SMALL), shapes, config)


def test_fit_again_says_that_nothing_is_left(fitted):
    with pytest.warns(UserWarning, match="All 1 epochs have been trained: there is nothing left"):
        fitted.fit()
    assert len(fitted.epochs) == 1


def test_predictions_are_those_of_the_last_validation(shapes, fitted):
    found = fitted.predict(shapes.val)
    assert torch.equal(found, fitted.val_logits.argmax(1)) and found.dtype == torch.int64
    assert torch.equal(fitted.predict(shapes.val.images[:3]), found[:3]) and torch.equal(fitted.predict(shapes.val[4][0]), found[4:5])
    assert torch.equal(fitted.predict(shapes.val.images[:3].numpy()), found[:3]) and fitted.predict(shapes.val[:0]).shape == (0,)


@pytest.mark.parametrize("images", [torch.zeros(2, 3, 32, 32), torch.zeros(2, 3, 28, 28).byte(), torch.zeros(2, 1, 32, 32).byte()])
def test_what_cannot_be_predicted_is_said_in_a_sentence(images, fitted):
    with pytest.raises(DataError, match=r"was trained on images \(3, 32, 32\) uint8"):
        fitted.predict(images)


def test_a_run_is_submitted_by_name_waited_for_and_opened(tmp_path, shapes):
    lab = RunManager(tmp_path)
    try:
        run = lab.submit({"model": "gru", **QUICK, **SMALL})
        end = lab.wait(run, timeout=120)
        assert end.status == "finished" and len(end.epochs) == 1 and lab.wait(run) == end
        model = lab.model(run)
        assert isinstance(model, nn.Module) and not model.training
        kept = lab.model(run, 0).state_dict()
        assert all(torch.equal(value, kept[name]) for name, value in model.state_dict().items())
    finally:
        lab.shutdown()


def test_waiting_ends_in_time_and_with_a_failure(tmp_path):
    lab = RunManager(tmp_path)
    try:
        paused = lab.submit({"model": "gru", **QUICK, **SMALL}, paused=True)
        assert lab.wait(paused, timeout=0.5).active
        failed = lab.submit({"model": "gru", "dataset": "cifar10", **QUICK, **SMALL})
        lab.stop(paused)
        assert lab.wait(failed, timeout=60).status == "failed"
        with pytest.raises(ConfigError, match="A run is told by a RunConfig"):
            lab.submit("gru")
        with pytest.raises(ConfigError, match="no hyperparameter named 'epoch'"):
            lab.submit({"epoch": 3})
    finally:
        lab.shutdown()


def test_a_recorded_run_is_waited_for_and_opened(tmp_path):
    lab = RunManager(tmp_path)
    assert lab.wait("recorded-shapes-gru").status == "finished"
    assert lab.model("recorded-shapes-gru")(torch.zeros(1, 3, 32, 32)).shape == (1, 10)
    assert not lab.model("recorded-reverse-gru").training
    lab.shutdown()


def test_dataset_of_keeps_its_names():
    part = small_split()
    assert Dataset.of("own", part, part, part, ("a", "b")).num_classes == 2
