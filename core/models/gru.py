"""A GRU that is computed by PyTorch or by the compiled scan, whichever is faster here, with the same weights and the same result."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from core.errors import ConfigError, unknown

KERNELS = ("torch", "scan")
SHORTEST = 8  # tokens: a shorter image does not fill the scan's rows


class GRU(nn.GRU):
    """nn.GRU for (B, T, C) batches; `kernel` says what computes it ("torch", or "scan" where it applies).

    The scan takes float32 batches of the right width on a CPU without an initial state; for everything else this is nn.GRU, whose errors
    are then raised.
    """

    kernel = "torch"

    def forward(self, sequence: Tensor | PackedSequence, hx: Tensor | None = None) -> tuple[Tensor | PackedSequence, Tensor]:
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

    def _scans(self, tokens: Tensor | PackedSequence) -> bool:
        return (
            self.kernel == "scan"
            and isinstance(tokens, Tensor)
            and tokens.device.type == self.weight_ih_l0.device.type == "cpu"
            and self.weight_ih_l0.dtype == torch.float32
            and tokens.shape[-1] == self.input_size
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
        from core.models.gru_scan import Layout, scan  # brings the compiler: only when it is used

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
    """Let every GRU of `model` be computed by `kernel`; raises ConfigError for an unknown one, and for one that cannot be compiled here."""
    if kernel not in KERNELS:
        raise unknown("kernel", kernel, KERNELS)
    if kernel == "scan" and any(isinstance(module, GRU) for module in model.modules()) and why_no_scan():
        raise ConfigError(
            f"kernel = scan cannot be compiled on this machine ({why_no_scan()}). Choose kernel = auto or torch, or set NUMBA_CACHE_DIR to "
            "a folder that can be written to."
        )
    for module in model.modules():
        if isinstance(module, GRU):
            module.kernel = kernel


def kernels(model: nn.Module) -> tuple[str, ...]:
    """The kernels that `model` can choose from: one if it has no GRU, or if the scan cannot be compiled here."""
    return KERNELS if any(isinstance(module, GRU) for module in model.modules()) and not why_no_scan() else KERNELS[:1]


@cache
def why_no_scan() -> str:
    """Why the scan cannot be compiled here, "" if it can: Numba may find no folder in which it can keep what it has compiled."""
    try:
        from core.models.gru_scan import Layout, scan

        with torch.no_grad():
            scan(torch.zeros(1, SHORTEST, 1), *(torch.zeros(shape) for shape in ((3, 1), (3, 1), (3,), (3,))), Layout.of(1, SHORTEST))
    except (ImportError, OSError, RuntimeError) as error:
        return str(error).splitlines()[0]
    return ""
