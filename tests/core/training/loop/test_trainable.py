"""What somebody hands to a Trainer or a RunManager by mistake, and the sentence that comes back."""

import pytest
import torch
from torch import nn

from core import RunConfig, RunManager, Trainer, build_model, load_dataset
from core.data.sequences import SeqDataset
from core.data.splits import Dataset
from core.errors import ConfigError, DataError, StoreError
from core.training.runs.checkpoint import task_of
from tests.support import load_tiny

SMALL = {"hidden_size": 8, "patch_size": 16}
DATA = load_tiny("tiny", None)


def model(classes=10):
    return build_model("gru", num_classes=classes, **SMALL)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    manager = RunManager(tmp_path_factory.mktemp("lab"))
    yield manager
    manager.shutdown()


@pytest.mark.parametrize("wrong", ["gru", None, DATA, nn.Linear])
def test_what_is_no_model_is_said(wrong):
    with pytest.raises(ConfigError, match=r"model is a torch.nn.Module, and this is .* Write Trainer\(build_model\("):
        Trainer(wrong, DATA)


@pytest.mark.parametrize("wrong", ["shapes", None, DATA.train, DATA.train.images])
def test_what_is_no_data_set_is_said(wrong):
    with pytest.raises(ConfigError, match="data has three splits, and this is"):
        Trainer(model(), wrong)


@pytest.fixture(scope="module")
def reverse():
    return load_dataset("reverse")


def test_a_model_of_the_other_kind_is_said(reverse):
    assert isinstance(reverse, SeqDataset) and isinstance(DATA, Dataset)
    with pytest.raises(ConfigError, match="'reverse' is a task on sequences, and this model makes none"):
        Trainer(model(), reverse)
    writer = build_model("seq2seq-gru", task_of(reverse), embed_dim=8, hidden_size=8)
    with pytest.raises(ConfigError, match="This model makes sequences out of sequences, and 'tiny' has images"):
        Trainer(writer, DATA)
    Trainer(writer, reverse)


def test_a_config_of_a_run_of_the_other_kind_is_said(reverse):
    config = RunConfig.of(model="transformer", dataset="dates")
    with pytest.raises(ConfigError, match="of a run of the model 'transformer' on 'dates', and these data are of another kind"):
        Trainer(model(), DATA, config)


@pytest.mark.parametrize("answers", [5, 11])
def test_a_model_of_other_classes_is_said_at_the_first_batch(answers):
    with pytest.raises(DataError, match=rf"has 10 classes, and the model answers with \(\d+, {answers}\): build it with num_classes=10"):
        Trainer(model(answers), DATA, {"epochs": 1}).fit()


@pytest.mark.parametrize("wrong", [3, print, "stop"])
def test_what_is_no_callback_is_said(wrong):
    with pytest.raises(ConfigError, match=r"Callbacks are made from core.training.Callback"):
        Trainer(model(), DATA, callbacks=[wrong])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("cat.png", "a split or a tensor, and this is the text 'cat.png'|this is 'cat.png'"),
        (None, "a split or a tensor"),
        (DATA, r"'tiny' has three splits: name the images of one, as in trainer.predict\(shapes.val\)"),
        ([["a"]], "a split or a tensor"),
        (torch.zeros(2, 3, 32, 32), "was trained on images"),
    ],
)
def test_what_cannot_be_named_is_said(wrong, message):
    with pytest.raises(DataError, match=message):
        Trainer(model(), DATA).predict(wrong)


@pytest.mark.parametrize("ask", ["snapshot", "wait", "model", "dataset", "history", "stop", "delete", "resume", "weights"])
@pytest.mark.parametrize("wrong", [5, None, "snapshot"])
def test_a_run_is_named_by_its_id(lab, ask, wrong):
    wrong = lab.snapshot("recorded-shapes-gru") if wrong == "snapshot" else wrong
    with pytest.raises(StoreError, match="A run is named by its id, such as 'recorded-shapes-gru', not by"):
        getattr(lab, ask)(wrong)


def test_epochs_and_times_are_numbers(lab):
    with pytest.raises(ConfigError, match="An epoch is a whole number from 0 on, or None for the best one, not 'best'"):
        lab.model("recorded-shapes-gru", "best")
    with pytest.raises(ConfigError, match="A timeout is a number of seconds, or None"):
        lab.wait("recorded-shapes-gru", timeout="long")


@pytest.mark.parametrize("seed", ["a", 1.5])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ConfigError, match="seed must be a whole number, or None for torch's own"):
        build_model("gru", 10, seed=seed)


@pytest.mark.parametrize(("name", "near"), [("GRU", "gru"), ("ViT", "vit"), ("Transformers", "transformer")])
def test_capitals_do_not_hide_what_was_meant(name, near):
    with pytest.raises(ConfigError, match=f"Did you mean {near!r}"):
        build_model(name)


def test_the_data_of_a_run_are_those_that_it_was_trained_on(lab):
    assert torch.equal(lab.dataset("recorded-shapes-gru").val.images, load_dataset("shapes").val.images)
    assert isinstance(lab.dataset("recorded-reverse-gru"), SeqDataset)
    with pytest.raises(DataError, match=r"lay in a folder .*, and they did not come with the lab: name the folder"):
        lab.dataset("recorded-cifar10-bar-0")
