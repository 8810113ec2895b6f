"""Which pictures can be chosen, and that they are those of the data set."""

from base64 import b64encode

import numpy as np
import pytest
from PIL import Image

from core.data import DATASETS, load_dataset
from core.data.config import DataConfig
from core.data.shapes import PARTS, draw
from core.data.ship import sailing_ship, ship
from core.errors import DataError
from core.training.config import RunConfig
from dashboard.pictures.choose import choose_picture, from_set, sets_at_hand, shown_drawing, shown_file, size_of
from dashboard.shell import services
from tests.cifar_copies import packed, python_files, write
from tests.core.data.picture_corpus import huge, saved
from tests.pages.support import alone, made_by

NOISE = np.random.default_rng(5).integers(0, 256, (32, 32, 3), dtype=np.uint8)  # which no format makes smaller


@pytest.fixture(autouse=True)
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.delitem(DATASETS, "tiny", raising=False)  # of the tests that ran before
    services.shutdown()
    yield
    services.shutdown()


def test_a_shape_is_drawn_as_the_data_set_has_it():
    val = load_dataset("shapes").val
    assert size_of("shapes") == len(val)
    for index in (0, 6, len(val) - 1):
        shown = from_set("shapes", index)
        assert (shown.pixels == val.images[index].numpy()).all()
        assert shown.caption.startswith(shown.label) and shown.name == f"shapes {index}"


def test_what_is_not_on_this_computer_is_not_offered():
    assert list(sets_at_hand()) == ["shapes"]


def test_the_folder_of_a_run_is_offered_while_it_is_there(tmp_path):
    folder = tmp_path / "pets"
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for place in range(10):
            pixels = np.random.default_rng(place).integers(0, 256, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{place}.png")
    manager = services.manager()
    manager.store.add("gru-1", RunConfig.of(dataset="folder", data=str(folder)).flat(), "")
    manager.store.update("gru-1", status="stopped")
    manager.store.add("gru-2", RunConfig.of(dataset="folder", data=str(tmp_path / "gone")).flat(), "")
    manager.store.update("gru-2", status="stopped")
    assert list(sets_at_hand()) == ["shapes", "pets"]
    val = load_dataset("folder", DataConfig(data=str(folder)), home=manager.home).val
    shown = from_set("pets", 1)
    assert size_of("pets") == len(val) == 2
    assert (shown.pixels == val.images[1].numpy()).all() and shown.label == ("cat", "dog")[int(val.labels[1])]
    assert shown.link == {"set": "pets", "image": "2"}


def test_the_archive_of_a_run_is_offered_as_its_folder_is(tmp_path):
    archive = packed(tmp_path / "cifar-10-python.tar.gz", write(tmp_path / "a" / "cifar-10-batches-py", python_files()))
    manager = services.manager()
    for run_id, dataset, data in (("a", "folder", archive), ("b", "cifar10", archive), ("c", "fashion_mnist", tmp_path / "gone")):
        manager.store.add(run_id, RunConfig.of(dataset=dataset, data=str(data)).flat())
        manager.store.update(run_id, status="stopped")
    assert sorted(sets_at_hand()) == ["cifar-10-python.tar.gz", "cifar10", "shapes"]
    for name, dataset in (("cifar10", "cifar10"), ("cifar-10-python.tar.gz", "folder")):
        val = load_dataset(dataset, data=str(archive), home=manager.home).val
        shown = from_set(name, 1)
        assert size_of(name) == len(val) == 20 and (shown.pixels == val.images[1].numpy()).all()


def test_the_ship_is_linked_except_where_a_page_opens_with_it():
    assert (from_set("ship", 0).pixels == ship()).all() and from_set("ship", 0).label == "ship"
    assert (from_set("sailing ship", 0).pixels == sailing_ship()).all() and from_set("sailing ship", 0).label == "ship"
    assert from_set("ship", 0).link == {"set": "ship"} and from_set("ship", 0, first="ship").link == {"set": ""}
    assert from_set("shapes", 6, first="ship").link == {"set": "shapes", "image": ""}


@pytest.mark.parametrize(
    ("query", "image"),
    [
        ({"set": "shapes", "image": "8"}, 7),
        ({"image": "2000"}, 1999),
        ({"image": "2001"}, 6),
        ({"image": "0"}, 6),
        ({"image": "two"}, 6),
        ({"set": "nothing"}, 6),
        ({"from": "space"}, 6),
    ],
)
def test_a_link_that_is_right_or_wrong(query, image):
    app = alone(lambda: choose_picture(()), **query)
    assert (made_by(app).pixels == draw(PARTS["val"][image : image + 1])[0][0]).all()
    assert len(app.warning) == (image == 6), "what cannot be used is said"


@pytest.mark.parametrize("name", ["ship", "sailing ship"])
@pytest.mark.parametrize("asked", ["x", "nothing"])
def test_a_data_set_that_there_is_not_is_the_one_that_the_page_opens_with(name, asked):
    app = alone(lambda: choose_picture((), first=name), set=asked)
    assert made_by(app).name == name and made_by(app).link == {"set": ""} and len(app.warning) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "no picture that can be read"),
        (b"", "no picture that can be read"),
        (b"<svg onload=alert(1)>", "no picture"),
        (saved(NOISE)[:900], "cut short"),
        (huge(), "up to 12 million are read"),
    ],
)
def test_a_file_that_is_no_picture_is_explained(content, message):
    with pytest.raises(DataError, match=message):
        shown_file(content, "picture.png")


def uri_of(content):
    return "data:image/png;base64," + b64encode(content).decode()


@pytest.mark.parametrize(
    "uri", ["hello", "data:image/png;base64,", "data:image/png;base64,äöü", "data:text/html;base64,aGk=", uri_of(b"hi"), uri_of(huge())]
)
def test_a_drawing_that_is_none_is_explained(uri):
    with pytest.raises(DataError, match=r"no picture that can be read|too many pixels"):
        shown_drawing(uri)
