"""Figures of Plotly's: one place draws them, so that each has a text alternative, and a caption in the file that it is saved as."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.test_structure import ROOT

DRAWS = "dashboard/shell/plotly_figure/__init__.py"


def calls(path: Path, name: str) -> list[ast.Call]:
    """All calls of what is called `name`, of a module or by itself."""
    nodes = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return [node for node in nodes if name in (getattr(node.func, "attr", ""), getattr(node.func, "id", ""))]


def test_one_place_draws_all_figures_of_plotly():
    found = [path.relative_to(ROOT).as_posix() for room in ("dashboard", "pages") for path in sorted((ROOT / room).rglob("*.py"))]
    assert [name for name in found if calls(ROOT / name, "plotly_chart")] == [DRAWS]
    assert sum(len(calls(ROOT / name, "plotly_figure")) for name in found) >= 6
