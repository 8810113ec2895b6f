"""A person is the same in all tabs: the cookie, its signature, and whose turn it is."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from dashboard.web import person
from dashboard.web.person import COOKIE, cookie_name, person_of, signed
from tests.dashboard.serving import serving


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    person.key.cache_clear()
    yield tmp_path
    person.key.cache_clear()


def test_a_cookie_says_who_somebody_is_and_cannot_be_made_up():
    anna, ben = "a" * 32, "b" * 32
    assert person_of({cookie_name(): signed(anna)}) == anna
    for forged in ("", anna, f"{anna}.", signed(anna)[:-1], signed(anna).replace(anna, ben), f"{anna}.{'0' * 64}", "é.x", "." * 99):
        assert person_of({cookie_name(): forged}) == ""
    assert person_of({}) == ""


def test_the_key_stays_with_the_lab(home):
    before = signed("a" * 32)
    person.key.cache_clear()  # as after a restart
    assert signed("a" * 32) == before
    assert [p.name for p in home.iterdir()] == [person.KEY_FILE], "nothing half is left"
    (home / person.KEY_FILE).unlink()
    person.key.cache_clear()
    assert signed("a" * 32) != before


def test_a_home_that_cannot_be_written_still_knows_people_for_a_while(home, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(home / "file" / "home"))
    (home / "file").write_text("")
    assert person_of({cookie_name(): signed("a" * 32)}) == "a" * 32


def test_eight_tabs_and_a_reload_are_one_person(monkeypatch):
    import streamlit as st

    from dashboard.shell import visitor

    tab = SimpleNamespace(cookies={cookie_name(): signed("a" * 32)})
    owners, sessions = set(), set()
    for _ in range(8):
        monkeypatch.setattr(st, "context", tab)
        monkeypatch.setattr(st, "session_state", {})  # a new tab, or a reload
        owners.add(visitor.owner())
        sessions.add(visitor.session())
    assert owners == {"a" * 32} and len(sessions) == 8
    tab.cookies = {}
    assert visitor.owner() == visitor.session(), "without cookies a session is a person"


def test_two_labs_of_one_host_each_have_their_cookie(home, monkeypatch):
    mine = {cookie_name(): signed("a" * 32)}
    monkeypatch.setenv("LAB_HOME", str(home / "other"))
    (home / "other").mkdir()
    person.key.cache_clear()
    both = mine | {cookie_name(): signed("b" * 32)}
    assert len(both) == 2 and person_of(both) == "b" * 32
    monkeypatch.setenv("LAB_HOME", str(home))
    person.key.cache_clear()
    assert person_of(both) == "a" * 32


@pytest.mark.parametrize("other", ['consent={"all":1}', "a[b]=1", "b", "\xe4=1", 'c="x y', "d=\x01", "path=/", "=x", "e=1,2"])
def test_a_cookie_that_somebody_else_wrote_badly_hides_nobody(other):
    sent = f"{other}; {cookie_name()}={signed('a' * 32)}; {other}"
    assert person_of(person.cookies({"headers": [(b"cookie", sent.encode("latin-1"))]})) == "a" * 32


def test_the_page_brings_the_cookie_once(tmp_path):
    with serving(tmp_path) as lab:
        status, headers, _ = lab.get("/")
        sent = headers["set-cookie"]
        assert status == 200 and re.fullmatch(rf"{COOKIE}_[0-9a-f]{{8}}=[0-9a-f.]+; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", sent)
        mine = sent.partition(";")[0]
        assert "set-cookie" not in lab.get("/evaluate", Cookie=f"other=1; {mine}")[1]
        assert COOKIE in lab.get("/", Cookie=f"{mine}0")[1]["set-cookie"], "a forged one is replaced"
        assert COOKIE not in lab.get("/_stcore/health")[1].get("set-cookie", "")
        person.key.cache_clear()
        assert person_of(dict([mine.split("=")])) != "", "the key lies in the lab's home"


def test_in_a_frame_over_https_the_cookie_says_that_it_may_be_kept():
    framed = person.cookie({"scheme": "https"}, framed=True).decode()
    assert framed.endswith("; HttpOnly; SameSite=None; Secure; Partitioned")
    assert person.cookie({"scheme": "https"}).decode().endswith("; HttpOnly; SameSite=Lax; Secure"), "nobody may frame this lab"
    assert person.cookie({"scheme": "http"}, framed=True).decode().endswith("; HttpOnly; SameSite=Lax"), "None without Secure is refused"
