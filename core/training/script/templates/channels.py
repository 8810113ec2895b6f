"""What a script subtracts and divides by before a model sees an image (core/data/splits.py)."""

import torch


def statistics(images):
    """Mean and standard deviation per channel, (3, 1, 1) each, in units of 0..1."""
    counts = torch.stack([torch.bincount(images[:, c].reshape(-1), minlength=256) for c in range(3)]).double()
    shares, values = counts / counts.sum(1, keepdim=True), torch.arange(256, dtype=torch.float64) / 255
    mean = shares @ values
    std = (shares @ values.square() - mean.square()).clamp(min=0).sqrt().clamp(min=1 / 255)
    return mean.float().view(-1, 1, 1), std.float().view(-1, 1, 1)
