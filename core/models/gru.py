"""A GRU that is computed by PyTorch or by the compiled scan, whichever is faster here, with the same weights and the same result."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.errors import unknown

KERNELS = ("torch", "scan")
SHORTEST = 8  # tokens: a shorter image does not fill the scan's rows


class GRU(nn.GRU):
    """nn.GRU for (B, T, C) batches; `kernel` says what computes it ("torch", or "scan" where it applies).

    The scan takes float32 batches on a CPU without an initial state; for everything else this is nn.GRU.
    """

    kernel = "torch"

    def forward(self, sequence: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, T, C) -> states (B, T, H), 2H if bidirectional, and the last ones (layers * directions, B, H)."""
        if hx is not None or not self._scans(sequence):
            return super().forward(sequence, hx)
        return self._scan(sequence, 1, sequence.shape[1], columns=False)

    def sweep(self, grid: Tensor, *, columns: bool = False) -> Tensor:
        """Every row of a grid of tokens as a sequence of its own, or every column: (B, h, w, C) -> (B, h, w, H), or 2H."""
        batch, height, width, _ = grid.shape
        if self._scans(grid.flatten(1, 2)):
            return self._scan(grid.flatten(1, 2), height, width, columns=columns)[0].unflatten(1, (height, width))
        lines = grid.transpose(1, 2) if columns else grid  # (B, w, h, C) or (B, h, w, C)
        states = super().forward(lines.flatten(0, 1))[0].unflatten(0, (batch, -1))  # -> (B * lines, T, C) -> (B, lines, T, H)
        return states.transpose(1, 2) if columns else states

    def _scans(self, tokens: Tensor) -> bool:
        return (
            self.kernel == "scan"
            and tokens.device.type == "cpu"
            and tokens.dtype == torch.float32
            and tokens.dim() == 3
            and tokens.shape[0] > 0
            and tokens.shape[1] >= SHORTEST
            and self.batch_first
            and self.bias
            and not self.proj_size
            and not (self.training and self.dropout)
            and not torch.is_autocast_enabled("cpu")
        )

    def _scan(self, tokens: Tensor, height: int, width: int, *, columns: bool) -> tuple[Tensor, Tensor]:
        from core.models.scan import Layout, scan  # brings the compiler: only when it is used

        ends = []
        for layer in range(self.num_layers):
            states = []
            for suffix in ("", "_reverse")[: 1 + self.bidirectional]:
                layout = Layout.of(height, width, columns=columns, reverse=bool(suffix))
                weights = (getattr(self, f"{name}_l{layer}{suffix}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
                states.append(scan(tokens, *weights, layout))
                ends.append(states[-1][:, 0 if suffix else -1])
            tokens = torch.cat(states, dim=-1) if len(states) > 1 else states[0]  # (B, N, H) -> (B, N, 2H)
        return tokens, torch.stack(ends)


def use_kernel(model: nn.Module, kernel: str) -> None:
    """Let every GRU of `model` be computed by `kernel`; raises ConfigError for an unknown one."""
    if kernel not in KERNELS:
        raise unknown("kernel", kernel, KERNELS)
    for module in model.modules():
        if isinstance(module, GRU):
            module.kernel = kernel


def kernels(model: nn.Module) -> tuple[str, ...]:
    """The kernels that `model` can choose from: one if it has no GRU."""
    return KERNELS if any(isinstance(module, GRU) for module in model.modules()) else KERNELS[:1]
