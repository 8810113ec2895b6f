"""The whole lab on tasks of few pairs and few epochs: what is trained is done in seconds."""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from core.data import sequences  # noqa: E402
from core.evaluation.sequences import contests, scores  # noqa: E402

sequences.SIZES = {"train": 3000, "val": 100, "test": 100}
scores.PER_LENGTH = 10
contests._epochs = lambda task: 4
runpy.run_path(str(ROOT / "dashboard" / "app.py"))
