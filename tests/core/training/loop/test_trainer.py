"""The loop against a loop written out by hand, and the unit's traps 4 and 9."""

import copy
import dataclasses
import math
import threading

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.data.splits import Dataset, normalize
from core.errors import ConfigError, TrainingError
from core.models import build_model
from core.training.config import TrainingConfig
from core.training.history import Curve, best_of
from core.training.loop.seeds import derived_seed
from core.training.loop.trainer import Callback, StopTraining, Trainer
from core.training.runs.tables import from_json, to_json
from tests.support import load_tiny, tiny_split

torch.set_num_threads(1)


def small_model(seed=0, **values):
    return build_model("gru", seed=seed, patch_size=16, embed_dim=8, hidden_size=8, **values)


def make_trainer(*callbacks, model=None, dataset=None, **config):
    config = TrainingConfig.of({"epochs": 2, "batch_size": 32, "device": "cpu", **config})
    return Trainer(model or small_model(), dataset or load_tiny("tiny", None), config, callbacks=callbacks)


def test_equals_a_loop_written_out_by_hand():
    trainer = make_trainer(schedule="constant", optimizer="adamw", clip_norm=0.5, weight_decay=0.01, lr=3e-3)
    dataset, model = trainer.dataset, copy.deepcopy(trainer.model)
    trainer.fit()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01, fused=True)
    for epoch in range(2):
        generator = torch.Generator().manual_seed(derived_seed(0, "shuffle", epoch))
        order = torch.randperm(100, generator=generator)
        loss_sum = 0.0
        for index in order.split(32):
            loss = F.cross_entropy(model(normalize(dataset.train.images[index], dataset.mean, dataset.std)), dataset.train.labels[index])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            loss_sum += loss.item() * len(index)
        assert trainer.epochs[epoch].train_loss == pytest.approx(loss_sum / 100, abs=1e-6)
    for name, value in model.state_dict().items():
        assert torch.equal(value, trainer.model.state_dict()[name]), name


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_loss_without_label_smoothing_is_measured_beside_the_one_that_is_minimised(share):
    """Of the same logits in the same steps, against a loop written out by hand."""
    trainer = make_trainer(
        label_smoothing=share, optimizer="sgd", momentum=0.0, weight_decay=0.0, clip_norm=0.0, lr=0.1, schedule="constant", epochs=1
    )
    dataset, model = trainer.dataset, copy.deepcopy(trainer.model)
    trainer.fit()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    order = torch.randperm(100, generator=torch.Generator().manual_seed(derived_seed(0, "shuffle", 0)))
    smoothed, plain = [], []
    for index in order.split(32):
        logits = model(normalize(dataset.train.images[index], dataset.mean, dataset.std))
        loss = F.cross_entropy(logits, dataset.train.labels[index], label_smoothing=share)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smoothed.append(loss.item())
        plain.append(-logits.log_softmax(1)[range(len(index)), dataset.train.labels[index]].mean().item())
    sizes, (record,) = np.array([32, 32, 32, 4]), trainer.epochs
    assert record.train_loss == pytest.approx((sizes * smoothed).sum() / 100, abs=1e-5)
    assert record.train_loss_unsmoothed == pytest.approx((sizes * plain).sum() / 100, abs=1e-5)
    assert [point[0] for point in trainer.curve.points] == pytest.approx(smoothed, abs=1e-5)
    assert [point[3] for point in trainer.curve.points] == pytest.approx(plain, abs=1e-5)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(trainer.model.state_dict()[name], value, atol=1e-6, rtol=1e-5)


def test_without_label_smoothing_both_losses_are_one_and_a_step_computes_one(monkeypatch):
    from core.training.loop import objective

    computed, whole = [], F.cross_entropy
    monkeypatch.setattr(objective.F, "cross_entropy", lambda *args, **more: computed.append(1) or whole(*args, **more))
    trainer = make_trainer(epochs=1)
    trainer._train_phase()
    assert len(computed) == trainer.steps_per_epoch and {len(point) for point in trainer.curve.points} == {3}
    record = make_trainer_of_one_epoch().epochs[0]
    assert record.train_loss_unsmoothed == record.train_loss


def make_trainer_of_one_epoch(**config):
    trainer = make_trainer(epochs=1, **config)
    trainer.fit()
    return trainer


def test_a_run_from_before_the_second_loss_was_kept_goes_on():
    first = make_trainer_of_one_epoch(label_smoothing=0.1)
    old = Curve.from_dict(first.curve.to_dict())
    old.points = [point[:3] for point in old.points]
    before = dataclasses.replace(first.epochs[0], train_loss_unsmoothed=None)
    trainer = make_trainer(label_smoothing=0.1, epochs=2)
    trainer.resume(epochs=[before], curve=old, lr_changes=[], best_weights=first.best_weights)
    trainer.fit()
    assert trainer.epochs[0].train_loss_unsmoothed is None and trainer.epochs[1].train_loss_unsmoothed < trainer.epochs[1].train_loss
    kept = Curve.from_dict(from_json(to_json(trainer.curve.to_dict())))
    told = [point[3] for point in kept.points]
    assert np.isnan(told).tolist() == [True] * 4 + [False] * 4


def test_a_compiled_model_trains_the_same_weights(monkeypatch):
    """With a back end that runs anywhere: the compiled function is called in both phases, and the weights are the model's own."""
    from core.training.loop import device as module

    compiled = []

    def compile_here(model):
        compiled.append(model)
        return torch._dynamo.optimize("eager")(model)

    monkeypatch.setattr(module, "COMPILES", ("cpu",))
    monkeypatch.setattr(module.torch, "compile", compile_here)
    plain, other = make_trainer(), make_trainer(compile=True)
    assert compiled == [other.model]
    for trainer in (plain, other):
        trainer.fit()
    assert other.model.state_dict().keys() == plain.model.state_dict().keys()
    for name, value in plain.model.state_dict().items():
        torch.testing.assert_close(other.model.state_dict()[name], value)
    assert other.epochs[-1].val_top1 == plain.epochs[-1].val_top1


def test_compiling_is_refused_where_it_does_not_pay():
    with pytest.raises(ConfigError, match="compile needs a CUDA device, this run uses cpu: switch it off"):
        make_trainer(compile=True)


def test_losses_are_means_over_images_not_over_batches():
    """Trap 9: with 100 images in batches of 96, the last batch of 4 must weigh 4/100, not 1/2."""
    trainer = make_trainer(lr=1e-6, epochs=1, batch_size=96, schedule="constant")
    trainer.val_split = tiny_split(97, 5)
    model = copy.deepcopy(trainer.model).eval()
    trainer.fit()
    order = torch.randperm(100, generator=torch.Generator().manual_seed(derived_seed(0, "shuffle", 0)))
    with torch.no_grad():
        logits = model(normalize(trainer.dataset.train.images[order], trainer.dataset.mean, trainer.dataset.std))
        losses = F.cross_entropy(logits, trainer.dataset.train.labels[order], reduction="none")
    by_batch = (losses[:96].mean() + losses[96:].mean()) / 2
    assert abs(by_batch - losses.mean()) > 1e-2  # the trap would show
    assert trainer.epochs[0].train_loss == pytest.approx(losses.mean().item(), abs=1e-4)


def test_best_weights_are_a_copy_of_the_best_epoch():
    """Trap 4: a reference to the state dict would follow the training."""

    class Watch(Callback):
        seen = ()

        def on_epoch_end(self, trainer):
            self.seen += (copy.deepcopy(trainer.model.state_dict()),)

    watch = Watch()
    trainer = make_trainer(watch, epochs=4, lr=0.5, optimizer="sgd", schedule="constant", clip_norm=0.0)
    accuracies = iter([0.1, 0.9, 0.2, 0.3])
    original = trainer.evaluate

    def rigged(split, *, phase):  # the second epoch is the best, whatever the tiny model does
        found = original(split, phase=phase)
        found.confusion.__class__ = type("Rigged", (found.confusion.__class__,), {"top1": next(accuracies)})
        return found

    trainer.evaluate = rigged
    trainer.fit()
    assert trainer.best.epoch == 1
    for name, value in trainer.best_weights.items():
        assert torch.equal(value, watch.seen[1][name]), name
    assert any(not torch.equal(v, trainer.model.state_dict()[n]) for n, v in trainer.best_weights.items())


def draw_elsewhere():
    """Another thread draws from torch's global generator, now."""
    other = threading.Thread(target=torch.rand, args=(7,))
    other.start()
    other.join()


class Noise(Callback):
    """Draws in this thread and in another one, before each batch and amidst it."""

    def on_batch_begin(self, trainer):
        torch.rand(7)
        draw_elsewhere()

    on_gradients_ready = on_batch_begin


def test_a_run_does_not_depend_on_what_else_draws_random_numbers(monkeypatch):
    """Neither its building, amidst which another thread draws, nor its training."""
    options, reset = {"augment": True, "epochs": 1}, torch.nn.Linear.reset_parameters

    def reset_amid_noise(layer):
        draw_elsewhere()
        reset(layer)

    torch.manual_seed(1)
    one = make_trainer(model=small_model(3, dropout=0.3), **options)
    one.fit()
    torch.manual_seed(2)
    monkeypatch.setattr(torch.nn.Linear, "reset_parameters", reset_amid_noise)
    two = make_trainer(Noise(), model=small_model(3, dropout=0.3), **options)
    two.fit()
    for name, value in one.model.state_dict().items():
        assert torch.equal(value, two.model.state_dict()[name]), name
    other = make_trainer(model=small_model(3, dropout=0.3), seed=5, **options)
    other.fit()
    assert not torch.equal(other.model.state_dict()["head.weight"], one.model.state_dict()["head.weight"])


def test_learns_and_counts_what_it_saw():
    trainer = make_trainer(epochs=12, lr=1e-2)
    trainer.fit()
    assert trainer.best.val_top1 > 0.5
    record = trainer.epochs[-1]
    assert record.train_confusion.sum() == 100 and record.val_confusion.sum() == 40
    assert record.val_top1 == record.val_confusion.trace() / 40
    assert record.step == 12 * 4 and trainer.step == 48
    assert not record.val_confusion.flags.writeable
    assert record.sample_probabilities.sum(1) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("often", [0.0, 1e9], ids=["read at every step", "read once an epoch"])
def test_every_step_is_on_the_curve(monkeypatch, often):
    monkeypatch.setattr("core.training.loop.readings.READ_SECONDS", often)
    done, step = [], Trainer._train_step

    def watched(self, *arguments):
        done.append(step(self, *arguments))
        return done[-1]

    monkeypatch.setattr(Trainer, "_train_step", watched)
    trainer = make_trainer(epochs=3, schedule="cosine")
    trainer.fit()
    points = trainer.curve.points
    assert [(loss, top1) for loss, top1, _ in points] == [
        (outcome.loss.item(), (outcome.predictions == outcome.targets).float().mean().item()) for outcome in done
    ]
    assert [lr for *_, lr in points] == pytest.approx([trainer.config.lr * s for s in _cosine(12)])


def _cosine(steps):
    return [0.5 * (1 + math.cos(math.pi * s / steps)) for s in range(steps)]


class Clocked(Callback):
    """A clock that only training steps move, half a second each."""

    def __init__(self):
        self.now, self.said = 0.0, []

    def perf_counter(self):
        return self.now

    def on_gradients_ready(self, trainer):
        self.now += 0.5

    def on_reading(self, trainer):
        self.said.append((trainer.images_per_second, trainer.seconds_left()))


def test_speed_counts_images_and_what_is_left_counts_validation_too(monkeypatch):
    """Two steps of 50 images an epoch at 100 images a second; validating 40 costs as much as training a third of them."""
    clock = Clocked()
    monkeypatch.setattr("core.training.loop.readings.time", clock)
    trainer = make_trainer(clock, epochs=3, batch_size=50)
    assert math.isnan(trainer.seconds_left())
    trainer.fit()
    assert [speed for speed, _ in clock.said] == pytest.approx([100.0] * 6)
    left = [(6 - step) * 50 + epochs * 40 / 3 for step, epochs in ((1, 3), (2, 3), (3, 2), (4, 2), (5, 1), (6, 1))]
    assert [seconds for _, seconds in clock.said] == pytest.approx([images / 100 for images in left])
    assert [(record.images_per_second, record.seconds) for record in trainer.epochs] == [(100.0, 1.0)] * 3


def test_a_new_rate_takes_the_place_of_those_that_were_to_come():
    """A resumed run has the changes of the epoch that was lost. One that is made before them shall last."""
    trainer = make_trainer(epochs=3, schedule="constant")
    trainer.lr_changes = [(1, 0.1), (5, 0.2), (7, 0.3)]
    trainer.step = 5
    trainer.change_lr(0.4)
    assert trainer.lr_changes == [(1, 0.1), (5, 0.2), (5, 0.4)] and trainer.lr == pytest.approx(0.4)
    trainer.step = 9
    assert trainer.lr == pytest.approx(0.4)


@pytest.mark.parametrize("training", [True, False])
def test_looking_at_samples_leaves_the_model_in_its_mode(training):
    trainer = make_trainer(model=small_model(dropout=0.5))
    trainer.model.train(training)
    one, two = trainer.samples(), trainer.samples()
    assert all(module.training == training for module in trainer.model.modules())
    assert (one["sample_probabilities"] == two["sample_probabilities"]).all()  # without dropout


def test_a_loss_that_is_not_finite_ends_the_run():
    trainer = make_trainer(lr=10.0, optimizer="sgd", clip_norm=0.0, epochs=1)
    trainer.model.head.weight.data.fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"The loss became nan at step 1 .*Lower the learning rate"):
        trainer.fit()
    assert trainer.epochs == []


def test_an_infinite_loss_ends_the_run_too():
    """One class has a logit of minus infinity: the loss of its images is infinite, and nothing is a NaN."""
    trainer = make_trainer(epochs=1)
    trainer.model.head.bias.data[3] = -math.inf
    with pytest.raises(TrainingError, match=r"The loss became inf at step 1 .*Lower the learning rate"):
        trainer.fit()


BROKEN = [math.nan, math.inf, -math.inf]


def gradients_break(at, number):
    """A callback that gives every gradient of step `at`, from 1, a value that is no finite number."""

    class Break(Callback):
        def on_gradients_ready(self, trainer):
            if trainer.step == at - 1:
                for parameter in trainer.model.parameters():
                    parameter.grad.fill_(number)

    return Break()


@pytest.mark.parametrize("number", BROKEN)
@pytest.mark.parametrize("options", [{}, {"ema": 0.9}, {"optimizer": "sgd"}, {"clip_norm": 0.0}], ids=str)
@pytest.mark.parametrize("step", range(1, 13))
def test_a_run_that_breaks_at_any_step_ends_in_that_epoch(step, options, number):
    """Four steps an epoch: also the last step, whose loss was still right. The epochs before stay, and one of them is the best."""
    trainer = make_trainer(gradients_break(step, number), epochs=3, **options)
    with pytest.raises(TrainingError, match=r"(loss became|no finite numbers).*learning rate.*Lower the learning rate or switch on"):
        trainer.fit()
    assert len(trainer.epochs) == (step - 1) // 4
    assert all(math.isfinite(epoch.train_loss + epoch.val_loss) for epoch in trainer.epochs)
    assert trainer.best is None or all(value.isfinite().all() for value in trainer.best_weights.values())


@pytest.mark.parametrize("number", BROKEN)
@pytest.mark.parametrize(("phase", "words"), [("val", "validation"), ("test", "test")])
def test_answers_that_are_not_finite_end_a_run(phase, words, number):
    class Break(Callback):
        def on_batch_begin(self, trainer):
            if trainer.step == 7:
                trainer.objective.logits = lambda images, whole=trainer.objective.logits: broken(whole, images)

    trainer = make_trainer(Break() if phase == "val" else Callback(), epochs=3)

    def broken(whole, images):
        logits = whole(images)
        if trainer.phase == phase:
            logits[0, 3] = number  # one answer of one image
        return logits

    with pytest.raises(TrainingError, match=rf"answers to the {words} set are no finite numbers after step.*Lower the learning rate"):
        trainer.fit()
        trainer.objective.logits = lambda images, whole=trainer.objective.logits: broken(whole, images)
        trainer.test()
    assert len(trainer.epochs) == (1 if phase == "val" else 3)


def test_an_epoch_without_a_finite_loss_is_never_the_best():
    trainer = make_trainer(epochs=3)
    trainer.fit()
    good, better, _ = trainer.epochs
    lost = dataclasses.replace(better, val_top1=1.0, val_loss=math.nan)
    trainer.epochs = [good, lost]
    assert trainer.best is good and best_of([lost]) is None and best_of([]) is None


def test_uses_the_fraction_it_is_told():
    trainer = make_trainer(train_fraction=0.25)
    assert len(trainer.train_split) == 25 and trainer.steps_per_epoch == 1
    assert torch.equal(trainer.train_split.labels, make_trainer(train_fraction=0.25).train_split.labels)


def test_hooks_come_in_order():
    calls = []

    class Watch(Callback):
        def __getattribute__(self, name):
            if name.startswith("on_") and name != "on_reading":
                calls.append(name)
            return object.__getattribute__(self, name)

    make_trainer(Watch(), epochs=1, batch_size=100).fit()
    assert calls == [
        "on_train_begin", "on_epoch_begin", "on_batch_begin", "on_gradients_ready", "on_batch_end",  # training
        "on_batch_end", "on_epoch_end", "on_train_end",
    ]  # fmt: skip


def test_a_callback_can_leave_the_loop():
    class Leave(Callback):
        def on_batch_end(self, trainer):
            raise StopTraining

    with pytest.raises(StopTraining):
        make_trainer(Leave()).fit()


def test_test_set_is_judged_with_the_best_weights():
    trainer = make_trainer(epochs=3, lr=1e-2)
    trainer.fit()
    trainer.best_weights = {n: torch.zeros_like(v) for n, v in trainer.best_weights.items()}
    result = trainer.test()
    assert result.epoch == trainer.best.epoch
    assert result.loss == pytest.approx(torch.tensor(10.0).log().item(), abs=1e-6)  # all zero weights: every class is equally likely
    assert result.confusion.sum() == 40


@pytest.mark.parametrize(("config", "message"), [({"precision": "bf16"}, "needs a CUDA device"), ({"device": "cuda"}, "no cuda device")])
def test_says_what_this_machine_cannot_do(config, message):
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(ConfigError, match=message):
        make_trainer(**config)


def test_needs_no_file_and_no_thread():
    assert isinstance(make_trainer().dataset, Dataset)
