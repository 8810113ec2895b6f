"""Whoever sends nonsense a thousand times gets a bounded number of lines written, in bounded files."""

from __future__ import annotations

import subprocess
import sys

from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.dashboard.serving import ROOT, heard, serving

FLOOD = """
import logging, sys
from pathlib import Path
from dashboard.web.logs import gather_logs
from streamlit.logger import get_logger
early = get_logger("streamlit.early")
gather_logs(Path(sys.argv[1]))
from uvicorn import Config
Config(lambda: None)  # which sets its own loggers up
for name in ("streamlit.runtime.late", "uvicorn.error", "asyncio"):
    logger = get_logger(name) if name.startswith("streamlit") else logging.getLogger(name)
    for number in range(2_000):
        try:
            raise OSError(24, "Too many open files")
        except OSError:
            logger.exception("socket.accept() out of system resource %d", number)
early.warning("one word")
early.info("not worth a word")
"""


def test_a_flood_is_cut_short_on_the_console_and_in_the_file(tmp_path):
    made = subprocess.run([sys.executable, "-c", FLOOD, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
    written = "".join(path.read_text("utf-8") for path in tmp_path.glob("lab.log*"))
    for text in (made.stderr, written):
        assert 3 <= text.count("Traceback") <= 60 and "out of system resource 0" in text, "the first of a kind are written"
        for name in ("streamlit.runtime.late", "uvicorn.error", "asyncio", "streamlit.early"):
            assert name in text
        assert text.count("one word") == 1
    assert "not worth" not in made.stderr, "the console has warnings alone"


def test_wrong_widget_states_and_text_frames_do_not_flood_the_log(tmp_path):
    with serving(tmp_path) as lab:
        with lab.visit() as page:
            first = BackMsg()
            first.rerun_script.page_name = "evaluate"
            page.send(first.SerializeToString())
            widget = next(w for w in iter(lambda: heard(page, "delta").delta.new_element, None) if w.WhichOneof("type") == "selectbox")
            for _ in range(100):
                message = BackMsg()
                message.rerun_script.page_name = "evaluate"
                message.rerun_script.widget_states.widgets.add(id=widget.selectbox.id, double_array_value={"data": [1.5]})
                page.send(message.SerializeToString())
                heard(page, "script_finished")
        for _ in range(50):
            with lab.visit() as page:
                page.send("text, where bytes should be")
        for _ in range(50):
            with lab.visit() as page:
                page.send(b"\xff\xff no message at all")
        assert lab.get("/_stcore/health")[0] == 200
        written = lab.said.read_text("utf-8") + "".join(path.read_text("utf-8") for path in tmp_path.glob("lab.log*"))
        assert written.count("Traceback") < 100, "of 200 that were caused, on the console and in the file"
