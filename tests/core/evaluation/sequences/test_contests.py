"""Set-ups that are compared: every task has them, and a run is recognised whatever computed it."""

import pytest

from core.data.seq_tasks import SEQ_TASKS
from core.errors import ConfigError
from core.evaluation.sequences.contests import CONTENDERS, HIDDEN, HIDDEN_SIZES, POSITIONS, contender, same_set_up, with_positions
from core.models import MODELS
from core.records.recorded import recorded_run
from core.training.config import RunConfig


@pytest.mark.parametrize("task", SEQ_TASKS)
def test_every_task_has_three_models_that_differ_in_their_model_alone(task):
    configs = {name: contender(name, task, hidden=96, seed=2) for name in CONTENDERS}
    assert {config.model for config in configs.values()} == {"seq2seq-gru", "seq2seq-gru-attention", "transformer"} <= {*MODELS}
    assert len({(c.dataset, c.training.epochs, c.training.seed, c.data_config, c.model_config.embed_dim) for c in configs.values()}) == 1
    assert configs["fixed"].model_config == configs["attention"].model_config
    assert {with_positions(kind, task).model_config.positions for kind in POSITIONS} == {*POSITIONS}
    assert with_positions("sinusoidal", task, seed=1) == contender("transformer", task, seed=1)


def test_recorded_runs_are_of_these_set_ups():
    for name, run in (("fixed", "reverse-gru"), ("attention", "reverse-gru-attention"), ("transformer", "reverse-transformer")):
        assert same_set_up(recorded_run(run).config, contender(name, "reverse"))
        assert not same_set_up(recorded_run(run).config, contender(name, "reverse", seed=1))
        assert not same_set_up(recorded_run(run).config, contender(name, "copy"))
    assert same_set_up(recorded_run("dates-transformer").config, contender("transformer", "dates"))


def test_what_computes_makes_no_other_set_up_and_anything_else_does():
    wanted = contender("fixed", "reverse")
    assert same_set_up({**wanted.flat(), "device": "cpu", "threads": 2, "kernel": "scan"}, wanted)
    for change in ({"hidden_size": HIDDEN_SIZES[0]}, {"epochs": 9}, {"lr": 0.02}, {"split_seed": 1}, {"dropout": 0.1}):
        assert not same_set_up({**wanted.flat(), **change}, wanted)
    assert not same_set_up(RunConfig.of(model="gru").flat(), wanted) and HIDDEN in HIDDEN_SIZES


def test_unknown_names_are_explained():
    with pytest.raises(ConfigError, match="fixed"):
        contender("fixd", "reverse")
    with pytest.raises(ConfigError, match="reverse"):
        contender("fixed", "revers")
