"""Runs on sequences on pages that are made for images: each copes, and says where to look instead."""

import pytest

from core.data import DATASETS, datasets_of
from core.models import MODELS, models_of
from core.records.recorded import recorded_run
from core.training.config import RunConfig
from dashboard.navigation import PAGES
from dashboard.shell import services
from tests.pages.support import open_page, press, run, shown_code, texts
from tests.support import ended, wait_for

DATES, GRU = "recorded-dates-transformer", "recorded-reverse-gru"
ELSEWHERE = (
    f"Run {DATES} (Transformer) is of another kind: it turns sequences into sequences and does not classify images. See it on Translate."
)
ONE_RUN = ("evaluate", "reader", "vit", "patches")
SEVERAL = ("try_it", "reading", "memory")
OWN_LINK = {"positions": {"kind": "learned", "run": DATES}, "shuffle": {"models": DATES}}


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 400, "val": 40, "test": 40})


@pytest.mark.parametrize("folder", sorted({page.path.parent.name for page in PAGES}))
def test_every_page_opens_with_a_run_on_sequences_in_its_link(folder):
    app = open_page(folder, run=DATES)
    assert not app.error, [error.value for error in app.error]


@pytest.mark.parametrize("folder", ONE_RUN)
def test_a_page_of_one_run_says_where_to_look(folder):
    assert ELSEWHERE in texts(open_page(folder, run=DATES))


@pytest.mark.parametrize("folder", SEVERAL)
def test_a_page_of_several_runs_says_where_to_look(folder):
    assert ELSEWHERE in texts(open_page(folder, runs=DATES))


@pytest.mark.parametrize("folder", OWN_LINK)
def test_what_a_page_s_own_link_names_is_explained(folder):
    app = open_page(folder, **OWN_LINK[folder])
    assert "of another kind" in texts(app)


def test_train_shows_a_recorded_run_on_sequences():
    app = open_page("train", run=DATES)
    html = " ".join(element.proto.body for element in app.get("html"))
    assert "The first 16 validation inputs: 16 right." in html and "2085-06-23" in html
    assert f'href="translate?task=dates&amp;run={DATES}"' in html
    assert "best validation tokens" in html and "100.0 % at epoch 6" in html and "pairs/s" in html
    run_on_page = recorded_run("dates-transformer")
    assert f"Top-1 = diagonal / all = {int(run_on_page.epochs[-1].val_confusion.trace()):,}" in texts(app)


def test_a_run_on_sequences_is_trained_from_the_page():
    app = open_page("train", model="seq2seq-gru", embed_dim="8", hidden_size="8", epochs="1", threads="1")
    assert app.button_group(key="hp_dataset").value == "dates"
    link, command = shown_code(app)
    assert "model=seq2seq-gru" in link and command.startswith("python -m core train --model seq2seq-gru --dataset dates")
    press(app, "play")
    (row,) = services.manager().runs()
    done = wait_for(services.manager(), row.run_id, ended)
    assert done.status == "finished", done.message
    run(app)
    assert f"**{row.run_id}** on dates" in texts(app) and "of sequences" in texts(app)


def test_only_what_fits_is_offered():
    app = open_page("train")
    of_images = [DATASETS[name] for name in datasets_of("images")]
    assert [*app.button_group(key="hp_dataset").options] == [spec.title for spec in of_images if not spec.needs_set], "nothing is drawn"
    assert [*app.button_group(key="hp_model").options] == [MODELS[name].title for name in models_of("images")]
    run(app.button_group(key="set_up_kind").set_value("sequences"))
    assert app.button_group(key="hp_model").value == "transformer"
    assert [*app.button_group(key="hp_model").options] == [MODELS[name].title for name in models_of("sequences")]
    assert app.button_group(key="hp_dataset").value == "dates" and not app.error
    assert [*app.button_group(key="hp_dataset").options] == [DATASETS[name].title for name in datasets_of("sequences")]
    run(app.button_group(key="set_up_kind").set_value("images"))
    run(app.button_group(key="hp_model").set_value("vit"))
    assert not app.error


def test_a_link_with_a_model_and_data_of_two_kinds_is_explained():
    app = open_page("train", model="gru", dataset="dates")
    assert "The model 'gru' names images, but 'dates' is a task on sequences" in texts(app)


def test_compare_tells_runs_on_sequences_apart():
    app = open_page("compare", runs=f"{GRU},recorded-reverse-gru-attention")
    assert f"**A** `{GRU}` · validation 61.4" in texts(app)
    assert "There are scripts only for models that classify images" in texts(app)
    assert RunConfig.of(**recorded_run("reverse-gru").config).command() in texts(app)
