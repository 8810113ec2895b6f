"""One thing has one name: `docs/names.md` says which, and no text that a page can show uses another one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_structure import ROOT, none, sources

NAMES = ROOT / "docs" / "names.md"
TEXTS = (*sources("pages", "dashboard", endings=(".py", ".js")), *sources("core"), *sources("core/lessons", endings=(".md",)))
APART = (
    "core/cli/",  # a terminal
    "core/training/script/",
    "core/guide/",  # words that are searched for
    "dashboard/__main__.py",
)
ATTRIBUTES = re.compile(r"""\b(?:title|aria-label|alt|placeholder)=("[^"]*"|'[^']*')""")
TAG = re.compile(r"<[^<>]*>")
QUOTED = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`""")
COMMENT = re.compile(r"/\*.*?\*/|(?<=[\s;{}(,])//[^\n]*|\A//[^\n]*", re.S)
STYLE = re.compile(r"[\w-]*color:[^;]*")  # of CSS
SHARE = re.compile(r"\d%(?![\dA-F]{2})(?![;}])|\{\*:[^{}]*%\}")


def table() -> list[tuple[str, list[str]]]:
    """The rows of the first table of names: the right name, and the words that are not it."""
    text = NAMES.read_text("utf-8").partition("## Numbers")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ") and "`" in line]
    return [(right, re.findall(r"`([^`]+)`", wrong)) for _, right, wrong, _ in rows]


def shown(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a file that a page may show, with their lines: literals that are words, not docstrings, keys or markup."""
    text = path.read_text("utf-8")
    texts = {".py": python_texts, ".js": script_texts, ".md": enumerated}[path.suffix]
    for line, found in texts(text):
        words = visible(found)
        if " " in words or words[:1].isupper():  # a name in small letters is a key or an option
            yield line, words


def python_texts(source: str) -> Iterator[tuple[int, str]]:
    """Every literal of a module but docstrings; of an f-string its text, with each value as "{*}" and its format."""
    tree = ast.parse(source)
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    apart = {id(node.body[0].value) for node in scopes if node.body and isinstance(node.body[0], ast.Expr)}
    apart |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in apart:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(map(_part, node.values))


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    spec = part.format_spec
    return "{*:" + "".join(map(_part, spec.values)) + "}" if spec else "{*}"


def script_texts(source: str) -> Iterator[tuple[int, str]]:
    """Every literal of a script, with the values of a template as "{}"; comments are left out, lines are those of the file."""
    source = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)
    for match in QUOTED.finditer(source):
        text = next(group for group in match.groups() if group is not None)
        yield source.count("\n", 0, match.start()) + 1, re.sub(r"\$\{[^{}]*\}", "{}", text)


def enumerated(source: str) -> Iterator[tuple[int, str]]:
    """The lines of a lesson."""
    yield from enumerate(source.splitlines(), 1)


def visible(text: str) -> str:
    """What is read of a text: of HTML the words between the tags and those of titles, labels and alternatives."""
    if "<" in text:
        told = " ".join(found[1:-1] for found in ATTRIBUTES.findall(text))
        text = f"{TAG.sub(' ', text)} {told}"
    return STYLE.sub(" ", text).strip()


def pattern(right: str, wrong: str) -> re.Pattern:
    """What finds a forbidden word, but not inside of the right name."""
    word = wrong.removeprefix("=")
    before = re.escape(right.partition(word)[0]) if word in right else ""
    inside = rf"(?<!{before})" if before else ""
    whole = re.escape(word) if word[-1] == ")" else rf"{re.escape(word)}(?![\w-])"
    found = rf"(?<![\w.-]){inside}{whole}"
    return re.compile(rf"\A{found}\Z" if wrong.startswith("=") else found, re.IGNORECASE)


FORBIDDEN = [(right, wrong, pattern(right, wrong)) for right, words in table() for wrong in words]


def wrong_names(text: str) -> list[str]:
    """What the table says against a text."""
    return [f"“{wrong.removeprefix('=')}” is called: {right}" for right, wrong, found in FORBIDDEN if found.search(text)]


def places() -> Iterator[tuple[str, str]]:
    """Every text that a page may show, with "file:line"."""
    for path in TEXTS:
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(APART):
            yield from ((f"{name}:{line}", text) for line, text in shown(path))


def test_the_table_is_read():
    names = dict(table())
    assert len(names) > 10 and "deviation" in names["standard deviation"] and "=neither" in names["order matters"]


def test_every_thing_has_one_name():
    none([f"{place}: {said}" for place, text in places() for said in wrong_names(text)], "see docs/names.md")


def test_shares_are_written_by_one_function():
    """With a space before the sign, as `marked` does it, too; Plotly writes what it hovers over itself."""
    told = [(place, text) for place, text in places() if "%{" not in text and SHARE.search(text)]
    none([f"{place}: {text}" for place, text in told], "use core.readable.percent")
    assert SHARE.search("the {*:.1%} of it") and SHARE.search("96.5% of it") and not SHARE.search("{:.1%} of 96.5 %")


@pytest.mark.parametrize(
    "text",
    [
        "Its colors",
        "with a Gray edge",
        "Reader",
        "the deviation of all",
        "Mean and deviation",
        "neither",
        "A cat taken for a dog",
        "top-1 accuracy",
    ],
)
def test_another_name_is_found(text):
    assert wrong_names(text)


@pytest.mark.parametrize(
    "text", ["colour", "the reader", "its standard deviation", "neither of them", "the equal sign", "mistaken form", "top-3 accuracy"]
)
def test_the_right_name_is_not(text):
    assert not wrong_names(text)


@pytest.mark.parametrize(
    ("name", "source", "found"),
    [
        ("a.py", '"""Its colors."""\nst.caption(f"the {x:.1%} colors"\n  " of it")', [(2, "the {*:.1%} colors of it")]),
        ("a.py", "st.html(\"<i style='color: red' title='Two words'>A b</i>\")", [(1, "A b  Two words")]),
        ("a.js", "// its 'colors here'\nconst a = `Two ${b} words`, c = 'key';", [(2, "Two {} words")]),
    ],
)
def test_texts_are_found_where_they_stand(tmp_path, name, source, found):
    (tmp_path / name).write_text(source, "utf-8")
    assert [(line, " ".join(text.split()) if name == "a.js" else text) for line, text in shown(tmp_path / name)] == found
