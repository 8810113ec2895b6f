"""The page Masks as a student goes through it, without a browser."""

import csv
import math
from io import StringIO

import pytest
import torch

from core.probes.seq2seq.mask_effects import mask_effects
from core.probes.seq2seq.masked_sentence import parse_sentence
from dashboard.training import background
from pages.masks.view import effects_csv, masks_svg
from tests.pages.support import after_lessons, html_of, message_to, open_page, press, run, shown_code, texts


def open_masks(**query):
    return open_page("masks", **query)


def sent_to(app, name="pages/masks/board"):
    return message_to(app, name)


def test_it_opens_on_four_masks_with_everything_measured():
    app = open_masks()
    sent = sent_to(app)
    assert [mask["name"] for mask in sent["masks"]] == ["none", "padding", "subsequent", "both"]
    assert sent["names"] == ["⊢", "h", "e", "l", "l", "o", "·", "·"] and not sent["waiting"] and dict(app.query_params) == {}
    none, padding, subsequent, both = (mask["allowed"] for mask in sent["masks"])
    assert none[3] == "11111111" and padding[3] == "11111100" and subsequent[3] == "11110000" and both[7] == "11111100"
    changes = sent["masks"][2]["changes"]
    assert [changes[i][4] for i in range(4)] == [0, 0, 0, 0] and changes[4][4] > 0.1 and changes[0][0] is None
    assert "**passed**" in texts(app) and "the outputs before it are exactly equal with the subsequent mask" in texts(app)


def test_a_link_opens_what_it_says_and_is_written_again():
    query = {"text": "the cat sat", "pad": "3", "at": "start", "layers": "2", "random": "5", "extra": "1"}
    app = open_masks(**query)
    query["seed"] = query.pop("random")  # the name that links had for it
    assert dict(app.query_params) == query and sent_to(app)["names"] == ["·", "·", "·", "⊢", "the", "cat", "sat"]
    assert sent_to(app)["masks"][3]["allowed"][0] == "0000000"  # nothing to read
    link, code = shown_code(app)
    assert "text=the+cat+sat" in link and "parse_sentence('the cat sat', 3, 'start')" in code
    exec(code)  # what the page offers must run


@pytest.mark.parametrize(
    "query",
    [
        {"pad": "99", "at": "middle", "layers": "0", "random": "x", "extra": "-1"},
        {"pad": "", "layers": "nan", "random": "1e9", "extra": "<b>"},
    ],
)
def test_a_link_that_makes_no_sense_opens_the_page_as_at_first(query):
    app = open_masks(**query)
    assert len(sent_to(app)["names"]) == 8 and dict(app.query_params) == {}


@pytest.mark.parametrize(
    ("text", "said"), [(" ", "Nothing is typed"), ("x" * 200, "letters, and 10 fit"), ("a " * 20, "words, and 10 fit")]
)
def test_a_text_that_does_not_fit_is_explained_in_place(text, said):
    app = open_masks(text=text)
    assert any(said in e.value and "Shown meanwhile: hello" in e.value for e in app.error)
    assert sent_to(app)["names"][1:6] == list("hello")


def test_markup_stays_text():
    app = open_masks(text="<b> & x")
    assert sent_to(app)["names"][1:4] == ["<b>", "&", "x"] and "&lt;b&gt;" in html_of(app, "lab-trap")


def test_one_letter_without_padding():
    app = open_masks(text="a", pad="0")
    assert sent_to(app)["names"] == ["⊢", "a"] and "**passed**" in texts(app)


def test_the_trap_is_found_from_its_numbers():
    """Whoever reads the table as a test would: the row with a number before the replaced token leaks."""
    for layers in ("1", "3"):
        app = open_masks(layers=layers)
        for place in range(1, 6):
            run(app.segmented_control(key="masks_place").set_value(place))
            rows = html_of(app, "lab-trap").split("<tbody>")[1].split("<tr>")[1:]
            cells = [[part.split(">")[1].split("<")[0] for part in row.split("<td")[1:]] for row in rows]
            leaking = [letter for letter, own in zip("AB", cells, strict=True) if own[place - 1] != "0"]
            assert len(leaking) == 1
            run(app.radio(key="masks_trap-choice").set_value(leaking[0]))
            press(app, "masks_trap-reveal")
            (said,) = [e.value for e in app.success if e.value.startswith(f"Correct: {leaking[0]}.")]
            assert f"{leaking[0]} is `tril(1)` instead of `tril(0)`" in said, "in the letters of code"


def test_padding_has_its_own_probe_and_empty_rows_are_told():
    app = open_masks()
    table = html_of(app, "more padding at the end of the source")
    assert "nothing changes" in table and "padding is read" in table
    run(app.slider(key="masks_extra").set_value(8))
    assert "8 more padding" in html_of(app, "more padding at the end") and app.query_params["extra"] == "8"
    assert html_of(app, "every column is masked").count("NaN") == 4


def test_taken_away_the_mask_shows_who_cheats():
    app = open_masks()
    assert any("0.576 nats" in e.value for e in app.info)
    press(app, "masks_train")
    after_lessons(app)
    assert "Trained: 80 steps" in texts(app) and app.button(key="masks_train").disabled
    chart = sent_to(app, "dashboard/training/time_chart")
    assert [line["name"] for line in chart["lines"]] == ["with the mask", "mask off by one", "without a mask"] and chart["marks"]
    assert "with the mask **100 %**" in texts(app) and not any("mercury" in h.proto.body for h in app.get("html"))
    run(app.toggle(key="masks_reveal").set_value(True))
    table = html_of(app, "mer…")
    assert "✓ mercury" in table and "<td>100 %</td><td><b>100 %</b></td>" in table and table.count("✗") == 12
    assert "cheating: mask off by one and without a mask" in texts(app) and "the least without looking ahead: **passed**" in texts(app)


def test_a_training_that_fails_says_so_and_can_be_begun_again(monkeypatch):
    import core.probes.seq2seq.cheating as cheating

    with monkeypatch.context() as patch:
        patch.setattr(cheating.CheatingLesson, "_loss", lambda *_: torch.tensor(math.nan))
        app = open_masks()
        press(app, "masks_train")
        after_lessons(app)
    assert any("not a finite number any more at step 1" in e.value for e in app.error)
    assert app.button(key="masks_train").label == "Train again" and not app.button(key="masks_train").disabled


def test_while_a_lesson_waits_or_runs_the_page_says_so(monkeypatch):
    lesson = background.Lesson()
    monkeypatch.setitem(background._lessons, "cheating 0", lesson)
    app = open_masks()
    assert "waits for its turn" in str([e.proto.text for e in app.get("progress")]) and app.button(key="masks_train").disabled
    lesson.status, lesson.steps = background.RUNNING, 40
    run(app)
    assert "step 40 of 80" in str([e.proto.text for e in app.get("progress")])


def test_what_is_taken_along():
    sentence = parse_sentence("<ab>", 1)
    rows = list(csv.DictReader(StringIO(effects_csv(sentence, mask_effects(sentence)))))
    assert len(rows) == 5 * 36 and {row["mask"] for row in rows} == {"none", "subsequent", "padding", "both", "off-by-one"}
    cell = next(row for row in rows if row["mask"] == "subsequent" and row["row"] == "1" and row["column"] == "3")
    assert cell["may_read"] == "0" and cell["output_moves"] == "0"
    drawn = masks_svg(sentence)
    assert "&lt;" in drawn and drawn.count("<rect") == 4 * 36 + 1 and drawn.count('fill="#0072b2"') == 36 + 30 + 21 + 20
