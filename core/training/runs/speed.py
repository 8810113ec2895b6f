"""How fast a model could train on this machine, and how fast it does: arithmetic counted, the machine's own limit, images per second."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.data.seq_tasks import seq_task
from core.models import Task, build_model
from core.models.gru import kernels, use_kernel
from core.models.seq2seq_task import Seq2SeqTask
from core.models.weightless import NoValues, build_weightless
from core.training.config import RunConfig
from core.training.flat_config import kind_of
from core.training.loop.device import Plan, choose_device, choose_plan, computing_with
from core.training.loop.optim import make_optimizer
from core.training.runs.checkpoint import seq2seq_shape
from core.training.runs.fitting import room_for

PEAK_SIDE = 1024  # of the square matrices that measure the limit: large enough to be the best case, small enough for the cache


@dataclass(frozen=True)
class Speed:
    """One model on this machine. FLOPs count 2 for a multiplication with its addition, those of matrix products alone."""

    parameters: int
    flops: int  # per image (or pair of sequences), forward and backward
    plan: Plan
    images_per_second: float  # (or pairs) forward, backward and the optimiser's step
    peak: float  # FLOP/s of a large float32 matrix product with as many threads

    @property
    def share(self) -> float:
        """The part of the machine's limit that training reaches."""
        return self.flops * self.images_per_second / self.peak


def training_flops(model: nn.Module, task: Task | Seq2SeqTask) -> int:
    """Floating-point operations of one image's forward and backward pass, counted by PyTorch on tensors without values.

    Of an encoder-decoder those of one pair of sequences, as long as its task has them.

    Products (of matrices, convolutions, attention) only; everything else is small beside them.
    """
    from torch.utils.flop_counter import FlopCounterMode  # brings triton, for which no run that is to begin shall wait

    twin = copy.deepcopy(model).to("meta")
    loss = random_loss(task, 2, "meta")
    counter = FlopCounterMode(display=False)
    counter.mod_tracker = Unhooked()
    with NoValues(), counter:
        loss(twin).backward()
    return counter.get_total_flops() // 2


class Unhooked(nullcontext):
    """In the place of torch's ModuleTracker, which says what each module costs: for that it hooks every module of the process, and would
    hear, slow down and hold the tensors of all runs that train meanwhile. The whole is counted without it."""

    parents = frozenset({"Global"})


def run_flops(config: RunConfig, num_classes: int) -> int:
    """`training_flops` of the model of a run."""
    task = rehearsed(config, num_classes)
    return training_flops(build_weightless(config.model, task, **vars(config.model_config)), task)


def rehearsed(config: RunConfig, num_classes: int = 10) -> Task | Seq2SeqTask:
    """What the model of a run is built for, before its data is here."""
    if kind_of(config.flat()) == "images":
        return Task(num_classes=num_classes)
    return seq2seq_shape(config.dataset, seq_task(config.dataset).vocabulary)


def random_loss(task: Task | Seq2SeqTask, batch: int, device: torch.device | str) -> Callable[[nn.Module], Tensor]:
    """A function from a model of `task` to its loss on a random batch; sequences are the longest ones of the task."""
    drawn = None if torch.device(device).type == "meta" else torch.Generator(device).manual_seed(0)  # meta tensors have no values
    like = {"device": device, "generator": drawn}
    if isinstance(task, Task):
        images = torch.randn(batch, task.channels, task.image_size, task.image_size, **like)
        labels = torch.randint(0, task.num_classes, (batch,), **like)
        return lambda model: F.cross_entropy(model(images), labels)
    side, symbols = task.image_size, (3, task.vocabulary)
    target = torch.randint(*symbols, (batch, task.max_target), **like)
    if side:
        source = torch.randint(0, 256, (batch, task.max_source, 3, side, side), dtype=torch.uint8, **like)
    else:
        source = torch.randint(*symbols, (batch, task.max_source), **like)
    return lambda model: F.cross_entropy(model(source, target[:, :-1]).flatten(0, 1), target[:, 1:].flatten())


def matmul_peak(threads: int, *, seconds: float = 0.5, device: torch.device | str = "cpu") -> float:
    """FLOP/s of a large float32 matrix product with `threads` CPU threads: the limit for every network on this machine."""
    one, two = torch.randn(2, PEAK_SIDE, PEAK_SIDE, device=device, generator=torch.Generator(device).manual_seed(0))
    out = torch.empty_like(one)
    with computing_with(threads):
        return 2 * PEAK_SIDE**3 * _rate(lambda: torch.mm(one, two, out=out), seconds)


def training_speed(config: RunConfig, *, seconds: float = 2.0, spare: int = 0) -> Speed:
    """All that `Speed` says of a run of `config`; `spare` cores are left to others, as in `fastest_plan`.

    Raises ConfigError when the run would not fit into memory.
    """
    task = rehearsed(config)
    model = build_weightless(config.model, task, **vars(config.model_config))
    plan, rate = training_rate(config, seconds=seconds, spare=spare)
    peak = matmul_peak(plan.threads, device=choose_device(config.training.device))
    return Speed(sum(p.numel() for p in model.parameters()), training_flops(model, task), plan, rate, peak)


def training_rate(config: RunConfig, *, seconds: float = 2.0, spare: int = 0) -> tuple[Plan, float]:
    """The plan that a run of `config` would choose here, and the images (or pairs) a second that it trains with it, on random ones.

    `spare` cores are left to others, as in `fastest_plan`. Raises ConfigError when the run would not fit into memory.
    """
    with room_for(config, what="Measuring this run"):
        return _measured_rate(config, seconds, spare)


def _measured_rate(config: RunConfig, seconds: float, spare: int) -> tuple[Plan, float]:
    training = config.training
    device = choose_device(training.device)
    task = rehearsed(config)
    model = build_model(config.model, task, seed=training.seed, **vars(config.model_config)).to(device)
    optimizer, loss = make_optimizer(model, training), random_loss(task, training.batch_size, device)

    def step(kernel: str) -> None:
        use_kernel(model, kernel)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=training.precision == "bf16"):
            lost = loss(model)
        lost.backward()
        optimizer.step()

    with computing_with(1):  # to be put back: `choose_plan` tries several numbers
        plan = choose_plan(step, kernels(model), device, threads=training.threads, kernel=training.kernel, spare=spare)
        with computing_with(plan.threads):
            return plan, training.batch_size * _rate(lambda: step(plan.kernel), seconds)


def _rate(work: Callable[[], object], seconds: float) -> float:
    """How often a second `work` can be done, the last time to its end on the device; the first time does not count."""
    work()
    _wait()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        work()
        count += 1
    _wait()
    return count / (time.perf_counter() - start)


def _wait() -> None:
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()
