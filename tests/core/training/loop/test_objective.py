"""Training an encoder-decoder on the one loop, against a loop written out by hand; padding, lengths and greedy decoding."""

import copy
import dataclasses
import math

import pytest
import torch
import torch.nn.functional as F

from core.data import load_dataset
from core.data.seq_tasks import SEQ_TASKS
from core.data.sequences import SeqDataset, SeqSplit, text_split
from core.errors import ConfigError, StoreError, TrainingError
from core.models import build_model, models_of
from core.models.seq2seq_task import Seq2SeqTask
from core.symbols import BOS, EOS, PAD
from core.training.config import RunConfig
from core.training.loop.objective import POOL, Translating, right
from core.training.loop.seeds import derived_seed
from core.training.loop.trainer import Callback, Trainer
from core.training.runs.checkpoint import load_tensors, model_metadata, open_model, open_seq2seq, save_tensors, task_of
from core.training.runs.manager import RunManager
from core.training.training_config import SequenceTrainingConfig
from tests.support import ended, wait_for

torch.set_num_threads(1)
WORDS = [a + b + c for a in "abc" for b in "abcd" for c in ("", "e", "fgh")]


def words(train=30) -> SeqDataset:
    """A few words to write backwards."""
    parts = WORDS[:train], WORDS[train:][:6], WORDS[train:][:6]
    splits = [text_split(SEQ_TASKS["reverse"], part) for part in parts]
    return SeqDataset(name="reverse", vocabulary=SEQ_TASKS["reverse"].vocabulary, train=splits[0], val=splits[1], test=splits[2])


def small(dataset, seed=0, **values):
    return build_model("transformer", task_of(dataset), seed=seed, **{"embed_dim": 16, "num_heads": 2, "encoder_layers": 1,
                       "decoder_layers": 1, **values})  # fmt: skip


def make(dataset=None, model=None, **values):
    dataset = dataset or words()
    config = SequenceTrainingConfig.of({"epochs": 2, "batch_size": 4, "device": "cpu", **values})
    return Trainer(model or small(dataset), dataset, config)


def test_equals_a_loop_written_out_by_hand():
    """Two epochs of teacher forcing: mean over all tokens but BOS and padding, clipped, one-cycle switched off."""
    trainer = make(schedule="constant", optimizer="sgd", lr=0.1, clip_norm=0.5)
    dataset, model = trainer.dataset, copy.deepcopy(trainer.model)
    trainer.fit()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for epoch in range(2):
        generator = torch.Generator().manual_seed(derived_seed(0, "shuffle", epoch))
        order = torch.randperm(30, generator=generator)
        lost, count = 0.0, 0
        for pairs in Translating(model, dataset, trainer.config, torch.device("cpu")).batches(dataset.train, order, generator):
            loss, n = torch.zeros(()), 0
            for row in pairs.index.tolist():  # one pair at a time, without any padding
                source = dataset.train.inputs[row][dataset.train.inputs[row] != PAD][None]
                target = dataset.train.targets[row][dataset.train.targets[row] != PAD][None]
                loss = loss + F.cross_entropy(model(source, target[:, :-1])[0], target[0, 1:], reduction="sum")
                n += target.shape[1] - 1
            optimizer.zero_grad()
            (loss / n).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            lost, count = lost + loss.item(), count + n
        assert trainer.epochs[epoch].train_loss == pytest.approx(lost / count, abs=1e-5)
        assert trainer.epochs[epoch].train_confusion.sum() == count == int((dataset.train.targets[:, 1:] != PAD).sum())
    for name, value in model.state_dict().items():
        torch.testing.assert_close(trainer.model.state_dict()[name], value, atol=2e-5, rtol=1e-4, msg=name)


def test_each_pair_is_seen_once_and_like_lengths_go_together():
    dataset = load_dataset("reverse")
    trainer = make(dataset, batch_size=64)
    order = torch.randperm(len(dataset.train), generator=torch.Generator().manual_seed(5))
    batches = [*trainer.objective.batches(dataset.train, order, torch.Generator().manual_seed(6))]
    assert all(pairs.tokens == int((dataset.train.targets[pairs.index, 1:] != PAD).sum()) for pairs in batches)
    for pairs in batches[:3]:
        whole, cut = dataset.train[pairs.index].trimmed(), dataset.train[pairs.index].cut(pairs.source, pairs.target)
        assert torch.equal(whole.inputs, cut.inputs) and torch.equal(whole.targets, cut.targets)
    batches = [pairs.index for pairs in batches]
    assert sorted(torch.cat(batches).tolist()) == [*range(len(dataset.train))]
    assert len(batches) == trainer.steps_per_epoch and max(map(len, batches)) == 64
    lengths = (dataset.train.inputs != PAD).sum(1)
    padded = sum(int(lengths[batch].max()) * len(batch) for batch in batches)
    loose = sum(int(lengths[batch].max()) * len(batch) for batch in order.split(64))
    assert padded < 1.1 * int(lengths.sum()) < 0.8 * loose and POOL > 1


def test_losses_are_means_over_tokens_not_over_batches():
    """Trap 9, with batches whose numbers of tokens differ."""
    trainer = make(lr=1e-6, epochs=1, batch_size=29, schedule="constant")
    model = copy.deepcopy(trainer.model).eval()
    trainer.fit()
    split = trainer.dataset.train
    with torch.no_grad():
        losses = F.cross_entropy(model(split.inputs, split.targets[:, :-1]).mT, split.targets[:, 1:], ignore_index=PAD, reduction="none")
    counts = (split.targets[:, 1:] != PAD).sum(1)
    assert trainer.epochs[0].train_loss == pytest.approx((losses.sum() / counts.sum()).item(), abs=1e-4)
    assert trainer.epochs[0].val_confusion.sum() == int((trainer.dataset.val.targets[:, 1:] != PAD).sum())


class Parrot(torch.nn.Module):
    """Writes what it is told, whatever the source: row i of `said`."""

    def __init__(self, said):
        super().__init__()
        self.said, self.task = said, Seq2SeqTask(29, 13, 14)

    def encode(self, source):
        return source

    def start(self, memory):
        return 0

    def step(self, token, cache):
        column = self.said[:, cache] if cache < self.said.shape[1] else torch.full((len(self.said),), EOS)
        return F.one_hot(column, 29).float() * 9, cache + 1


def test_a_sequence_is_right_from_its_first_token_to_its_end():
    split = SeqSplit(torch.full((5, 2), 3), torch.tensor([[BOS, 4, 5, EOS]] * 4 + [[BOS, 4, EOS, PAD]]))
    said = torch.tensor([[4, 5, EOS], [4, 6, EOS], [4, EOS, 5], [4, 5, 5], [4, EOS, 7]])
    assert right(Parrot(said).eval(), split).tolist() == [True, False, False, False, True]


def test_learns_says_what_it_writes_and_counts_whole_sequences():
    trainer = make(words(36), epochs=60, batch_size=9, lr=1e-2)
    trainer.dataset = dataclasses.replace(trainer.dataset, val=trainer.dataset.train)  # what it learns by heart
    trainer.val_split = trainer.dataset.val
    trainer.fit()
    record = trainer.epochs[-1]
    assert record.val_exact == 1.0 and record.val_top1 == 1.0
    assert record.sample_outputs == tuple(text[::-1] for text in WORDS[:16])
    assert trainer.epochs[0].val_exact < 0.5
    trainer.dataset = dataclasses.replace(trainer.dataset, test=trainer.dataset.train)
    assert trainer.test().exact == 1.0


@pytest.mark.parametrize("name", models_of("sequences"))
def test_every_model_trains_on_every_kind_of_source(name):
    images = SeqSplit(torch.tensor([[1, 2, 0], [2, 0, 0]]), torch.tensor([[BOS, 3, 4, EOS], [BOS, 4, EOS, PAD]]), torch.randint(
        0, 255, (3, 3, 32, 32), dtype=torch.uint8) * torch.tensor([0, 1, 1], dtype=torch.uint8)[:, None, None, None])  # fmt: skip
    rows = SeqDataset(name="row-labels", vocabulary=SEQ_TASKS["row-labels"].vocabulary, train=images, val=images, test=images)
    for dataset in (rows, words()):
        trainer = make(dataset, build_model(name, task_of(dataset), seed=0, embed_dim=16), epochs=1)
        trainer.fit()
        assert 0 < trainer.epochs[0].train_loss < 9 and 0 <= trainer.test().exact <= 1


def test_a_run_is_kept_and_opened_with_its_task(tmp_path, monkeypatch):
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 400, "val": 40, "test": 40})
    manager = RunManager(tmp_path)
    config = RunConfig.of(model="seq2seq-gru", dataset="reverse", embed_dim=8, hidden_size=8, epochs=2, threads=1, kernel="torch")
    live = wait_for(manager, manager.submit(config), ended)
    assert live.status == "finished" and live.kind == "sequences", live.message
    assert len(live.sample_texts) == len(live.sample_outputs) == 16 and live.sample_images is None
    assert all(target == source[::-1] for source, target in live.sample_texts)
    assert live.sizes == {"train": 400, "val": 40, "test": 40} and live.classes[:4] == ("·", "⊢", "⊣", "a")
    row = manager.runs()[0]
    assert row.best_val_exact == live.best.val_exact is not None and live.test.exact is not None
    stored = manager.snapshot(live.run_id)
    assert [e.to_dict() for e in stored.epochs] == [e.to_dict() for e in live.epochs]
    assert (stored.sample_texts, stored.sample_outputs) == (live.sample_texts, live.sample_outputs) and stored.test.exact == live.test.exact
    path = manager.weights(live.run_id)
    opened = open_seq2seq(path)
    assert (opened.name, opened.task.title) == ("reverse", "Reverse") and opened.vocabulary == SEQ_TASKS["reverse"].vocabulary
    assert opened.shape == Seq2SeqTask(29, 13, 14, 0) and not opened.model.training
    kept = load_tensors(path)[0]
    assert all(torch.equal(value, kept[name]) for name, value in opened.model.state_dict().items())
    with pytest.raises(StoreError, match="of an encoder-decoder, which names no images: see its run on the page Translate"):
        open_model(path)
    manager.shutdown()


def test_a_run_goes_on_as_if_never_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 200, "val": 20, "test": 20})
    manager = RunManager(tmp_path)
    config = RunConfig.of(model="transformer", dataset="copy", embed_dim=8, num_heads=2, dropout=0.2, epochs=3, threads=1)
    whole = wait_for(manager, manager.submit(config), ended)
    part = manager.submit(config)
    wait_for(manager, part, lambda s: len(s.epochs) >= 1)
    manager.stop(part)
    wait_for(manager, part, ended)
    manager.resume(part)
    again = wait_for(manager, part, ended)
    assert again.status == "finished", again.message
    one, two = (load_tensors(manager.weights(run, 2))[0] for run in (whole.run_id, part))
    assert all(torch.equal(one[name], two[name]) for name in one)
    manager.shutdown()


def test_a_model_that_names_images_is_not_opened_as_one_that_translates(tmp_path):
    from tests.support import load_tiny

    config = RunConfig.of(model="gru", patch_size=16)
    model = build_model("gru", seed=1, patch_size=16)
    save_tensors(tmp_path / "m.safetensors", model.state_dict(), model_metadata(config, load_tiny("tiny", None)))
    with pytest.raises(StoreError, match="of a model that names images: choose a run of a task on sequences"):
        open_seq2seq(tmp_path / "m.safetensors")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"model": "gru", "dataset": "dates"},
            "'gru' names images, but 'dates' is a task on sequences: choose one of the data sets",
        ),
        ({"model": "transformer", "dataset": "cifar10"}, "or one of the models gru, lstm"),
        ({"model": "transformer", "augment": True}, "no hyperparameter named 'augment'"),
        ({"model": "transformer", "preset": "hand-in"}, "makes sequences out of sequences"),
    ],
)
def test_a_model_and_a_data_set_of_two_kinds_are_refused(values, message):
    with pytest.raises(ConfigError, match=message):
        RunConfig.of(**values)


def test_what_is_not_named_follows_what_is():
    assert RunConfig.of(model="seq2seq-gru").dataset == "dates" and RunConfig.of(dataset="sort").model == "transformer"
    assert (RunConfig.of().model, RunConfig.of().dataset) == ("gru", "shapes")
    assert RunConfig.of(preset="roman").flat()["dataset"] == "roman"


def losses_by_hand(model, split):
    """The cross-entropy of every token but BOS and padding, and the mean over all symbols, one pair at a time and unpadded."""
    of_right, of_all = [], []
    for source, target in zip(split.inputs, split.targets, strict=True):
        source, target = source[source != PAD][None], target[target != PAD][None]
        told = model(source, target[:, :-1])[0].log_softmax(-1)  # (T - 1, V)
        of_right += (-told.gather(1, target[0, 1:, None])).flatten().tolist()
        of_all += (-told.mean(1)).tolist()
    return of_right, of_all


@torch.no_grad()
@pytest.mark.parametrize("batch", [500, 4])
def test_the_validation_loss_is_the_mean_over_all_tokens(batch, monkeypatch):
    """Of a loop without batches and padding; in batches of 4 pairs the last one has other lengths, and must weigh by its tokens."""
    monkeypatch.setattr("core.training.loop.objective.BATCH", batch)
    trainer = make()
    of_right, _ = losses_by_hand(copy.deepcopy(trainer.model).eval(), trainer.dataset.val)
    found = trainer.evaluate(trainer.val_split, phase="val")
    assert found.loss == pytest.approx(sum(of_right) / len(of_right), rel=1e-5)
    assert found.confusion.matrix.sum() == len(of_right)


def test_labels_of_sequences_are_smoothed():
    """(1 - s) of a token's loss and s of the mean over all symbols (Szegedy et al. 2016); one batch, before its step."""
    trainer = make(label_smoothing=0.3, epochs=1, batch_size=30)
    with torch.no_grad():
        of_right, of_all = losses_by_hand(copy.deepcopy(trainer.model).eval(), trainer.dataset.train)
    trainer.fit()
    expected = (0.7 * sum(of_right) + 0.3 * sum(of_all)) / len(of_right)
    assert trainer.epochs[0].train_loss == pytest.approx(expected, rel=1e-5)
    assert trainer.epochs[0].train_loss_unsmoothed == pytest.approx(sum(of_right) / len(of_right), rel=1e-5)
    assert abs(expected - sum(of_right) / len(of_right)) > 1e-2  # it would show


@pytest.mark.parametrize("number", [math.nan, math.inf])
@pytest.mark.parametrize("step", [1, 3, 4, 7, 8])
def test_a_run_that_breaks_at_any_step_ends_in_that_epoch(step, number):
    """Also at the last step of an epoch, whose loss was still right."""

    class Break(Callback):
        def on_gradients_ready(self, trainer):
            if trainer.step == step - 1:
                for parameter in trainer.model.parameters():
                    parameter.grad.fill_(number)

    trainer = make(batch_size=8)
    trainer.callbacks = (Break(),)
    assert trainer.steps_per_epoch == 4
    with pytest.raises(TrainingError, match=r"(loss became|no finite numbers).*Lower the learning rate"):
        trainer.fit()
    assert len(trainer.epochs) == (step - 1) // 4 and all(math.isfinite(epoch.val_loss) for epoch in trainer.epochs)
