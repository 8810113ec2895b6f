"""The search of the lab: what it knows is made of pages, runs, terms and tasks, and each row of the unit is found by its own words."""

import json

import pytest
import streamlit as st
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.guide.find import Index
from core.guide.tasks import TASKS
from core.guide.terms import TERMS
from core.lessons.shelf import shelf
from core.models import MODELS
from core.training.config import RunConfig
from dashboard.navigation import PAGES
from dashboard.shell.find import MORE
from dashboard.shell.find.entries import as_json, entries
from dashboard.shell.pointing import ASKED
from tests.pages.support import APP, components, open_page, printed_by, run

# The unit row by row, as it names what it teaches, and the page on which a student sees, changes and checks it.
UNIT = [
    ("one-to-one", "sequences"),
    ("one-to-many image captioning", "sequences"),
    ("many-to-one classification", "sequences"),
    ("many-to-many of different length", "sequences"),
    ("many-to-many of the same length denoising tagging", "sequences"),
    ("inputs of variable length: padding and masking", "sequences"),
    ("one-hot vectors", "sequences"),
    ("learned embeddings: close words, close vectors", "sequences"),
    ("convolution over time", "sequences"),
    ("3-D convolution is costly", "sequences"),
    ("unrolling", "sequences"),
    ("stacking several layers", "depth"),
    ("bidirectional", "depth"),
    ("spider man: a later word decides an earlier one", "depth"),
    ("Elman RNN", "cell"),
    ("LSTM", "cell"),
    ("GRU", "cell"),
    ("reset gate and update gate", "cell"),
    ("the cell state is the path on which gradients survive", "cell"),
    ("vanishing gradient", "memory"),
    ("task 1.1", "sequences"),
    ("task 1.2", "cell"),
    ("CIFAR-10", "data"),
    ("mean and standard deviation per channel", "data"),
    ("task 2.1", "patches"),
    ("patch embedding", "patches"),
    ("strided convolution", "patches"),
    ("confusion matrix", "evaluate"),
    ("one-vs-rest accuracy", "evaluate"),
    ("recall precision F1 IoU", "evaluate"),
    ("task 2.2", "train"),
    ("train the GRU classifier", "train"),
    ("best epoch kept by validation", "train"),
    ("over 80 % validation accuracy with a GRU", "bar"),
    ("published hand-in", "evaluate"),
    ("transformer encoder layer", "vit"),
    ("task 3.1", "shuffle"),
    ("shuffle test", "shuffle"),
    ("equivariant", "shuffle"),
    ("permutation equivariance and invariance", "shuffle"),
    ("positional encoding", "positions"),
    ("sine and cosine at different frequencies", "positions"),
    ("adding the index", "positions"),
    ("scaled dot-product attention", "attention"),
    ("softmax(q k^T / sqrt(D)) v", "attention"),
    ("multi-head", "attention"),
    ("quadratic in T", "attention"),
    ("residual connections with LayerNorm", "vit"),
    ("receptive field is the whole image", "vit"),
    ("task 3.2", "vit"),
    ("why read only token 0", "vit"),
    ("class token", "vit"),
    ("memory of the encoder: key and value of every decoder block", "translate"),
    ("cross-attention", "translate"),
    ("square subsequent mask", "masks"),
    ("padding mask", "masks"),
    ("nn.Transformer", "translate"),
    ("decoding one token at a time", "translate"),
    ("BERT", "went"),
    ("DETR for detection", "went"),
    ("Linformer", "went"),
    ("TimeSformer", "went"),
]
INDEX = Index(entries())


@pytest.mark.parametrize(("words", "page"), UNIT, ids=[words for words, _ in UNIT])
def test_a_row_of_the_unit_is_found_by_its_words(words, page):
    assert INDEX.find(words)[0].entry.page == page


def test_every_page_experiment_term_task_hyperparameter_and_lesson_is_found_by_its_own_name():
    names = [page.title for page in PAGES] + [text for page in PAGES for text in page.about.experiments]
    names += [*TERMS, *(task.name for task in TASKS), *(h.label for model in MODELS for h in RunConfig.hyperparameters(model).values())]
    names += [lesson.title for lesson in shelf().lessons.values()]
    titles = {entry.title for entry in entries()}
    assert titles == set(names)
    for name in titles:
        best = INDEX.find(name, 6)
        assert name in {hit.entry.title for hit in best}, name


def test_a_lesson_that_was_found_begins_beside_its_page(monkeypatch):
    lesson = shelf().lessons["masks"]
    went, _ = gone_to(place_of("lesson", lesson.title), monkeypatch)
    assert went == [("Masks", {**lesson.steps[0].state, "lesson": "masks", "step": "1"})]
    assert not {entry.lesson for entry in entries() if entry.kind != "lesson"} - {""}


def test_no_page_of_the_unit_is_missing_among_the_rows():
    of_the_unit = {page for _, page in UNIT}
    assert of_the_unit >= {page.url_path for page in PAGES if page.section in ("Recurrence", "Attention")} - {"reader", "reading"}


def test_entries_lead_to_pages_that_there_are():
    assert {entry.page for entry in entries()} == {page.url_path for page in PAGES}


def test_a_browser_gets_all_of_it_at_once_and_little_for_each_page():
    told = json.loads(as_json())
    assert [row[:3] for row in told["entries"]] == [[entry.kind, entry.title, entry.page] for entry in entries()]
    assert told["pages"] == {page.url_path: page.title for page in PAGES} and len(as_json()) < 100_000
    (find,) = components(open_page("masks"), "dashboard/shell/find")
    assert json.loads(find.json) == [{"hidden": [], "home": place_of("page", "Home")}], "no entry comes before somebody looks for one"


def test_making_the_entries_needs_no_torch():
    code = "import sys\nfrom dashboard.shell.find.entries import as_json\nprint(len(as_json()) > 1000, 'torch' in sys.modules)"
    assert printed_by(code).split() == ["True", "False"]


def gone_to(chosen, monkeypatch):
    """Where the page leads that hears what has been chosen in the browser, with its very first run: (title, link), and the app."""
    went = []
    monkeypatch.setattr(st, "switch_page", lambda page, query_params=(): went.append((page.title, dict(query_params))))
    (find,) = components(open_page("masks"), "dashboard/shell/find")
    sent, app = WidgetStates(), AppTest.from_file(str(APP), default_timeout=60)
    event = json.dumps([{"event": "go", "value": chosen}])
    sent.widgets.append(WidgetState(id=_make_trigger_id(find.id, "events"), json_trigger_value=event))
    assert not app._run(sent).exception
    return went, app


def place_of(kind, title):
    return next(place for place, entry in enumerate(entries()) if (entry.kind, entry.title) == (kind, title))


def test_what_is_chosen_opens_its_page_with_the_state_set(monkeypatch):
    task = next(task for task in TASKS if task.number == "1.2")
    assert gone_to(place_of("task", task.name), monkeypatch)[0] == [("The cell", dict(task.query))]
    assert gone_to(place_of("page", "Patches"), monkeypatch)[0] == [("Patches", {})]
    text, query = next(iter(next(page for page in PAGES if page.url_path == "memory").about.experiments.items()))
    went, app = gone_to(place_of("experiment", text), monkeypatch)
    assert went == [("Memory", dict(query))] and app.session_state[ASKED.key][1], "and shows where to look"


def test_a_hyperparameter_that_is_folded_at_first_is_opened(monkeypatch):
    (folded, app), (basic, other) = (gone_to(place_of("hyperparameter", name), monkeypatch) for name in ("Momentum", "Hidden size"))
    assert [address for address, _ in folded + basic] == ["Train", "Train"]
    assert app.session_state[ASKED.key][1].endswith("_momentum") and app.session_state[MORE.key] == "Steps"
    assert other.session_state[ASKED.key][1].endswith("_hidden_size") and MORE.key not in other.session_state
    page = open_page("train", **folded[0][1])
    page.session_state[MORE.key] = "Steps"
    assert app.session_state[ASKED.key][1] in {widget.key for widget in run(page).slider}


@pytest.mark.parametrize("chosen", [-1, 10**6, "0", None, 1.5, True, [0], {}])
def test_anything_else_that_a_browser_sends_leads_nowhere(chosen, monkeypatch):
    went, app = gone_to(chosen, monkeypatch)
    assert went == [] and ASKED.key not in app.session_state
