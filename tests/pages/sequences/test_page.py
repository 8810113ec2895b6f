"""The page Sequences as a student goes through it, without a browser."""

import pytest

from tests.pages.support import html_of, message_to, open_page, press, printed_by, run, shown_code, texts


def open_sequences(**query):
    return open_page("sequences", **query)


def sent_to(app):
    return message_to(app, "dashboard/unrolled")


def chosen(app):
    return next(c["name"] for c in sent_to(app)["choices"] if c["chosen"])


def test_it_opens_on_a_sentence_that_is_read_into_one_answer():
    app = open_sequences()
    assert chosen(app) == "many-to-one" and len(sent_to(app)["choices"]) == 5
    assert "(2, 5, 50)" in sent_to(app)["svg"] and "spider" in sent_to(app)["svg"] and ">English<" in sent_to(app)["svg"]
    assert "(2, 50)" in html_of(app, "lab-sequence-steps") and texts(app).count("**passed**") == 2 and dict(app.query_params) == {}
    assert sent_to(app)["links"]["y5"]["before"] == ["h1", "h2", "h3", "h4", "h5", "x1", "x2", "x3", "x4", "x5"]


@pytest.mark.parametrize(
    ("task", "shape", "outputs"),
    [
        ("one-to-one", "(2, 7)", ["y1"]),
        ("one-to-many", "(2, 4, 7)", ["y1", "y2", "y3", "y4"]),
        ("same-length", "(2, 3, 7)", ["y1", "y2", "y3"]),
        ("other-length", "(2, 4, 7)", ["y1", "y2", "y3", "y4"]),
    ],
)
def test_each_task_has_its_shapes_from_a_network_that_ran(task, shape, outputs):
    app = open_sequences(task=task, T="3", S="4")
    assert chosen(app) == task and shape in html_of(app, "lab-sequence-steps").split("logits y")[1]
    assert sorted(n for n in sent_to(app)["links"] if n.startswith("y")) == outputs and "**passed**" in texts(app)


def test_the_courses_check_and_its_link():
    query = {"task": "same-length", "T": "10"}
    app = open_sequences(**query)
    boxes = html_of(app, "lab-sequence-steps")
    assert "(2, 10, 3)" in boxes and "(2, 10, 50)" in boxes and "(2, 10, 7)" in boxes and dict(app.query_params) == query
    link, code = shown_code(app)
    assert link.endswith("task=same-length&T=10") and "T=10" in code
    assert "(2, 10, 50)" in printed_by(code, OMP_NUM_THREADS="1")


def test_sliders_change_the_shapes():
    app = open_sequences()
    run(app.slider(key="sequences_B").set_value(4))
    run(app.slider(key="sequences_H").set_value(1))
    assert "(4, 5, 1)" in sent_to(app)["svg"] and dict(app.query_params) == {"B": "4", "H": "1"}
    assert app.slider(key="sequences_S").disabled and not app.slider(key="sequences_T").disabled
    run(app.slider(key="sequences_T").set_value(1))
    assert "(4, 1, 1)" in sent_to(app)["svg"] and "hello" in sent_to(app)["svg"]


def test_the_picture_goes_through_every_task():
    for task in ("one-to-one", "one-to-many", "many-to-one", "same-length", "other-length"):
        app = open_sequences(task=task, example="picture", T="3")
        svg = sent_to(app)["svg"]
        assert svg.count("<image") == {"one-to-one": 1, "one-to-many": 1, "same-length": 6}.get(task, 3), task
        assert ("ship" in svg) == (task != "same-length")
    assert dict(app.query_params) == {"task": "other-length", "example": "picture", "T": "3"}
    app = open_sequences(example="picture", set="shapes", image="9")
    assert dict(app.query_params) == {"example": "picture", "set": "shapes", "image": "9"}


def test_a_link_and_lengths_that_make_no_sense_leave_the_page_as_at_first():
    """What each control takes is tested in test_controls.py."""
    nonsense = {"task": "many", "T": "0", "S": "-1", "B": "99", "C": "x", "H": "1e9", "cell": "GRU", "example": "sound", "vector": "3"}
    app = open_sequences(**nonsense, k="2", layers="0", word="<b>")
    assert chosen(app) == "many-to-one" and "(2, 5, 50)" in sent_to(app)["svg"] and dict(app.query_params) == {}
    run(app.text_input(key="sequences_lengths").set_value("3 0"))
    assert "length 0 has no last state" in texts(app) and "[2, 2, 2, 1, 1]" in html_of(app, "lab-padding")


def test_lengths_are_typed_and_packed_as_torch_packs_them():
    app = open_sequences(lengths="4 1 3")
    grid = html_of(app, "lab-padding")
    assert "batch_sizes = [3, 2, 2, 1]" in grid and "4 of 12 steps are padding (33 %)" in grid
    assert "(3, 4, 3) → (8, 3)) are the same" in texts(app) and dict(app.query_params) == {"lengths": "4 1 3"}
    run(app.text_input(key="sequences_lengths").set_value(""))
    assert "batch_sizes = [2, 2, 2, 1, 1]" in html_of(app, "lab-padding")


def test_words_and_convolution():
    app = open_sequences(vector="4", word="soup", k="5", layers="3")
    assert "Nearest to **soup**" in texts(app) and "= **13** inputs; measured by gradients: **13**" in texts(app)
    assert "exactly equal" in texts(app) and "within the 5 groups" in texts(app)
    assert "25,600 times" in texts(app)  # 5 * 5 of the kernel, 32 * 32 of the places
    assert dict(app.query_params) == {"vector": "4", "word": "soup", "k": "5", "layers": "3"}


def test_predict_then_reveal():
    app = open_sequences()
    assert app.button(key="sequences_predict-reveal").disabled
    run(app.radio(key="sequences_predict-choice").set_value("twice as many"))
    press(app, "sequences_predict-reveal")
    assert any("8,607 at T = 5 and 8,607 at T = 10" in e.value for e in app.info)


def test_figure_and_shapes_to_take_along():
    app = open_sequences(task="one-to-many", S="3")
    assert [b.label for b in app.get("download_button")] == ["Figure (SVG)", "Shapes (CSV)"]
