"""Source text for scripts: whole definitions of the lab's own modules, and templates that are fitted to a run.

A template is a module that runs as it is. Its constants stand on top; in a script they have the run's values, and what they switch off
is left out: of `if CUTOUT:` and `a if CUTOUT else b`, where every name is a constant, only the branch that is taken stays.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import core

CORE = Path(core.__file__).parent
TEMPLATES = Path(__file__).parent / "templates"
NAMED = (ast.FunctionDef, ast.ClassDef)


class Code(str):
    """A value of a constant that is written as it is: an expression."""

    __repr__ = str.__str__


def own_source(path: str, names: Collection[str] | None = None, *, without: Collection[str] = ()) -> str:
    """The text of some top-level definitions of a module of the lab, by its path in core/; of all (but `without`) unless `names` are given.

    Imports (those for type checkers, too) and the module's docstring never belong to it.
    """
    text = (CORE / path).read_text("utf-8")
    nodes = _definitions(text)
    return _joined(text, [node for node in nodes if (bound_by(node) & {*names} if names is not None else not bound_by(node) & {*without})])


def fitted(template: str, values: Mapping[str, Any], wanted: Collection[str]) -> str:
    """The text of a template with its constants set to `values`: of what is left then, the definitions of `wanted` and all that they use.

    `values` name every constant of the template that does not follow from others.
    """
    return needed(folded(set_to((TEMPLATES / f"{template}.py").read_text("utf-8"), values), values), wanted)


def set_to(text: str, values: Mapping[str, Any]) -> str:
    """A module with its constants set to `values`."""
    literal = [node for node in _definitions(text) if isinstance(node, ast.Assign) and not _used(node)]
    names = [[part.id for part in ast.walk(node) if isinstance(part, ast.Name)] for node in literal]
    constants = {name for own in names for name in own}
    assert constants == values.keys(), constants ^ values.keys()
    for node, own in zip(reversed(literal), reversed(names), strict=True):
        text = _replaced(text, node.value, ", ".join(repr(values[name]) for name in own))
    return text


def folded(text: str, values: Mapping[str, Any]) -> str:
    """A module without the branches that are never taken with these `values` of its constants."""
    while node := next((node for node in ast.walk(ast.parse(text)) if _is_known(node, values)), None):
        taken = node.body if eval(ast.unparse(node.test), {}, dict(values)) else node.orelse
        if isinstance(node, ast.IfExp):
            text = _replaced(text, _with_brackets(text, node, taken), ast.get_source_segment(text, taken))
        else:
            text = _unwrapped(text, node, taken)
    return text


def needed(text: str, wanted: Collection[str]) -> str:
    """The definitions of a module that those of `wanted` need, and these, in their order."""
    nodes, names = _definitions(text), {*wanted}
    bound = set().union(*map(bound_by, nodes))
    while more := set().union(*(_used(node) for node in nodes if bound_by(node) & names)) & bound - names:
        names |= more
    return _joined(text, [node for node in nodes if bound_by(node) & names])


def _is_known(node: ast.AST, values: Mapping[str, Any]) -> bool:
    """Whether a node is a choice that constants alone decide."""
    if not isinstance(node, (ast.If, ast.IfExp)):
        return False
    names = {part.id for part in ast.walk(node.test) if isinstance(part, ast.Name)}
    return bool(names) and names <= values.keys()


def _definitions(text: str) -> list[ast.stmt]:
    """What a module binds on top: functions, classes and constants."""
    return [node for node in ast.parse(text).body if bound_by(node)]


def bound_by(node: ast.stmt) -> set[str]:
    """The names that a definition or an assignment binds."""
    if isinstance(node, NAMED):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def _used(node: ast.stmt) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _joined(text: str, nodes: list[ast.stmt]) -> str:
    """The text of some statements, with two empty lines before a function or a class."""
    lines, parts = text.splitlines(), []
    for node in nodes:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        parts.append(("\n\n" if isinstance(node, NAMED) else "") + "\n".join(lines[first - 1 : node.end_lineno]))
    return "\n".join(parts) + "\n"


def _replaced(text: str, node: ast.AST | tuple[int, int], new: str) -> str:
    start, end = node if isinstance(node, tuple) else _span(text, node)
    return text[:start] + new + text[end:]


def _span(text: str, node: ast.expr) -> tuple[int, int]:
    """Where an expression stands in a text of ASCII."""
    lines = text.splitlines(keepends=True)
    start, end = sum(map(len, lines[: node.lineno - 1])), sum(map(len, lines[: node.end_lineno - 1]))
    return start + node.col_offset, end + node.end_col_offset


def _with_brackets(text: str, choice: ast.IfExp, taken: ast.expr) -> tuple[int, int]:
    """Where a choice stands, with the brackets around it, if what is taken needs none."""
    start, end = _span(text, choice)
    plain = isinstance(taken, (ast.Name, ast.Call)) and text[start - 1] == "(" and text[end] == ")"
    return (start - 1, end + 1) if plain and not re.match(r"[\w)\]]", text[start - 2]) else (start, end)


def _unwrapped(text: str, choice: ast.If, taken: list[ast.stmt]) -> str:
    """A text with the statements that are taken in the place of the whole choice."""
    lines, kept = text.splitlines(), []
    if taken:
        first = taken[0].lineno - 1
        kept = lines[first : taken[-1].end_lineno]
        if kept[0].lstrip().startswith("elif "):  # the choice goes on
            kept[0] = kept[0].replace("elif", "if", 1)
        kept = indent(dedent("\n".join(kept)), " " * choice.col_offset).split("\n")
    return "\n".join([*lines[: choice.lineno - 1], *kept, *lines[choice.end_lineno :]]) + "\n"
