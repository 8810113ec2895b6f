import threading
import time

from core.training.turns import Turns


def start(turns, run, owner, got, cancelled=lambda: False):
    def work():
        if turns.take(run, owner, cancelled=cancelled):
            got.append(run)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while not turns.place(run) and run not in got:
        time.sleep(0.001)
    return thread


def test_users_are_served_in_turn():
    turns, got = Turns(1), []
    start(turns, "a1", "ann", got).join(5)
    threads = [start(turns, run, owner, got) for run, owner in [("a2", "ann"), ("a3", "ann"), ("b1", "bob"), ("c1", "cy")]]
    assert [turns.place(run) for run in ("b1", "c1", "a2", "a3", "a1")] == [1, 2, 3, 4, 0]
    for run in ("a1", "b1", "c1", "a2"):
        count = len(got)
        turns.give_back(run)
        end = time.monotonic() + 5
        while len(got) == count and time.monotonic() < end:
            time.sleep(0.001)
    assert got == ["a1", "b1", "c1", "a2", "a3"]
    for thread in threads:
        thread.join(5)


def test_no_more_than_the_limit_at_once():
    turns, got = Turns(2), []
    for run in "abc":
        start(turns, run, run, got)
    time.sleep(0.05)
    assert sorted(got) == ["a", "b"] and turns.place("c") == 1


def test_a_cancelled_run_leaves_the_queue():
    turns, got, stop = Turns(1), [], threading.Event()
    start(turns, "a", "ann", got).join(5)
    waiting = start(turns, "b", "bob", got, cancelled=stop.is_set)
    stop.set()
    waiting.join(5)
    assert turns.place("b") == 0 and got == ["a"]
