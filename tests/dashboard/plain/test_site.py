"""The copy to read: every lesson, run and page is there, every link leads somewhere, and its numbers are those of core."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest

from core.lessons.measurements.table import MEASUREMENTS
from core.lessons.shelf import shelf
from core.lessons.text import plain_text
from core.records.overview import overview
from core.records.recall import recorded_lesson
from core.records.shipped import shipped_ids, shipped_run
from dashboard.__main__ import main
from dashboard.navigation import CLASS, PAGES

EMPTY = {"meta", "link", "img", "br", "path", "polyline", "rect"}
OWN = """+++
title = "Week 3: <script>alert(1)</script>"
minutes = 8
+++
About it.

## A step
+++
page = "cell"

[question]
ask = "Is 2 & 2 <b>four</b>?"
choices = ["yes", "no"]
answer = "yes"
because = "It is."
+++
Look <img src=x onerror=alert(1)>.
"""


class Plain(HTMLParser):
    """What a page has: its links and ids, its elements, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links, self.ids, self.names, self.open, self.words = [], [], [], [], []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        self.links += [found[name] for name in ("href", "src") if name in found]
        self.ids += [found["id"]] if "id" in found else []
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.words.append(text)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The copy of a lab whose instructor has written a lesson, too: pages by their files."""
    folder, home = tmp_path_factory.mktemp("plain") / "copy", tmp_path_factory.mktemp("plain-home")
    (home / "lessons").mkdir()
    (home / "lessons" / "week-3.md").write_text(OWN, encoding="utf-8")
    (home / "lessons" / "broken.md").write_text("no lesson", encoding="utf-8")
    assert main(["--copy", str(folder), "--home", str(home)]) == 0
    assert not (home / "lab.sqlite").exists()
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def pages(copy):
    return {name: Plain(text) for name, text in copy.items() if name.endswith(".html")}


def test_every_lesson_run_and_page_is_there(pages):
    lessons = shelf().lessons
    assert {f"lessons/{name}.html" for name in [*lessons, "week-3"]} == {name for name in pages if name.startswith("lessons/")}
    assert {f"runs/{run}.html" for run in shipped_ids()} == {name for name in pages if name.startswith("runs/")}
    for name, lesson in lessons.items():
        text = pages[f"lessons/{name}.html"].text
        for step in lesson.steps:
            asked = [step.question.text] if step.question else []
            for words in (step.title, plain_text(step.text), *asked):
                assert "".join(words.split()) in "".join(text.split()), (name, words)
    home = pages["index.html"].text
    for page in PAGES:
        assert (page.title in home and page.about.claim.replace("**", "") in home) or page.section == CLASS, page.title


def test_every_link_leads_to_a_file_of_the_copy(copy, pages):
    for name, page in pages.items():
        for link in page.links:
            if link.startswith("data:image/png;base64,"):
                continue
            file, _, anchor = link.partition("#")
            assert not re.match(r"[a-z]+:|/", link), f"{name}: {link} is not relative"
            target = PurePosixPath(name).parent / file if file else PurePosixPath(name)
            parts: list[str] = []
            for part in target.parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in copy, f"{name}: {link}"
            assert not anchor or anchor in pages["/".join(parts)].ids, f"{name}: {link}"
    reached = {link.removeprefix("../") for page in pages.values() for link in page.links}
    assert copy.keys() <= reached, "a page to which nothing leads"


def test_it_is_read_without_a_script_and_in_both_themes(copy, pages):
    for name, page in pages.items():
        assert not [tag for tag, _ in page.tags if tag in ("script", "iframe", "object", "form", "input", "button")], name
        assert not [key for _, found in page.tags for key in found if key.startswith("on")], name
        assert [tag for tag, _ in page.tags].count("h1") == 1 and len(page.ids) == len({*page.ids})
        figures = [found for tag, found in page.tags if tag in ("svg", "img")]
        assert all(found.get("alt") or found.get("aria-label") or found.get("aria-hidden") for found in figures), name
    assert "prefers-color-scheme: dark" in copy["style.css"] and "@import" not in copy["style.css"] and "url(" not in copy["style.css"]
    own = copy["lessons/week-3.html"]
    assert "&lt;script&gt;alert(1)" in own and "<script" not in own and "<img" not in own and "Is 2 &amp; 2 &lt;b&gt;four" in own


def rows_of(text: str, caption: str) -> list[list[str]]:
    """The cells of the table with a caption, its head left out."""
    table = text[text.index(f'aria-label="{html.escape(caption)}"') :]
    table = table[table.index("<tbody>") : table.index("</tbody>")]
    return [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in table.split("</tr>")[:-1]]


@pytest.mark.parametrize("run_id", shipped_ids())
def test_the_numbers_of_a_run_are_those_of_its_record(run_id, copy):
    run, text = shipped_run(run_id), copy[f"runs/{run_id}.html"]
    frame = run.frame()
    rows = rows_of(text, f"Every epoch of {run_id}")
    assert [int(row[0]) for row in rows] == frame["epoch"].tolist()
    assert [float(row[2]) for row in rows] == pytest.approx(frame["val_loss"], abs=5.1e-5)
    for column, name in ((3, "train_top1"), (4, "val_top1")):
        assert [float(row[column].removesuffix(" %")) for row in rows] == pytest.approx(100 * frame[name], abs=5.1e-3)
    if run.kind == "images":
        best = run.best
        matrix = rows_of(text, re.search(r'aria-label="(Confusion matrix[^"]+)"', text)[1])
        assert [[int(cell) for cell in row[1:]] for row in matrix] == best.val_confusion.tolist()
        recall = [100 * best.val_confusion[k, k] / best.val_confusion[k].sum() for k in range(len(run.classes))]  # by its definition
        scores = rows_of(text, f"Scores of each class, epoch {best.epoch + 1}, validation")
        assert [row[0] for row in scores] == list(run.classes)
        assert [float(row[3].removesuffix(" %")) for row in scores] == pytest.approx(recall, abs=0.051)
    (listed,) = (row for row in rows_of(copy["runs.html"], "The runs that came with the lab") if f">{run_id}<" in row[0])
    assert float(listed[4].removesuffix(" %")) == pytest.approx(100 * run.best.val_top1, abs=5.1e-3)
    assert listed[5] == (f"{100 * run.test.top1:.2f} %" if run.test else "–")


def test_the_numbers_of_home_and_of_the_recall_lesson_are_those_of_their_records(copy):
    record, home = overview(), copy["index.html"]
    captions = [html.unescape(found) for found in re.findall(r'<table aria-label="([^"]+probability[^"]+)"', home)]
    assert len(captions) == 2
    for kind, caption in zip(("gru", "vit"), captions, strict=True):
        reader = record.readers[max(row for row in record.readers if row[0] == kind)]
        shown = [[float(cell.removesuffix(" %")) for cell in row[1:]] for row in rows_of(home, caption)]
        assert shown == pytest.approx(100 * reader.beliefs, abs=0.051)
    recalled = recorded_lesson().recalled
    rows = rows_of(copy["runs.html"], "Share of right answers by steps of training")
    assert [int(row[0]) for row in rows] == list(recalled.steps)
    for column, shares in enumerate(recalled.right.values(), 1):
        assert [float(row[column].removesuffix(" %")) for row in rows] == pytest.approx([100 * share for share in shares], abs=0.051)


def test_answers_and_checks_are_what_is_measured(pages):
    text = pages["lessons/task-1-2.html"].text
    step, forms = MEASUREMENTS["gru-step"], MEASUREMENTS["gru-forms"]
    assert step.told(step.measure()) in text and f"{forms.claim} {forms.told(forms.measure())}" in text
    assert "This was not found" not in "".join(page.text for page in pages.values())


def test_a_copy_that_cannot_be_written_says_why(tmp_path, capsys, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr("dashboard.plain.site.site", lambda place: {"index.html": ""})
    assert main(["--copy", str(tmp_path / "file" / "copy"), "--home", str(tmp_path)]) == 2
    assert "cannot be written" in (told := capsys.readouterr().err) and told.count("\n") == 1
