"""The offer of a tour: made to nobody in a class or in a lesson, and only where it is wanted."""

import pytest

from dashboard.shell import services
from tests.pages.conftest import home_of_its_own  # noqa: F401 - a lab of its own for each test
from tests.pages.support import components, open_page

OFFER = "dashboard/lessons/offer"


@pytest.fixture(autouse=True)
def offered(monkeypatch):
    monkeypatch.setenv("LAB_TOUR", "1")


def test_a_visitor_is_offered_the_tour_unless_it_is_switched_off(monkeypatch):
    assert components(open_page("went"), OFFER)
    monkeypatch.setenv("LAB_TOUR", "0")
    assert not components(open_page("went"), OFFER)


def test_nobody_is_asked_in_a_lesson_or_in_a_class(monkeypatch):
    assert not components(open_page("went", lesson="where-it-went", step="2"), OFFER)
    services.open_class("secret")
    room = services.classroom()
    from dashboard.shell import visitor

    monkeypatch.setattr(visitor, "owner", lambda: "m" * 32)
    room.people.join("m" * 32, code=room.people.code, name="Anna")
    assert not components(open_page("went"), OFFER)
