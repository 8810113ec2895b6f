"""Whatever a stranger can ask for has an upper bound: every hyperparameter, and every control of every page, found in the source."""

import ast
import math
from importlib import import_module
from pathlib import Path

import pytest

from core.models import MODELS
from core.training.config import RunConfig
from dashboard.shell.choices import Choice

ROOT = Path(__file__).resolve().parents[2]
FILES = [path for part in ("pages", "dashboard") for path in sorted((ROOT / part).rglob("*.py"))]
BOUND = {"number_input": "max_value", "slider": "max_value", "text_input": "max_chars", "text_area": "max_chars", "chat_input": "max_chars"}
SCRIPTS = ("page.py", "app.py", "__main__.py")  # which draw a page when they are imported

# The largest of what makes a run large. Whoever raises one thinks of thirty strangers on one small server: memory is refused by
# core/memory.py before a run is made, and a class has limits of its own below these.
LARGEST = {
    "hidden_size": 1024, "embed_dim": 1024, "num_layers": 12, "num_heads": 64, "patch_size": 32, "batch_size": 4096, "epochs": 1000,
}  # fmt: skip


def module_of(path):
    return import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def hyperparameters():
    return {(model, name): h for model in MODELS for name, h in RunConfig.hyperparameters(model).items()}


def test_every_hyperparameter_is_bounded():
    for (model, name), h in hyperparameters().items():
        if h.choices is not None or h.kind is bool:
            continue
        if h.kind is str:
            assert h.most <= 10_000, (model, name)
        else:
            assert h.low is not None and h.high is not None and math.isfinite(h.low) and math.isfinite(h.high), (model, name)


@pytest.mark.parametrize("name", LARGEST)
def test_what_makes_a_run_large_ends_where_it_is_said_here(name):
    found = [h for (_, known), h in hyperparameters().items() if known == name]
    assert found and max(h.choices[-1] if h.choices else h.high for h in found) <= LARGEST[name]


def calls(tree):
    """Calls of what draws a control, with the name of the function in which each stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BOUND:
            yield node


def base_of(node):
    """The name at the beginning of a chain, and the names of all that is called on the way: CHOICE.among(...).slider."""
    called = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            called.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return "", called
    return node.id, called


def bounded_choice(value):
    """Whether a control, or all of a table of them, offers a bounded number of values, or checks what is typed."""
    if isinstance(value, dict):
        return bool(value) and all(map(bounded_choice, value.values()))
    if isinstance(value, list | tuple):
        return bool(value) and all(map(bounded_choice, value))
    return isinstance(value, Choice) and (len(value.options) > 0 or value.check is not None)


def unbounded(path, source=None):
    """The controls of a file for which no bound is found, by their lines."""
    text = path.read_text("utf-8") if source is None else source
    drawn = list(calls(ast.parse(text)))
    known = {"FREE": Choice("page", "free"), "OWN": Choice("page", "own", range(9))} if source else {}
    if source is None and drawn and path.name not in SCRIPTS:
        known = vars(module_of(path))
    found = []
    for call in drawn:
        kind, named = call.func.attr, {keyword.arg: keyword.value for keyword in call.keywords}
        base, called = base_of(call.func.value)
        spread = [known.get(k.value.id, {}) for k in call.keywords if k.arg is None and isinstance(k.value, ast.Name)]
        if BOUND[kind] in named or any(BOUND[kind] in more for more in spread if isinstance(more, dict)) or "among" in called:
            continue
        if not bounded_choice(known.get(base)):
            found.append((path.relative_to(ROOT).as_posix(), base, kind, call.lineno))
    return found


# Drawn from a name that stands for one of several controls; each of these has options.
BY_ANOTHER_NAME = {
    ("dashboard/shell/choices.py", "st"), ("dashboard/runs/choose.py", "choice"), ("pages/translate/controls.py", "choice"),
    ("pages/translate/training.py", "choice"), ("pages/class_room/limits.py", "choice"), ("pages/vote/controls.py", "choice"),
}  # fmt: skip


def test_every_control_of_every_page_is_bounded():
    found = [one for path in FILES for one in unbounded(path)]
    assert [one for one in found if one[:2] not in BY_ANOTHER_NAME] == []
    assert {one[:2] for one in found} == BY_ANOTHER_NAME, "they are bounded where they are drawn now"


def test_a_new_control_without_a_bound_is_found():
    path = FILES[0]
    for line, wrong in [
        ('FREE.number_input("Length")', True), ('OWN.number_input("Length")', False), ('FREE.text_input("Word")', True),
        ('FREE.text_input("Word", max_chars=9)', False), ('st.number_input("Length", min_value=1)', True),
        ('FREE.among(known).slider("Layers")', False), ('other.slider("Layers")', True),
    ]:  # fmt: skip
        assert bool(unbounded(path, line)) is wrong, line
