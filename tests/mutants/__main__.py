"""`python -m tests.mutants [NAME...]`: breaks `core` in small ways, one at a time, and says which broken versions no test notices."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.mutants import runner
from tests.mutants.runner import Verdict
from tests.mutants.table import Mutant, table

NOTICED = ("killed", "timed out")
UNTRIED = "untried"  # a test fails without the change, too


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen rows; status 1 when one survives that should not."""
    chosen = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    chosen.add_argument("names", nargs="*", metavar="NAME", help="rows whose name has one of these texts in it; all, if none is given")
    chosen.add_argument("--results", type=Path, help="a file that keeps the verdicts: what is in it already is not run again")
    chosen.add_argument("--timeout", type=float, default=600, help="seconds after which a file of tests is given up on the whole source")
    options = chosen.parse_args(arguments)
    rows = [row for row in table() if not options.names or any(name in row.name for name in options.names)]
    known = runner.load(options.results)
    runner.import_heavy()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder)
        runner.copy_tree(tree)
        whole = Baseline(tree, options.timeout)
        verdicts = []
        for row in rows:
            verdict = known.get(runner.key_of(row, tree)) or tried(row, tree, whole)
            if options.results and verdict.outcome != UNTRIED and verdict.key not in known:
                with options.results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(verdict)) + "\n")
            said = f"by {verdict.by}" if verdict.by else f"(as it must: {row.same})" if row.same else ""
            print(f"{verdict.outcome:9} {verdict.seconds:5.1f} s  {row.name} {said}".rstrip(), flush=True)
            verdicts.append(verdict)
    print(*report(rows, verdicts), sep="\n")
    return any(verdict.outcome not in NOTICED and not row.same for row, verdict in zip(rows, verdicts, strict=True))


class Baseline:
    """What the tests do on the whole source: where they fail anyway, they notice nothing; and how long they take."""

    def __init__(self, tree: Path, timeout: float) -> None:
        self.tree, self.timeout = tree, timeout
        self.failing: dict[str, str] = {}  # test -> the one that fails, "" where all pass
        self.seconds: dict[str, float] = {}

    def failure(self, tests: tuple[str, ...]) -> str:
        """The first of `tests` that fails on the source as it is; "" if there is none."""
        for test in tests:
            if test not in self.failing:
                start = time.monotonic()
                outcome, output = runner.run_tests(self.tree, [test], timeout=self.timeout, whole=True)
                self.failing[test] = "" if outcome == "survived" else runner.first_failure(output) or f"{test} ({outcome})"
                self.seconds[test] = time.monotonic() - start
        return next((self.failing[test] for test in tests if self.failing[test]), "")

    def patience(self, tests: tuple[str, ...]) -> float:
        """After how many seconds `tests` are taken to hang: four times what they took, and a minute at least."""
        return max(60.0, 4 * sum(self.seconds[test] for test in tests))


def tried(row: Mutant, tree: Path, whole: Baseline) -> Verdict:
    """Break, test, put back."""
    if failure := whole.failure(row.tests):
        return Verdict(name=row.name, key="", outcome=UNTRIED, by=failure)
    start = time.monotonic()
    with runner.broken_source(row, tree):
        outcome, output = runner.run_tests(tree, row.tests, timeout=whole.patience(row.tests))
    by = runner.first_failure(output) if outcome == "killed" else ""
    return Verdict(name=row.name, key=runner.key_of(row, tree), outcome=outcome, by=by, seconds=round(time.monotonic() - start, 1))


def report(rows: list[Mutant], verdicts: list[Verdict]) -> list[str]:
    """A Markdown table: for each part of core how many were made and noticed; then those that survived."""
    made, noticed, same, lived = Counter(), Counter(), Counter(), []
    for row, verdict in zip(rows, verdicts, strict=True):
        part = "/".join(row.file.split("/")[:2]).removesuffix(".py")
        survived = verdict.outcome not in NOTICED
        made[part] += 1
        noticed[part] += not survived
        same[part] += survived and bool(row.same)
        lived += [f"- {row.name}{f' ({row.same})' if row.same else ''}"] if survived else []
    lines = ["", "| part | broken versions | noticed | cannot be noticed | survived |", "|---|---:|---:|---:|---:|"]
    for part in [*sorted(made), "all"]:
        m, n, s = (sum(c.values()) if part == "all" else c[part] for c in (made, noticed, same))
        lines.append(f"| {part} | {m} | {n} | {s} | {m - n - s} |")
    return [*lines, "", *(["Survived:", *lived] if lived else ["None survived."])]


if __name__ == "__main__":
    sys.exit(main())
