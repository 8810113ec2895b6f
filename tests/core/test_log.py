"""The lab's log: everything that is turned into a sentence is in it whole, and it never grows without end."""

import logging

import pytest

from core import log


@pytest.fixture
def home(tmp_path):
    yield tmp_path
    for handler in [*log._handlers.values()]:
        for name in ("core", "dashboard", "pages", "other"):
            logging.getLogger(name).removeHandler(handler)
        handler.close()
    log._handlers.clear()


def read(home):
    return (home / log.FILE).read_text("utf-8")


def test_an_exception_is_there_with_its_traceback(home):
    log.open_log(home)
    try:
        raise ZeroDivisionError("that was it")
    except ZeroDivisionError:
        logging.getLogger("core.training.runs.worker").exception("Run %s failed", "gru-1")
    logging.getLogger("core.x").info("A plain word")
    text = read(home)
    assert "ERROR core.training.runs.worker: Run gru-1 failed" in text and "Traceback" in text and "that was it" in text
    assert "INFO core.x: A plain word" in text


def test_other_loggers_can_be_led_here(home):
    log.open_log(home, "other")
    log.open_log(home, "other")  # once is enough
    logging.getLogger("other.part").error("Broken pipe")
    assert read(home).count("Broken pipe") == 1


def test_another_home_has_the_records_from_then_on(home):
    second = home / "second"
    second.mkdir()
    log.open_log(home)
    log.open_log(second)
    logging.getLogger("core").error("hello")
    assert "hello" in read(second) and not (home / log.FILE).exists()


def test_a_flood_is_cut_short_and_counted(home, monkeypatch):
    log.open_log(home)
    clock = [0.0]
    monkeypatch.setattr(log.time, "monotonic", lambda: clock[0])
    for i in range(5000):
        logging.getLogger("core.flood").error("Too many open files: %s", i)
    logging.getLogger("core.flood").error("Something else")
    clock[0] = log.SECONDS
    logging.getLogger("core.flood").error("Too many open files: %s", "again")
    lines = read(home).splitlines()
    assert len(lines) == log.OFTEN + 2 and "Something else" in lines[-2]
    assert "again (4,990 more of this kind were left out)" in lines[-1]


def test_the_log_is_bounded_and_so_is_a_record(home, monkeypatch):
    log.open_log(home)
    for i in range(1000):
        logging.getLogger(f"core.part{i}").error("x" * 100_000)
    sizes = [path.stat().st_size for path in home.glob(log.FILE + "*")]
    assert len(sizes) == 1 + log.OLDER and max(sizes) <= log.SIZE
    assert "characters left out" in read(home)


def test_a_full_disk_or_a_lost_home_disturbs_nobody(home, capsys):
    lost = home / "lost"
    log.open_log(lost)
    logging.getLogger("core").error("nobody hears this")
    assert not lost.exists() and capsys.readouterr() == ("", "")


def test_letters_that_are_no_unicode_are_written_with_stand_ins(home):
    log.open_log(home)
    logging.getLogger("core").error("a folder named %s", "b\udcffd")
    assert r"b\udcffd" in read(home)
