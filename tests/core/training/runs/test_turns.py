import random
import threading
import time

import pytest

from core.training.runs import slices
from core.training.runs import turns as turns_module
from core.training.runs.slices import Slice
from core.training.runs.turns import Turns


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
    monkeypatch.setattr(slices.time, "monotonic", lambda: clock[0])
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
    monkeypatch.setattr(slices.time, "monotonic", lambda: 1e9)
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


# ---- a class: one active run of each, what comes next, and a halt for all ----


class ByHand:
    """Whose turn it is, by the rule itself: everything is looked through anew each time, nothing is kept but what has happened."""

    def __init__(self, limit, most):
        self.limit, self.most, self.served, self.time = limit, most, {}, 0
        self.waits, self.holds, self.loaded, self.first, self.but = [], [], [], [], None  # of (key, owner)

    def halts(self, owner):
        return self.but is not None and owner not in ("", *self.but)

    def may(self, run, first=False):
        owner = run[1]
        if self.halts(owner):
            return False
        if run in self.loaded:
            return True
        active = [other for other in self.loaded if other in self.holds or (other in self.waits and not self.halts(other[1]))]
        if active and self.most and len(self.loaded) >= self.most:
            return False
        return first or not owner or not any(other[1] == owner for other in active)

    def next(self):
        """Who is served next if a turn is free; None: nobody can be."""
        for run in self.first:
            if run in self.waits and self.may(run, first=True):
                return run
        able = [run for run in self.waits if self.may(run)]
        return min(able, key=lambda run: self.served.get(run[1], 0), default=None)

    def deal(self):
        while len(self.holds) < self.limit and (run := self.next()):
            self.time += 1
            self.waits.remove(run)
            self.holds.append(run)
            self.served[run[1]] = self.time
            self.first = [other for other in self.first if other != run]
            if run not in self.loaded:
                self.loaded.append(run)


@pytest.mark.parametrize("seed", range(40))
def test_every_turn_goes_where_the_rule_says(seed):
    """Runs come, train a slice, are paused, go on and end in any order; some are put first, and sometimes all are halted."""
    dice = random.Random(seed)
    limit, most = dice.choice([1, 1, 2, 3]), dice.choice([0, 0, 2, 4])
    turns, rule, numbers = Turns(limit, max_loaded=most, one_each=True), ByHand(limit, most), iter(range(10_000))
    paused = []

    def ask(run):
        rule.waits.append(run)
        turns.ask(run[0], run[1], lambda: None, loads=True)

    def leaves(run, *, ends):
        rule.holds.remove(run)
        turns.give_back(run[0])
        rule.deal()
        if ends:
            rule.loaded.remove(run)
            turns.unload(run[0])
            rule.deal()

    for _ in range(150):
        what = dice.choice(["come", "come", "slice", "slice", "end", "end", "pause", "play", "first", "halt"])
        if what == "come":
            ask((f"run {next(numbers)}", dice.choice(["ann", "bob", "cy", ""])))
        elif what == "slice" and rule.holds:
            run = dice.choice(rule.holds)
            rule.holds.remove(run)
            ask(run)
        elif what in ("end", "pause") and rule.holds:
            run = dice.choice(rule.holds)
            leaves(run, ends=what == "end")
            paused += [run] if what == "pause" else []
        elif what == "play" and paused:
            ask(paused.pop(dice.randrange(len(paused))))
        elif what == "first" and rule.waits:
            run = dice.choice(rule.waits)
            rule.first += [run] if run not in rule.first else []
            assert turns.put_first(run[0])
        elif what == "halt":
            rule.but = dice.choice([None, None, ["ann"], []])
            turns.halt(rule.but)
        rule.deal()
        assert turns.held == {key for key, _ in rule.holds}
        assert sorted(turns.places().values()) == [*range(1, len(rule.waits) + 1)] and {*turns.places()} == {key for key, _ in rule.waits}
        if following := rule.next():
            assert turns.place(following[0]) == 1
    assert rule.time > 20


def test_another_run_of_one_person_begins_when_the_first_is_paused_or_has_ended():
    turns = Turns(2, one_each=True)
    served = []
    for key, owner in [("a1", "ann"), ("a2", "ann"), ("a3", "ann"), ("b1", "bob")]:
        turns.ask(key, owner, lambda key=key: served.append(key), loads=True)
    assert served == ["a1", "b1"] and turns.places() == {"a2": 1, "a3": 2}
    turns.give_back("b1")  # paused: a turn is free, and nobody may have it
    turns.give_back("a1")
    assert served == ["a1", "b1", "a2"], "one of ann's waits still"
    turns.unload("a2")
    turns.give_back("a2")
    assert served[3:] == ["a3"]


def test_places_know_that_the_second_run_of_a_person_will_wait_for_the_first():
    turns, served = Turns(1, one_each=True), []
    for key, owner, loads in [("b", "bob", True), ("a1", "ann", True), ("a2", "ann", True), ("forecast", "ann", False)]:
        turns.ask(key, owner, lambda key=key: served.append(key), loads=loads)
    assert [*turns.places()] == ["a1", "forecast", "a2"]


def test_between_two_slices_no_other_run_of_the_same_person_begins():
    """Two turns, and Bob's run was served after Ann's: Ann's would be the first of those that wait."""
    turns, served = Turns(2, one_each=True), []
    for key, owner in [("a1", "ann"), ("b1", "bob"), ("c1", "cy"), ("a2", "ann")]:
        turns.ask(key, owner, lambda key=key: served.append(key), loads=True)
    turns.ask("b1", "bob", lambda: served.append("b1 again"), loads=True)  # its slice is over
    turns.ask("a1", "ann", lambda: served.append("a1 again"), loads=True)
    assert served == ["a1", "b1", "c1", "a1 again"] and turns.held == {"c1", "a1"} and turns.places() == {"b1": 1, "a2": 2}


def test_measurements_and_the_command_line_are_not_counted_as_active_runs():
    turns, served = Turns(9, one_each=True), []
    for key, owner, loads in [("a", "ann", True), ("forecast", "ann", False), ("one", "", True), ("two", "", True)]:
        turns.ask(key, owner, lambda key=key: served.append(key), loads=loads)
    assert served == ["a", "forecast", "one", "two"]


def test_without_the_setting_a_person_may_train_as_many_as_there_are_turns(monkeypatch):
    for said, trains in (("", 2), ("0", 2), ("1", 1)):
        monkeypatch.setenv("LAB_ONE_EACH", said)
        turns = turns_module.turns_as_set(2)
        for key in ("a1", "a2"):
            turns.ask(key, "ann", lambda: None, loads=True)
        assert len(turns.held) == trains


def test_who_was_put_first_need_not_wait_for_ones_own_run(monkeypatch):
    turns, served = Turns(1, slice_seconds=4.0, one_each=True), []
    for key, owner in [("a1", "ann"), ("a2", "ann"), ("b1", "bob"), ("c1", "cy")]:
        turns.ask(key, owner, lambda key=key: served.append(key), loads=True)
    assert [*turns.places()] == ["b1", "c1", "a2"]
    assert turns.put_first("a2") and turns.put_first("c1") and not turns.put_first("a1") and not turns.put_first("nobody")
    assert [*turns.places()] == ["a2", "c1", "b1"]
    turns.leave("b1")
    turns.leave("c1")
    assert turns.others_wait("ann"), "its own run gives way to the one that was put first"
    turns.give_back("a1")
    assert served == ["a1", "a2"]


def test_a_halt_ends_slices_and_gives_turns_to_those_that_are_left_out_of_it():
    turns, served = Turns(1, max_loaded=1), []
    mine, teachers = Slice(turns, "ann"), Slice(turns, "teacher")
    turns.ask("a", "ann", lambda: None, loads=True)
    turns.halt(["teacher"])
    assert mine.is_over() and not teachers.is_over() and not turns.halts("") and not mine._turns.slice_seconds
    turns.give_back("a")
    turns.ask("a", "ann", lambda: served.append("a again"), loads=True)
    turns.ask("t", "teacher", lambda: served.append("t"), loads=True)
    assert served == ["t"], "what is halted keeps nobody out of memory"
    turns.give_back("t")
    turns.unload("t")
    assert served == ["t"] and not turns.held
    turns.halt(None)
    assert served == ["t", "a again"] and not mine.is_over()
