"""Runs bear names of one's own, and one's own come first in every list."""

import pytest

from core.training import RunConfig
from dashboard.runs import choose
from dashboard.runs.choose import Wanted, run_words
from dashboard.shell import services, visitor
from tests.pages.support import alone, made_by, open_page, press, run, texts
from tests.support import LONG_TINY, SMALL, ended, wait_for


def trained(owner, called=""):
    manager = services.manager()
    return wait_for(manager, manager.submit(RunConfig.of(**{**SMALL, "epochs": 1}), owner=owner, called=called), ended).run_id


def wanted():
    from dashboard.runs.choose import Wanted

    return Wanted().runs()


def test_a_run_gets_the_name_that_is_typed_before_play():
    app = open_page(**{name: str(value) for name, value in LONG_TINY.items()})
    run(app.text_input(key="train_called").set_value("Anna, patch 8"))
    press(app, "play")
    (row,) = services.manager().runs()
    assert row.called == "Anna, patch 8" and f"**Anna, patch 8 · {row.run_id}**" in texts(run(app))
    services.manager().stop(row.run_id)


@pytest.mark.parametrize("me", ["anna", "bela"])
def test_own_runs_come_first_with_their_names(monkeypatch, me):
    runs = {owner: trained(owner, f"{owner}'s") for owner in ("anna", "bela")}
    monkeypatch.setattr(visitor, "owner", lambda: me)
    found = made_by(alone(wanted))
    assert [*found][:2] == [runs[me], runs["bela" if me == "anna" else "anna"]]
    assert run_words(found[runs[me]]).endswith(f"· {me}'s")


def test_a_name_is_for_its_owner_and_the_instructor(monkeypatch):
    run_id = trained("anna", "a joke on Bela")
    (row,) = services.manager().runs()
    for may, shown in ((True, "a joke on Bela"), (False, "")):
        monkeypatch.setattr(choose.visitor, "may", lambda act, may=may: may)
        assert choose.name_of(row) == shown
        assert Wanted().runs()[run_id].name == (shown or run_id)
