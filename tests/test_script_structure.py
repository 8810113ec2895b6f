"""What the design promises of scripts and style sheets: what boards share stands in the kit, and nobody imports from a neighbour."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest

from dashboard.kit.component import ROOT, SCRIPTS, imports_of

KIT = "dashboard/kit"
SHEETS = {path.relative_to(ROOT).as_posix(): path for room in ("dashboard", "pages") for path in sorted((ROOT / room).rglob("*.css"))}
COLUMNS = 140

# What stands in the kit only: there it is done once, for light and dark, for every machine, and for those who use keys.
SHARED = {
    "document.createElement": r"\bcreateElement",
    "atob": r"\batob\b",
    "ResizeObserver": r"\bResizeObserver\b",
    "setPointerCapture": r"\bsetPointerCapture\b",
    "prefers-color-scheme": r"prefers-color-scheme",
    "a color in hexadecimal digits": r"""['"` ,(]#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b""",
}

# Scripts that do it themselves. This list may only get shorter.
OWN = {
    "dashboard/web/connection.js": {"document.createElement", "a color in hexadecimal digits"},  # runs where no module may load
    "dashboard/web/copy.js": {"document.createElement"},  # in the head of the page, too
}


def in_kit(name: str) -> bool:
    return posixpath.dirname(name) == KIT


def own_ways(name: str, text: str) -> set[str]:
    """What a script does itself although the kit has it."""
    return {what for what, pattern in SHARED.items() if re.search(pattern, text)} - OWN.get(name, set())


@pytest.mark.parametrize("name", [name for name in SCRIPTS if not in_kit(name)])
def test_what_boards_share_stands_in_the_kit(name):
    assert own_ways(name, SCRIPTS[name].read_text("utf-8")) == set(), "the kit has it"


def test_the_list_of_exceptions_has_no_more_than_there_are():
    for name, ways in OWN.items():
        text = SCRIPTS[name].read_text("utf-8")
        assert ways == {what for what, pattern in SHARED.items() if re.search(pattern, text)}, name


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("const made = document.createElementNS(NS, 'g');", "document.createElement"),
        ("pen.fillStyle = '#0072b2';", "a color in hexadecimal digits"),
        ("const LINES = '#8888';", "a color in hexadecimal digits"),
        ("matchMedia('(prefers-color-scheme: dark)')", "prefers-color-scheme"),
    ],
)
def test_an_own_way_is_found(text, what):
    assert own_ways("pages/x/board/board.js", text) == {what}


def test_a_private_field_is_no_color():
    assert own_ways("pages/x/board/board.js", "this.#frame = this.#face;") == set()


def test_scripts_import_from_the_kit_and_from_their_own_folder_only():
    strangers = [
        f"{name} imports {other}"
        for name in SCRIPTS
        for other in imports_of(name)
        if not in_kit(other) and posixpath.dirname(other) != posixpath.dirname(name)
    ]
    assert strangers == []


def test_the_kit_imports_the_kit_only():
    assert [f"{name} imports {other}" for name in SCRIPTS if in_kit(name) for other in imports_of(name) if not in_kit(other)] == []


def test_no_script_is_imported_in_another_way():
    """A relative path in an import is the only way that `with_imports`, the linter and Node.js know."""
    dynamic = [
        name for name, path in SCRIPTS.items() if re.search(r"(?<!\{)\bimport\(|\brequire\(|\bimportScripts\(", path.read_text("utf-8"))
    ]
    assert dynamic == []


def test_scripts_and_sheets_have_short_lines():
    written = {**SCRIPTS, **SHEETS, **{path.relative_to(ROOT).as_posix(): path for path in (ROOT / "tests" / "js").glob("*.mjs")}}
    long = [
        f"{name}:{number}: {len(line)} columns"
        for name, path in written.items()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > COLUMNS
    ]
    assert long == []


# ---- style sheets ----


def bare(text: str) -> str:
    """A style sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def test_colors_are_written_out_in_variables_only():
    """A color in a rule of its own would not follow the theme, nor the accents of the page."""
    found = [
        f"{name}: {declaration.strip()}"
        for name, path in SHEETS.items()
        for declaration in re.findall(r"[^{};]+", bare(path.read_text("utf-8")))
        if re.search(r":.*#[0-9a-fA-F]{3,8}\b", declaration) and not declaration.strip().startswith("--")
    ]
    assert found == []


def test_sheets_follow_the_theme_of_the_lab():
    """Plain pages are read without the lab: they alone follow the device."""
    alone = [name for name, path in SHEETS.items() if "prefers-color-scheme" in path.read_text("utf-8")]
    assert alone == ["dashboard/plain/style.css"]


def test_every_class_of_a_sheet_is_used():
    """A class is found as a word of a script or of a module, or as the end of one that is put together: f"lab-{part}"."""
    sources = [*SCRIPTS.values(), *(path for room in ("core", "dashboard", "pages") for path in (ROOT / room).rglob("*.py"))]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    words = set(re.findall(r"[\w-]+", text))
    stems = set(re.findall(r"([\w-]+-)\$?\{", text))
    for name, path in SHEETS.items():
        selectors = "".join(re.findall(r"[^{}]*(?=\{)", bare(path.read_text("utf-8"))))
        classes = {one for one in re.findall(r"\.([a-zA-Z][\w-]*)", selectors) if not one.startswith("st-key-")}
        unused = {one for one in classes - words if not any(one.startswith(stem) for stem in stems)}
        assert unused == set(), name


def drawn_by(name: str) -> set[str]:
    """Who draws elements of a class: "dashboard", and pages by their folders."""
    parts = {path: path.relative_to(ROOT).parts for path in [*SCRIPTS.values(), *_modules()]}
    users = {path for path in parts if re.search(rf"(?<![\w-]){name}(?![\w-])", path.read_text("utf-8"))}
    return {"/".join(parts[path][:2]) if parts[path][0] == "pages" else "dashboard" for path in users}


def own_classes(sheet: str) -> set[str]:
    """The classes of the lab's own that a style sheet has rules for."""
    return set(re.findall(r"\.(lab-[\w-]+)", bare(SHEETS[sheet].read_text("utf-8"))))


def test_what_one_page_alone_draws_has_its_style_beside_it():
    """And what two pages draw, or the dashboard, has it in the theme, which all pages load."""
    theme = own_classes("dashboard/theme.css")
    lonely = {name: users for name in theme if len(users := drawn_by(name)) == 1 and users != {"dashboard"}}
    assert lonely == {}, "move it into the page's page.css"
    sheets = [sheet for sheet in SHEETS if sheet.endswith("/page.css")]
    strangers = {name: users for sheet in sheets for name in own_classes(sheet) - theme if (users := drawn_by(name)) != {sheet[:-9]}}
    assert len(sheets) > 10 and strangers == {}, "its style is on that page alone"


def test_every_variable_of_a_sheet_is_set_somewhere():
    text = "\n".join(path.read_text("utf-8") for path in [*SHEETS.values(), *SCRIPTS.values(), *_modules()])
    given = set(re.findall(r"(--[a-z][\w-]*)[\"']?\s*[:,]", text)) | set(re.findall(r"setProperty\([\"'](--[\w-]+)", text))
    asked = {name: set(re.findall(r"var\((--(?!st-)[\w-]+)\)", bare(path.read_text("utf-8")))) - given for name, path in SHEETS.items()}
    assert {name: unset for name, unset in asked.items() if unset} == {}


def _modules() -> list[Path]:
    return [path for room in ("dashboard", "pages") for path in (ROOT / room).rglob("*.py")]


def test_what_a_script_triggers_is_read_from_the_call_of_its_component():
    """A trigger holds for one run, and may come before the session knows the component, where `sent` looks for it."""
    wrong = []
    for name, path in SCRIPTS.items():
        reader = path.with_name("__init__.py")
        python, script = reader.read_text("utf-8") if reader.exists() else "", path.read_text("utf-8")
        for trigger in re.findall(r"\b(?:trigger|setTriggerValue)\('(\w+)'", script):
            wrong += [f"{name}: {trigger}"] if re.search(rf'\bsent\([^()]*, "{trigger}"', python) else []
        for state in re.findall(r"\b(?:send|setStateValue)\('(\w+)'", script):
            wrong += [f"{name}: {state}"] if re.search(rf'\bsent_now\(.*, "{state}"', python) else []
    assert wrong == []
