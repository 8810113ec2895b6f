"""What the source as a whole promises of text from people: one place takes it, one shows it, and nothing goes past them."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tests.test_structure import ROOT, module_name, none, sources

# Calls that draw Markdown, of `st` or of a container, and which of their arguments: by place or by name.
BODIES = {"markdown", "caption", "error", "warning", "info", "success", "write", "toast", "title", "header", "subheader", "badge", "latex"}
LABELS = {
    "button", "camera_input", "checkbox", "chat_input", "color_picker", "date_input", "dialog", "download_button", "expander", "feedback",
    "file_uploader", "form_submit_button", "link_button", "menu_button", "metric", "multiselect", "number_input", "page_link", "pills",
    "popover", "radio", "segmented_control", "select_slider", "selectbox", "slider", "spinner", "status", "tabs", "text_area", "text_input",
    "toggle",
}  # fmt: skip
OPTIONS = {"radio", "pills", "segmented_control", "select_slider"}  # whose options are Markdown, too: as they are, or as `format_func` says
LISTS = {"selectbox", "multiselect"}  # whose options are drawn letter by letter, those that show nothing and those without end among them
NAMED = {"body", "label", "help", "captions", "delta", "text"}  # arguments that are Markdown wherever they stand
OTHERS = {
    "at.segmented_control",
    "forecast.error",
    "file.write",
    "transport.write",
    "self.transport.write",
    "self.write",
}  # of a forecast: by how much it was wrong; and what draws nothing
NUMBERED = {"agreement", "number", "percent", "points", "power"}  # what writes numbers: `core.readable`
MADE = {"marked", "code", "joined", "show.label", *NUMBERED}  # what makes Markdown, with all that comes from elsewhere escaped
PLOTTED = {
    "name",
    "text",
    "hovertext",
    "hovertemplate",
    "texttemplate",
    "title",
    "title_text",
    "ticktext",
    "annotation_text",
    "subplot_titles",
}
NUMBERS = "%defgEG"  # ends of format specifications that text does not bear


def harmless(node: ast.AST) -> bool:
    """Whether an expression can only be text of ours and numbers: literals, constants in capitals, and f-strings of these."""
    match node:
        case ast.Constant():
            return True
        case ast.JoinedStr():
            return all(map(harmless, node.values))
        case ast.FormattedValue():
            return _numeric(node.format_spec) or harmless(node.value)
        case ast.IfExp():
            return harmless(node.body) and harmless(node.orelse)
        case ast.BoolOp() | ast.Tuple() | ast.List():
            return all(map(harmless, getattr(node, "values", None) or getattr(node, "elts", ())))
        case ast.BinOp(op=ast.Mult()):
            return harmless(node.left)
        case ast.BinOp():
            return harmless(node.left) and harmless(node.right)
        case ast.Dict():
            return all(map(harmless, node.values))
        case ast.Subscript():
            return harmless(node.value)
        case ast.Name():
            return node.id.isupper()
        case ast.Attribute():
            return node.attr.isupper() or harmless(node.value)
        case ast.Call():
            return ast.unparse(node.func) in MADE
    return False


def _numeric(spec: ast.JoinedStr | None) -> bool:
    text = "".join(part.value if isinstance(part, ast.Constant) else "0" for part in spec.values) if spec else ""
    return bool(text) and (text[-1] in NUMBERS or "," in text)


def of_a_choice(call: ast.Call) -> bool:
    """Whether a widget is that of a `dashboard.shell.choices.Choice`, in capitals or called `choice`: it makes words harmless itself."""
    return bool(re.match(r"(?:[A-Z][A-Z_]*|choice)\.", ast.unparse(call.func)))


def foreign_markdown(source: str) -> list[str]:
    """The calls that draw as Markdown what may have come from people."""
    found = []
    for call in [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]:
        owner, name = ast.unparse(call.func.value), call.func.attr
        if f"{owner}.{name}" in OTHERS or owner == "show" or of_a_choice(call) or name not in BODIES | LABELS | {"progress"}:
            continue
        place = 1 if name == "progress" else 0  # after how far it is
        first = [] if name == "page_link" else call.args[place:][:1]  # which page it is
        drawn = [a for a in first if not isinstance(a, ast.Starred)] + [k.value for k in call.keywords if k.arg in NAMED]
        found += [f"line {call.lineno}: {owner}.{name}({ast.unparse(a)[:80]})" for a in drawn if not harmless(a)]
    return found


def called(source: str) -> list[tuple[str, ast.Call]]:
    """The calls of a module, without `OTHERS`, by the last part of their names: `radio` of `st.radio()` and of `radio()`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [(ast.unparse(call.func), call) for call in calls if isinstance(call.func, (ast.Attribute, ast.Name))]
    return [(name.rpartition(".")[2], call) for name, call in named if name not in OTHERS]


def foreign_options(source: str) -> list[str]:
    """The widgets whose options may be text from people and are neither escaped, where they are Markdown, nor made visible in a list."""
    found = []
    for name, call in called(source):
        made = {"show.label"} if name in OPTIONS else {"show.label", "show.plain"} if name in LISTS else ()
        if made and not of_a_choice(call):
            named = {k.arg: k.value for k in call.keywords}
            drawn = named.get("format_func") or named.get("options") or (call.args[1] if len(call.args) > 1 else ast.Constant(""))
            match drawn:
                case ast.Lambda(body=body):  # a function of the option
                    drawn = body
                case ast.Call(func=ast.Name("list" | "range"), args=[inside, *_]):
                    drawn = inside if drawn.func.id == "list" else ast.Constant(0)
            shown = ast.unparse(drawn.func) if isinstance(drawn, ast.Call) else ast.unparse(drawn)
            if not harmless(drawn) and shown not in made:
                found.append(f"line {call.lineno}: {ast.unparse(call.func)}(..., {ast.unparse(drawn)[:80]})")
    return found


def test_options_are_ours_or_made_harmless():
    none(
        [f"{module_name(p)} {line}" for p in PLACES for line in foreign_options(p.read_text("utf-8"))],
        "use show.label, or show.plain for a selectbox or a multiselect",
    )


@pytest.mark.parametrize(
    "source",
    [
        "st.radio('a', names)",
        "st.pills('a', list(runs), format_func=runs.get)",
        "segmented_control('a', names)",
        "columns[0].segmented_control('a', options=names)",
        "segmented_control('a', names, format_func=lambda name: show.plain(name))",
        "st.selectbox('a', names)",
        "columns[0].selectbox('a', list(titles), format_func=titles.get)",
        "st.multiselect('a', [1], format_func=lambda r: f'{runs[r].name}')",
    ],
)
def test_foreign_options_are_found(source):
    assert len(foreign_options(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "st.pills('a', [1], format_func=lambda r: show.label(r))",
        "st.radio('a', KINDS)",
        "segmented_control('a', list(KINDS), format_func=KINDS.get)",
        "st.selectbox('a', range(1, n))",
        "st.selectbox('a', names, format_func=show.plain)",
        "st.multiselect('a', names, format_func=lambda name: show.plain(f'{name} and'))",
    ],
)
def test_options_of_ours_are_not(source):
    assert not foreign_options(source)


def handed_on(source: str) -> list[str]:
    """What draws text and is not called where it is named, as in `(st.info if a else st.error)(text)`: the other rules do not see it."""
    tree = ast.parse(source)
    here = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    drawing = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in BODIES | LABELS]
    return [f"line {n.lineno}: {ast.unparse(n)}" for n in drawing if ast.unparse(n.value) == "st" and id(n) not in here]


def test_what_draws_text_is_called_where_it_is_named():
    none([f"{module_name(p)} {line}" for p in PLACES for line in handed_on(p.read_text("utf-8"))], "call it, or use dashboard.shell.show")
    assert len(handed_on("(st.info if a else st.error)(text)")) == 2 and handed_on("draw = st.markdown") and handed_on("map(st.caption, a)")
    assert not handed_on("st.markdown('a')")


def foreign_templates(source: str) -> list[str]:
    """Calls whose Markdown may have come from people: the template of `marked`, and what `joined` puts between its parts."""
    found = []
    for name, call in called(source):
        if name in ("marked", "joined"):
            place = 0 if name == "marked" else 1
            ours = call.args[place:][:1] + [k.value for k in call.keywords if k.arg in ("template", "between")]
            found += [f"line {call.lineno}: {name}({ast.unparse(a)[:80]})" for a in ours if not literal(a)]
    return found


def literal(node: ast.AST) -> bool:
    """Whether an expression is a text that stands in the source: a literal, a choice of literals, or one of a table in capitals."""
    match node:
        case ast.Constant():
            return isinstance(node.value, str)
        case ast.IfExp():
            return literal(node.body) and literal(node.orelse)
        case ast.BinOp(op=ast.Add()):
            return literal(node.left) and literal(node.right)
        case ast.Subscript():
            return literal(node.value)
        case ast.Name():
            return node.id.isupper()
        case ast.Attribute():
            return node.attr.isupper()
    return False


def test_templates_of_markdown_are_literals():
    none([f"{module_name(p)} {line}" for p in PLACES for line in foreign_templates(p.read_text("utf-8"))], "give what varies as a value")


@pytest.mark.parametrize(
    "source",
    [
        "marked(text)",
        "marked(f'**{name}**')",
        "wording.marked('a' + name)",
        "joined(parts, name)",
        "marked('{}'.format(name))",
        "marked(*a)",
    ],
)
def test_a_foreign_template_is_found(source):
    assert len(foreign_templates(source)) == 1


def test_a_template_of_ours_is_not():
    ours = "marked('**{}**', name)", "joined(parts)", "joined(parts, ' · ')", "marked(WORDS[key], name)", "marked('a' if x else 'b')"
    assert not [source for source in ours if foreign_templates(source)]


PLACES = [p for p in sources("dashboard", "pages") if p.name not in ("show.py", "wording.py")]


def test_what_is_no_literal_is_shown_in_one_place():
    none([f"{module_name(p)} {line}" for p in PLACES for line in foreign_markdown(p.read_text("utf-8"))], "show it by dashboard.shell.show")


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown(text)",
        "st.error(str(error))",
        "st.caption(f'on {name}')",
        "st.caption(f'{name:>20}')",
        "st.warning('a' + name)",
        "box.info(name)",
        "st.button(run.title)",
        "st.button('a', help=text)",
        "st.selectbox('a', options, help=f'of {name}')",
        "st.title(' '.join(names))",
        "st.page_link(page, label=name)",
        "columns[0].write(name)",
    ],
)
def test_foreign_markdown_is_found(source):
    assert len(foreign_markdown(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown('**a**')",
        "st.caption(f'{share:.1%} of {count:,}')",
        "st.caption(WORDS[key])",
        "show.error(error)",
        "st.button('a', help=show.label(text))",
        "st.caption('a' if x else 'b')",
        "st.caption(f'image{\"s\" * (n > 1)}')",
    ],
)
def test_text_of_ours_is_not(source):
    assert not foreign_markdown(source)


def foreign_in_figures(source: str) -> list[str]:
    """Texts of Plotly figures, which read tags and %{places}, that may have come from people and are not made harmless by `plotted`."""
    tree = ast.parse(source)
    if not any(isinstance(n, (ast.Import, ast.ImportFrom)) and re.match(r"(import|from) plotly\b", ast.unparse(n)) for n in ast.walk(tree)):
        return []
    found = []
    for part in [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.Assign, ast.ClassDef))]:
        ours = own_names(part)
        for node in ast.walk(part):
            named = [(k.arg, k.value) for k in node.keywords] if isinstance(node, ast.Call) else []
            named += zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else []
            texts = [(getattr(key, "value", key), value) for key, value in named]
            found += [f"line {v.lineno}: {key} = {ast.unparse(v)[:80]}" for key, v in texts if key in PLOTTED and not plottable(v, ours)]
    return found


def plottable(node: ast.AST, ours: set[str]) -> bool:
    """Whether an expression is text of ours, numbers, or made by `plotted`; `ours` are names of such."""
    match node:
        case ast.Call():
            return ast.unparse(node.func) in ("plotted", *NUMBERED)
        case ast.Name():
            return node.id in ours or harmless(node)
        case ast.FormattedValue():
            return _numeric(node.format_spec) or plottable(node.value, ours)
        case ast.JoinedStr():
            return all(plottable(value, ours) for value in node.values)
        case ast.Dict():  # whose texts are looked at for themselves
            return True
        case ast.ListComp():
            return plottable(node.elt, ours)
        case ast.BinOp(op=ast.Add()):
            return plottable(node.left, ours) and plottable(node.right, ours)
        case ast.IfExp():
            return plottable(node.body, ours) and plottable(node.orelse, ours)
    return harmless(node)


def own_names(part: ast.AST) -> set[str]:
    """The names in a function that are given nothing but text of ours, in the order in which that is done."""
    ours: set[str] = set()
    for node in [node for node in ast.walk(part) if isinstance(node, ast.Assign)]:
        for target in node.targets:
            several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            pairs = zip(target.elts, node.value.elts, strict=True) if several else [(target, node.value)]
            for name, value in pairs:
                (ours.add if plottable(value, ours) else ours.discard)(ast.unparse(name))
    return ours


def test_texts_in_figures_are_ours_or_made_harmless():
    none([f"{module_name(p)} {line}" for p in PLACES for line in foreign_in_figures(p.read_text("utf-8"))], "use wording.plotted")


@pytest.mark.parametrize(
    "line",
    [
        "go.Bar(name=name)",
        "go.Bar(hovertemplate='%{y}<extra>' + name + '</extra>')",
        "go.Bar(hovertemplate=f'{name} %{{y}}')",
        "figure.update_layout(title={'text': name})",
        "figure.update_layout(xaxis={'title': name})",
        "go.Bar(**{'name': name})",
        "go.Bar(text=[f'{name}' for name in names])",
        "go.Bar(name=name.replace('<', ''))",
        "figure.add_hline(1, annotation={'text': name})",
    ],
)
def test_foreign_text_in_a_figure_is_found(line):
    assert foreign_in_figures(f"import plotly.graph_objects as go\ndef f(name, names):\n    {line}")


def test_text_of_ours_in_a_figure_is_not():
    lines = (
        "go.Bar(name=plotted(name))",
        "told = [f'{a:.1%}' for a in b]; go.Bar(text=told)",
        "go.Bar(hovertemplate='%{y}<extra>' + plotted(name) + '</extra>')",
        "go.Bar(name=WORDS[kind])",
        "figure.update_layout(title={'text': 'a', 'font': {'size': size}})",
    )
    for line in lines:
        assert not foreign_in_figures(f"import plotly.graph_objects as go\ndef f(name, kind):\n    {line}")
    assert not foreign_in_figures("def f(name):\n    Line(name=name)"), "no module that plots"


def words_of_errors(source: str) -> list[str]:
    """Places that take the words of an error as they are: only `visitor.told` knows who may read the paths in them."""
    found = []
    for handler in [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler) and node.name]:
        for node in ast.walk(handler):
            taken = node.args[:1] if isinstance(node, ast.Call) and ast.unparse(node.func) in ("str", "repr") else ()
            taken = [node.value] if isinstance(node, ast.FormattedValue) else taken
            found += [f"line {node.lineno}" for value in taken if isinstance(value, ast.Name) and value.id == handler.name]
    return found


def test_the_words_of_an_error_are_told_by_who_knows_the_visitor():
    own = {"__main__.py", "visitor.py"}  # the first speaks to the machine's own user alone
    none([f"{module_name(p)} {line}" for p in PLACES if p.name not in own for line in words_of_errors(p.read_text("utf-8"))])
    assert words_of_errors("try: f()\nexcept E as error: say(f'{error}')") and words_of_errors("try: f()\nexcept E as e: say(str(e))")
    assert not words_of_errors("try: f()\nexcept E as error: show.error(error)")


def uses(source: str, names: set[str]) -> list[str]:
    """Where one of these dotted names is used or imported."""
    tree = ast.parse(source)
    found = [f"line {n.lineno}: {ast.unparse(n)}" for n in ast.walk(tree) if isinstance(n, ast.Attribute) and ast.unparse(n) in names]
    imported = [(n.lineno, f"{n.module}.{a.name}") for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names]
    return found + [f"line {line}: {name}" for line, name in imported if name in names]


@pytest.mark.parametrize(
    ("names", "only"),
    [
        ({"html.escape", "markupsafe.escape"}, {"wording.py"}),  # which also bounds, and makes visible
        ({"st.context.ip_address", "st.context.headers"}, {"visitor.py"}),
    ],
)
def test_one_place_alone_does_it(names, only):
    none(
        [
            f"{module_name(p)} {line}"
            for p in sources("dashboard", "pages")
            if p.name not in only
            for line in uses(p.read_text("utf-8"), names)
        ]
    )
    assert uses("from html import escape", {"html.escape"}) and uses("x = st.context.headers", {"st.context.headers"})


def test_scripts_of_components_make_no_html_of_text():
    """What the browser is told to read as HTML comes whole from the server, where it was escaped."""
    known = {"panels.js", "unrolled.js"}  # drawings of ours
    wrong = [
        f"{p.relative_to(ROOT)}:{number}: {line.strip()}"
        for p in sources("dashboard", "pages", endings=(".js",))
        for number, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if any(word in line for word in ("innerHTML", "insertAdjacentHTML", "document.write", "srcdoc"))
        and p.name not in known
        and p.parts[-3:] != ("went", "board", "board.js")  # drawings, too, of numbers alone
    ]
    none(wrong, "set text by textContent")


# What a terminal or a script shows; signs that are taken off a path; and the README of a kit, which is a file of Markdown.
TERMINAL = ("core.cli", "core.training.script", "core.pasted", "core.offline.readme")


def marks_of_code(source: str) -> list[int]:
    """The lines of strings, docstrings apart, in which words stand between backticks."""
    tree = ast.parse(source)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docstrings = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text.lineno for text in texts if "`" in text.value and id(text) not in docstrings]


def test_sentences_of_core_hold_no_marks_of_code():
    """Pages show them letter by letter, in Markdown, HTML, Plotly and canvases: a backtick would be seen."""
    files = [p for p in sources("core") if not module_name(p).startswith(TERMINAL)]
    none([f"{module_name(p)} {line}" for p in files for line in marks_of_code(p.read_text("utf-8"))], "write commands and names without `")
    assert marks_of_code('"""`a`"""\nraise DataError(f"run `{a}`")') == [2, 2]


def test_a_class_of_the_style_sheet_is_one_thing():
    """Whatever has a rule of its own has one: the second of two builders that take the same name would be drawn as the first."""
    (sheet,) = (p for p in sources("dashboard", endings=(".css",)) if p.name == "theme.css")
    own = re.findall(r"^([^\s@][^{]*?) \{", sheet.read_text("utf-8"), re.M)
    none([name for name, count in Counter(own).items() if count > 1])
