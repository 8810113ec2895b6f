"""One list of what may differ between two runs of the same set-up."""

from core.evaluation.sequences.contests import contender, same_set_up
from core.records.results import set_up as of_results
from core.training.config import RunConfig
from core.training.set_ups import CHANCE, MACHINE, set_up


def test_what_computes_is_no_part_of_a_set_up_and_what_is_free_neither():
    flat = RunConfig.of().flat()
    assert {*MACHINE, *CHANCE} <= flat.keys()
    assert flat.keys() - set_up(flat).keys() == {*MACHINE}
    assert set_up(flat).keys() - set_up(flat, *CHANCE, "lr").keys() == {*CHANCE, "lr"}


def test_every_comparison_leaves_the_machine_out_and_keeps_what_is_learned_with():
    one = RunConfig.of().flat()
    for name, value in {"device": "cpu", "threads": 7, "compile": True, "seed": 5, "stratify": False}.items():
        assert of_results({**one, name: value}) == of_results(one), name
    assert of_results({**one, "lr": 0.5}) != of_results(one) and of_results({**one, "precision": "bf16"}) != of_results(one)
    wanted = contender("fixed", "reverse")
    assert same_set_up({**wanted.flat(), "threads": 7, "precision": "bf16"}, wanted)
    assert not same_set_up({**wanted.flat(), "seed": 7}, wanted)
