"""What is remembered of lessons: each person's own, and still there after the server."""

from core.classroom import lessons_done
from core.classroom.classroom import Classroom
from core.lessons.asking import known_question
from core.lessons.shelf import own_folder
from core.training.runs.store import Store


def test_steps_and_lessons_are_remembered_for_each_person(tmp_path):
    store = Store(tmp_path)
    lessons = Classroom(store).lessons
    lessons.take("a", [("task-1-1", 1), ("task-1-1", 2)])
    lessons.take("a", [("task-1-1", 2), ("task-1-2", 1)])
    lessons.finish("a", "task-1-1")
    lessons.finish("a", "task-1-1")
    lessons.finish("b", "tour")
    lessons.finish("", "task-1-1")
    again = Classroom(store).lessons
    assert again.passed("a") == {("task-1-1", 1), ("task-1-1", 2), ("task-1-2", 1)} and again.done("a") == ("task-1-1",)
    assert again.done("b") == ("tour",) and again.passed("b") == frozenset() and again.done("") == ()
    store.close()


def test_strangers_cannot_fill_it(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons_done, "MOST_PEOPLE", 2)
    monkeypatch.setattr(lessons_done, "MOST_STEPS", 3)
    store = Store(tmp_path)
    lessons = Classroom(store).lessons
    for person in "abc":
        lessons.finish(person, "task-1-1")
    lessons.take("a", [("x", number) for number in range(4)])
    lessons.take("a", [("x", number) for number in range(3)])
    assert [lessons.done(person) for person in "abc"] == [("task-1-1",), ("task-1-1",), ()]
    assert len(lessons.passed("a")) == 3
    store.close()


LESSON = """+++
title = "a"
minutes = 1
+++
## One
+++
[question]
ask = "Which?"
choices = ["This", "That"]
answer = "That"
because = "It is so."
+++
Text.
"""


def test_a_question_of_a_lesson_can_be_put_to_the_class_and_outlives_the_server(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    own_folder().mkdir()
    path = own_folder() / "own.md"
    path.write_text(LESSON, "utf-8")
    store = Store(tmp_path)
    polls = Classroom(store).polls
    poll = polls.open("own.1")
    polls.answer("a", poll.id, 1, "This")
    assert polls.view("a")["own"][1]["answer"] == "This"
    again = Classroom(store).polls.now
    assert (again.id, again.question.text, again.question.reason(again.question.decides.measure())) == (poll.id, "Which?", "It is so.")
    path.unlink()
    assert known_question("own.1") is None and Classroom(store).polls.now is None, "whose file is gone is not open any more"
    store.close()
