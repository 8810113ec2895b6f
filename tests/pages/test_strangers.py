"""Who is neither the machine's own user nor a class's instructor opens no folder that was not named for all, and is told no path."""

import types

import numpy as np
import pytest
from PIL import Image

from core.places import keep_place
from core.records.recorded import recorded_names
from core.training import RunConfig
from dashboard.shell import services, visitor
from tests.pages.support import open_page, press, run, shown_code, texts
from tests.pages.test_hostile_text import protos

WORDS = "Only the machine's own user, or in a class the instructor, opens any folder of the server"


@pytest.fixture
def folder(tmp_path):
    """A folder of two classes, four pictures each."""
    for name in ("secretcats", "secretdogs"):
        place = tmp_path / "cabinet" / "photos" / name
        place.mkdir(parents=True)
        for k in range(4):
            Image.fromarray(np.full((8, 8, 3), 50 * k, np.uint8)).save(place / f"{k}.png")
    return tmp_path / "cabinet" / "photos"


@pytest.fixture
def stranger(monkeypatch):
    monkeypatch.setattr(visitor, "own_machine", lambda: False)


def sent(app):
    return "".join(str(proto) for proto in protos(app._tree))


def test_a_stranger_sees_no_folder_and_not_whether_it_is_there(folder, stranger):
    there = open_page("data", dataset="folder", data=str(folder))
    missing = open_page("data", dataset="folder", data=str(folder / "missing"))
    assert WORDS in texts(there)
    assert texts(there) == texts(missing)
    assert "secretcats" not in sent(there)


def test_a_stranger_sees_what_lies_below_a_named_folder(folder, stranger, monkeypatch):
    monkeypatch.setenv("LAB_DATA_ROOT", str(folder.parent))
    assert "secretcats" in sent(open_page("data", dataset="folder", data=str(folder)))


def test_the_machines_own_user_sees_any_folder_and_is_told_its_path(folder):
    assert "secretcats" in sent(open_page("data", dataset="folder", data=str(folder)))
    assert str(folder / "missing") in texts(open_page("data", dataset="folder", data=str(folder / "missing")))


def test_what_others_have_read_is_not_shown_to_a_stranger(folder, monkeypatch):
    open_page("data", dataset="folder", data=str(folder))  # it is in memory now
    monkeypatch.setattr(visitor, "own_machine", lambda: False)
    assert "secretcats" not in sent(open_page("data", dataset="folder", data=str(folder)))


def test_a_stranger_trains_on_no_folder(folder, stranger):
    app = open_page("train", dataset="folder", data=str(folder), epochs="1")
    assert WORDS in texts(app) and app.button(key="play").disabled
    assert services.manager().runs() == []


def test_a_stranger_judges_no_folder(folder, stranger):
    for place in (folder, folder / "missing"):
        app = open_page("evaluate", run=f"recorded-{recorded_names()[0]}", split="Own folder")
        app = run(app.text_input(key="evaluate_folder").set_value(str(place)))
        assert WORDS in texts(app)
        assert "secret" not in sent(app)


def test_a_run_on_a_folder_may_be_looked_at_without_its_path(folder, monkeypatch):
    lab = services.manager()
    lab.store.add("gru-folder", RunConfig.of(dataset="folder", data=str(folder)).flat())
    lab.store.update("gru-folder", status="failed", message="It ended.")
    for page_name in ("train", "compare", "evaluate"):
        monkeypatch.setattr(visitor, "own_machine", lambda: True)
        own = open_page(page_name, run="gru-folder")
        monkeypatch.setattr(visitor, "own_machine", lambda: False)
        other = open_page(page_name, run="gru-folder")
        assert str(folder.parent) not in sent(other) + "".join(shown_code(other))
        assert not own.exception
    monkeypatch.setattr(visitor, "own_machine", lambda: True)
    assert f"--data {folder}" in sent(open_page("train", run="gru-folder"))


@pytest.mark.parametrize(
    ("listens", "address", "headers", "own"),
    [
        ("127.0.0.1", None, {}, True),
        ("127.0.0.1", "127.0.0.1", {"Host": "localhost:8501", "Origin": "http://localhost:8501"}, True),
        ("::1", "::1", {"Host": "[::1]:8501"}, True),
        ("0.0.0.0", None, {}, False),
        ("", None, {}, False),
        ("127.0.0.1", "10.0.0.7", {}, False),
        ("127.0.0.1", None, {"X-Forwarded-For": "10.0.0.7"}, False),
        ("127.0.0.1", None, {"Forwarded": "for=10.0.0.7"}, False),
        ("127.0.0.1", None, {"Host": "lab.school.example"}, False),
        ("127.0.0.1", None, {"Host": "localhost:8501", "Origin": "http://evil.example"}, False),
        ("127.0.0.1", None, {"Host": "127.0.0.1.evil.example"}, False),
    ],
)
def test_who_is_the_machines_own_user(monkeypatch, listens, address, headers, own):
    monkeypatch.setattr(visitor.config, "get_option", lambda name: listens)
    monkeypatch.setattr(visitor.st, "context", types.SimpleNamespace(ip_address=address, headers=headers))
    assert visitor.own_machine() is own


def test_a_stranger_says_no_place_and_is_not_told_it(tmp_path, stranger):
    keep_place("cifar10", str(tmp_path / "secretplace" / "cifar"))
    app = open_page("train", dataset="cifar10")
    assert "It was said to lie at cifar, where nothing is now" in texts(app) and "secretplace" not in sent(app)
    assert "setup_place" not in [field.key for field in app.text_input]
    press(app, "own_folder")
    assert "Folder" in [field.label for field in app.text_input]
