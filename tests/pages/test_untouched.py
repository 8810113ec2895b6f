"""A page that shows a recorded run beside a button that trains opens on one set-up: what is shown is what would be trained."""

import pytest

from core.evaluation.sequences.contests import CONTENDERS, same_set_up
from core.models import MODELS, models_of
from core.records.recall import recorded_lesson
from core.records.recorded import recorded_names, recorded_run
from core.records.results import road
from core.records.results import set_up as on_any_images
from core.training.config import DEFAULTS, RunConfig
from core.training.presets import PRESETS
from dashboard.shell import services
from dashboard.shell.state import LEFT_OUT, parse_query, set_up_link
from dashboard.training import background
from pages.memory import lessons as memory_recall
from pages.translate.training import set_up
from tests.pages.support import open_page, press, run, shown_code, texts

GHOST = '<span class="lab-other'


@pytest.fixture
def submitted(monkeypatch):
    """The configs that pages want to be trained; nothing is."""
    found = []

    def submit(config, **_):
        found.append(config)
        return f"recorded-{services.first_recorded(MODELS[config.model].kind)}"

    monkeypatch.setattr(services.manager(), "submit", submit)
    return found


def ghost(app):
    return any(e.proto.body.startswith(GHOST) for e in app.get("html"))


def shown_is(app, run):
    """Whether the numbers beside the chart are those of a run."""
    (figures,) = (e.proto.body for e in app.get("html") if e.proto.body.startswith('<dl class="lab-figures"'))
    return f"<dd>{run.parameters:,}</dd>" in figures and f"{100 * run.best.val_top1:.1f} % at epoch {run.best.epoch + 1}" in figures


def test_train_opens_on_the_set_up_of_its_chart(submitted):
    app, recorded = open_page(), recorded_run(services.first_recorded())
    assert "The controls are set as it was: press **Play** to train it anew." in texts(app)
    assert "Your set-up" not in texts(app) and not ghost(app) and dict(app.query_params) == {} and shown_is(app, recorded)
    assert shown_code(app)[1] == "python -m core train --model gru --dataset shapes"
    press(app, "play")
    assert same_set_up(recorded.config, *submitted)


def test_train_opens_sequences_on_the_set_up_of_its_chart(submitted):
    app, recorded = open_page(), recorded_run(services.first_recorded("sequences"))
    run(app.segmented_control(key="set_up_kind").set_value("sequences"))
    assert "Your set-up" not in texts(app) and not ghost(app) and shown_is(app, recorded), "with the first run after the choice"
    press(app, "play")
    assert same_set_up(recorded.config, *submitted)


@pytest.mark.parametrize(
    ("key", "other", "named"), [("hp_model", "lstm", "model"), ("hp_gru_patch_size", 8, "patch_size"), ("hp_gru_lr", 0.01, "lr")]
)
def test_a_change_is_named_at_once_and_changed_back_it_is_gone(key, other, named):
    app = open_page()
    control = app.segmented_control(key=key) if key == "hp_model" else app.select_slider(key=key)
    was = control.value
    run(control.set_value(other))
    assert f"the controls differ from it in {named}. Your set-up" in texts(app) and ghost(app) == (named != "lr")
    run((app.segmented_control(key=key) if key == "hp_model" else app.select_slider(key=key)).set_value(was))
    assert "Your set-up" not in texts(app) and not ghost(app) and dict(app.query_params) == {}


def test_translate_trains_what_its_board_shows(submitted):
    seen = set()
    for task in ("dates", "reverse"):
        app = open_page("translate", task=task)
        for name in filter(lambda name: recorded_run(name).config["dataset"] == task, recorded_names()):
            model = recorded_run(name).config["model"]
            run(app.selectbox(key="translate_model").set_value(model))
            assert f"Set up as `recorded-{name}` was" in texts(app)
            press(app, "translate_train")
            assert same_set_up(recorded_run(name).config, submitted[-1]), name
            seen.add(name)
            app = open_page("translate", task=task)
        weights = next(s for s in app.selectbox if s.label == "Run").value
        assert recorded_run(weights.removeprefix("recorded-")).config["model"] == app.selectbox(key="translate_model").value
    assert {"dates-transformer", "reverse-transformer", "reverse-gru", "reverse-gru-attention"} == seen


def test_tasks_that_nobody_recorded_are_trained_as_their_preset_says():
    for model in models_of("sequences"):
        assert set_up("roman", model)[0] == RunConfig.of(preset="roman", model=model)


def test_gru_against_transformer_trains_what_it_shows(submitted):
    press(open_page("versus"), "versus_train")
    runs = ("reverse-gru", "reverse-gru-attention", "reverse-transformer")
    assert len(submitted) == len(CONTENDERS) == 3
    assert all(same_set_up(recorded_run(name).config, config) for name, config in zip(runs, submitted, strict=True))


def test_the_road_trains_the_step_that_it_shows(submitted):
    app = open_page("bar", rung="8")
    for place, step in enumerate(road()):
        run(app.selectbox(key="bar_step").set_value(place))
        press(app, "play")
        assert on_any_images(submitted[-1].flat()) == on_any_images(step.result.runs[0].config)


def test_the_recall_lesson_is_the_one_that_its_button_trains(monkeypatch):
    asked = []
    monkeypatch.setattr(background, "lesson", lambda key, *_, **__: asked.append(key))
    press(open_page("memory"), "memory_train")
    record = recorded_lesson()
    assert asked == [memory_recall._key(record.setup, record.rate)]


# ---- links ----


@pytest.mark.parametrize("model", MODELS)
def test_a_link_says_all_that_it_means(model):
    """Whatever is changed, and whether or not it is what was once the default."""
    kind = MODELS[model].kind
    for values in ({}, LEFT_OUT[kind], {"lr": 0.01}, {"seed": 3}):
        config = RunConfig.of(**{"model": model, "dataset": DEFAULTS[kind]["dataset"], **values})
        read, problems = parse_query(set_up_link(config.flat()))
        meant = LEFT_OUT[kind] if set_up_link(config.flat()) else {}
        assert not problems and RunConfig.of(**{**meant, **read}) == config


def test_an_old_link_means_what_it_meant():
    command = shown_code(open_page(model="lstm", patch_size="8"))[1]
    assert command == (
        "python -m core train --model lstm --dataset shapes --patch-size 8 --epochs 10 --lr 0.002 --schedule cosine"
    )  # once the defaults
    command = shown_code(open_page(model="transformer"))[1]
    assert command == "python -m core train --model transformer --dataset dates --embed-dim 64 --epochs 10 --lr 0.002"
    for preset, values in PRESETS.items():
        kind = MODELS[values["model"]].kind
        assert LEFT_OUT[kind].keys() <= values.keys(), f"{preset} would mean something else since the defaults are others"


def test_another_model_than_that_of_the_link_has_its_own_defaults():
    app = open_page(model="lstm", patch_size="8")
    run(app.segmented_control(key="set_up_kind").set_value("sequences"))
    assert "Your set-up" not in texts(app) and not ghost(app)
    run(app.segmented_control(key="set_up_kind").set_value("images"))  # and the model that was chosen there
    assert shown_code(app)[0].endswith("?model=lstm&patch_size=8")
