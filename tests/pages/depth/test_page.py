"""The page Depth and direction as a student goes through it, without a browser."""

import math

import pytest
import torch

from core.errors import TrainingError
from dashboard.training import background
from tests.pages.support import after_lessons, html_of, message_to, open_page, press, run, shown_code, texts


def open_depth(**query):
    return open_page("depth", **query)


def sent_to(app):
    return message_to(app, "dashboard/unrolled")


def test_it_opens_on_two_layers_in_both_directions_with_everything_proved():
    app = open_depth()
    sent = sent_to(app)
    assert sent["links"]["f1.2"]["before"] == ["f1.1", "x1", "x2"] and "x5" in sent["links"]["f2.1"]["before"]
    assert "depends on inputs 3, 4, 5" in sent["told"]["b1.3"] and sent["strength"]["b1.3"]["x1"] == 0 < sent["strength"]["b1.3"]["x4"]
    assert "(1, 12)" in sent["svg"] and "**passed**" in texts(app) and dict(app.query_params) == {}


def test_a_link_opens_what_it_says_and_is_written_again():
    query = {
        "layers": "1",
        "T": "3",
        "H": "2",
        "ways": "one",
        "head": "every",
        "cell": "lstm",
        "between": "4",
        "random": "7",
        "rate": "0.01",
    }
    app = open_depth(**query)
    query["seed"] = query.pop("random")  # the name that links had for it
    assert dict(app.query_params) == query and sorted(sent_to(app)["links"]) == ["f1.1", "f1.2", "f1.3", "x1", "x2", "x3", "y1", "y2", "y3"]
    assert "the trap appears only when bidirectional=True is added" in texts(app)
    _, code = shown_code(app)
    assert "measure_stack(cell='lstm', length=3, layers=1, bidirectional=False, hidden=2)" in code


@pytest.mark.parametrize(
    "query",
    [
        {"layers": "0", "T": "10000", "H": "-1", "ways": "up", "head": "h[0]", "cell": "x", "between": "99", "random": "x", "rate": "nan"},
        {"layers": "", "T": "1.5", "head": "<b>", "rate": "", "random": "-3"},
    ],
)
def test_a_link_that_makes_no_sense_opens_the_page_as_at_first(query):
    app = open_depth(**query)
    assert "f2.5" in sent_to(app)["links"] and dict(app.query_params) == {}


def test_the_smallest_stack():
    app = open_depth(layers="1", T="1", H="1", ways="one")
    assert sorted(sent_to(app)["links"]) == ["f1.1", "x1", "y"] and "**passed**" in texts(app)


def test_trap_3_in_shapes_and_in_weights_that_learn_nothing():
    app = open_depth()
    table = html_of(app, "lab-heads")
    assert "(1, 6)" in table and "360 of 1,152" in table and "108 of 1,152" in table  # 3H (2H + H) + 6H; 3H * H
    run(app.selectbox(key="depth_head").set_value("h[-1]"))
    assert "(1, 6)" in sent_to(app)["svg"] and dict(app.query_params) == {"head": "h[-1]"}


def test_traps_1_and_2():
    app = open_depth()
    bias = html_of(app, "nn.GRU(7, 5, 2, True)")
    assert "(2, 10, 5)" in bias and "(2, 10, 10)" in bias and "<td>False</td>" in bias
    leaks = [h.proto.body for h in app.get("html") if 'lab-leaks"><caption>' in h.proto.body]
    assert [("no leak" in leak, "6 leaks" in leak, "12 leaks" in leak) for leak in leaks] == [
        (True, False, False), (False, True, False), (True, False, False), (False, False, True),
    ]  # fmt: skip


def test_spider_man_is_trained_and_told_word_by_word():
    app = open_depth(between="0")
    assert "Not trained yet" in texts(app)
    press(app, "depth_train")
    after_lessons(app)
    assert "Trained: 150 steps" in texts(app) and app.button(key="depth_train").disabled
    (lesson,) = [found.made for found in background._lessons.values()]
    forward, both = (lesson.points[name][-1].later_words for name in ("forward", "both"))
    assert (
        both > 0.9 > 0.6 > forward
        and f"later words **{100 * both:.1f} %**" in texts(app)
        and f"later words **{100 * forward:.1f} %**" in texts(app)
    )
    assert "before it stay exactly equal: **passed**" in texts(app) and "hombre" in html_of(app, "lab-spoken")
    run(app.text_input(key="depth_sentence").set_value("the bat puts the old clock away"))
    assert "murciélago" in html_of(app, "lab-spoken") and app.query_params["sentence"] == "the bat puts the old clock away"
    run(app.text_input(key="depth_sentence").set_value("the <b> puts"))
    assert "'<b>' is no word of this small language" in texts(app) and "hombre" in html_of(app, "lab-spoken")
    again = open_depth(between="0")  # somebody else: it is trained already
    assert "Trained: 150 steps" in texts(again)


def test_a_training_that_fails_says_so_and_can_be_begun_again(monkeypatch):
    import core.probes.recurrence.later_word_training as training

    with monkeypatch.context() as patch:
        patch.setattr(training.F, "cross_entropy", lambda *args: torch.tensor(math.nan))
        app = open_depth(between="0")
        press(app, "depth_train")
        after_lessons(app)
    assert any("The loss is not a finite number any more at step 1" in e.value for e in app.error)
    assert app.button(key="depth_train").label == "Train again" and not app.button(key="depth_train").disabled
    press(app, "depth_train")
    after_lessons(app)
    assert "Trained: 150 steps" in texts(app) and not app.error


def test_a_training_that_cannot_begin_says_so(monkeypatch):
    import core.probes.recurrence.later_word_training as training

    def broken(*_, **__):
        raise TrainingError("No memory is left: close something.")

    monkeypatch.setattr(training, "LaterWordLesson", broken)
    app = open_depth()
    press(app, "depth_train")
    after_lessons(app)
    assert any("No memory is left" in e.value for e in app.error)


def test_while_a_lesson_waits_or_runs_the_page_says_so(monkeypatch):
    lesson = background.Lesson()
    monkeypatch.setitem(background._lessons, "later word 2 0 0.02", lesson)
    app = open_depth()
    assert "waits for its turn" in str([e.proto.text for e in app.get("progress")]) and app.button(key="depth_train").disabled
    lesson.status, lesson.steps = background.RUNNING, 30
    run(app)
    assert "step 30 of 150" in str([e.proto.text for e in app.get("progress")])
    lesson.status, lesson.problem = background.FAILED, "It has failed: train again."
    run(app)
    assert any(e.value == "It has failed: train again." for e in app.error)


def test_the_three_heads_in_accuracy():
    app = open_depth()
    press(app, "depth_ends")
    after_lessons(app)
    (lesson,) = [found.made for found in background._lessons.values()]
    last = lesson.points["h[-1]"][-1]
    assert last.first > 0.9 and last.last < 0.4 and not math.isnan(last.first)
    assert f"{100 * last.last:.0f} %" in html_of(app, "first word named") and 'class="off"' in html_of(app, "first word named")


def test_predict_then_reveal():
    app = open_depth()
    run(app.radio(key="depth_predict-choice").set_value("no, however deep"))
    press(app, "depth_predict-reveal")
    assert any("depends on 1 of 5 inputs with one layer, on 1 with three, and on 5" in e.value for e in app.success)


@pytest.mark.parametrize("head", ["both", "h[-1]", "states[:, -1]"])
def test_a_stack_of_one_direction_has_one_last_state_and_no_trap(head):
    app = open_depth(ways="one", head=head)
    assert "last state: (1, 6)" in sent_to(app)["idle"] and "both" not in sent_to(app)["idle"]
    assert not any("trap" in name or "both" in name for name in app.selectbox(key="depth_head").options)


def test_a_stack_of_both_directions_has_two_last_states():
    app = open_depth()
    assert "the last of both directions: (1, 12)" in sent_to(app)["idle"]
    assert sum("trap" in name for name in app.selectbox(key="depth_head").options) == 2
