"""Follow me: who leads moves the class, and nobody else does."""

import pytest

from core.classroom.leading import Leading, Led
from core.data import DATASETS


def test_the_page_of_who_leads_is_followed_and_no_other():
    leading = Leading()
    leading.show("ann", "vit", {})
    assert leading.now == Led()
    leading.begin("ann")
    leading.show("ben", "masks", {"pad": "1"})
    assert leading.now == Led(0, "ann")
    leading.show("ann", "masks", {"pad": "2"})
    assert leading.now == Led(1, "ann", "masks", {"pad": "2"})
    leading.show("ann", "masks", {"pad": "2"})
    assert leading.now.turn == 1, "nothing has moved"
    leading.begin("ben")
    leading.show("ann", "vit", {})
    assert (leading.now.by, leading.now.page) == ("ben", "masks")
    leading.end()
    leading.show("ben", "vit", {})
    assert leading.now == Led(2)


def test_a_link_that_is_too_long_is_not_followed():
    leading = Leading()
    leading.begin("ann")
    leading.show("ann", "cell", {"x": "1" * 20_000})
    leading.show("ann", "cell", {str(k): "" for k in range(200)})
    assert leading.now.turn == 0


def test_a_path_of_the_instructors_link_reaches_nobody():
    leading = Leading()
    leading.begin("ann")
    leading.show("ann", "train", {"dataset": "folder", "data": "/secret/place", "epochs": "3"})
    assert leading.now == Led(1, "ann", "train", {"epochs": "3"}, own_folder=True)
    leading.show("ann", "train", {"epochs": "3"})
    assert leading.now == Led(2, "ann", "train", {"epochs": "3"}), "the folder has gone, and nothing else"


@pytest.mark.parametrize(
    ("link", "told", "own"),
    [
        ({"dataset": "row-labels", "pictures": "folder", "data": "/secret"}, {"dataset": "row-labels"}, True),
        ({"split": "Own folder", "run": "gru-1"}, {"run": "gru-1"}, True),
        ({"dataset": "cifar10", "data": "/secret/copy"}, {"dataset": "cifar10"}, False),
        ({"split": "Test", "sentence": "folder"}, {"split": "Test", "sentence": "folder"}, False),
    ],
)
def test_nobody_who_follows_is_asked_for_a_folder(link, told, own):
    """Whatever else may lie in a folder has another name, by which all can open it."""
    assert {name for name, spec in DATASETS.items() if spec.needs_folder} == {"folder"}
    leading = Leading()
    leading.begin("ann")
    leading.show("ann", "any", link)
    assert (leading.now.query, leading.now.own_folder) == (told, own)
