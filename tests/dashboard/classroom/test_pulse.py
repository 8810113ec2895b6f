"""The pulse and the instructor's link, asked without a server."""

import json
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from core.classroom.pace import Pace
from core.classroom.rights import OUTSIDER
from core.errors import StoreError
from dashboard.classroom import instructor
from dashboard.classroom.instructor import kept_secret, send_instructor
from dashboard.classroom.pulse_route import send_pulse
from dashboard.shell import services, visitor
from dashboard.web import person

SESSION = "0" * 32


@pytest.fixture(autouse=True)
def of_class(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.setattr(instructor, "WRONG_TRIES", Pace(10, 60.0))
    person.key.cache_clear()
    services.shutdown()
    services.open_class(kept_secret())
    yield
    services.shutdown()
    person.key.cache_clear()


def ask(route, who="", **query):
    """The answer of a route to somebody with a cookie, or without one."""
    cookie = [(b"cookie", f"{person.cookie_name()}={person.signed(who)}".encode())] if who else []
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "query_string": urlencode(query).encode(),
        "client": ("10.0.0.7", 1),
    }
    return route(Request({**scope, "headers": [(b"host", b"10.0.0.1:8501"), *cookie]}))


def pulse(who="", **query):
    return json.loads(ask(send_pulse, who, **{"session": SESSION, **query}).body)


def join(who, name):
    return services.classroom().people.join(who, code=services.classroom().people.code, name=name)


ANN, BEN = "a" * 32, "b" * 32


def test_who_has_not_joined_is_told_nothing():
    assert pulse() == {} == pulse(ANN)
    assert services.classroom().presence.here() == {}


def test_a_member_is_here_with_lag_and_page_and_is_told_how_many_are():
    join(ANN, "Ann"), join(BEN, "Ben")
    assert pulse(ANN, lag="0.25", page="vit")["here"] == 1
    assert pulse(BEN, session="1" * 32, lag="nan", page="<script>")["here"] == 2
    here = services.classroom().presence.here()
    assert (here[ANN].lag, here[ANN].page) == (0.25, "vit")
    assert here[BEN].lag != here[BEN].lag and here[BEN].page == ""


@pytest.mark.parametrize("session", ["", "x", "../" * 20, "0" * 31, "G" * 32, "0" * 33])
def test_what_is_no_session_is_told_nothing(session):
    join(ANN, "Ann")
    assert pulse(ANN, session=session) == {}


def test_without_a_cookie_the_session_is_the_person():
    join(SESSION, "Ann")
    assert pulse()["here"] == 1


def test_the_pulse_says_neither_names_nor_people():
    ann = join(ANN, "Annabella")
    join(BEN, "Benjamin")
    pulse(BEN, session="1" * 32)
    said = json.dumps(pulse(ANN))
    for secret in (ANN, BEN, "Annabella", "Benjamin", SESSION, ann.pseudonym, services.class_secret(), services.classroom().people.code):
        assert secret not in said
    assert len(said) < 1000


def test_where_the_class_is_led_comes_with_the_pulse():
    join(ANN, "Ann")
    room = services.classroom()
    assert pulse(ANN)["led"] == {"turn": 0, "on": False, "here": False, "page": ""}
    room.leading.begin(SESSION)
    room.leading.show(SESSION, "vit", {"head": "2"})
    assert pulse(ANN)["led"] == {"turn": 1, "on": True, "here": True, "page": "vit"}


def test_the_link_makes_the_browser_that_opens_it_the_instructors():
    opened = ask(send_instructor, ANN, secret=services.class_secret())
    assert (opened.status_code, opened.headers["location"], opened.headers["cache-control"]) == (303, "./class", "no-store")
    assert services.classroom().instructs(ANN) and not services.classroom().instructs(BEN)
    assert "set-cookie" not in opened.headers


def test_a_browser_without_a_cookie_gets_one_with_the_link():
    opened = ask(send_instructor, "", secret=services.class_secret())
    name, _, rest = opened.headers["set-cookie"].partition("=")
    assert "HttpOnly" in rest and "SameSite=Lax" in rest
    who = person.person_of({name: rest.partition(";")[0]})
    assert who and services.classroom().instructs(who)


@pytest.mark.parametrize("secret", ["", "x", "\x00", "é", "0" * 10_000])
def test_another_secret_makes_nobody_the_instructor(secret):
    answer = ask(send_instructor, ANN, secret=secret)
    assert answer.status_code == 403 and services.class_secret() not in answer.body.decode()
    assert not services.classroom().instructs(ANN)


def test_the_secret_cannot_be_tried_often():
    wrong = [ask(send_instructor, ANN, secret=str(k)).status_code for k in range(12)]
    assert wrong == [403] * 10 + [429] * 2


def test_who_has_the_secret_is_let_in_whatever_others_have_tried():
    """All come from one address here, as all do behind a web server on the same machine."""
    wrong = [ask(send_instructor, BEN, secret=services.class_secret()[:-1] + letter).status_code for letter in "\0 !?" * 20]
    assert wrong[-1] == 429 and not services.classroom().instructs(BEN)
    assert ask(send_instructor, ANN, secret=services.class_secret()).status_code == 303 and services.classroom().instructs(ANN)
    assert ask(send_instructor, BEN, secret="").status_code == 429, "a right one does not let others go on"


def test_a_lab_that_is_no_class_has_no_instructors_link():
    secret = services.class_secret()
    services.open_class("")
    assert ask(send_instructor, ANN, secret=secret).status_code == 403
    assert ask(send_instructor, ANN, secret="").status_code == 403


def test_the_secret_stays_and_only_its_owner_reads_the_file(tmp_path):
    assert kept_secret() == services.class_secret() and len(kept_secret()) >= 32
    assert (tmp_path / instructor.KEY_FILE).stat().st_mode & 0o077 == 0


def test_in_a_lab_without_a_class_a_guest_is_told_nothing():
    services.open_class("")
    assert pulse() == {} and services.classroom().presence.here() == {}


def test_while_the_lab_cannot_be_opened_nobody_is_anybody(monkeypatch):
    def broken():
        raise StoreError("The database cannot be used.")

    monkeypatch.setattr(services, "classroom", broken)
    assert pulse(ANN) == {} and visitor.role_of(ANN) == OUTSIDER
