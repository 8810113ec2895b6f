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


# ---- what is never logged ----


@pytest.fixture
def words(monkeypatch):
    monkeypatch.setattr(log, "_words", {})


def test_a_word_is_blacked_out_in_messages_values_and_tracebacks(home, words):
    log.open_log(home)
    log.never_log("K7QMX2", "Zoë Quux", "")
    try:
        raise ValueError("the code k7qmx2 of ZOË QUUX")
    except ValueError:
        logging.getLogger("core.x").exception("K7QMX2 said by %r", "Zoë Quux")
    text = read(home)
    assert "7qmx2" not in text.lower() and "quux" not in text.lower()
    assert text.count(log.BLACK) == 6, "two in the message, two in the error, two in the line of source"


def test_a_name_hides_nothing_but_itself(home, words):
    log.open_log(home)
    log.never_log("ERROR", "core", "an")
    logging.getLogger("core.engines").error("It fell: an error in another core.")
    text = read(home)
    assert f"ERROR core.engines: It fell: {log.BLACK} {log.BLACK} in another {log.BLACK}." in text


ID, KEY = "0123456789abcdef0123456789abcdef", "f" * 64


@pytest.mark.parametrize(
    "secret",
    [
        f"lab_person_0a1b2c3d={ID}.{KEY}", ID, "c0a80101-1234-4abc-8def-0123456789ab", "2|1a2b3c4d|5e6f|1700000000",
        "GET /instructor?secret=abc-DEF_1 done", "postgresql://lab:pa55word@db/lab", "RAY token=t0ps3cret", "Cookie: a=s3cr3t; b=1",
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_blacked_out_without_being_told(home, secret):
    log.open_log(home)
    logging.getLogger("core").warning("Somebody sent %s", secret)
    logging.getLogger("core").warning(f"Somebody else sent {secret}")
    text = read(home)
    for part in (ID, KEY, "c0a80101", "1a2b3c4d|", "abc-DEF_1", "pa55word", "t0ps3cret", "s3cr3t"):
        assert part not in text
    assert text.count(log.BLACK) >= 2 and "Somebody" in text


def test_plain_numbers_and_names_of_runs_stay(home):
    log.open_log(home)
    said = "Run gru-3fa2c1 wrote 0123456789 bytes to runs/gru-3fa2c1, http://127.0.0.1:8501/lab, 2|3 of 4"
    logging.getLogger("core").warning(said)
    assert said in read(home)


def test_what_is_never_logged_is_bounded(words):
    log.never_log(*(f"name {number}" for number in range(log.MOST_WORDS + 50)))
    assert len(log._words) == log.MOST_WORDS
    assert log.blackened("name 3") == "name 3" and log.blackened(f"name {log.MOST_WORDS + 49}") == log.BLACK
