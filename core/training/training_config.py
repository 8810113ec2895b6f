"""How a run is trained, as declared hyperparameters: of images, and of sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.hparams import Hyperparameters, hparam, redeclared

MOST_GPUS = 8  # of one machine, that a run can choose between


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(Hyperparameters):
    """How a model is trained. All defaults together are the set-up of the recorded run that the page Train opens on."""

    epochs: int = hparam(20, "How often the model sees the whole training set.", low=1, high=1000, scale="log", basic=True)
    batch_size: int = hparam(
        128,
        "Images per step. Larger batches give smoother, fewer steps; smaller ones noisier, more steps.",
        low=1,
        high=4096,
        scale="log",
        unit="images",
        group="Steps",
    )
    lr: float = hparam(
        4e-3,
        "Learning rate, the size of a step. Too small crawls, too large diverges.",
        low=1e-6,
        high=10.0,
        scale="log",
        basic=True,
        label="Learning rate",
    )
    optimizer: str = hparam(
        "adamw",
        "How gradients become steps: Adam scales each weight's step by its history, AdamW decays weights apart from it, SGD has momentum, "
        "Muon gives all directions of a weight matrix the same length (and leaves the rest to AdamW).",
        choices=("adamw", "adam", "sgd", "muon"),
        group="Steps",
        label="Optimiser",
    )
    muon_lr: float = hparam(
        0.02,
        "Learning rate of the matrices (and convolution kernels) that Muon steps; it follows the schedule as the other does.",
        low=1e-5,
        high=1.0,
        scale="log",
        group="Steps",
        label="Learning rate of Muon",
    )
    schedule: str = hparam(
        "one-cycle",
        "How the learning rate changes: constant, cosine down to 0, one-cycle (up for 30 % of the steps, then down to 0), linear (up for"
        " 15 %, then straight down to 0).",
        choices=("constant", "cosine", "one-cycle", "linear"),
        group="Steps",
    )
    weight_decay: float = hparam(
        0.0, "Pull of all weights towards 0. A little reduces overfitting.", low=0.0, high=1.0, step=0.001, group="Against overfitting"
    )
    momentum: float = hparam(0.9, "How much of the last step SGD keeps; Adam has its own.", low=0.0, high=0.999, step=0.01, group="Steps")
    label_smoothing: float = hparam(
        0.0,
        "Share of the target spread over the other classes; keeps the model from being too sure.",
        low=0.0,
        high=0.5,
        step=0.01,
        group="Against overfitting",
    )
    clip_norm: float = hparam(
        1.0,
        "Gradients longer than this are shortened to it; 0 switches it off. Keeps recurrent nets from blowing up.",
        low=0.0,
        high=100.0,
        step=0.1,
        group="Steps",
        label="Longest gradient",
    )
    augment: bool = hparam(
        False,
        "Shift each training image at random and mirror half of them: more variety, slower to fit, less overfitting.",
        group="Against overfitting",
        label="Shift and mirror images",
    )
    shift: int = hparam(
        4,
        "By how many pixels at most augmentation shifts an image. Short runs gain from less.",
        low=0,
        high=8,
        unit="pixels",
        group="Against overfitting",
        label="Largest shift",
    )
    cutout: int = hparam(
        0,
        "Side of a square that is greyed out at a random place of each training image (DeVries & Taylor 2017); 0 is off.",
        low=0,
        high=24,
        unit="pixels",
        group="Against overfitting",
        label="Grey square",
    )
    ema: float = hparam(
        0.0,
        "Weight averaging: how much of the running average is kept at every step (0.999 averages over 1,000 steps); the average is what "
        "is evaluated and kept. 0 is off.",
        low=0.0,
        high=0.9999,
        step=0.0001,
        group="Against overfitting",
        label="Weight averaging",
    )
    train_fraction: float = hparam(
        1.0,
        "Share of the training set that is used. Less is faster and overfits sooner.",
        low=0.01,
        high=1.0,
        step=0.01,
        group="Against overfitting",
        label="Share of the training set",
    )
    seed: int = hparam(0, "Seed of initialisation, shuffling, augmentation and dropout.", low=0, high=2**31 - 1, group="Chance and machine")
    device: str = hparam(
        "auto",
        "Where to train; auto takes CUDA, then MPS, then the CPU. cuda is the first GPU, cuda:1 the second one, and so on.",
        choices=("auto", "cpu", "cuda", *(f"cuda:{number}" for number in range(MOST_GPUS)), "mps"),
        group="Chance and machine",
    )
    precision: str = hparam(
        "float32", "bf16 computes in 16 bits on CUDA: faster, a little rougher.", choices=("float32", "bf16"), group="Chance and machine"
    )
    compile: bool = hparam(
        False,
        "Let PyTorch compile the model for the GPU (torch.compile), CUDA only: about a minute before the first step; what is gained "
        "depends on the model. RNN, LSTM and GRU layers are left as they are, and ReNet, or a ViT with dropout, is cut into pieces: "
        "that gains little or nothing.",
        group="Chance and machine",
        label="Compile for the GPU",
    )
    threads: int = hparam(
        0,
        "CPU threads of the training; 0 measures at the start which number is fastest.",
        low=0,
        high=256,
        group="Chance and machine",
        label="CPU threads",
    )
    kernel: str = hparam(
        "auto",
        "What computes a GRU on a CPU: PyTorch, or the lab's compiled scan; same numbers up to rounding. auto measures which is faster.",
        choices=("auto", "torch", "scan"),
        group="Chance and machine",
        label="What computes a GRU",
    )


@dataclass(frozen=True, kw_only=True)
class SequenceTrainingConfig(TrainingConfig):
    """How an encoder-decoder is trained: with teacher forcing, nothing of images."""

    epochs: int = redeclared(TrainingConfig, "epochs", 8, help="How often the model sees all training pairs.")
    batch_size: int = redeclared(
        TrainingConfig,
        "batch_size",
        128,
        help="Pairs of sequences per step. Larger batches give smoother, fewer steps; smaller ones noisier, more steps.",
        unit="pairs",
    )
    lr: float = redeclared(TrainingConfig, "lr", 5e-3)
    # What only images have is no hyperparameter here.
    augment: ClassVar[bool] = False
    shift: ClassVar[int] = 0
    cutout: ClassVar[int] = 0
    compile: ClassVar[bool] = False


TRAINING_CONFIGS = {"images": TrainingConfig, "sequences": SequenceTrainingConfig}  # by kind
