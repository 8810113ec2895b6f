"""A class of thirty on a real server: ten follow the instructor, ten turn controls on all pages, ten train; two more look inside one model
at once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import os
import re
import tempfile
import threading
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.training.history import ACTIVE, RunSummary
from core.training.runs.store import Store
from dashboard.navigation import PAGES
from tests.benchmarks.lesson_client import STARTERS
from tests.benchmarks.report import percentile, say, table, thirds, verdict
from tests.benchmarks.server import client, engine, lateness, measured_server, wait_for_port
from tests.benchmarks.viewers import mean_speed
from tests.ports import free_port

ASK_SECONDS = 0.25  # between two questions to the health route, from outside
SIT_DOWN = 90.0  # seconds in which all pages should have been opened once, and all starters have pressed play
WARM_SECONDS = 60  # of measured memory that do not count


@dataclass
class Lesson:
    """What a class met, and what it left behind. Times in seconds, lateness of the event loop in ms, memory in MB, speeds in images/s."""

    report: dict[str, Any] = field(default_factory=dict)  # of tests.benchmarks.lesson_client
    late: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)  # one value a second
    load: list[float] = field(default_factory=list)
    alone: float = math.nan
    watched: float = math.nan
    runs: list[RunSummary] = field(default_factory=list)
    wrong_looks: list[str] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """The last third's memory against the first third's, both means, as a share; see `warm_thirds`."""
        first, last = warm_thirds(self.memory)
        return last / first - 1

    @property
    def wrong_runs(self) -> list[str]:
        """Runs whose record at the end does not say what became of them: nobody stopped a starter's run, and the server never ended."""
        right = {"finished"}
        mine = {*self.report.get("started", [])}
        return [f"{r.run_id}: {r.status} ({r.message})" for r in self.runs if r.run_id in mine and r.status not in right]


def hold(seconds: float, *, alone: float, wait: float = 120, scale: int = 1) -> Lesson:
    """A lesson of `seconds` for `scale` times thirty, after the instructor's run has trained `alone` for some; then the instructor stops it,
    and up to `wait` the others have their turn.
    """
    lesson = Lesson()
    with tempfile.TemporaryDirectory() as home:
        port, lines = free_port(), Path(home) / "late"
        with measured_server(home, port, lines, "--class", "--host", "127.0.0.1") as process:
            wait_for_port(port, process)
            with client("lesson", port, *invited(lines.with_name("said")), scale) as ask:
                store, run_id = Store(Path(home)), json.loads(ask("report"))["run"]
                until(lambda: len(store.snapshot(run_id).epochs) >= 2, "two epochs")
                if alone:
                    lesson.alone = speed(store, run_id, alone)
                say(f"the instructor's run trained alone at {lesson.alone:,.0f} images/s; the class comes in")
                ask("come")
                until(lambda: seated(json.loads(ask("report"))), "every page", SIT_DOWN, fail=False)
                began = len(lateness(lines))
                with asked_from_outside(port, process.pid, lesson):
                    lesson.watched = speed(store, run_id, seconds)
                lesson.late = lateness(lines)[began:]
                lesson.report = json.loads(ask("report"))
                say(
                    f"with the class: {lesson.watched:,.0f} images/s, {len(lesson.report['errors'])} pages in an error; now the others train"
                )
                ask("end")
                until(lambda: store.snapshot(run_id).status not in ACTIVE, "the instructor to stop the run")
                mine = lesson.report["started"]
                until(
                    lambda: not any(r.status in ACTIVE for r in store.summaries() if r.run_id in mine), "the class's runs", wait, fail=False
                )
                lesson.runs = store.summaries()
                lesson.report = json.loads(ask("report")) | {
                    name: lesson.report[name] for name in ("opened", "replies", "asked", "ticks", "followed", "pulses")
                }
        lesson.wrong_looks = wrong_looks(lesson.report["looks"])
    return lesson


def invited(said: Path) -> tuple[str, str]:
    """The code of the class and the address at which one becomes its instructor, as the server prints them."""
    found: list[str] = []

    def printed() -> bool:
        found[:] = re.findall(r"code=(\w+)|(/instructor\?secret=\S+)", said.read_text("utf-8"))
        return len(found) == 2

    until(printed, "the server to print its code")
    return found[0][0], found[1][1]


def seated(report: dict[str, Any]) -> bool:
    """Whether the class has warmed the server up: every page has been open, every starter has a run, both lookers have looked."""
    return {*report["pages"]} >= {page.url_path for page in PAGES} and len(report["started"]) >= STARTERS and len(report["looks"]) >= 2


def until(condition: Any, what: str, seconds: float = 180, *, fail: bool = True) -> None:
    """Wait for a condition; raises RuntimeError when it does not come, unless `fail` is false."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            if fail:
                raise RuntimeError(f"Waited {seconds:g} s for {what}.")
            return
        time.sleep(0.25)


def speed(store: Store, run_id: str, seconds: float) -> float:
    """Images per second of the epochs that lie wholly within the next `seconds` (a little longer, if none does); NaN if none comes."""
    before = len(store.snapshot(run_id).epochs)
    time.sleep(seconds)
    until(lambda: len(store.snapshot(run_id).epochs) >= before + 2, "a whole epoch", 30, fail=False)
    epochs = store.snapshot(run_id).epochs[before + 1 :]
    return mean_speed(epochs) if epochs else math.nan


@contextmanager
def asked_from_outside(port: int, pid: int, lesson: Lesson) -> Iterator[None]:
    """Meanwhile ask the health route, and read the server's memory and the machine's load."""
    ended = threading.Event()

    def ask() -> None:
        second = time.monotonic()
        while not ended.wait(ASK_SECONDS):
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                connection.request("GET", "/_stcore/health")
                connection.getresponse().read()
            except OSError as error:
                say(f"health: {error}")
            finally:
                connection.close()
            lesson.health.append(time.perf_counter() - began)
            if time.monotonic() > second:
                second += 1
                lesson.memory.append(resident(pid))
                lesson.load.append(os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield
    ended.set()
    thread.join()


def resident(pid: int) -> float:
    """MB of memory that a process occupies; NaN where the system does not say so in /proc."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return math.nan
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))


# ---- were the numbers right? ----


def wrong_looks(looks: Sequence[dict[str, Any]]) -> list[str]:
    """What two who looked inside one model at the same moments were sent, where it is not what the probes give for their picture alone."""
    from core.records.recorded import recorded_epochs
    from core.training.runs.checkpoint import open_model
    from dashboard.pictures.choose import from_set
    from pages.vit.lookups import look_of

    wrong, models = [], {}
    for seen in looks:
        board = seen["board"]
        if not board:
            wrong.append(f"picture {seen['picture']}: nothing was sent")
            continue
        epoch = int(board["what"].split()[1])
        if epoch not in models:
            models[epoch] = open_model(recorded_epochs("shapes-vit")[epoch])
        alone = look_of(models[epoch], from_set("shapes", seen["picture"] - 1).pixels)
        if not same(board, alone):
            wrong.append(f"picture {seen['picture']}: {board['what']} {board['answers']}")
    return wrong


def same(board: dict[str, Any], alone: Any) -> bool:
    """Whether a message to the browser holds the maps, distances and entropies of a look: to the last digit that it shows."""
    maps = [np.frombuffer(text, np.uint8).astype(int) for text in (b64decode(board["maps"]), alone.packed.maps)]
    floats = [np.frombuffer(b64decode(board[name]), "<f4") for name in ("tops", "own")]
    expected = [np.frombuffer(content, "<f4") for content in (alone.packed.tops, alone.packed.own)]
    rows = [np.array(board[name], float) for name in ("distance", "entropy")]
    return (
        maps[0].shape == maps[1].shape
        and np.abs(maps[0] - maps[1]).max() <= 1
        and all(a.shape == b.shape and np.allclose(a, b, atol=1e-5) for a, b in zip(floats, expected, strict=True))
        and all(
            a.shape == b.shape and np.allclose(a, b, atol=0.011, equal_nan=True)
            for a, b in zip(rows, (alone.distance, alone.entropy), strict=True)
        )
    )


# ---- as a table ----


def classroom(options: argparse.Namespace) -> str:
    """The table of a lesson."""
    seconds, alone = (20.0, 6.0) if options.quick else (150.0, 15.0)
    lesson = hold(seconds, alone=alone)
    head = ["a class of 30 (and two who look inside one model)", "measured", "wanted"]
    text = [
        "### Class", "", table(head, rows(lesson)), "",
        f"{seconds:g} s, after every page had been open once; replies, openings and ticks are counted before that, too, from the moment the class",
        "comes in. Openings are those from the navigation, not the page that comes with the connection. Load average of the machine",
        f"{min(lesson.load):.1f} to {max(lesson.load):.1f}, the class's own process and the probes included, which share the cores with the server.",
        f"The runs trained where LAB_ENGINE says, here: {engine()}. A person turns a control about once a second after an answer,",
        f"{len(lesson.report['pages'])} of {len(PAGES)} pages were visited {sum(lesson.report['pages'].values())} times.",
    ]  # fmt: skip
    faults = Counter([*lesson.report["errors"], *lesson.report["crashed"], *lesson.wrong_runs, *lesson.wrong_looks])
    return "\n".join([*text, *([""] + [f"- {count} times: {fault}" for fault, count in faults.items()] if faults else [])])


def rows(lesson: Lesson) -> list[list[str]]:
    """The lines of the table: what, measured, wanted."""
    report, share = lesson.report, lesson.watched / lesson.alone
    done = [r for r in lesson.runs if r.run_id in report["started"] and r.status == "finished"]
    return [
        ["people held", f"{report['held']} of {report['people']}", "all"],
        ["reply to a control, p50 / p95 / max, s", three(report["replies"]), verdict(percentile(report["replies"], 95), at_most=1)],
        ["joining, p50 / p95 / max, s", three(report["joined"]), ""],
        ["following the instructor to a page, p50 / p95 / max, s", three(report["followed"]), ""],
        ["pulse, p50 / p95 / max, s", three(report["pulses"]), ""],
        ["opening a page, p50 / p95 / max, s", three(report["opened"]), ""],
        ["ticks answered", f"{len(report['ticks'])} of {report['asked']}", ""],
        ["event loop late, worst of each second, p50 / p95 / max, ms", three(lesson.late, "{:.0f}"), verdict(percentile(lesson.late, 95), at_most=200)],
        ["health route from outside, p50 / p95 / max, s", three(lesson.health), ""],
        ["server memory, first / last third, MB", memory(lesson), verdict(100 * lesson.growth, at_most=5)],
        ["speed of the instructor's run in its own slices, with / alone, images/s", f"{lesson.watched:,.0f} / {lesson.alone:,.0f} = {share:.2f}", verdict(share, at_least=0.9)],
        ["controls and pages without an answer in 60 s", str(len(report["slow"])), ""],
        ["pages that ended in an error", str(len(report["errors"])), verdict(len(report["errors"]), at_most=0)],
        ["starters whose run has trained at the end", f"{len(done)} of {len(report['started'])}", "all"],
        ["runs with a wrong status", str(len(lesson.wrong_runs)), verdict(len(lesson.wrong_runs), at_most=0)],
        ["looks inside the model, of them with wrong numbers", f"{len(report['looks'])}, {len(lesson.wrong_looks)}", verdict(len(lesson.wrong_looks), at_most=0)],
    ]  # fmt: skip


def three(values: Sequence[float], form: str = "{:.2f}") -> str:
    return " / ".join(form.format(value) for value in (percentile(values, 50), percentile(values, 95), max(values, default=math.nan)))


def warm_thirds(memory: list[float]) -> tuple[float, float]:
    """Mean of the first and of the last third of what was measured once a second, without the time in which the server warms up.

    Every page has been open by then; but what people do there for the first time still brings code, models and pictures: 10 % in the first
    minute of a server that does not train itself (1,405 to 1,540 MB), and from 1,490 to 1,590 MB, up and down, in the two and a half
    minutes after it (two idle cores, thirty people).
    """
    return thirds(memory[WARM_SECONDS:])


def memory(lesson: Lesson) -> str:
    first, last = warm_thirds(lesson.memory)
    return f"{first:,.0f} / {last:,.0f} ({lesson.growth:+.1%})"
