"""One person opens some pages, not all that the lab has room for."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from websockets.exceptions import InvalidStatus

from core.errors import ConfigError
from dashboard.web import person
from dashboard.web.person import cookie_name, signed
from dashboard.web.tabs import TABS, Tabs, most_tabs
from tests.dashboard.serving import serving, until


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    person.key.cache_clear()
    yield tmp_path
    person.key.cache_clear()


def scope(who="", address="192.168.7.9", **headers):
    sent = {"cookie": f"{cookie_name()}={signed(who)}"} if who else {}
    return {
        "type": "websocket",
        "client": (address, 5),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in (sent | headers).items()],
    }


ANNA, BEN = "a" * 32, "b" * 32


def test_each_browser_has_its_own_tabs_and_a_closed_one_is_free_again():
    tabs = Tabs(2, 100, proxied=False)
    with ExitStack() as stack:
        for _ in range(2):
            assert tabs.problem(scope(ANNA)) == ""
            stack.enter_context(tabs.open(scope(ANNA)))
        assert "LAB_MAX_TABS" in tabs.problem(scope(ANNA)) and tabs.problem(scope(BEN)) == ""
    assert tabs.problem(scope(ANNA)) == "" and not tabs._open, "nothing is kept of who has gone"


def test_one_address_without_cookies_leaves_half_of_the_places_to_others():
    tabs = Tabs(3, 10, proxied=False)
    with ExitStack() as stack:
        for number in range(5):  # each with another cookie, as whoever throws cookies away has
            assert tabs.problem(scope(f"{number:032x}")) == ""
            stack.enter_context(tabs.open(scope(f"{number:032x}")))
        assert tabs.problem(scope(BEN)) and tabs.problem(scope())
        assert tabs.problem(scope(x_forwarded_for="10.0.0.1")), "what anybody can write into a header frees nobody"
        assert tabs.problem(scope(address="::ffff:192.168.7.9")), "the same address in other clothes"
        assert tabs.problem(scope(BEN, address="192.168.7.10")) == ""


@pytest.mark.parametrize(("proxied", "address"), [(True, "192.168.7.9"), (False, "127.0.0.1"), (False, "::1")])
def test_behind_a_proxy_all_have_one_address_and_cookies_alone_count(proxied, address):
    tabs = Tabs(1, 4, proxied=proxied)
    with ExitStack() as stack:
        for number in range(30):
            assert tabs.problem(scope(f"{number:032x}", address)) == ""
            stack.enter_context(tabs.open(scope(f"{number:032x}", address)))
        assert tabs.problem(scope("0" * 32, address)) and tabs.problem(scope("", address)) == ""


def test_the_number_is_a_setting(monkeypatch):
    assert most_tabs() == TABS == 12
    monkeypatch.setenv("LAB_MAX_TABS", "0")
    tabs = Tabs(most_tabs(), 100, proxied=False)
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(tabs.open(scope(ANNA)))
        assert tabs.problem(scope(ANNA)) == ""
    monkeypatch.setenv("LAB_MAX_TABS", "many")
    with pytest.raises(ConfigError, match="LAB_MAX_TABS"):
        most_tabs()


def test_the_server_refuses_a_tab_too_many_in_a_sentence(home):
    with serving(home, LAB_MAX_TABS="2") as lab, ExitStack() as stack:
        mine = {"Cookie": lab.get("/")[1]["set-cookie"].partition(";")[0]}
        first, _ = (stack.enter_context(lab.visit(additional_headers=mine)) for _ in range(2))
        with pytest.raises(InvalidStatus) as refused:
            lab.visit(additional_headers=mine)
        assert refused.value.response.status_code == 503 and b"close one of them" in refused.value.response.body
        assert b"close one of them" in lab.get("/connection", "POST", **mine)[2], "the page that asks why is told"
        assert lab.get("/connection", "POST")[0] == 204
        with lab.visit() as other:
            assert lab.session(other)
        first.close()
        until(lambda: lab.get("/connection", "POST", **mine)[0] == 204, "there is room again")
