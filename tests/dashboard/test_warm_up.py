"""What is loaded behind the first page, so that whoever presses play does not wait for it."""

import os
import subprocess
import sys

CODE = """
import sys
from pathlib import Path
from core.training.config import RunConfig
from dashboard import warm

warm.load()
before = set(sys.modules)
from core.training.runs.fitting import check_fits
check_fits(RunConfig.of(model="vit", dataset="shapes"), Path("."))
print([name for name in set(sys.modules) - before if name.partition(".")[0] in ("torch", "sympy")])
"""


def test_estimating_the_first_run_loads_nothing_of_torch_any_more(tmp_path):
    made = subprocess.run(
        [sys.executable, "-c", CODE], env={**os.environ, "LAB_HOME": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert made.stdout.splitlines()[-1] == "[]"
