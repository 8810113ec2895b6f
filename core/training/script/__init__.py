"""Scripts: one run as a PyTorch script that trains it again, without the lab."""

from core.training.script.writer import imports_of, script

__all__ = ["imports_of", "script"]
