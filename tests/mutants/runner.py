"""Runs tests on broken copies of the source: one change, one child process that has torch and pytest from its parent, one verdict.

The child is forked before anything of `core` is imported, so that it imports the broken source, and after all that takes long to import.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutants.table import ROOT, Mutant

COPIED = (
    "core", "dashboard", "pages", "tests", ".streamlit", "pyproject.toml", "requirements.txt", "requirements-dev.txt",
    "requirements-cluster.txt", "constraints.txt", "README.md", "LICENSE", "Makefile", ".ci",
)  # fmt: skip
HEAVY = (
    "PIL.Image", "filelock", "numba", "numpy", "pytest", "safetensors.torch", "scipy.stats", "sklearn.metrics", "sqlalchemy.orm",
    "torch", "torch.utils.flop_counter", "torchvision",
)  # fmt: skip
PATIENCE = "40"  # seconds that tests wait for a run
VERDICTS = {0: "survived", 1: "killed", 2: "killed"}  # by pytest's exit status; 2: the tests cannot even be imported


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one mutant."""

    name: str
    key: str  # of the row, the source and the tests: another one has to be tried again
    outcome: str  # "killed", "survived", "timed out"
    by: str = ""  # the test that failed
    seconds: float = 0.0


def key_of(mutant: Mutant, tree: Path) -> str:
    """Changes with the row, with the file of `tree` that it changes and with the tests that it names."""
    files = [mutant.file, *(test.partition("::")[0] for test in mutant.tests)]
    digest = hashlib.blake2b(repr(asdict(mutant)).encode(), digest_size=8)
    for file in files:
        digest.update((tree / file).read_bytes())
    return digest.hexdigest()


def copy_tree(folder: Path) -> None:
    """Copy the lab, so that the working tree is never touched."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("*.tmp", "__pycache__"))
        elif source.exists():
            shutil.copy2(source, folder / name)


@contextlib.contextmanager
def broken_source(mutant: Mutant, tree: Path) -> Iterator[None]:
    """While it lasts, `tree` has the change. The file's time differs too, so that no compiled version is taken for it."""
    path = tree / mutant.file
    text, times = path.read_text("utf-8"), (path.stat().st_atime, path.stat().st_mtime)
    path.write_text(mutant.applied(text), "utf-8")
    os.utime(path, (times[0], times[1] + 10))
    try:
        yield
    finally:
        path.write_text(text, "utf-8")
        os.utime(path, times)


def run_tests(tree: Path, tests: Sequence[str], *, timeout: float, whole: bool = False) -> tuple[str, str]:
    """Run `tests` in `tree`, in a forked child; (verdict, output). All that the child started is killed after `timeout` seconds."""
    log = tree / "output.txt"
    child = os.fork()
    if not child:
        _in_child(tree, tests, log, whole)
    end, status = time.monotonic() + timeout, None
    while status is None and time.monotonic() < end:
        done, code = os.waitpid(child, os.WNOHANG)
        status = os.waitstatus_to_exitcode(code) if done else None
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # the child leads a group of its own
    if status is None:
        os.waitpid(child, 0)
    output = log.read_text("utf-8", errors="replace")
    if status is not None and status > 2:
        raise RuntimeError(f"pytest could not run {' '.join(tests)} (status {status}):\n{output[-3000:]}")
    return ("timed out" if status is None else VERDICTS.get(status, "killed")), output  # a status below 0: a crash


def _in_child(tree: Path, tests: Sequence[str], log: Path, whole: bool) -> None:
    """Never returns. The parent's own modules are forgotten, those of `tree` are imported."""
    status = 70
    try:
        os.setsid()
        os.chdir(tree)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(file, stream)
        for name in [name for name in sys.modules if name.partition(".")[0] in ("core", "tests", "dashboard", "pages")]:
            del sys.modules[name]
        sys.path[:] = [str(tree), *(entry for entry in sys.path if Path(entry or ".").resolve() != ROOT)]
        if not whole:
            sys.dont_write_bytecode = True
            os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "LAB_TEST_SECONDS": PATIENCE}  # a broken run often hangs
        os.environ.pop("PYTEST_ADDOPTS", None)  # of the pytest that this may run below
        import pytest

        status = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:rerunfailures", "--tb=line", *tests]))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def first_failure(output: str) -> str:
    """The test that pytest names in its summary, without its folder."""
    found = re.search(r"^(?:FAILED|ERROR) (?:\S*/)?([^\s[]+)", output, re.MULTILINE)
    return found[1] if found else ""


def import_heavy() -> None:
    """Import what takes long and is not ours, once, before the first fork. Nothing is computed: threads would not live on in a child."""
    import importlib

    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # pytest collects garbage several times at its end: half of a child's time, with all of torch to look at


def load(path: Path | None) -> dict[str, Verdict]:
    """Verdicts of an earlier run by key."""
    if path is None or not path.exists():
        return {}
    verdicts = [Verdict(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    return {verdict.key: verdict for verdict in verdicts}
