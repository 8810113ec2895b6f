"""The page Where it went as a student goes through it, without a browser."""

import csv
from io import StringIO

import pytest

from core.probes.attention.pairs import AttentionSizes, pairs
from core.records.published_systems import SYSTEMS
from pages.went.view import map_svg, systems_csv
from tests.pages.support import message_to, open_page, press, run, shown_code, texts


def open_went(**query):
    return open_page("went", **query)


def sent_to(app):
    return message_to(app, "pages/went/board")


def on(app):
    return {name for name, system in sent_to(app)["systems"].items() if system["on"]}


def table(app):
    return next(h.proto.body for h in app.get("html") if "lab-went" in h.proto.body)


def test_it_opens_on_all_systems_with_their_costs_proved():
    app = open_went()
    sent = sent_to(app)
    assert on(app) == set(SYSTEMS) and sent["chosen"] == "transformer" and dict(app.query_params) == {}
    assert sent["lanes"][0]["cells"][3] == ["longformer", "gpt3", "deberta", "linformer"]
    assert "**passed**" in texts(app) and "Largest difference 0," in texts(app)
    assert "1,048,576" in table(app) and "524,800" in table(app)  # T², T (T + 1) / 2


def test_a_link_opens_what_it_says_and_is_written_again():
    query = {"field": "images", "part": "encoder", "mask": "none", "attention": "reduced", "T": "4096", "R": "4", "system": "pvt"}
    app = open_went(**query)
    assert dict(app.query_params) == query and on(app) == {"pvt"} and sent_to(app)["chosen"] == "pvt"
    assert "1,048,576 pairs per layer and head, 6.2 % of full" in sent_to(app)["systems"]["pvt"]["cost"]  # 4096 * 4096 / 16
    link, code = shown_code(app)
    assert "R=4" in link and "pairs(kind, 4096, AttentionSizes(reduction=4))" in code
    exec(code)  # what the page offers must run


@pytest.mark.parametrize(
    "query",
    [
        {"field": "music", "part": "x", "mask": "<b>", "attention": "fast", "T": "1000", "w": "-1", "g": "x", "F": "3", "system": "lstm"},
        {"T": "", "near": "1e9", "k": "nan", "R": "0"},
    ],
)
def test_a_link_that_makes_no_sense_opens_the_page_as_at_first(query):
    app = open_went(**query)
    assert on(app) == set(SYSTEMS) and dict(app.query_params) == {}


def test_filters_leave_what_fits_and_tell_the_first_of_it():
    app = open_went()
    run(app.selectbox(key="went_mask").set_value("subsequent"))
    assert on(app) == {"transformer", "gpt3", "image_transformer", "igpt"}
    run(app.selectbox(key="went_field").set_value("images"))
    assert on(app) == {"image_transformer", "igpt"} and sent_to(app)["chosen"] == "image_transformer"
    run(app.selectbox(key="went_field").set_value("points"))
    assert on(app) == set() and any("set one of them back" in e.value for e in app.info)


def test_sizes_change_the_numbers():
    app = open_went(T="65536", system="longformer", w="512")
    read = pairs("window", 65536, AttentionSizes(window=512))
    assert f"{read:,.0f} pairs" in sent_to(app)["systems"]["longformer"]["cost"]
    run(app.select_slider(key="went_w").set_value(16))
    assert f"{pairs('window', 65536, AttentionSizes(window=16)):,.0f}" in table(app) and app.query_params["w"] == "16"
    assert sent_to(app)["curves"]["window"]["points"][-1] == [65536, pairs("window", 65536, AttentionSizes(window=16))]


def test_what_is_taken_along():
    rows = list(csv.DictReader(StringIO(systems_csv(4096, AttentionSizes()))))
    assert len(rows) == len(SYSTEMS) and {row["system"]: row["pairs_at_4096"] for row in rows}["ViT"] == str(4096**2)
    drawn = map_svg(["vit"])
    assert all(system.name in drawn for system in SYSTEMS.values()) and drawn.count('opacity="0.25"') == len(SYSTEMS) - 1


def test_predict_then_reveal():
    app = open_went()
    run(app.radio(key="went_predict-choice").set_value("the subsequent mask"))
    press(app, "went_predict-reveal")
    assert any("The answer is: no mask between the 100" in e.value and "10,000 pairs" in e.value for e in app.info)


def test_the_small_matrices_are_those_of_the_attention():
    """The first Transformer has two: its decoder's is a triangle."""
    glyphs = {name: [one["path"].count("M") for one in system["glyph"]] for name, system in sent_to(open_went())["systems"].items()}
    assert glyphs["transformer"] == [144, 78] and glyphs["vit"] == [144] and glyphs["igpt"] == [78]
    assert glyphs["pvt"] == [12 * 2] and glyphs["linformer"] == [12 * 4] and glyphs["timesformer"] == [36, 48] and glyphs["cloud"] == []
