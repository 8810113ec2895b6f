"""The table of broken versions follows the source; the runner breaks a copy, says who noticed, and keeps what it found."""

import dataclasses
import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.mutants import runner
from tests.mutants.__main__ import report
from tests.mutants.runner import Verdict
from tests.mutants.table import ROOT, Mutant, table

ROWS = table()
ROW = Mutant(file="core/some.py", what="adds one more", old="x + 1", new="x + 2", tests=("tests/test_some.py",))


def test_every_row_still_applies_to_the_source():
    wrong = []
    for row in ROWS:
        try:
            compile(row.applied((ROOT / row.file).read_text("utf-8")), row.file, "exec")
        except (ValueError, SyntaxError) as error:
            wrong.append(f"{row.name}: {error}")
    assert not wrong, "these rows have to follow the code (see docs/mutants.md):\n" + "\n".join(wrong)


def test_there_are_enough_rows_and_no_two_have_one_name():
    twice = [name for name, count in Counter(row.name for row in ROWS).items() if count > 1]
    assert len(ROWS) >= 200 and not twice, twice


def test_a_row_changes_one_place_or_says_that_it_cannot():
    assert ROW.applied("y = x + 1") == "y = x + 2" and ROW.name == "some: adds one more"
    for source in ("y = x", "y = x + 1\nz = x + 1"):
        with pytest.raises(ValueError, match=r"some: adds one more: the text to change is [02] times in core/some.py"):
            ROW.applied(source)


def test_a_broken_source_is_put_back_whatever_happens(tmp_path):
    file = tmp_path / "core" / "some.py"
    file.parent.mkdir()
    file.write_text("y = x + 1\n", "utf-8")
    before = file.stat().st_mtime
    with pytest.raises(KeyboardInterrupt), runner.broken_source(ROW, tmp_path):
        assert file.read_text("utf-8") == "y = x + 2\n" and file.stat().st_mtime != before
        raise KeyboardInterrupt
    assert file.read_text("utf-8") == "y = x + 1\n" and file.stat().st_mtime == before


def test_the_score_counts_what_was_noticed_and_names_the_rest():
    rows = [dataclasses.replace(ROW, what=what, same=same) for what, same in (("a", ""), ("b", ""), ("c", "it is equal"), ("d", ""))]
    outcomes = ("killed", "survived", "survived", "timed out")
    verdicts = [Verdict(name=row.name, key="", outcome=outcome) for row, outcome in zip(rows, outcomes, strict=True)]
    told = report(rows, verdicts)
    assert "| core/some | 4 | 2 | 1 | 1 |" in told and "| all | 4 | 2 | 1 | 1 |" in told
    assert told[-2:] == ["- some: b", "- some: c (it is equal)"]


@pytest.mark.skipif(not hasattr(runner.os, "fork"), reason="this system cannot fork a process")
def test_a_run_says_which_test_noticed_and_is_not_done_twice(tmp_path):
    source, results = ROOT / "core" / "scores.py", tmp_path / "verdicts.jsonl"
    whole = source.read_bytes()
    inherited = {**os.environ, "PYTEST_ADDOPTS": "--reruns 1"}
    for _ in range(2):
        command = [sys.executable, "-m", "tests.mutants", "scores: recall is precision", "--results", str(results)]
        made = subprocess.run(command, cwd=ROOT, env=inherited, capture_output=True, text=True, check=False)
        assert made.returncode == 0 and "killed" in made.stdout and "| all | 1 | 1 | 0 | 0 |" in made.stdout, made.stdout + made.stderr
    (kept,) = map(json.loads, results.read_text("utf-8").splitlines())
    assert kept["outcome"] == "killed" and kept["by"].startswith("test_scores.py::") and source.read_bytes() == whole
