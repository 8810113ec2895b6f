"""The runs of a lab as a table: what each reached, and every hyperparameter in the type that it is declared with."""

import pandas as pd
import pytest

from core.training.config import RunConfig
from core.training.history import RunSummary
from core.training.runs.run_table import REACHED, runs_table


def summary(run_id="gru-1", best_epoch=1, **config):
    return RunSummary(
        run_id=run_id,
        status="finished",
        message="",
        config=config,
        owner="",
        created=1.75e9,
        epochs_done=2,
        best_epoch=best_epoch,
        best_val_top1=0.5,
        test_top1=float("nan"),
    )


def test_no_run_leaves_the_head():
    found = runs_table([])
    assert list(found.columns) == list(REACHED) and found.empty and found.dtypes.astype(str).to_dict() == REACHED


def test_hyperparameters_have_their_types_also_where_a_model_has_none_of_them():
    configs = [RunConfig.of(model=model, lr=0.01).flat() for model in ("gru", "vit", "transformer")]
    found = runs_table([summary(f"run-{i}", **config) for i, config in enumerate(configs)])
    kinds = {"hidden_size": "Int64", "lr": "float64", "mlp_ratio": "float64", "bidirectional": "boolean", "positions": "string"}
    assert {name: str(found[name].dtype) for name in kinds} == kinds
    assert found["hidden_size"][0] == configs[0]["hidden_size"] and found["hidden_size"].isna().tolist() == [False, True, True]
    assert found["bidirectional"].isna().tolist() == [False, True, True] and found["mlp_ratio"][1] == 4.0
    assert found["model"].tolist() == ["gru", "vit", "transformer"] and found["lr"].tolist() == [0.01] * 3


def test_columns_say_what_was_reached():
    found = runs_table([summary(model="gru", dataset="shapes"), summary("gru-2", best_epoch=None, model="gru", dataset="shapes")])
    assert found["run"].tolist() == ["gru-1", "gru-2"] and found["best_epoch"].isna().tolist() == [False, True]
    assert found["best_epoch"][0] == 2 and found["started"][0] == pd.Timestamp("2025-06-15 15:06:40+00:00")
    assert found["test_top1"].isna().all() and found["best_val_exact"].isna().all()
    assert found.loc[found["model"] == "gru", "best_val_top1"].mean() == 0.5


@pytest.mark.parametrize("config", [{"model": "of later", "patience": 3}, {"model": "gru", "lr": "fast"}, {"model": "gru", "lr": None}])
def test_what_the_lab_does_not_know_is_left_as_it_is(config):
    found = runs_table([summary(**config)])
    name = [*config][1]
    assert found[name].dtype == object and found[name][0] == config[name]
