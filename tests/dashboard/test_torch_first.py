"""A page draws before torch is loaded, and runs again with it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


PAGE = """
import sys
import streamlit as st
from dashboard.shell.torch_first import torch_first
def draw():
    sys.drawn = [*getattr(sys, "drawn", []), "torch" in sys.modules]
torch_first(draw, "core.probes.seq2seq.mask_effects")
st.text(f"torch {'torch' in sys.modules}, probe {'core.probes.seq2seq.mask_effects' in sys.modules}")
"""


def test_what_waits_is_drawn_once_without_torch_then_the_page_runs_with_it():
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_string({PAGE!r}, default_timeout=60).run()
assert not app.exception, app.exception
assert sys.drawn == [False], sys.drawn
assert app.text[0].value == "torch True, probe True", app.text[0].value
"""
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]
