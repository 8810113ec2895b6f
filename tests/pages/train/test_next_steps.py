"""After a run: what one does with it, on the pages that show more of it."""

import pytest

from core.models import MODELS, models_of
from core.training import RunConfig
from dashboard.navigation import PAGES
from dashboard.shell import services
from pages.train.next_steps import steps
from tests.pages.support import open_page, press
from tests.support import SMALL, ended, wait_for


@pytest.fixture
def own():
    manager = services.manager()
    return wait_for(manager, manager.submit(RunConfig.of(**{**SMALL, "epochs": 1})), ended)


def test_a_run_that_has_ended_is_carried_to_the_pages_that_show_more(own):
    app = open_page(run=own.run_id)
    offered = [button.label for button in app.button if button.key.startswith("next-")]
    assert offered == ["See its mistakes", "Compare", "Try your own picture", "Watch it read"]
    app = press(app, f"next-evaluate-{own.run_id}")
    assert app.title[0].value == "Evaluate" and app.query_params["run"] == own.run_id


def test_a_recorded_run_and_one_that_trains_are_no_runs_to_go_on_with():
    assert not [button for button in open_page().button if button.key.startswith("next-")]
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**SMALL), paused=True)
    assert not [button for button in open_page(run=run_id).button if button.key.startswith("next-")]
    manager.stop(run_id)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_steps_on_pages_that_there_are(model):
    config = {"model": model, "dataset": "dates" if model in models_of("sequences") else "shapes"}
    found = steps("mine-1", config)
    assert {step.page for step in found} <= {page.url_path for page in PAGES}
    assert all("mine-1" in "".join(step.link.values()) for step in found)
    watched = {"vit": "vit", "gru": "reader", "lstm": "reader", "rnn": "reader"}.get(model)
    assert [step.page for step in found if step.page in ("reader", "vit")] == ([watched] if watched else [])
