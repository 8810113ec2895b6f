"""How fast a model could train on this machine, and how fast it does: arithmetic counted, the machine's own limit, images per second."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.models import Task, build_model
from core.models.gru import kernels, use_kernel
from core.training.config import RunConfig
from core.training.device import Plan, choose_device, choose_plan, use_threads
from core.training.optim import make_optimizer

PEAK_SIDE = 1024  # of the square matrices that measure the limit: large enough to be the best case, small enough for the cache


@dataclass(frozen=True)
class Speed:
    """One model on this machine. FLOPs count 2 for a multiplication with its addition, those of matrix products alone."""

    parameters: int
    flops: int  # per image, forward and backward
    plan: Plan
    images_per_second: float  # forward, backward and the optimiser's step
    peak: float  # FLOP/s of a large float32 matrix product with as many threads

    @property
    def share(self) -> float:
        """The part of the machine's limit that training reaches."""
        return self.flops * self.images_per_second / self.peak


def training_flops(model: nn.Module, task: Task) -> int:
    """Floating-point operations of one image's forward and backward pass, counted by PyTorch on tensors without values.

    Products (of matrices, convolutions, attention) only; everything else is small beside them.
    """
    twin = copy.deepcopy(model).to("meta")
    images = torch.zeros(2, task.channels, task.image_size, task.image_size, device="meta")
    with FlopCounterMode(display=False) as counter:
        F.cross_entropy(twin(images), torch.zeros(2, dtype=torch.int64, device="meta")).backward()
    return counter.get_total_flops() // 2


def run_flops(config: RunConfig, num_classes: int) -> int:
    """`training_flops` of the model of a run."""
    task = Task(num_classes=num_classes)
    return training_flops(build_model(config.model, task, **vars(config.model_config)), task)


def matmul_peak(threads: int, *, seconds: float = 0.5, device: torch.device | str = "cpu") -> float:
    """FLOP/s of a large float32 matrix product with `threads` CPU threads: the limit for every network on this machine."""
    use_threads(threads)
    one, two = torch.randn(2, PEAK_SIDE, PEAK_SIDE, device=device)
    out = torch.empty_like(one)
    return 2 * PEAK_SIDE**3 * _rate(lambda: torch.mm(one, two, out=out), seconds)


def training_speed(config: RunConfig, *, seconds: float = 2.0, spare: int = 0) -> Speed:
    """All that `Speed` says of a run of `config`; `spare` cores are left to others, as in `fastest_plan`."""
    model = build_model(config.model, Task(), seed=config.training.seed, **vars(config.model_config))
    flops = training_flops(model, Task())
    plan, rate = training_rate(config, seconds=seconds, spare=spare)
    peak = matmul_peak(plan.threads, device=choose_device(config.training.device))
    return Speed(sum(p.numel() for p in model.parameters()), flops, plan, rate, peak)


def training_rate(config: RunConfig, *, seconds: float = 2.0, spare: int = 0) -> tuple[Plan, float]:
    """The plan that a run of `config` would choose here, and the images a second that it trains with it, on random images.

    `spare` cores are left to others, as in `fastest_plan`.
    """
    training = config.training
    device = choose_device(training.device)
    model = build_model(config.model, Task(), seed=training.seed, **vars(config.model_config)).to(device)
    optimizer = make_optimizer(model, training)
    images = torch.randn(training.batch_size, 3, 32, 32, device=device)
    labels = torch.randint(0, 10, (training.batch_size,), device=device)

    def step(kernel: str) -> None:
        use_kernel(model, kernel)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=training.precision == "bf16"):
            loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()

    plan = choose_plan(step, kernels(model), device, threads=training.threads, kernel=training.kernel, spare=spare)
    use_threads(plan.threads)
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
