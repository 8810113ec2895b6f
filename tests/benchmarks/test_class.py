"""A class of thirty on a real server, for about three minutes: nothing dies, nothing is wrong, nothing grows. Seconds are for the benchmark."""

from __future__ import annotations

import pytest

from dashboard.navigation import PAGES
from tests.benchmarks.classroom import hold

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def lesson():
    return hold(150.0, alone=0.0, wait=400.0)


def test_no_page_dies_and_nobody_is_sent_away(lesson):
    assert lesson.report["errors"] == [] and lesson.report["crashed"] == []
    assert lesson.report["held"] == lesson.report["people"]
    assert {*lesson.report["pages"]} == {page.url_path for page in PAGES}, "all pages were open"
    assert len(lesson.report["joined"]) == lesson.report["people"] - 1 and len(lesson.report["followed"]) >= 100


def test_every_run_trained_in_its_turn_and_its_record_says_so(lesson):
    mine = [run for run in lesson.runs if run.run_id in lesson.report["started"]]
    assert len(mine) == 10 and [run.status for run in mine] == ["finished"] * 10
    watched = [run for run in lesson.runs if run not in mine]
    assert [run.status for run in watched] == ["stopped"] and watched[0].epochs_done > 1


def test_who_looks_at_ones_own_picture_sees_its_numbers(lesson):
    assert len(lesson.report["looks"]) >= 10 and lesson.wrong_looks == []


def test_memory_stays(lesson):
    assert lesson.growth < 0.05, lesson.memory
