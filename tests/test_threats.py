"""docs/threats.md names a test for each threat, and each of them is there; and what is short enough to be tested here."""

from __future__ import annotations

import re

import pytest

from core.classroom.rights import OUTSIDER, ROLES
from dashboard.shell import page, show, visitor
from tests.test_structure import PACKAGES, ROOT, found, none, sources

THREATS = ROOT / "docs" / "threats.md"
ROW = re.compile(r"^\| (?!-|threat )(.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def test_every_threat_has_a_test_and_every_test_is_there():
    rows = ROW.findall(THREATS.read_text("utf-8"))
    assert len(rows) > 20
    for threat, stopped, shown in rows:
        named = re.findall(r"`(\S+?\.py)::(test_\w+)`", shown)
        assert named and stopped, threat
        assert not re.sub(r"`\S+?::test_\w+`|, ", "", shown), f"{shown}: nothing but names of tests stands here"
        for file, name in named:
            assert re.search(rf"^(?:async )?def {name}\(", (ROOT / "tests" / file).read_text("utf-8"), re.MULTILINE), f"{file}::{name}"


# Who compares what somebody has sent with a secret.
COMPARES = {"core/classroom/people.py", "dashboard/classroom/instructor.py", "dashboard/web/person.py", "pages/results/panels.py"}


def test_secrets_are_compared_in_constant_time():
    """The code of the class, the instructor's secret, signatures: where one stands beside == a stranger could feel it out by the time."""
    own = sources(*PACKAGES)
    secret = r"(?:class_secret\(\)|(?<![\w.])secret|signed\(\w+\)|people\.code)"  # `Classroom._secret` is a digest, which may be known
    plain = rf"(?:==|!=) *{secret}(?!\w)|(?<!\w){secret} *(?:==|!=)"
    none(found(plain, own), "use hmac.compare_digest")
    assert re.search(plain, "if shown == class_secret():") and re.search(plain, "people.code != typed")
    assert {path.relative_to(ROOT).as_posix() for path in own if "compare_digest(" in path.read_text("utf-8")} == COMPARES


@pytest.mark.parametrize("role", ROLES)
def test_who_has_left_sees_no_part_of_a_page(monkeypatch, role):
    """A part of a page runs without the entry script, which asks who somebody is."""
    drawn, said = [], []
    monkeypatch.setattr(visitor, "role", lambda: role)
    monkeypatch.setattr(page.st, "fragment", lambda draw, run_every=None: draw)  # as it is run by itself
    monkeypatch.setattr(show, "error", lambda error: said.append(str(error)))
    page.fragment(lambda: drawn.append("a part"))()
    if role == OUTSIDER:
        assert not drawn and said[0].startswith("Join the class first")
    else:
        assert drawn and not said
