"""What a page opens on does not depend on what somebody else has trained; every experiment that it offers names what it shows."""

import pytest

from core.records.recorded import RECORDED
from core.training import RunConfig
from dashboard.navigation import PAGES
from dashboard.runs.choose import begun_runs
from dashboard.shell import services, state
from tests.pages.support import open_page
from tests.support import SMALL, ended, wait_for

VIT = {"model": "vit", "positions": "learned", "num_layers": 1, "embed_dim": 16, "num_heads": 2, "patch_size": 8}


def trained_by_somebody(**values):
    manager = services.manager()
    return wait_for(manager, manager.submit(RunConfig.of(dataset="tiny", epochs=1, **values), owner="somebody"), ended).run_id


def test_a_page_for_one_kind_of_model_opens_on_a_recorded_run():
    theirs = trained_by_somebody(**VIT)
    app = open_page("positions", kind="learned")
    runs = app.selectbox(key="positions_run")
    assert theirs in runs.options[0] and runs.value.startswith(RECORDED)


def test_a_run_that_has_finished_no_epoch_is_offered_to_nobody_but_its_own_session(monkeypatch):
    manager = services.manager()
    begun = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1}), paused=True)
    assert begun not in begun_runs()
    monkeypatch.setattr(state, "shown_run", lambda: begun)
    assert begun in begun_runs()


@pytest.mark.parametrize("folder", ["evaluate", "try_it", "reader", "vit", "translate", "compare", "shuffle"])
def test_every_experiment_of_a_page_of_runs_names_what_it_shows(folder):
    """A session may have a run of its own, which these pages would show."""
    (page,) = (page for page in PAGES if page.path.parent.name == folder)
    for link in page.about.experiments.values():
        assert {"run", "runs", "models"} & {*link}, link
        assert "run" not in link or "epoch" in link, link
