"""What has gone wrong within the last hour is counted by kind, in a memory that is bounded."""

import logging

import pytest

from core import log, troubles
from core.log import BLACK, never_log
from core.troubles import Troubles


@pytest.fixture
def told():
    """A logger whose records are counted, its counter, and its clock in seconds."""
    clock = [1_000_000.0]
    counting = Troubles(clock=lambda: clock[0])
    logger = logging.getLogger("counted")
    logger.addHandler(counting)
    yield logger, counting, clock
    logger.removeHandler(counting)


def counts(counting):
    return [(one.level, one.said, one.count) for one in counting.lately()]


def test_warnings_and_errors_are_counted_by_kind_and_nothing_else_is(told):
    logger, counting, _ = told
    for number in range(3):
        logger.warning("A file of %s bytes was left out", number)
    logger.info("nothing of note")
    try:
        raise KeyError("who")
    except KeyError:
        logger.exception("It failed")
    logger.error("It failed")
    assert counts(counting) == [
        ("WARNING", "A file of %s bytes was left out", 3), ("ERROR", "It failed (KeyError)", 1), ("ERROR", "It failed", 1)
    ]  # fmt: skip
    assert "who" not in str(counting.lately())


def test_after_an_hour_they_are_forgotten(told):
    logger, counting, clock = told
    logger.warning("early")
    logger.warning("often")
    clock[0] += 3_000
    logger.warning("often")
    assert counts(counting) == [("WARNING", "often", 2), ("WARNING", "early", 1)]
    clock[0] += 1_000
    assert counts(counting) == [("WARNING", "often", 1)]
    clock[0] += 3_600
    assert counts(counting) == [] and not counting._kinds


def test_a_flood_of_kinds_is_bounded_and_what_came_last_is_kept(told):
    logger, counting, _ = told
    for number in range(10 * troubles.MOST_KINDS):
        logger.error(f"{number} " + "x" * 10_000)
    found = counting.lately()
    assert len(found) == troubles.MOST_KINDS and max(len(one.said) for one in found) == troubles.MOST_LETTERS
    assert any(one.said.startswith("999 ") for one in found)


def test_names_and_secrets_are_not_shown_with_them(told, monkeypatch):
    logger, counting, _ = told
    monkeypatch.setattr(log, "_words", {})
    logger.error("Zoë Quux was here")
    never_log("Zoë Quux")
    assert counts(counting) == [("ERROR", f"{BLACK} was here", 1)]
