"""The page Data as a student and an instructor go through it, without a browser."""

import base64
import re
from io import BytesIO

import numpy as np
import pytest
import streamlit as st
import torch
from PIL import Image

from core.data import load_dataset
from core.data.shapes import PARTS, draw
from core.data.statistics import looks
from core.training.runs import datasets
from pages.data import counting
from pages.data.controls import PAGE
from tests.pages.support import components, message_to, open_page, plain, press, run, shown_code, texts


@pytest.fixture(autouse=True)
def empty_memory(monkeypatch):
    monkeypatch.setattr(counting, "LOOK_SECONDS", 0)
    datasets._datasets.clear()


@pytest.fixture
def tiny():
    return load_dataset("tiny")


BOARD = "pages/data/board"


def open_data(**query):
    return open_page("data", **{"dataset": "tiny", **query})


def sent(app):
    """What the browser has been handed last."""
    return message_to(app, BOARD)


def ids(app):
    return [entry[0] for entry in sent(app)["images"]]


def pixels(data):
    """The images of a sheet, (N, 3, 32, 32)."""
    sheet = np.asarray(Image.open(BytesIO(base64.b64decode(data["sheet"].removeprefix("data:image/png;base64,")))))
    places = [divmod(place, data["columns"]) for place in range(len(data["images"]))]
    return np.stack([sheet[32 * row : 32 * row + 32, 32 * column : 32 * column + 32] for row, column in places]).transpose(0, 3, 1, 2)


def html_with(app, what):
    return " ".join(e.proto.body for e in app.get("html") if what in e.proto.body and "<style>" not in e.proto.body)


def infos(app):
    return " ".join(plain(e.value) for e in app.info)


def test_it_opens_on_training_images_with_their_constants_and_a_proof(tiny):
    app = open_data()
    data = sent(app)
    assert ids(app) == [str(n) for n in range(64)] and data["start"] == "0"
    assert (pixels(data) == tiny.train.images[:64].numpy()).all()
    assert data["images"][13] == ["13", "class 3", "training image 13"]
    assert (data["mean"], data["std"]) == (list(tiny.mean), list(tiny.std))
    said = texts(app)
    assert "100 training images, 64 here" in said
    assert "all n = 196,608 numbers" in said and "are exactly equal to those before: **passed**." in said
    assert "Largest difference 0 of 255 levels, tolerance 0." in said
    wrong = [int(levels) for levels in re.findall(r"with (?:ImageNet's|0.5 and 0.5), (\d+)", said)]
    assert len(wrong) == 2 and min(wrong) > 0


def test_drawn_images_are_there_before_the_data_set_is(monkeypatch):
    monkeypatch.setattr("pages.data.images._load", lambda *_: st.stop())
    app = open_page("data", split="test", page="2")
    data = sent(app)
    assert (pixels(data) == draw(PARTS["test"][64:128])[0]).all() and data["mean"] is None
    assert ids(app)[0] == "64"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"split": "val"}, range(40)),
        ({"class": "class 4"}, range(4, 100, 10)),
        ({"split": "test", "class": "class 4"}, range(4, 40, 10)),
        ({"search": "CLASS 9"}, range(9, 100, 10)),
        ({"search": "77"}, [77]),
        ({"page": "2"}, range(64, 100)),
        ({"page": "99"}, range(64, 100)),
        ({"page": "²"}, range(64)),
    ],
)
def test_a_link_opens_its_images(tiny, query, found):
    app = open_data(**query)
    assert ids(app) == [str(n) for n in found]
    split = getattr(tiny, query.get("split", "train"))
    assert (pixels(sent(app)) == split.images[list(found)].numpy()).all()


@pytest.mark.parametrize(("text", "page"), [("2", 2), ("0", 1), ("-1", 1), ("9" * 5000, 1), ("²", 1), ("two", 1), ("", 1)])
def test_a_page_is_a_whole_number_from_1(monkeypatch, text, page):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", {"page": text})
    assert PAGE.value == page


def test_controls_choose_and_the_address_follows():
    app = open_data(page="2", image="70")
    assert sent(app)["start"] == "70"
    assert app.query_params == {"dataset": "tiny", "page": "2", "image": "70"}
    run(app.segmented_control(key="data_split").set_value("val"))
    assert ids(app) == [str(n) for n in range(40)] and app.query_params == {"dataset": "tiny", "split": "val"}
    run(app.selectbox(key="data_class").set_value("class 2"))
    run(app.text_input(key="data_search").set_value("12"))
    assert ids(app) == ["12"]
    assert app.query_params == {"dataset": "tiny", "split": "val", "class": "class 2", "search": "12"}


def test_pages_are_turned_and_a_new_choice_starts_at_the_first():
    app = open_data()
    run(app.get("pagination")[0].set_value(2))
    assert ids(app)[0] == "64" and app.query_params["page"] == "2"
    run(app.segmented_control(key="data_split").set_value("test"))
    run(app.segmented_control(key="data_split").set_value("train"))
    assert ids(app)[0] == "0" and app.get("pagination")[0].value == 1 and "page" not in app.query_params


def test_another_data_set_is_shown_from_its_beginning():
    app = open_data(**{"class": "class 2", "split": "val"})
    run(app.segmented_control(key="hp_dataset").set_value("shapes"))
    assert len(ids(app)) == 64 and app.query_params == {"split": "val"}
    assert not app.warning


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"split": "training"}, "no split named 'training'. Did you mean 'train'"),
        ({"class": "clas 3"}, "no class named 'clas 3'"),
        ({"dataset": "tinny"}, "no data set named 'tinny'"),
    ],
)
def test_a_bad_link_is_explained_and_the_page_works(query, message):
    app = open_data(**query)
    assert any(message in warning.value for warning in app.warning)
    assert len(ids(app)) == 64


@pytest.mark.parametrize(
    ("text", "message"),
    [("zebra", "no class named 'zebra'"), ("100", "no image 100 in this split: its images have the numbers 0 to 99"), ("<b>", "<b>")],
)
def test_what_is_not_found_is_said_and_the_rest_of_the_page_stays(text, message):
    app = open_data()
    run(app.text_input(key="data_search").set_value(text))
    assert message in infos(app)
    assert "lab-balance" in html_with(app, "lab-balance") and not components(app, BOARD)


def png(image):
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "png")
    return buffer.getvalue()


def test_own_pictures_come_first_and_are_large(tiny):
    own = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    app = open_data(image="3")
    uploader = app.file_uploader(key="data_pictures")
    run(uploader.set_value([("<b>.png", png(own), "image/png"), ("broken.png", b"nothing", "image/png")]))
    data = sent(app)
    assert data["images"][0] == ["own-1", "your picture", "as the models see it, picture 1 of 1"] and data["start"] == "own-1"
    assert (pixels(data)[0] == own.transpose(2, 0, 1)).all() and (pixels(data)[1:] == tiny.train.images[:64].numpy()).all()
    assert "all n = 199,680 numbers" in texts(app) and "1 of your own first" in texts(app)
    assert any(e.value.startswith("Picture 2: This is no picture that can be read") for e in app.error)
    assert "image" not in app.query_params


def test_class_balance_counts_what_is_there(tiny):
    app = open_data()
    rows = re.findall(r'<th scope="row">(class \d)</th>(.*?)</tr>', html_with(app, "lab-balance"))
    assert [name for name, _ in rows] == list(tiny.classes)
    for k, (_, cells) in enumerate(rows):
        counts = [int((getattr(tiny, split).labels == k).sum()) for split in ("train", "val", "test")]
        assert re.findall(r"<span>(\d+)<small>([\d.]+) %", cells) == [(str(n), "10.0") for n in counts]


def test_predict_then_count(tiny):
    app = open_data()
    assert app.button(key="data_count").disabled and "lab-course" not in html_with(app, "lab-course")
    run(app.radio(key="data_enough").set_value("10"))
    press(app, "data_count")
    html = html_with(app, "lab-course")
    floats = tiny.train.images.numpy() / 255
    for c, channel in enumerate(("red", "green", "blue")):
        assert f'<th scope="row">{channel}</th><td>{floats[:, c].mean():.4f}</td><td>{floats[:, c].std():.4f}</td>' in html
    means = np.cumsum(floats.mean((2, 3)), 0) / np.arange(1, 101)[:, None]
    near = (np.abs(means - means[-1]) <= 1 / 255).all(1)
    said = " ".join(e.value for e in (*app.success, *app.info))
    enough = int(re.search(r"From (\d+) images on", said)[1])
    later = [n for n in looks(100) if n >= enough]
    before = max(n for n in looks(100) if n < enough)
    assert all(near[n - 1] for n in later) and not near[before - 1]
    assert said.startswith("Correct: 10." if enough <= 10 else "Not quite. The answer is: 100.")
    exact = r"counted here and those that normalise the images are (exactly equal|equal to 1\d digits): \*\*passed\*\*"
    assert re.search(exact, texts(app))
    assert "Published" not in texts(app)
    run(app.segmented_control(key="data_split").set_value("val"))
    assert "lab-course" in html_with(app, "lab-course"), "the answer stays"


def test_published_constants_are_compared_where_there_are_some(monkeypatch, tiny):
    from core.data import statistics

    whole = torch.cat([tiny.train.images, tiny.val.images]).numpy() / 255
    published = tuple(round(float(v), 4) for v in whole.mean((0, 2, 3))), tuple(round(float(v), 4) for v in whole.std((0, 2, 3)))
    monkeypatch.setitem(statistics.PUBLISHED, "tiny", published)
    app = open_data()
    run(app.radio(key="data_enough").set_value("100"))
    press(app, "data_count")
    assert "These 140 images have" in texts(app) and re.search(r"largest difference 0\.0000, tolerance 0\.0005", texts(app))
    assert texts(app).count(": **passed**") == 3 and "**not passed**" not in texts(app)
    monkeypatch.setitem(statistics.PUBLISHED, "tiny", ((0.5, 0.4, 0.4), published[1]))
    assert "from the published ones by less than 0.0005: **not passed**" in texts(run(app))


def test_near_duplicates_are_looked_for_when_asked(monkeypatch):
    from core.data.splits import Dataset, Split
    from tests import support

    def planted(name, config, **_):
        images, labels = (torch.from_numpy(array) for array in draw(range(60)))
        images, labels = images.clone(), labels.clone()
        images[50] = images[7]
        labels[50] = (labels[7] + 1) % 10
        parts = [Split(images[a:b], labels[a:b]) for a, b in ((0, 30), (30, 45), (45, 60))]
        return Dataset.of(name, *parts, ["<i>cat</i>", *(f"class {k}" for k in range(1, 10))])

    monkeypatch.setattr(support, "load_tiny", planted)
    app = open_data()
    assert "have a near-duplicate among" not in texts(app)
    press(app, "data_duplicates_look")
    assert "**1** of 15 test images (6.67 %) have a near-duplicate among 30 train images, 1 of them of another class." in texts(app)
    assert "**0** of 15 val images (0.00 %) have a near-duplicate among 30 train images." in texts(app)
    html = html_with(app, "lab-pairs")
    assert "split=test&amp;search=5" in html and "split=train&amp;search=7" in html and "correlation 1.000" in html
    assert "<i>cat</i>" not in html


def test_the_foot_has_a_link_and_code_that_gives_the_image(tiny):
    app = open_data(split="test", image="5")
    link, code = shown_code(app)
    assert link.endswith("?dataset=tiny&split=test&image=5")
    found = {}
    exec(code, found)
    assert torch.equal(found["image"], tiny.test.images[5])
    assert found["seen"].mean().abs() < 3


def test_the_numbers_of_the_large_image_can_be_taken_along():
    app = open_data(split="test", image="5")
    assert [button.proto.label for button in app.get("download_button")] == ["Numbers of test image 5 (CSV)"]


def test_a_data_set_that_is_not_there_is_offered():
    app = open_data(dataset="cifar10")
    assert "CIFAR-10 is not on this computer yet" in texts(app) and not components(app, BOARD)


def test_a_folder_is_read_by_its_path(tmp_path):
    random = np.random.default_rng(0)
    for name in ("left", "right"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for n in range(20):
            Image.fromarray(random.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(tmp_path / "set" / name / f"{n}.png")
    app = open_data(dataset="folder", data=str(tmp_path / "set"))
    assert len(ids(app)) == 32 and {entry[1] for entry in sent(app)["images"]} == {"left", "right"}
    assert app.query_params["data"] == str(tmp_path / "set")


def test_a_folder_that_is_not_there_is_said(tmp_path):
    app = open_data(dataset="folder", data=str(tmp_path / "nowhere"))
    assert any("nowhere" in e.value for e in app.error)
