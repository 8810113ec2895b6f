"""A question put to a class: phases, ballots, what each person may see. Random people on many threads try to break the promises."""

import json
import random
import threading
import time

import pytest

from core.classroom import people
from core.classroom.classroom import Classroom
from core.classroom.pace import Pace
from core.classroom.poll import AGAIN, CLOSED, DISCUSS, EXPERIMENT, PHASES, PREDICT, REVEAL
from core.classroom.questions.question import ByVariants, Truth
from core.classroom.questions.table import QUESTIONS
from core.errors import ConfigError, LabError
from core.training.runs.class_tables import BallotRow
from core.training.runs.database import Database

MASK = Truth("zero", {"change": "0", "without": "0.13"})
OPTIONS = list(QUESTIONS["mask"].answer.options)
NEXT = {PREDICT: DISCUSS, DISCUSS: EXPERIMENT, EXPERIMENT: AGAIN, AGAIN: REVEAL, REVEAL: CLOSED}


@pytest.fixture
def store(tmp_path):
    made = Database(tmp_path)
    yield made
    made.close()


@pytest.fixture
def room(store, monkeypatch):
    for name in ("TRIES", "TRIES_OF_ALL"):
        monkeypatch.setattr(people, name, Pace(10**6, 1.0))  # the tests of a minute join more often than a class
    made = Classroom(store, opened=True, secret="secret")
    for person in ("ann", "bea", "cid", "dan"):
        made.people.join(person, code=made.people.code, name=f"{person} Smith")
    return made


def led_to(polls, phase, question="mask", truth=MASK):
    """A new poll that has been led to a phase."""
    poll = polls.open(question)
    while poll.phase != phase:
        if poll.phase == AGAIN and NEXT[poll.phase] == REVEAL:
            polls.settle(poll.id, truth)
        poll = polls.advance(poll.id, NEXT[poll.phase])
    return poll


@pytest.mark.parametrize("phase", PHASES[:-1])
@pytest.mark.parametrize("to", [*PHASES, "", "nothing", None, 3])
def test_phases_follow_each_other_and_a_poll_can_be_closed_at_any_time(room, phase, to):
    poll = led_to(room.polls, phase)
    if to in (NEXT[phase], CLOSED) and (phase, to) != (AGAIN, REVEAL):
        assert room.polls.advance(poll.id, to).phase == to
        assert (room.polls.now is None) == (to == CLOSED)
    else:
        with pytest.raises(ConfigError):
            room.polls.advance(poll.id, to)
        assert room.polls.now.phase == phase


def test_nothing_is_revealed_before_it_is_measured(room):
    poll = led_to(room.polls, AGAIN)
    with pytest.raises(ConfigError, match="measure the truth first"):
        room.polls.advance(poll.id, REVEAL)
    room.polls.settle(poll.id, MASK)
    assert room.polls.advance(poll.id, REVEAL).phase == REVEAL


def test_one_question_at_a_time_and_none_that_is_unknown(room):
    poll = room.polls.open("mask")
    with pytest.raises(ConfigError, match="open already"):
        room.polls.open("cost")
    room.polls.advance(poll.id, CLOSED)
    with pytest.raises(ConfigError, match="mask"):
        room.polls.open("maks")
    assert room.polls.open("cost").id != poll.id
    for act in (lambda: room.polls.advance(poll.id, DISCUSS), lambda: room.polls.answer("ann", poll.id, 1, "zero")):
        with pytest.raises(ConfigError, match="not open any more"):  # a page that shows the old one
            act()


@pytest.mark.parametrize("phase", PHASES[:-1])
@pytest.mark.parametrize("round", [1, 2, 0, 3, None, "1"])
def test_answers_are_taken_in_the_phase_of_their_round_only(room, store, phase, round):
    poll = led_to(room.polls, phase)
    if (phase, round) in ((PREDICT, 1), (AGAIN, 2)):
        room.polls.answer("ann", poll.id, round, "small", "why")
    else:
        with pytest.raises(ConfigError, match="No answers are taken"):
            room.polls.answer("ann", poll.id, round, "small", "why")
    with store.transaction() as session:
        assert session.query(BallotRow).count() == ((phase, round) in ((PREDICT, 1), (AGAIN, 2)))


def test_a_change_of_mind_replaces_the_ballot_and_hostile_values_change_nothing(room, store):
    poll = room.polls.open("mask")
    room.polls.answer("ann", poll.id, 1, "small", "a guess")
    room.polls.answer("ann", poll.id, 1, "large", "x" * 10**6 + "\0\u202e")
    for value in (None, 3, "<b>", ["zero"], "zero" * 10**5, {"answer": "zero"}):
        with pytest.raises(ConfigError, match="no answer to the question"):
            room.polls.answer("ann", poll.id, 1, value)
    with pytest.raises(ConfigError):
        room.polls.answer("", poll.id, 1, "zero")
    with store.transaction() as session:
        (row,) = session.query(BallotRow).all()
        assert (row.person, row.round, row.answer) == ("ann", 1, "large")
        assert 0 < len(row.reason) <= 280 and row.reason.startswith("xx")
    assert room.polls.view("ann")["own"][1]["answer"] == "large" and room.polls.view("ann")["answered"] == 1


def test_a_server_that_dies_comes_back_in_the_same_phase_with_everything(room, store):
    polls = room.polls
    poll = polls.open("mask")
    for person, answer in (("ann", "zero"), ("bea", "small"), ("cid", "zero"), ("dan", "large")):
        polls.answer(person, poll.id, 1, answer, f"because of {person}")
    for phase in (PREDICT, DISCUSS, EXPERIMENT, AGAIN, REVEAL):
        if phase == AGAIN:
            polls.answer("ann", poll.id, 2, "large")
        after = Classroom(store, opened=True, secret="secret").polls
        assert after.now == polls.now and after.now.phase == phase
        for person in ("ann", "bea", "cid", "dan", "nobody", ""):
            assert after.view(person) == polls.view(person)
        if phase == EXPERIMENT:
            polls.note_run(poll.id, "run-1", "teacher")
            polls.settle(poll.id, MASK)
        if phase != REVEAL:
            polls.advance(poll.id, NEXT[phase])
    polls.advance(poll.id, CLOSED)
    assert Classroom(store).polls.now is None


def test_a_question_that_a_later_lab_has_no_more_is_not_open(room, store, monkeypatch):
    room.polls.open("mask")
    monkeypatch.delitem(QUESTIONS, "mask")
    assert Classroom(store).polls.now is None


def test_everybody_speaks_with_somebody_who_answered_differently(room):
    poll = room.polls.open("mask")
    for person, answer in (("ann", "zero"), ("bea", "zero"), ("cid", "small"), ("dan", "large")):
        room.polls.answer(person, poll.id, 1, answer, f"reason of {person}")
    room.polls.advance(poll.id, DISCUSS)
    answers = {"ann": "zero", "bea": "zero", "cid": "small", "dan": "large"}
    for person in answers:
        (partner,) = room.polls.view(person)["partners"]
        other = next(one for one in answers if room.people.pseudonym(one) == partner["who"])
        assert answers[other] != answers[person] and room.polls.view(person)["differs"]
        assert partner["reason"] == f"reason of {other}"
    room.polls.advance(poll.id, EXPERIMENT)
    assert room.polls.view("ann")["partners"] == []  # the discussion is over


def test_a_late_joiner_lands_in_the_discussion_and_stays_in_the_same_group(room, store):
    poll = room.polls.open("mask")
    for person, answer in (("ann", "zero"), ("bea", "small")):
        room.polls.answer(person, poll.id, 1, answer)
    room.polls.advance(poll.id, DISCUSS)
    late = room.polls.view("cid")
    assert {partner["who"] for partner in late["partners"]} == {room.people.pseudonym(person) for person in ("ann", "bea")}
    assert late["own"] == {} and late["phase"] == DISCUSS
    assert len(room.polls.view("ann")["partners"]) == 2  # who was there knows of it
    assert Classroom(store).polls.view("cid") == late == room.polls.view("cid")
    assert room.polls.view("outsider")["partners"] == []  # who has not joined speaks with nobody
    assert len(room.polls.now.groups) == 1 and len(room.polls.now.groups[0]) == 3


def test_variants_are_dealt_evenly_and_each_run_has_a_seed_of_its_own(room):
    poll = led_to(room.polls, EXPERIMENT, "learning-rate")
    asked = []
    for at in range(10):
        room.polls.train_variant(poll.id, f"person {at}", lambda config: asked.append(config) or f"run {len(asked)}")
    variants = QUESTIONS["learning-rate"].decides.variants
    assert isinstance(QUESTIONS["learning-rate"].decides, ByVariants)
    counts = [sum(config["lr"] == variant.config["lr"] for config in asked) for variant in variants]
    assert sorted(counts) == [2, 2, 3, 3] and len({(config["lr"], config["seed"]) for config in asked}) == 10
    assert [run.run for run in room.polls.now.runs] == [f"run {at}" for at in range(1, 11)]


def test_who_has_had_every_variant_gets_no_more_and_a_refused_run_is_dealt_again(room):
    poll = led_to(room.polls, EXPERIMENT, "learning-rate")

    def refuse(config):
        raise LabError("The queue is full.")

    with pytest.raises(LabError, match="full"):
        room.polls.train_variant(poll.id, "ann", refuse)
    assert room.polls.now.runs == ()
    for at in range(4):
        room.polls.train_variant(poll.id, "ann", lambda config, at=at: f"run {at}")
    assert sorted(run.variant for run in room.polls.now.runs) == [0, 1, 2, 3]
    with pytest.raises(ConfigError, match="as many runs"):
        room.polls.train_variant(poll.id, "ann", lambda config: "one more")
    room.polls.advance(poll.id, AGAIN)
    with pytest.raises(ConfigError, match="experiment only"):
        room.polls.train_variant(poll.id, "bea", lambda config: "too late")


@pytest.mark.parametrize("phase", [PREDICT, DISCUSS, REVEAL])
def test_what_is_measured_at_another_time_decides_nothing(room, phase):
    poll = led_to(room.polls, phase)
    before = room.polls.now
    for act in (lambda: room.polls.settle(poll.id, Truth("large", {})), lambda: room.polls.note_run(poll.id, "run", "ann")):
        with pytest.raises(ConfigError):
            act()
    assert room.polls.now == before


def test_a_truth_that_is_no_answer_is_refused(room):
    poll = led_to(room.polls, EXPERIMENT)
    with pytest.raises(ConfigError):
        room.polls.settle(poll.id, Truth("something else", {}))
    assert room.polls.now.truth is None


def test_the_reveal_shows_both_rounds_the_shift_and_the_truth(room):
    poll = room.polls.open("mask")
    for person, answer in (("ann", "small"), ("bea", "small"), ("cid", "zero")):
        room.polls.answer(person, poll.id, 1, answer)
    for phase in (DISCUSS, EXPERIMENT, AGAIN):
        room.polls.advance(poll.id, phase)
    for person, answer in (("ann", "zero"), ("bea", "small"), ("dan", "large")):
        room.polls.answer(person, poll.id, 2, answer)
    room.polls.settle(poll.id, MASK)
    assert room.polls.view("ann")["outcome"] is None
    room.polls.advance(poll.id, REVEAL)
    outcome = room.polls.view("ann")["outcome"]
    assert outcome["truth"] == "zero" and "It moves by 0" in outcome["because"]
    assert outcome["distributions"] == {1: {"people": 3, "counts": [1, 2, 0]}, 2: {"people": 3, "counts": [1, 1, 1]}}
    assert outcome["shift"]["counts"] == [[0, 0, 0], [1, 1, 0], [0, 0, 0]] and outcome["shift"]["reached"] == (1, 0)


def test_versions_grow_with_what_a_page_shows(room):
    polls = room.polls
    seen = [(polls.pulse("ann")["version"], polls.pulse("boss", leads=True)["version"])]
    poll = polls.open("mask")
    seen.append((polls.pulse("ann")["version"], polls.pulse("boss", leads=True)["version"]))
    polls.answer("ann", poll.id, 1, "zero")
    assert polls.pulse("ann")["version"] == seen[-1][0]  # thirty answers are no thirty drawings of thirty pages
    seen.append((polls.pulse("ann")["version"], polls.pulse("boss", leads=True)["version"]))
    polls.advance(poll.id, DISCUSS)
    seen.append((polls.pulse("ann")["version"], polls.pulse("boss", leads=True)["version"]))
    assert [leads for _, leads in seen] == sorted({leads for _, leads in seen}) and seen[3][0] > seen[2][0]
    assert list(polls.pulse("ann")) == ["version", "open"]


def leaks(view):
    """What a view says that its phase has not revealed: any number of an option, the truth, or an answer that is not one's own."""
    if view is None or view["phase"] == REVEAL:
        return []
    told = {name: value for name, value in view.items() if name != "own"}
    found = [option for option in OPTIONS if f'"{option}"' in json.dumps(told)]
    return found + ([view["outcome"]] if view["outcome"] is not None else []) + ([view] if set(view) - SEEN else [])


SEEN = {"poll", "question", "phase", "round", "own", "answered", "partners", "differs", "measured", "outcome"}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_people_do_at_the_same_time_nothing_leaks_and_every_ballot_counts_once(room, store, seed):
    polls, names = room.polls, [f"p{at}" for at in range(6)]
    for person in names:
        room.people.join(person, code=room.people.code, name=person)
    wrong, taken, done = [], {}, threading.Event()
    order = threading.Lock()

    def student(person):
        draw = random.Random(f"{seed} {person}")
        while not done.is_set():
            now, view = polls.now, polls.view(person)
            wrong.extend(leaks(view))
            if now is None:
                continue
            number, round, answer = now.id + draw.choice((0, 0, 0, -1)), draw.choice((1, 2, now.round)), draw.choice((*OPTIONS, "no", None))
            with order:  # so that the last answer that was taken is known: with which the others compete is drawn anew each time
                try:
                    polls.answer(person, number, round, answer)
                    taken[number, round, person] = answer
                except ConfigError:
                    pass

    def teacher():
        draw = random.Random(seed)
        for _ in range(80):
            time.sleep(0.005)  # in which some vote
            now = polls.now
            try:
                if now is None:
                    polls.open("mask")
                elif draw.random() < 0.3:
                    polls.settle(now.id, MASK)
                else:
                    polls.advance(now.id, draw.choice((NEXT[now.phase], NEXT[now.phase], NEXT[now.phase], PREDICT, CLOSED)))
            except ConfigError:
                pass
        done.set()

    threads = [threading.Thread(target=student, args=(person,)) for person in names] + [threading.Thread(target=teacher)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong and taken
    with store.transaction() as session:
        kept = {(row.poll, row.round, row.person): row.answer for row in session.query(BallotRow)}
    assert kept == taken


def test_no_ballot_is_taken_once_its_phase_has_been_closed(room, store):
    """Voters run against the instructor: what is counted when the phase closes is what is counted for ever."""
    for _ in range(5):
        poll, start = room.polls.open("mask"), threading.Barrier(9)
        results = []

        def vote(person, poll=poll, start=start, results=results):
            start.wait()
            try:
                room.polls.answer(person, poll.id, 1, "zero")
                results.append(person)
            except ConfigError:
                pass

        threads = [threading.Thread(target=vote, args=(f"p{at}",)) for at in range(8)]
        for thread in threads:
            thread.start()
        start.wait()
        room.polls.advance(poll.id, DISCUSS)
        at_close = room.polls.view("ann")["answered"]
        for thread in threads:
            thread.join(30)
        assert room.polls.view("ann")["answered"] == at_close == len(results)
        with store.transaction() as session:
            assert session.query(BallotRow).filter_by(poll=poll.id).count() == at_close
        room.polls.advance(poll.id, CLOSED)


def test_thirty_who_vote_at_once_are_all_counted_once(room, store):
    poll, start, people = room.polls.open("mask"), threading.Barrier(30), [f"p{at}" for at in range(30)]

    def vote(person):
        start.wait()
        for answer in ("large", "zero"):  # a tap too many
            room.polls.answer(person, poll.id, 1, answer)

    threads = [threading.Thread(target=vote, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert room.polls.view("ann")["answered"] == 30 and leaks(room.polls.view("ann")) == []
    with store.transaction() as session:
        assert sorted((row.person, row.answer) for row in session.query(BallotRow)) == sorted((person, "zero") for person in people)
