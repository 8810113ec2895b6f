"""Which pictures can be chosen, and that they are those of the data set."""

import numpy as np
import pytest

from core.data import DATASETS, load_dataset
from core.data.config import DataConfig
from core.data.ship import sailing_ship, ship
from dashboard import services
from dashboard.pictures import from_set, sets_at_hand, size_of


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
    from PIL import Image

    from core.training.config import RunConfig

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


def test_the_ship_is_linked_except_where_a_page_opens_with_it():
    assert (from_set("ship", 0).pixels == ship()).all() and from_set("ship", 0).label == "ship"
    assert (from_set("sailing ship", 0).pixels == sailing_ship()).all() and from_set("sailing ship", 0).label == "ship"
    assert from_set("ship", 0).link == {"set": "ship"} and from_set("ship", 0, first="ship").link == {"set": ""}
    assert from_set("shapes", 6, first="ship").link == {"set": "shapes", "image": ""}
