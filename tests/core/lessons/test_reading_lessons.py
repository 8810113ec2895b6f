"""Reading lessons: what a good file says, and for every way to break one the line that is wrong."""

import dataclasses

import pytest

from core.lessons.checks import ByDoing, ByMeasurement, ByOwnRun, Condition
from core.lessons.lesson import LessonError, share
from core.lessons.reading import MOST_BYTES, read_file, read_lesson
from core.lessons.shelf import own_folder, shelf

PAGES = ("cell", "shuffle", "train")
GOOD = """+++
title = "Task 3.1: the shuffle test"
task = "3.1"
part = 3
minutes = 8
+++
What an encoder knows of order.

## Shuffle, and put back
+++
page = "shuffle"
state = "models=encoder.gru&order=reverse"
hidden = ["shuffle_patch", ".lab-try"]

[question]
ask = "Does it notice?"
choices = ["Yes", "No"]
answer = "No"
because = "It {reads} a set."

[check]
measure = "shuffle"
is = "same"
+++
Look at the **verdict**.

## Now turn the patches

+++
page = "shuffle"
check = { changed = ["order"] }
+++
Drag one.

## Train one
+++
page = "train"
check = { run = { model = "gru", dataset = "shapes" }, above = 0.5 }
+++
Press Play.

## Nothing to do
Only words.
"""


def test_a_good_file_says_all_of_it():
    lesson = read_lesson(GOOD, "task-3-1", PAGES)
    assert (lesson.title, lesson.task, lesson.part, lesson.minutes, len(lesson.steps)) == ("Task 3.1: the shuffle test", "3.1", 3, 8, 4)
    first, second, third, last = lesson.steps
    assert (first.page, first.state) == ("shuffle", {"models": "encoder.gru", "order": "reverse"})
    assert first.hidden == ("shuffle_patch", ".lab-try") and first.check == ByMeasurement("shuffle", Condition(equals="same"))
    question = first.question
    assert (question.id, question.text, list(question.answer.options)) == ("task-3-1.1", "Does it notice?", ["Yes", "No"])
    assert question.decides.measure().answer == "No" and question.reason(question.decides.measure()) == "It {reads} a set."
    assert second.check == ByDoing("shuffle", changed=("order",)) and third.check == ByOwnRun(0.5, {"model": "gru", "dataset": "shapes"})
    assert (last.page, last.asks, last.title) == ("", False, "Nothing to do")
    assert lesson.to_do == {("task-3-1", 1), ("task-3-1", 2), ("task-3-1", 3)}
    assert not lesson.passed([("task-3-1", 1), ("task-3-1", 2)]) and lesson.passed([*lesson.to_do, ("other", 1)])
    assert share(lesson, lesson.steps[:1]) == 2
    assert read_lesson("\ufeff".strip("\ufeff") + GOOD.replace("\n", "\r\n"), "task-3-1", PAGES).steps[3] == last


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(True), 1) if part in line)


BROKEN = {  # what is written instead of what, where the error is, and words of it
    "no front matter": ("+++\ntitle", "title", "title", "begins with a line"),
    "no title": ('title = "Task 3.1: the shuffle test"\n', "", "task =", "title is missing"),
    "a title that is none": ('title = "Task 3.1: the shuffle test"', "title = 3", "title = 3", "title = 3 cannot be used"),
    "minutes that are none": ("minutes = 8", 'minutes = "8"', 'minutes = "8"', "a whole number from 1 to 600"),
    "another setting": ("minutes = 8", "minutes = 8\nlength = 3", "length = 3", "no setting named 'length'"),
    "no TOML": ("minutes = 8", "minutes: 8", "minutes: 8", "cannot be read"),
    "twice": ("minutes = 8", "minutes = 8\nminutes = 9", "minutes = 9", "cannot be read"),
    "an unknown page": ('page = "cell"\n', "", "", ""),
    "a page that is not there": ('page = "train"', 'page = "trian"', 'page = "trian"', "Did you mean 'train'?"),
    "a state that is no link": ("order=reverse", "order", "state =", "no end of a link"),
    "a state of the lesson's": ("order=reverse", "step=3", "state =", "the lesson's own"),
    "a state without a page": ('page = "shuffle"\nstate', "state", "state =", "a state belongs to a page"),
    "a key that is a rule": (".lab-try", "a{}b", "hidden", "neither the key of a control nor a class"),
    "an unknown question": ("[question]", 'question = "shufle"\n[questions]', "[questions]", "no setting named 'questions'"),
    "one choice": ('choices = ["Yes", "No"]', 'choices = ["No"]', "choices =", "choices"),
    "an answer that is no choice": ('answer = "No"', 'answer = "Never"', 'answer = "Never"', "one of Yes, No"),
    "no reason": ('because = "It {reads} a set."', "", "[question]", "because is missing"),
    "an unknown measurement": ('measure = "shuffle"', 'measure = "shuffel"', "shuffel", "Did you mean 'shuffle'?"),
    "no condition": ('is = "same"\n', "", 'measure = "shuffle"', "needs a condition"),
    "another condition": ('is = "same"', "above = 3", 'measure = "shuffle"', "Its condition is “is”"),
    "two conditions": ('is = "same"', 'is = "same"\nabove = 3', 'is = "same"', "either"),
    "an answer that is never given": ('is = "same"', 'is = "equal"', 'is = "equal"', "one of same, mean, other"),
    "two checks": ('measure = "shuffle"', 'measure = "shuffle"\nset = "patch=4"', "[check]", "a check has one of"),
    "done before": ('changed = ["order"]', 'set = ""', "check =", "before the reader has done anything"),
    "no such run": ('model = "gru"', 'model = "grü"', "check = { run", "no run can be set up so"),
    "an accuracy that is none": ("above = 0.5", "above = 50", "check = { run", "a number from 0 to 1"),
    "settings without an end": ("\n+++\nPress Play.", "\nPress Play.", 'page = "train"', "no end"),
    "no text": ("Only words.", "", "## Nothing to do", "no text"),
    "no title of a step": ("## Nothing to do", "## ", "## \n", "the title of a step"),
    "steps in a playlist": ("minutes = 8", 'minutes = 8\nlessons = ["a"]', "## Shuffle", "no steps of its own"),
}  # fmt: skip
BROKEN.pop("an unknown page")


@pytest.mark.parametrize("case", BROKEN)
def test_every_way_to_break_a_file_is_told_with_its_line(case):
    before, after, where, words = BROKEN[case]
    text = GOOD.replace(before, after, 1)
    assert text != GOOD
    with pytest.raises(LessonError) as caught:
        read_lesson(text, "week-3", PAGES)
    number = line_of(text, where) - (case == "settings without an end")
    assert (caught.value.file, caught.value.line) == ("week-3.md", number), str(caught.value)
    assert str(caught.value).startswith(f"week-3.md, line {number}: ") and words in str(caught.value)


def test_a_question_of_the_class_is_asked_by_its_name():
    named = GOOD.replace(GOOD[GOOD.index("[question]") : GOOD.index("[check]")], 'question = "leaking-samples"\n', 1)
    assert read_lesson(named, "a", PAGES).steps[0].question.id == "leaking-samples"
    for name, words in (
        ("leaking", "Did you mean 'leaking-samples'?"),
        ("learning-rate", "decided by runs"),
        ("most-confused", "decided by runs"),
    ):
        with pytest.raises(LessonError, match=f"line 15: .*{words[:12]}"):
            read_lesson(named.replace("leaking-samples", name), "a", PAGES)


def test_no_step_is_told():
    with pytest.raises(LessonError, match=r"a\.md, line 5: there is no step"):
        read_lesson('+++\ntitle = "a"\nminutes = 1\n+++\n', "a", PAGES)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    own_folder().mkdir()
    return own_folder()


def test_of_many_files_the_good_ones_work_and_each_broken_one_is_named(folder):
    (folder / "week-1.md").write_text(GOOD, "utf-8")
    (folder / "week-2.md").write_text(GOOD.replace('page = "train"', 'page = "trian"'), "utf-8")
    (folder / "week-3.md").write_bytes(GOOD.encode("latin-1", "replace").replace(b"Drag", b"Dr\xe4g"))
    (folder / "week-4.md").write_text("x" * (MOST_BYTES + 1), "utf-8")
    (folder / "Week 5.md").write_text(GOOD, "utf-8")
    (folder / "all.md").write_text('+++\ntitle = "All"\nminutes = 5\nlessons = [\n"week-1:2-3",\n"week-1"]\n+++\n', "utf-8")
    (folder / "gone.md").write_text('+++\ntitle = "All"\nminutes = 5\nlessons = [\n"week-1:2-3",\n"week-2"]\n+++\n', "utf-8")
    (folder / "long.md").write_text('+++\ntitle = "All"\nminutes = 5\nlessons = ["week-1:4-5"]\n+++\n', "utf-8")
    (folder / ".hidden.md").write_text("nothing", "utf-8")
    found = shelf(PAGES)
    own = {name: lesson for name, lesson in found.lessons.items() if lesson.own}
    assert set(own) == {"week-1", "all"}
    assert [step.number for step in own["all"].steps] == [2, 3, 1, 2, 3, 4] and {step.lesson for step in own["all"].steps} == {"week-1"}
    lines = {
        error.file: error.line for error in found.broken if (folder / error.file).exists()
    }  # those that came with the lab name other pages
    whole = {"week-2.md": line_of(GOOD, 'page = "train"'), "week-3.md": line_of(GOOD, "Drag"), "week-4.md": 1, "Week 5.md": 1}
    assert lines == {**whole, "gone.md": 6, "long.md": 4}
    assert str(folder) not in " ".join(map(str, found.broken)), "no path of this machine"


def test_a_file_that_has_changed_is_read_again(folder):
    path = folder / "week-1.md"
    path.write_text(GOOD, "utf-8")
    assert shelf(PAGES).lessons["week-1"].minutes == 8
    path.write_text(GOOD.replace("minutes = 8", "minutes = 12"), "utf-8")
    assert shelf(PAGES).lessons["week-1"].minutes == 12
    path.unlink()
    assert "week-1" not in shelf(PAGES).lessons


def test_any_page_will_do_where_none_are_given(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(GOOD.replace('page = "train"', 'page = "elsewhere"'), "utf-8")
    assert read_file(path, None).steps[2].page == "elsewhere"
    with pytest.raises(LessonError):
        read_file(path, PAGES)


def test_a_lesson_is_data():
    """Two readings are equal but for what a question measures: so a page can tell whether something has changed."""
    first, second = (read_lesson(GOOD, "a", PAGES) for _ in range(2))
    bare = [
        dataclasses.replace(one, steps=tuple(dataclasses.replace(step, question=None) for step in one.steps)) for one in (first, second)
    ]
    assert bare[0] == bare[1]
