"""CIFAR-10 and Fashion-MNIST of a script, as torchvision reads them (core/data/torchvision_sets.py)."""

import torch
import torch.nn.functional as F
from torchvision.datasets import CIFAR10, FashionMNIST

DATASET = "cifar10"  # or "fashion_mnist"
ROOT = "data"  # the set is downloaded to here unless it is there
SPLIT_SEED = 0


def load():
    """Images (N, 3, 32, 32) uint8 and labels of training, validation (5,000 held back at random) and test."""
    whole, test = (part(train) for train in (True, False))
    order = torch.randperm(len(whole[1]), generator=torch.Generator().manual_seed(SPLIT_SEED))
    train, val = order[:-5000], order[-5000:]
    return (whole[0][train], whole[1][train]), (whole[0][val], whole[1][val]), test


def part(train):
    """Images (N, 3, 32, 32) uint8 and labels (N,) as torchvision has them."""
    if DATASET == "cifar10":
        found = CIFAR10(ROOT, train=train, download=True)
        images = torch.as_tensor(found.data).movedim(-1, 1).contiguous()  # (N, 32, 32, 3) -> (N, 3, 32, 32)
    else:
        found = FashionMNIST(ROOT, train=train, download=True)
        images = F.pad(found.data[:, None].expand(-1, 3, -1, -1), (2, 2, 2, 2)).contiguous()  # (N, 28, 28) -> (N, 3, 32, 32)
    return images, torch.as_tensor(found.targets)
