"""Messages and answers of the lab's own Python for `tests/js/*.test.mjs`: what the scripts of the boards are held to."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from core.classroom.wall import WallRun, wall_rows
from core.evaluation.pictures import edited, parse_edits
from core.guide.find import Index
from core.models import MODELS
from core.probes.attention.by_hand import Projections, attention_by_hand, make_mask, word_tokens
from core.probes.positions.tables import position_entry
from core.probes.recurrence.cell_by_hand import Cell, Reading, sequence
from core.training.config import RunConfig
from core.training.history import Curve
from core.training.measured import Measured
from dashboard.shell.find.entries import as_json, entries
from dashboard.training.curve import live_data, sent_with
from pages.attention.board import matrices_data
from pages.cell.board import cell_data
from pages.translate.view import _memory as packed_memory
from pages.translate.view import _weights as packed_weights
from pages.wall.view import board_message, columns_of, packed_rows
from tests.dashboard.test_charts import record, snapshot
from tests.dashboard.test_find import UNIT


def attention() -> list[dict[str, Any]]:
    """The messages of a small attention under every mask, and its output as the probe has it."""
    words = ["one", "two", "<b>", "four"]
    made = []
    for mask in ("none", "causal", "earlier"):
        hand = attention_by_hand(word_tokens(words, 8), Projections.random(8, 0), 2, mask=make_mask(mask, len(words)))
        data = matrices_data(hand, words, origin="drawn", divisor="√D", scaling="/ 2.00", temperature=1.0)
        made.append({"data": data, "mask": hand.mask.tolist(), "output": hand.output.tolist(), "weights": hand.weights.tolist()})
    return made


def positions() -> list[dict[str, Any]]:
    """Numbers of every kind of positions with their formulas."""
    made = []
    for kind, dim in (("none", 8), ("index", 8), ("sinusoidal", 64), ("sinusoidal", 7), ("grid", 15), ("grid", 16), ("rotary", 16)):
        for position in (0, 1, 9, 37, 64):
            for feature in (0, 1, dim // 2, dim - 1):
                entry = position_entry(kind, position, feature, 65, dim)
                asked = {"kind": kind, "dim": dim, "side": 8, "lead": 1, "position": position, "feature": feature}
                made.append({**asked, "value": entry.value, "formula": entry.formula})
    return made


def edits() -> list[dict[str, Any]]:
    """A picture with patches erased and swapped, one edit after the other."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (3, 32, 32), dtype=np.uint8)
    made = []
    for text, patch in (("", 8), ("5", 8), ("0-15", 8), ("5.1-5.5", 8), ("3-3", 4), ("0-1.1-2.2", 16), ("63.0-63", 4)):
        picture = edited(image, parse_edits(text, patch), patch, (10, 20, 30))
        made.append(
            {
                "edits": text,
                "patch": patch,
                "base": image.transpose(1, 2, 0).ravel().tolist(),
                "edited": picture.transpose(1, 2, 0).ravel().tolist(),
            }
        )
    return made


def cells() -> list[dict[str, Any]]:
    """The message of a cell of every kind that has read two sequences."""
    readings = [Reading(Cell.random(kind, 3, 4, scale=2.0), sequence("noise", 6, 3)) for kind in ("rnn", "lstm", "gru", "gru2014")]
    return [cell_data(reading, second=reading.second(), setup="s", edits=(), view={}) for reading in readings]


def translated() -> dict[str, Any]:
    """What a message packs of attention and memory, and the numbers themselves."""
    rng = np.random.default_rng(0)
    cross = rng.dirichlet(np.ones(4), (2, 3, 3))  # (layers, heads, rows, columns)
    memory = rng.normal(size=(5, 3))
    message = {"maps": {"cross": packed_weights(cross)}, "memory": packed_memory(memory)}
    return {"message": message, "cross": cross.tolist(), "memory": memory.tolist()}


def courses() -> list[list[dict[str, Any]]]:
    """Courses of runs in messages to the live chart, some of them lost on the way, and beside each what a chart then has to show."""
    made = []
    for seed in range(8):
        rng, curve, sent, steps, course = random.Random(seed), Curve(limit=400), None, 0, []
        for _ in range(120):
            for _ in range(rng.choice([0, 1, 7, 40, 300])):
                curve.add(rng.random(), rng.random(), 1e-3)
                steps += 1
            epochs = tuple(record(epoch) for epoch in range(steps // 100))
            run = snapshot(stride=curve.stride, points=tuple(curve.points), step=steps, epochs=epochs)
            message = live_data(run, sent)
            sent = sent_with(message)
            course.append({"message": message, "lost": rng.random() < 0.1, "whole": live_data(run)})
        assert curve.stride >= 8, "the stride has doubled several times"
        made.append(course)
    return made


def wall() -> dict[str, Any]:
    """A wall's message of three models, one of which has not begun."""
    configs = [RunConfig.of(model="gru", lr=0.1).flat(), RunConfig.of(model="vit", lr=0.001).flat(), RunConfig.of(model="cnn").flat()]
    known = [Measured(3.5, 0.5, 1.0, 12.0, ((1, 0.25, 4.0), (3, 0.5, 12.0))), Measured(1.0, 0.75, 0.5, 2.0, ((1, 0.75, 2.0),)), Measured()]
    runs = [WallRun(str(i), "", "running", "Shapes", config, one) for i, (config, one) in enumerate(zip(configs, known, strict=True))]
    rows = wall_rows(runs, str)
    message = board_message(packed_rows(rows), {"columns": columns_of(rows, ("lr", "accuracy"))})
    head, packed = map(json.loads, message.split(b"\n"))
    return {"head": head, "rows": packed["rows"], "models": len(MODELS)}


def finding() -> dict[str, Any]:
    """All that the lab's search knows, and what it finds for many questions: names, parts of them, some with typing errors, and others."""
    rng, rows = random.Random(0), json.loads(as_json())["entries"]
    index = Index(entries())
    titles = [entry.title for entry in entries()]
    mistyped = [with_an_error(title, rng) for title in rng.sample(titles, 100)]
    mixed = [" ".join(rng.sample(index.vocabulary, rng.randint(1, 4))) for _ in range(100)]
    parts = [title[: rng.randint(1, len(title))] for title in titles]
    others = ["", "  ", "xyzzy", "what is the", "ÉQUIVARIANT", "Straße", "1.2", "mask" * 100, "<b>", "Bahdanau's", "🙂 gru", "‖J‖", "ℝ²"]
    questions = [*(words for words, _ in UNIT), *titles, *parts, *mistyped, *mixed, *others]
    places = {id(entry): place for place, entry in enumerate(entries())}
    asked = [[one, [[places[id(hit.entry)], hit.rule, hit.share] for hit in index.find(one)]] for one in questions]
    return {"entries": rows, "asked": asked}


def with_an_error(text: str, rng: random.Random) -> str:
    """A text with a letter more, less, other, or at the place of its neighbour."""
    at, letter = rng.randrange(len(text)), rng.choice("abcdefghijklmnopqrstuvwxyz")
    swapped = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
    return rng.choice([text[:at] + letter + text[at:], text[:at] + text[at + 1 :], text[:at] + letter + text[at + 1 :], swapped])


MESSAGES: dict[str, Callable[[], Any]] = {
    "attention": attention,
    "positions": positions,
    "edits": edits,
    "cells": cells,
    "translated": translated,
    "courses": courses,
    "wall": wall,
    "finding": finding,
}
