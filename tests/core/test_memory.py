import ctypes
import platform
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from core import memory
from core.errors import ConfigError
from core.memory import capacity, check, claim, free_memory, group_limits, ran_out, require, size_setting, told, told_if_it_runs_out

GB = 10**9
ROOT = Path(__file__).resolve().parents[2]


def group(folder: Path, *, most: str, taken: int, stat: str = "", names=("memory.max", "memory.current")) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip((*names, "memory.stat"), (most, str(taken), stat), strict=True):
        (folder / name).write_text(text + "\n", encoding="utf-8")


def test_a_group_leaves_what_it_allows_less_what_is_taken_and_cached_files_are_not(tmp_path):
    group(tmp_path / "lab", most=str(4 * GB), taken=3 * GB, stat=f"anon {2 * GB}\nactive_file 300\ninactive_file 500\nshmem 7")
    assert [*group_limits("0::/lab\n", tmp_path)] == [GB + 800]


def test_a_group_above_may_allow_less(tmp_path):
    group(tmp_path / "class" / "lab", most="max", taken=GB)
    group(tmp_path / "class", most=str(2 * GB), taken=GB)
    assert [*group_limits("0::/class/lab\n", tmp_path)] == [GB]


def test_in_a_container_whose_path_is_not_there_its_group_is_the_mount(tmp_path):
    group(tmp_path, most=str(2 * GB), taken=GB // 2)
    assert [*group_limits("0::/docker/0123abc\n", tmp_path)] == [GB + GB // 2]


def test_groups_of_the_first_version_count_too(tmp_path):
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
    group(tmp_path / "memory" / "lab", most=str(GB), taken=400, stat="total_inactive_file 100\ninactive_file 9", names=names)
    text = "12:cpu,cpuacct:/lab\n5:memory:/lab\n1:name=systemd:/lab\n"
    assert [*group_limits(text, tmp_path)] == [GB - 300]


@pytest.mark.parametrize("text", ["", "\n", "nonsense", "0::", "5:memory", "0::/../../etc\n"])
def test_what_is_no_group_limits_nothing(tmp_path, text):
    assert [*group_limits(text, tmp_path)] == []


@pytest.mark.parametrize(
    ("text", "size"), [("", 0), ("4000000000", 4 * GB), ("4 GB", 4 * GB), ("1.5gb", 3 * GB // 2), ("2 GiB", 2**31), (" 500 MB ", 5 * 10**8)]
)
def test_sizes_are_bytes_or_have_units(monkeypatch, text, size):
    monkeypatch.setenv("LAB_MEMORY", text)
    assert size_setting("LAB_MEMORY") == size


@pytest.mark.parametrize("text", ["much", "-4 GB", "4 apples", "0", "nan", "inf", "4 GB 5"])
def test_what_is_no_size_is_said(monkeypatch, text):
    monkeypatch.setenv("LAB_MEMORY", text)
    with pytest.raises(ConfigError, match=r"LAB_MEMORY.*is no size: write bytes"):
        free_memory()


def test_the_setting_caps_this_process(monkeypatch):
    monkeypatch.setenv("LAB_MEMORY", "1 MB")  # it has more already
    assert free_memory() == 0


def test_no_more_is_free_than_the_system_has():
    assert 0 < free_memory() <= psutil.virtual_memory().total


@pytest.fixture
def room(monkeypatch):
    """A process that has taken nothing and may take 10 GB; returns how to take some."""
    now = {"taken": 0}
    monkeypatch.setattr(memory, "taken", lambda: now["taken"])
    monkeypatch.setattr(memory, "free_memory", lambda: 10 * GB - now["taken"])

    def take(count: int) -> None:
        now["taken"] += count

    return take


def test_what_is_promised_to_one_is_not_free_for_another(room):
    with claim(7 * GB, "This run"):
        with (
            pytest.raises(ConfigError, match=r"needs about 4.0 GB of memory, and 3.0 GB are free \(7.0 GB are promised"),
            claim(4 * GB, "It"),
        ):
            pass
        with pytest.raises(ConfigError, match="needs about"):
            require(4 * GB, "It")
        require(3 * GB, "It")
        with claim(3 * GB, "It"):
            pass
    require(10 * GB, "It")


def test_what_was_promised_and_has_been_taken_counts_once(room):
    with claim(6 * GB, "This run"):
        room(5 * GB)
        require(4 * GB, "It")
        with pytest.raises(ConfigError):
            require(4 * GB + 1, "It")
        assert capacity() == 10 * GB  # for who waits until the run has ended


def test_a_promise_ends_also_when_what_it_was_for_fails(room):
    with pytest.raises(ValueError), claim(6 * GB, "This run"):
        raise ValueError
    assert memory.promised() == 0


def test_promises_at_the_same_moment_are_never_more_than_there_is(room):
    start, done, got = threading.Barrier(8), threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        try:
            with claim(3 * GB, "This run"):
                got.append(1)
                done.wait()
        except ConfigError:
            done.wait()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(got) == 3


def test_the_remedy_is_looked_for_only_where_it_is_needed():
    def never(free: int) -> str:
        raise AssertionError

    check(5, 5, "It", never)
    with pytest.raises(ConfigError, match=r"It needs about 6.0 GB of memory, and 3.0 GB are free: halve it \(3000000000\)\."):
        check(6 * GB, 3 * GB, "It", lambda free: f"halve it ({free})")


@pytest.mark.parametrize(("count", "text"), [(6_240_000_000, "6.2 GB"), (340_400_000, "340 MB"), (0, "0 MB")])
def test_sizes_in_sentences(count, text):
    assert told(count) == text


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:80] data. DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
        RuntimeError("std::bad_alloc"),
        RuntimeError("bad allocation"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.00 GB)"),
        RuntimeError("could not create a memory object: out of memory"),
        OSError(12, "Cannot allocate memory"),
        OSError(1455, "The paging file is too small for this operation to complete"),
    ],
)
def test_memory_that_has_run_out_is_told_on_every_system(error):
    assert ran_out(error)
    with pytest.raises(ConfigError, match="This look ran out of memory: choose"), told_if_it_runs_out("This look"):
        raise error


@pytest.mark.parametrize("error", [ValueError("out of memory"), RuntimeError("size mismatch"), OSError(28, "No space left on device")])
def test_other_errors_stay_what_they_are(error):
    with pytest.raises(type(error), match=str(error.args[-1])), told_if_it_runs_out("This look"):
        raise error


def test_an_error_with_a_remedy_of_its_own_keeps_it():
    with pytest.raises(ConfigError, match="^choose another$"), told_if_it_runs_out("This look"):
        raise ConfigError("choose another")


HEAPS = """
import ctypes
from core.memory import share_heaps

class Held(ctypes.Structure):  # struct mallinfo2 of malloc.h
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype, library.malloc.restype = Held, ctypes.c_void_p
library.malloc.argtypes, library.free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]

def from_the_system(size):
    library.free(library.malloc(2**22))  # after this the C library would take all that is smaller from a heap
    before, block = library.mallinfo2().hblks, library.malloc(size)
    after = library.mallinfo2().hblks
    library.free(block)
    return after - before

first = from_the_system(2**20)
share_heaps()
print(first, from_the_system(3 * 2**20), from_the_system(2**16))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="glibc 2.33 or newer")
def test_what_is_large_goes_back_to_the_system_and_stays_in_no_heap():
    ran = subprocess.run([sys.executable, "-c", HEAPS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["0", "1", "0"]
