import argparse
from dataclasses import FrozenInstanceError, dataclass

import pytest

from core.errors import ConfigError
from core.hparams import Hyperparameters, add_flags, declared, help_table, hparam, redeclared
from core.models import MODELS
from core.models.configs import ViTConfig


@dataclass(frozen=True, kw_only=True)
class Config(Hyperparameters):
    width: int = hparam(64, "Width.", low=1, high=2**31 - 1, unit="units")
    rate: float = hparam(0.1, "Share, in %.", low=0.0, high=0.5, step=0.05)
    side: int = hparam(4, "Side.", choices=(1, 2, 4))
    kind: str = hparam("a", "Kind.", choices=("a", "b"))
    folder: str = hparam("", "Folder.")
    fast: bool = hparam(False, "Fast.")
    least: int = hparam(5, "Bounded below.", low=3)
    free: float = hparam(0.0, "Unbounded.")

    @classmethod
    def conflicts(cls, values):
        return {"fast": "fast needs width over 8."} if values["fast"] and values["width"] <= 8 else {}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"width": 0}, r"width = 0 is out of range: choose 1 to 2147483647 units\."),
        ({"width": 10**400}, "out of range"),
        ({"width": 2.5}, r"width must be a whole number, not 2\.5"),
        ({"width": True}, "width must be a whole number, not True"),
        ({"width": float("nan")}, "width must be a whole number"),
        ({"width": float("inf")}, "width must be a whole number"),
        ({"width": "64"}, "width must be a whole number, not '64'"),
        ({"rate": 0.51}, r"rate = 0\.51 is out of range: choose 0 to 0\.5\."),
        ({"rate": -1e-9}, "rate = -1e-09 is out of range"),
        ({"rate": float("nan")}, "rate must be a finite number"),
        ({"free": 10**400}, "free must be a finite number"),
        ({"rate": None}, "rate must be a finite number, not None"),
        ({"side": 3}, r"side = 3 is not possible: choose one of 1 \| 2 \| 4"),
        ({"kind": "c"}, r"kind = 'c' is not possible: choose one of a \| b"),
        ({"kind": 1}, "kind must be text"),
        ({"fast": 1}, "fast must be yes or no, not 1"),
        ({"least": 2}, "least = 2 is out of range: choose at least 3"),
        ({"witdh": 3}, "no hyperparameter named 'witdh'. Did you mean 'width'?"),
        ({"fast": True, "width": 8}, "fast needs width over 8"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(values, message):
    with pytest.raises(ConfigError, match=message):
        Config.of(values)


@pytest.mark.parametrize("name", ["width", "rate", "side", "kind", "least"])
def test_a_config_made_directly_checks_itself_too(name):
    with pytest.raises(ConfigError, match=name):
        Config(**{name: -1})


@pytest.mark.parametrize("values", [{"width": 1}, {"width": 2**31 - 1}, {"rate": 0}, {"rate": 0.5}, {"folder": "x y"}])
def test_the_ends_of_a_range_belong_to_it(values):
    assert Config.of(values).changed() == values


@pytest.mark.parametrize("make", [Config.of, lambda values: Config(**values)])
def test_values_get_the_kind_that_was_declared(make):
    config = make({"width": 32.0, "side": 2.0, "rate": 0})
    assert [type(v) for v in (config.width, config.side, config.rate)] == [int, int, float]


def test_all_problems_are_found_at_once_and_conflicts_only_among_valid_values():
    assert set(Config.problems({"width": 0, "rate": 9, "no": 1})) == {"width", "rate", "no"}
    assert set(Config.problems({"fast": True, "width": 0})) == {"width"}
    assert set(Config.problems({"fast": True, "width": 8})) == {"fast"}
    assert Config.problems({"fast": True}) == {}  # the default width counts


def test_a_hyperparameter_that_is_declared_anew_keeps_what_is_not_changed():
    @dataclass(frozen=True, kw_only=True)
    class Other(Hyperparameters):
        width: int = redeclared(Config, "width", 8, help="Another width.")

    (h,) = declared(Other).values()
    assert (h.default, h.help, h.low, h.high, h.unit, h.kind) == (8, "Another width.", 1, 2**31 - 1, "units", int)
    assert (declared(Config)["width"].default, declared(Config)["width"].help) == (64, "Width.")


def test_a_config_cannot_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        Config().width = 3


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("width", "12", 12), ("rate", "1e-1", 0.1), ("kind", "b", "b"), ("fast", "Yes", True), ("fast", "0", False)],
)
def test_text_is_read_as_the_declared_kind(name, text, value):
    parsed = declared(Config)[name].parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("width", "12.5"), ("width", ""), ("width", "1_0"), ("width", " 7 "), ("width", "١٢"), ("width", "9" * 30), ("rate", "0,1"),
        ("rate", "nan"), ("rate", "inf"), ("rate", "1_0.5"), ("fast", "maybe"),
    ],
)  # fmt: skip
def test_text_that_is_no_value_is_refused(name, text):
    with pytest.raises(ConfigError, match=f"{name} = '{text}' is not valid: choose"):
        declared(Config)[name].parse(text)


def test_flags_come_from_the_declaration_and_leave_defaults_alone():
    parser = argparse.ArgumentParser(prog="lab")
    add_flags(parser, declared(Config).values())
    assert vars(parser.parse_args([])) == {}
    assert vars(parser.parse_args(["--fast", "--width", "3"])) == {"fast": True, "width": "3"}
    assert vars(parser.parse_args(["--no-fast"])) == {"fast": False}
    text = " ".join(parser.format_help().split())
    assert "Share, in %. (0 to 0.5; default 0.1)" in text
    assert "Width. (1 to 2147483647 units; default 64)" in text


def test_the_help_table_has_a_row_for_each_hyperparameter():
    rows = {row["name"]: row for row in help_table(Config)}
    assert list(rows) == list(declared(Config))
    assert rows["width"] == {
        "name": "width", "default": "64", "range": "1 to 2147483647", "unit": "units", "help": "Width.",
    }  # fmt: skip
    assert rows["fast"]["range"] == "yes | no"
    assert rows["folder"]["range"] == "any text"
    assert rows["free"]["range"] == "any number"


def test_heads_that_do_not_divide_the_width_are_a_conflict():
    with pytest.raises(ConfigError, match="num_heads = 3 does not divide embed_dim = 64"):
        ViTConfig.of({"num_heads": 3})
    assert ViTConfig.of({"num_heads": 3, "embed_dim": 48}).num_heads == 3


@pytest.mark.parametrize("model", MODELS)
def test_every_default_of_every_model_is_a_possible_value(model):
    config = MODELS[model].config
    assert config.of({n: h.default for n, h in declared(config).items()}) == config()
    assert all(h.help.endswith(".") for h in declared(config).values())
