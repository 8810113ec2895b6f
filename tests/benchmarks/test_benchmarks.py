"""The benchmarks' own arithmetic, on tiny inputs: ratios, never seconds."""

import argparse
import asyncio
import math
import os
import time
from dataclasses import replace
from functools import partial
from itertools import count

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.data import DATASETS, DatasetSpec, load_dataset
from core.records.recorded import recorded_run
from core.training.config import RunConfig
from core.training.loop import readings
from core.training.loop.device import Plan
from core.training.runs.manager import RunManager
from dashboard.kit.component import name_of
from tests.benchmarks import contenders, dates, firstpoint, lasting, openings, report, slices
from tests.benchmarks.board import fill
from tests.benchmarks.class_client import Seen, Visitor
from tests.benchmarks.decoding import times
from tests.benchmarks.loop import Case, Speeds, take_turns
from tests.benchmarks.openings import Rush
from tests.benchmarks.shapes import by_time, linear_model
from tests.benchmarks.viewer_client import Counted, Viewer
from tests.benchmarks.viewers import Watched, mean_speed, row
from tests.support import SMALL


class Scripted:
    """A contender with speeds that are known."""

    def __init__(self, *speeds: float):
        self._speeds = iter(speeds)

    def turn(self, seconds: float) -> float:
        return next(self._speeds)


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    found = report.ratio([10.0, 30.0, 50.0], [10.0, 20.0, 20.0])
    assert (found.median, found.low, found.high) == (1.5, 1.0, 2.5)
    assert str(found) == "1.500 (1.000 to 2.500)"
    with pytest.raises(ValueError, match="as many speeds"):
        report.ratio([1.0, 2.0], [1.0])


def test_the_lab_is_compared_with_the_bare_loops_before_and_after_it():
    speeds = Speeds(Case("any", 1.2), batch=8, plan=Plan(1, "torch"), plain_threads=2)
    lab, bare, plain = Scripted(1, 90, 97), Scripted(1, 80, 120, 100, 94), Scripted(1, 60, 97)  # the first of each does not count
    take_turns(speeds, lab, bare, plain, rounds=2, seconds=0)
    cells = speeds.row()
    assert speeds.bare == [(80, 120), (100, 94)]
    assert cells[7] == "1.250 (1.000 to 1.500)"  # 90 / 60, 97 / 97
    assert cells[8] == ">= 1.2: met"
    assert cells[9] == "0.950 (0.900 to 1.000)"  # 90 / 100, 97 / 97
    assert cells[10] == ">= 0.97: MISSED"


def test_speed_counts_images_of_whole_steps_after_the_warm_up(monkeypatch):
    now = [0.0]

    def steps():
        for number in count():
            now[0] += 0.25
            yield 1000 if number < 2 else 10  # the first two fall into the warm-up

    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    assert contenders.speed(steps(), 2.0) == 40.0


def test_verdict_and_percentile_and_table():
    assert report.verdict(2.9, at_most=3) == "<= 3: met"
    assert report.verdict(3.1, at_most=3) == "<= 3: MISSED"
    assert report.percentile([4, 1, 3, 2], 50) == 2
    assert report.percentile(range(1, 101), 95) == 95
    assert report.thirds([1, 3, 100, 100, 100, 5, 9]) == (2, 7) and all(map(math.isnan, report.thirds([1, 2])))
    assert report.table(["a", "b"], [[1, "long"]]).splitlines() == ["| a | b    |", "|---|------|", "| 1 | long |"]
    assert "command: python -m tests.benchmarks loop --quick" in report.facts(["loop", "--quick"])


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(DATASETS, "tiny", DatasetSpec("Tiny", "For tests.", "tests.support:load_tiny", fixed={"train": 3000}))
    return RunConfig.of(**{**SMALL, "patch_size": 2, "epochs": 1000})


def test_every_contender_trains(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(contenders, "WARM_SECONDS", 0.0)
    monkeypatch.setattr(readings, "READ_SECONDS", 0.01)
    dataset, manager = load_dataset("tiny", home=tmp_path), RunManager(tmp_path)
    lab, bare = contenders.Lab(manager, tiny), contenders.Bare(dataset, tiny, Plan(1, "torch"))
    assert lab.plan == Plan(1, "torch")
    assert lab.turn(0.0) > 0
    assert manager.snapshot(lab.run_id).status == "paused"  # it stands still while the others train
    assert bare.turn(0.01) > 0
    assert next(contenders.plain_steps(dataset, tiny)) == tiny.training.batch_size
    lab.close()
    bare.close()
    manager.shutdown()


def test_mean_speed_is_all_images_by_all_seconds():
    epochs = [argparse.Namespace(images_per_second=100.0), argparse.Namespace(images_per_second=300.0)]
    assert mean_speed(epochs) == pytest.approx(150.0)


def test_the_viewers_row():
    watched = Watched(with_viewers=[90.0, 80.0], without=[100.0, 100.0])
    watched.add({"asked": 4, "received": 6000, "ticks": [0.01, 0.02, 0.03], "disconnected": 1})
    watched.late = [*range(1, 20), 101.0]
    shared = ["85", "100", "0.850 (0.800 to 0.900)"]
    ticks = ["2.0", "20", "30", "75%", "1"]
    assert row(8, watched) == ["8", *shared, ">= 0.97: MISSED", *ticks, "10", "19", ""]
    assert row(30, watched) == ["30", *shared, ">= 0.95: MISSED", *ticks, "10", "19", "<= 100: met"]


def test_seconds_of_epochs_add_up():
    epochs = [{"epoch": 1, "seconds": 2.0, "val_top1": 0.5}, {"epoch": 2, "seconds": 3.0, "val_top1": 0.9}]
    assert [(line["seconds"], line["val"]) for line in by_time({"epochs": epochs})] == [(2.0, 0.5), (5.0, 0.9)]


def test_the_linear_model_learns_what_is_linear(tiny, tmp_path):
    dataset = load_dataset("tiny", home=tmp_path)
    assert linear_model(dataset, 0.01, steps=10)["test"] == 1.0  # one fixed pattern a class


def test_the_board_is_filled_with_runs_as_a_training_leaves_them(tmp_path):
    store = fill(tmp_path, runs=7, points=20, epochs=2)
    manager = RunManager(tmp_path)
    assert [row.status for row in manager.runs()] == ["finished"] * 7 and len({row.config["model"] for row in manager.runs()}) == 6
    for run_id in store.ids():
        run = manager.snapshot(run_id)
        assert len(run.points) == 20 and run.step == 20 and RunConfig.of(**run.config).flat() == run.config
        for record in run.epochs:
            assert record.val_top1 == record.val_confusion.trace() / record.val_confusion.sum()
            assert record.val_confusion.sum() == pytest.approx(2_000, abs=90)
    manager.shutdown()


# -- the viewer -----------------------------------------------------------------------------------------------------


class Socket:
    """A connection that remembers what is sent."""

    def __init__(self):
        self.sent = []

    async def send(self, frame):
        self.sent.append(BackMsg.FromString(frame).rerun_script)


def finished(*fragments):
    status = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY if fragments else ForwardMsg.FINISHED_SUCCESSFULLY
    message = ForwardMsg(script_finished=status)
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def element(fragment="", **kind):
    message = ForwardMsg()
    message.delta.fragment_id = fragment
    for name, fields in kind.items():
        for field, value in fields.items():
            target = getattr(message.delta.new_element, name)
            getattr(target, field).extend(value) if isinstance(value, list) else setattr(target, field, value)
    return message


def test_a_viewer_ticks_until_the_whole_page_runs_again():
    async def watch():
        viewer = Viewer(Socket(), "run=x", Counted())
        repeat = ForwardMsg()
        repeat.auto_rerun.fragment_id, repeat.auto_rerun.interval = "f", 0.01
        viewer._take(repeat)
        while len(viewer.socket.sent) < 3:
            await asyncio.sleep(0.01)
        viewer._take(finished("f"))
        again = ForwardMsg()
        again.new_session.page_script_hash = "page"
        viewer._take(again)
        ticks = len(viewer.socket.sent)
        await asyncio.sleep(0.05)
        return viewer, ticks

    viewer, ticks = asyncio.run(watch())
    assert len(viewer.socket.sent) == ticks
    assert {(tick.fragment_id, tick.is_auto_rerun, tick.query_string) for tick in viewer.socket.sent} == {("f", True, "run=x")}
    assert (viewer.counted.asked, len(viewer.counted.ticks)) == (ticks, 1)


def test_a_viewer_sends_back_what_a_browser_would():
    viewer = Viewer(Socket(), "", Counted())
    viewer._take(element(slider={"id": "$$ID-1-epoch", "set_value": True, "value": [3.0]}))
    viewer._take(element(slider={"id": "$$ID-2-smoothing", "value": [0.9]}))  # its value is the default: the browser keeps silent
    viewer._take(element("f", button={"id": "$$ID-3-play"}))
    large = element("f", html={"body": "x"})
    large.metadata.cacheable, large.hash = True, "h"
    viewer._take(large)
    viewer._take(finished("f"))
    asyncio.run(viewer.press("play"))
    (sent,) = viewer.socket.sent
    assert sent.fragment_id == "f"
    assert [(w.id, w.WhichOneof("value")) for w in sent.widget_states.widgets] == [
        ("$$ID-1-epoch", "double_array_value"), ("$$ID-3-play", "trigger_value"),
    ]  # fmt: skip
    assert list(sent.cached_message_hashes) == ["h"]
    viewer._take(finished("another"))  # does not age what belongs to f
    viewer._take(finished("f"))
    assert list(viewer._kept) == ["h"]
    viewer._take(finished("f"))
    assert not viewer._kept


def test_a_visitor_notes_the_first_picture_and_the_whole_page():
    async def arrive():
        seen = Seen()
        visitor = Visitor(Socket(), "", seen, name="somebody")
        arriving = asyncio.create_task(visitor.arrive(time.perf_counter() - 1))
        await asyncio.sleep(0)
        visitor._take(element(html={"body": "<p>words</p>"}))
        visitor._take(element(bidi_component={"component_name": name_of("dashboard/shell/keys")}))
        assert not seen.first_pictures
        visitor._take(element("f", bidi_component={"component_name": name_of("pages/went/board")}))
        visitor._take(element(html={"body": "<figure>a second picture</figure>"}))
        visitor._take(ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN))
        await asyncio.sleep(0)
        assert not arriving.done()
        visitor._take(finished())
        await arriving
        return seen

    seen = asyncio.run(arrive())
    (picture,), (whole,) = seen.first_pictures, seen.arrived
    assert 1 <= picture <= whole
    seen.forget()
    assert not seen.first_pictures and not seen.arrived


def test_who_gets_no_picture_is_not_left_out():
    rush = Rush(with_people=[90.0], alone=[100.0])
    rush.add({"first_pictures": [0.5], "arrived": [1.0], "replies": [0.1], "errors": [], "slow": ["person 1 on went"]}, people=2)
    measured = {what: (found, wanted) for what, found, wanted in openings.rows(rush)}
    assert measured["seconds to the first picture, p50 / p95 / max"] == ("0.50 / inf / inf", "<= 2: MISSED")
    assert measured["people without a picture"] == ("1 of 2", "none")
    assert measured["pages in an error, or without an answer in 60 s"] == ("1", "<= 0: MISSED")
    assert measured["speed of the watched run, with / alone, images/s"][0] == "90 / 100 = 0.900 (0.900 to 0.900)"


class ScriptedLab:
    """A manager whose runs have a point at every second look. What is ordered of it is noted in `orders`."""

    def __init__(self, orders, home, **settings):
        self.orders, self.looks, self.slice_seconds = orders, count(), os.environ["LAB_SLICE_SECONDS"]

    def submit(self, config, owner=""):
        self.orders.append((self.slice_seconds, owner, config.training.seed, config.training.epochs))
        return f"run-{len(self.orders)}"

    def snapshot(self, run_id):
        return argparse.Namespace(run_id=run_id, active=True, points=[(1.0, 0.1, 0.01)] * (next(self.looks) % 2))

    def wait(self, run_id, timeout):
        return argparse.Namespace(run_id=run_id, status="finished", message="")

    def shutdown(self):
        pass


def test_the_same_runs_train_with_slices_and_without(monkeypatch):
    orders = []
    monkeypatch.setattr(slices, "RunManager", partial(ScriptedLab, orders))
    monkeypatch.setattr(slices, "LOOK", 0)
    monkeypatch.setenv("LAB_SLICE_SECONDS", "7")
    slices.slices(argparse.Namespace(quick=True))
    assert os.environ["LAB_SLICE_SECONDS"] == "7"
    measured = [order for order in orders if order[1]]  # the others warm their process
    ways = {seconds: [order[1:] for order in measured if order[0] == seconds] for seconds in ("4", "0")}
    assert ways["4"] == ways["0"] and len({owner for owner, *_ in ways["4"]}) == 6
    assert [order[0] for order in orders if not order[1]] == ["0", "4", "0"]


def test_slices_are_compared_with_the_halves_before_and_after_them(monkeypatch):
    took = {(3, 0): iter([slices.Took(8.0, 10.0), slices.Took(9.0, 12.0)]), (6, 4): iter([slices.Took(5.0, 24.0)])}
    monkeypatch.setattr(slices, "lesson", lambda students, seconds: next(took[len(students), seconds]))
    first, whole = [line.split("|")[2:6] for line in slices.slices(argparse.Namespace(quick=True)).splitlines()[4:6]]
    assert [cell.strip() for cell in first] == ["5.0 s", "19.0 s", "", "<= 60: met"]
    assert [cell.strip() for cell in whole] == ["24.0 s", "22.0 s", "1.100 (1.000 to 1.200)", "<= 1.1: met"]


def test_a_run_without_a_point_is_told():
    class Failed:
        def snapshot(self, run_id):
            return argparse.Namespace(run_id=run_id, active=False, points=(), status="failed", message="No room.")

    with pytest.raises(RuntimeError, match="Run a has no point of its curve; it is failed. No room."):
        slices.first_points(Failed(), ["a"])
    with pytest.raises(RuntimeError, match="Run a is failed: No room."):
        slices.finish(argparse.Namespace(wait=lambda run_id, timeout: Failed().snapshot(run_id)), ["a"])
    with pytest.raises(RuntimeError, match="Run a is failed: No room."):
        firstpoint.order(argparse.Namespace(submit=lambda config: "a", snapshot=Failed().snapshot))


def test_growth_lies_between_the_middles_of_the_thirds():
    memory = [100.0 + number for number in range(100)]  # 1 MB a run
    assert lasting.row(memory) == ["116.0", "183.0", "1,000"]
    assert lasting.grown(memory) == pytest.approx(100 * (183 / 116 - 1))


def test_engines_play_in_turn_and_the_first_round_does_not_count():
    played = []
    players = {name: lambda name=name: played.append(name) or float(len(played)) for name in ("process", "thread")}
    assert firstpoint.taken(players, 2) == {"process": [4.0, 5.0], "thread": [3.0, 6.0]}
    assert played == ["process", "thread", "thread", "process", "process", "thread"]


def test_a_page_that_dies_ends_the_wait_for_its_curve():
    visitor = Visitor(Socket(), "", Seen(), name="somebody")
    visitor.boards["chart"] = [{"n": 3}]
    asyncio.run(firstpoint.shown(visitor, lambda chart: chart["n"] == 3))
    visitor.note("it is gone")
    with pytest.raises(RuntimeError, match="somebody on train: it is gone"):
        asyncio.run(firstpoint.shown(visitor, lambda chart: chart["n"] == 4))


def test_decoding_is_timed_as_often_with_a_cache_as_without():
    with_cache, without = times(2, 3, length=16, tokens=4)  # it also sees to it that both write the same
    assert len(with_cache) == len(without) == 3 and min(*with_cache, *without) > 0


def test_dates_until_the_goal_and_no_longer(monkeypatch):
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 300, "val": 40, "test": 40})
    config = RunConfig.of(preset="dates", epochs=3, threads=1)
    monkeypatch.setattr(dates, "GOAL", 0.0)
    found = dates.train(config, give_up_after=60)
    assert found["epoch"] == 1 and found["loaded"] > 0 and found["reached"] > 0 and found["threads"] == 1
    monkeypatch.setattr(dates, "GOAL", 1.1)
    found = dates.train(config, give_up_after=60)
    assert found["epoch"] is None and found["reached"] is None and 0 <= found["exact"] <= 1


def test_the_seconds_to_the_goal_are_those_of_the_epochs_up_to_it(monkeypatch):
    class Scripted:
        """A manager whose run comes along one epoch a look."""

        def __init__(self, home):
            run = recorded_run("dates-transformer")
            self.looks = (replace(run, status="running", epochs=run.epochs[:done], step=max(1, done)) for done in count(0))

        def submit(self, config):
            return "scripted"

        def snapshot(self, run_id):
            return next(self.looks)

        def shutdown(self):
            pass

    monkeypatch.setattr(dates, "RunManager", Scripted)
    found = dates.train(None, give_up_after=60)
    epochs = recorded_run("dates-transformer").epochs
    assert found["epoch"] == 5 and epochs[3].val_exact < 0.95 <= epochs[4].val_exact
    assert found["reached"] == sum(epoch.seconds for epoch in epochs[:5])
