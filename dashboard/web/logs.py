"""What the web server says: warnings on the console, everything in the lab's own log, and neither is flooded.

Streamlit gives every logger of its own a handler for the console, uvicorn another. Whoever sends nonsense a thousand times would fill the
console, or the disk behind it, with a thousand tracebacks.
"""

from __future__ import annotations

import logging
from pathlib import Path

from streamlit import logger as streamlit_logger
from uvicorn.config import LOGGING_CONFIG

from core.log import Shortened, Throttle, open_log
from core.troubles import TROUBLES

SERVERS = ("streamlit", "uvicorn", "asyncio", "websockets")


def gather_logs(home: Path) -> None:
    """Send what Streamlit, uvicorn and asyncio log to `home`'s log, and warnings to the console, a bounded number of each kind."""
    LOGGING_CONFIG["loggers"] = {}  # uvicorn would put its own handlers back
    streamlit_logger.setup_formatter = _pass_on
    streamlit_logger.update_formatter()
    for name in SERVERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_no_refusal)
    open_log(home, *SERVERS)
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    console.setFormatter(Shortened("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    console.addFilter(Throttle())
    logging.getLogger().addHandler(console)
    logging.getLogger().addHandler(TROUBLES)


def _no_refusal(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn calls an error: a WebSocket that was answered with a refusal, which is how it should be."""
    return "without completing handshake" not in str(record.msg)


def _pass_on(logger: logging.Logger) -> None:
    """Leave a logger of Streamlit without a handler of its own."""
    if handler := getattr(logger, "streamlit_console_handler", None):
        logger.removeHandler(handler)
        del logger.streamlit_console_handler
    logger.propagate = True
