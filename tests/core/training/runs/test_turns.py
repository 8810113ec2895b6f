import random
import threading
import time

import pytest

from core.training.runs import turns as turns_module
from core.training.runs.turns import Slice, Turns


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


def asked(turns, entries):
    """Queue keys behind a turn that is held; what is served, in order, is in the list that is returned."""
    served = []
    for key, owner in entries:
        turns.ask(key, owner, lambda key=key: served.append(key))
    return served


def test_places_are_the_order_in_which_turns_are_given():
    generator = random.Random(0)
    for _ in range(50):
        turns = Turns(1)
        served = asked(turns, [(f"{i}", generator.choice("abcd")) for i in range(20)])
        while turns.places():
            order = list(turns.places())
            assert [turns.place(key) for key in order] == list(range(1, len(order) + 1))
            turns.give_back(served[-1])
            assert served[-1] == order[0]


@pytest.mark.parametrize("owners", [1, 30, 300])
def test_places_of_300_are_computed_once_in_few_steps(monkeypatch, owners):
    steps = {"order": 0, "heap": 0}

    def counted(name, function):
        def call(*arguments):
            steps[name] += 1
            return function(*arguments)

        return call

    monkeypatch.setattr(Turns, "_order", counted("order", Turns._order))
    monkeypatch.setattr(turns_module.heapq, "heappop", counted("heap", turns_module.heapq.heappop))
    turns = Turns(1)
    asked(turns, [(f"{i}", f"owner {i % owners}") for i in range(301)])
    for i in range(301):
        turns.place(f"{i}")
    assert steps == {"order": 1, "heap": 300}
    turns.leave("300")
    assert len(turns.places()) == 299 and steps["order"] == 2


def test_waiting_needs_no_thread():
    before, turns = threading.active_count(), Turns(1)
    served = asked(turns, [(f"{i}", "ann") for i in range(300)])
    assert threading.active_count() == before and served == ["0"]
    turns.give_back("0")
    assert served == ["0", "1"] and not turns.leave("1") and turns.leave("2")


def test_a_turn_that_comes_while_its_owner_gives_up_is_given_back():
    """The other one leaves in the very moment in which this one is asked whether it still wants the turn."""
    turns = Turns(1)
    assert turns.take("a", "ann", cancelled=lambda: False)

    def gives_up():
        turns.give_back("a")
        return True

    assert not turns.take("b", "bob", cancelled=gives_up)
    assert not turns.held and turns.take("c", "cleo", cancelled=lambda: False)


def test_places_think_ahead_of_who_will_have_been_served():
    """Ann and Bob have two each, and Bob's second came before Ann's: after one of each it is Ann's turn, who was served longer ago."""
    turns = Turns(1)
    assert turns.take("held", "cleo", cancelled=lambda: False)
    served = []
    for run, owner in (("a1", "ann"), ("b1", "bob"), ("b2", "bob"), ("a2", "ann")):
        turns.ask(run, owner, lambda run=run: served.append(run))
    assert turns.places() == {"a1": 1, "b1": 2, "a2": 3, "b2": 4}
    for run in ("held", "a1", "b1", "a2"):
        turns.give_back(run)
    assert served == ["a1", "b1", "a2", "b2"]


def one_turn(turns, owner):
    assert turns.take(f"earlier of {owner}", owner, cancelled=lambda: False)
    turns.give_back(f"earlier of {owner}")


def test_users_without_number_are_not_all_remembered():
    turns = Turns(1)
    for number in range(5_000):
        one_turn(turns, f"{number}")
    assert len(turns._served) == 1000


@pytest.mark.parametrize("remembered", [1000, 3])
def test_who_is_forgotten_was_served_longest_ago_and_comes_first_as_before(monkeypatch, remembered):
    monkeypatch.setattr(turns_module, "REMEMBERED", remembered, raising=False)
    turns = Turns(1)
    for owner in "abcdef":
        one_turn(turns, owner)
    assert turns.take("held", "f", cancelled=lambda: False)
    served = asked(turns, [(owner, owner) for owner in "eadbc"])
    promised = "".join(turns.places())
    for key in ("held", *"abcd"):
        turns.give_back(key)
    assert "".join(served) == promised == "abcde"


# ---- slices, and how many models are in memory ----


def test_a_slice_is_over_where_another_user_waits(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(turns_module.time, "monotonic", lambda: clock[0])
    turns = Turns(1, slice_seconds=4.0)
    mine = Slice(turns, "ann")
    turns.ask("a", "ann", lambda: None)
    assert not mine.is_over()  # counted from here, its first batch
    turns.ask("a2", "ann", lambda: None)
    clock[0] += 1.5
    assert not mine.is_over(), "one's own runs wait for each other"
    turns.ask("b", "bob", lambda: None)
    assert mine.is_over(), "the first slice lasts a second"
    mine.begin()
    assert not mine.is_over()
    clock[0] += 3.9
    assert not mine.is_over()
    clock[0] += 0.1
    assert mine.is_over()
    turns.leave("b")
    assert not mine.is_over()


def test_without_slices_a_turn_lasts_as_long_as_it_takes(monkeypatch):
    turns = Turns(1)
    mine = Slice(turns, "ann")
    monkeypatch.setattr(turns_module.time, "monotonic", lambda: 1e9)
    turns.ask("b", "bob", lambda: None)
    turns.ask("c", "cy", lambda: None)
    assert not mine.is_over()


def test_no_more_models_in_memory_than_there_may_be():
    turns, got = Turns(1, max_loaded=2), []
    for key in "abc":
        turns.ask(key, key, lambda key=key: got.append(key), loads=True)
    turns.give_back("a")  # a and b are loaded now
    turns.ask("a", "a", lambda: got.append("a"), loads=True)
    assert got == ["a", "b"] and list(turns.places()) == ["a", "c"], "c waits unloaded, whoever was served last"
    turns.give_back("b")
    assert got == ["a", "b", "a"] and not turns.others_wait("x"), "nobody could have a turn now"
    turns.ask("measurement", "d", lambda: got.append("measurement"))  # it loads nothing
    assert turns.others_wait("x")
    turns.unload("b")
    turns.give_back("a")
    assert got == ["a", "b", "a", "c"], "d was never served either, but came later"


def test_nobody_waits_for_models_that_are_paused():
    turns, got = Turns(1, max_loaded=1), []
    for key in "ab":
        turns.ask(key, key, lambda key=key: got.append(key), loads=True)
    assert got == ["a"] and turns.others_leave("b") and not turns.others_leave("a")
    turns.give_back("a")  # paused: it neither trains nor waits
    assert got == ["a", "b"] and not turns.others_leave("b")


def test_who_waits_for_memory_waits_until_another_has_left_it():
    turns, got = Turns(1), []
    for key in "ab":
        turns.ask(key, key, lambda key=key: got.append(key), loads=True)
    turns.give_back("a")
    turns.ask("a", "a", lambda: got.append("a again"), loads=True)
    assert got == ["a", "b"] and turns.others_leave("b")
    left = turns.unload("b")  # there was no memory for b beside a
    turns.give_back("b")
    turns.ask("b", "b", lambda: got.append("b again"), loads=True, after=left)
    turns.ask("measurement", "m", lambda: got.append("measurement"))
    turns.give_back("a")
    turns.ask("a", "a", lambda: got.append("a once more"), loads=True)
    turns.give_back("measurement")
    assert got[2:] == ["a again", "measurement", "a once more"], "b was served longer ago than a"
    turns.give_back("a")
    turns.unload("a")
    assert got[-1] == "b again" and not turns.others_leave("b")
