"""The lab's own log: one file in its home, `lab.log`, bounded in size; a flood of one message is cut short.

Modules write with `logging.getLogger(__name__)`, so that a record says which part of the lab speaks. Errors that become a sentence on a
page are written here whole, with `logger.exception`: a page must not show the server's paths, and its user cannot do anything with them.

No secret and no name of a person gets in. What is one by its look (ids of people and sessions, cookies, passwords in an address) is blacked
out wherever it stands; of what looks like any other word, whoever holds it says so: `never_log(code)`.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE = "lab.log"
SIZE, OLDER = 1_000_000, 3  # bytes a file, and how many older files are kept
LONGEST = 20_000  # characters of a record
OFTEN, SECONDS = 10, 60.0  # so many records of one kind are written in so many seconds; the others are counted
OWN = ("core", "dashboard", "pages")
BLACK = "█████"
MOST_WORDS = 2_000  # that are blacked out; of more the one that was named longest ago is forgotten
# Ids of people and of sessions, signatures and keys; Streamlit's token against forged requests; what an address or a header says in secret.
SECRET_LOOKS = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b|\b2\|[0-9a-f]+\|[0-9a-f]+\|\d+"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|(?i:(?<=secret=)|(?<=token=)|(?<=password=)|(?<=cookie: ))[^\s&;'\"]+",
)

_handlers: dict[Path, LabHandler] = {}
_lock = threading.Lock()
_words: dict[str, re.Pattern[str]] = {}  # what is never logged, and what finds it


def open_log(home: Path, *names: str) -> None:
    """Let the loggers `names` (the lab's own unless given), with all below them, write to the log in `home`.

    Done again for the same home, it does nothing; done for another home, that one has the records from now on.
    """
    with _lock:
        handler = _handlers.get(home) or _handlers.setdefault(home, LabHandler(home / FILE))
        for name in names or OWN:
            logger = logging.getLogger(name)
            for other in [h for h in logger.handlers if isinstance(h, LabHandler) and h is not handler]:
                logger.removeHandler(other)
                other.close()  # it opens its file again should somebody write to it
            logger.addHandler(handler)  # twice is once
            if logger.getEffectiveLevel() > logging.INFO and not names:
                logger.setLevel(logging.INFO)


def never_log(*words: str) -> None:
    """Black out these words wherever a record has them from now on, in whatever letters, but not as a part of longer ones."""
    with _lock:
        for word in filter(None, words):
            _words.pop(word, None)
            _words[word] = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        for oldest in list(_words)[: max(0, len(_words) - MOST_WORDS)]:
            del _words[oldest]


def blackened(text: str) -> str:
    """`text` without what is never logged."""
    for found in list(_words.values()):
        text = found.sub(BLACK, text)
    return SECRET_LOOKS.sub(BLACK, text)


class LabHandler(RotatingFileHandler):
    """Writes records of bounded length to a bounded file. A log that cannot be written never stops what is logged."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=SIZE, backupCount=OLDER, encoding="utf-8", errors="backslashreplace", delay=True)
        self.setFormatter(Shortened("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.addFilter(Throttle())

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk, or a home that is gone: whoever logs has told a person already."""

    def rotate(self, source: str, dest: str) -> None:
        """Rename the full file; where another program holds it open (on Windows), begin it anew."""
        try:
            super().rotate(source, dest)
        except OSError:
            with suppress(OSError), open(source, "w", encoding="utf-8"):
                pass


class Shortened(logging.Formatter):
    """Blacks out what is never logged, and cuts a record that is too long in its middle: the beginning says what, the end says why."""

    def format(self, record: logging.LogRecord) -> str:
        head, colon, said = super().format(record).partition(": ")  # a name such as "Error" leaves time, level and module as they are
        text = head + colon + blackened(said)
        if len(text) <= LONGEST:
            return text
        return f"{text[: LONGEST // 2]}\n... {len(text) - LONGEST:,} characters left out ...\n{text[-LONGEST // 2 :]}"


class Throttle(logging.Filter):
    """Lets the first records of a kind through and counts the others; the next one that is let through says how many there were."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[tuple, list] = {}  # kind -> [since when, how many]

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[0] if record.exc_info else None
        kind, now = (record.name, record.levelno, str(record.msg)[:100], error), time.monotonic()
        since, count = self._kinds.get(kind, (now, 0))
        left_out = 0
        if now - since >= SECONDS:
            since, count, left_out = now, 0, max(0, count - OFTEN)
        if len(self._kinds) > 1000:  # kinds that come once each: the memory is bounded too
            self._kinds.clear()
        self._kinds[kind] = [since, count + 1]
        if left_out:
            record.msg = f"{record.msg} ({left_out:,} more of this kind were left out)"
        return count < OFTEN
