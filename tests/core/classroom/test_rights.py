"""The table of rights is whole, and says what it means. tests/pages/test_rights.py tries it on the pages."""

import pytest

from core.classroom.rights import GUEST, INSTRUCTOR, MAY, OUTSIDER, ROLES, STUDENT, Act, act_on_run, may, require
from core.errors import RightError


def test_every_act_has_a_row_of_known_roles():
    assert MAY.keys() == {*Act} and all(roles and roles <= {*ROLES} for roles in MAY.values())


def test_the_instructor_may_everything_but_join_and_an_outsider_nothing_but_join():
    assert {act for act in Act if not may(INSTRUCTOR, act)} == {Act.JOIN}
    assert {act for act in Act if may(OUTSIDER, act)} == {Act.JOIN}


def test_a_student_may_what_a_lesson_needs():
    assert {act for act in Act if may(STUDENT, act)} == {Act.JOIN, Act.LOOK, Act.START, Act.STEER_OWN, Act.ANSWER, Act.DRAW}
    assert {act for act in Act if may(GUEST, act)} == {Act.LOOK, Act.START, Act.STEER_OWN, Act.DOWNLOAD}


@pytest.mark.parametrize("role", ROLES)
def test_require_is_may_with_a_sentence(role):
    for act in Act:
        if may(role, act):
            require(role, act)
        else:
            with pytest.raises(RightError, match="Join the class first" if role == OUTSIDER else str(act)):
                require(role, act)


def test_a_run_is_ones_own_or_somebody_elses():
    assert act_on_run("ann", "ann") is Act.STEER_OWN
    assert act_on_run("ann", "ben") is act_on_run("ann", "") is act_on_run("", "") is Act.STEER_ANY
