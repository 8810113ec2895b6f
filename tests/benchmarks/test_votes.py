"""Thirty people vote at once on a real server, lose their connections for a minute, and are themselves again. Seconds are for the benchmark."""

from __future__ import annotations

import pytest

from tests.benchmarks.votes import vote

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def voted():
    return vote()


def test_everybody_is_counted_once_and_nobody_sees_a_reason_too_early(voted):
    assert len(voted.ballots) == 30 and {*voted.ballots.values()} == {1}
    assert len(voted.answered) == 30 and voted.leaked == []


def test_after_a_minute_without_a_connection_session_run_and_vote_are_the_same(voted):
    assert (voted.same_session, voted.same_run, voted.same_vote) == (30, 30, 30)
