"""A run in the database holds whatever people can put there; every page opens all the same, and shows it as text."""

import re
import shutil

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from core.text import MOST_SENTENCE, taken
from core.training import RunConfig, RunManager
from core.training.runs.store import Run
from dashboard import navigation
from tests.hostile import IMAGE, LINK, NAMES, SCRIPT
from tests.pages.support import open_page, run
from tests.support import SMALL, ended, register_tiny, wait_for

LONG = "x" * 5_000_000
FOLDERS = {
    "markdown": f"/photos/{IMAGE} {LINK}".replace("//", "\\"),
    "letters": "/photos/" + "y" * 300,
    "long": "/photos/" + LONG,
    "bytes": "/photos/caf\udce9\u202e",
    "nothing": "/photos/a\0b\n",
}
MOST_SHOWN = 3_000_000  # bytes of a page, pictures among them


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A home with a run for each kind of hostile folder: trained on something tiny, then written over in the database."""
    home = tmp_path_factory.mktemp("trained")
    register_tiny()
    manager = RunManager(home)
    known = {}
    for name in FOLDERS:
        model = {"model": "vit", "positions": "learned", "num_heads": 2} if name == "markdown" else {}
        values = {n: v for n, v in {**SMALL, **model, "epochs": 1}.items() if n in RunConfig.hyperparameters(model.get("model", "gru"))}
        config = RunConfig.of(**values, dataset="tiny", model=model.get("model", "gru"))
        known[name] = manager.submit(config)
        wait_for(manager, known[name], ended)
    manager.shutdown()
    with Session(create_engine(f"sqlite:///{home / 'lab.sqlite'}")) as session:
        for name, folder in FOLDERS.items():
            row = session.get(Run, known[name])
            row.config = {**row.config, "dataset": "folder", "data": folder}
            row.facts = {**row.facts, "classes": list(NAMES)}
            row.message = f"{IMAGE} {LINK} {SCRIPT} {LONG if name == 'long' else ''}"
            row.owner = IMAGE
            row.status = "failed" if name == "letters" else "stopped"
        session.commit()
    return home, known


@pytest.fixture
def hostile(trained, tmp_path, home_of_its_own):
    home, known = trained
    shutil.copytree(home, tmp_path / "home")
    return known


def protos(node):
    """What Streamlit sends of each element below a node of the page."""
    for child in getattr(node, "children", {}).values():
        yield from protos(child)
    if getattr(node, "proto", None) is not None:
        yield node.proto


@pytest.mark.parametrize("folder", [page.path.parent.name for page in navigation.PAGES])
def test_every_page_opens_with_hostile_runs_in_the_list(hostile, folder):
    app = open_page(folder, run=hostile["markdown"])
    assert not app.exception
    assert sum(proto.ByteSize() for proto in protos(app._tree)) < MOST_SHOWN


def classes_of_a_run():
    from dashboard.pictures.choose import _said
    from tests.hostile import NAMES

    _said([*NAMES, "y" * 5_000])


def test_options_of_lists_are_visible_and_bounded():
    """Streamlit draws them letter by letter, and so the letters that turn the direction of others, or end the line."""
    (_, *options, _) = run(AppTest.from_function(classes_of_a_run)).selectbox[0].options
    assert SCRIPT in options and options == [taken(name, MOST_SENTENCE) for name in [*NAMES, "y" * 5_000]]


@pytest.mark.parametrize("name", [name for name in FOLDERS if name != "markdown"])
@pytest.mark.parametrize("folder", ["train", "evaluate", "compare"])
def test_a_page_about_a_hostile_run_opens(hostile, folder, name):
    app = open_page(folder, run=hostile[name])
    assert not app.exception
    assert sum(proto.ByteSize() for proto in protos(app._tree)) < MOST_SHOWN


@pytest.mark.parametrize("folder", [page.path.parent.name for page in navigation.PAGES])
def test_words_of_ours_are_not_taken_for_text_of_others(folder):
    """Markdown of ours that is escaped was joined with other text before it was shown: it must be made by `marked`."""
    for proto in protos(open_page(folder)._tree):
        shown = str(proto)
        assert not re.search(r"(\\{2,4}\*){2}|\\{2,4}`", shown), re.search(r".{0,80}(?:\\{2,4}\*|\\{2,4}`).{0,80}", shown)[0]
