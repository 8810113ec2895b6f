"""Same seed, same weights: against the class itself in a quiet process, while other threads draw, seed and build between all draws."""

import threading
from importlib import import_module

import pytest
import torch
from torch import nn

from core.models import MODELS, Task, build_model, building
from core.models.drawing import takes_generator
from core.models.seq2seq_task import Seq2SeqTask
from tests.in_turns import in_turns

WORDS, PICTURES = Seq2SeqTask(20, 6, 7), Seq2SeqTask(20, 6, 7, 32)
VARIANTS = [
    *((name, {}) for name in MODELS),
    ("gru", {"bidirectional": True, "num_layers": 2, "dropout": 0.3}),
    *(("vit", {"positions": kind, "num_layers": 1}) for kind in ("none", "learned", "rotary")),
    ("transformer", {"positions": "learned", "tie": True, "share": True}),
    ("seq2seq-gru-attention", {"num_layers": 2}),
]


def task_of(name):
    return Task() if MODELS[name].kind == "images" else WORDS


def quietly(name, seed, more):
    """The model as its class makes it, from torch's global generator, while nothing else draws."""
    spec = MODELS[name]
    module, _, cls = spec.target.partition(":")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return getattr(import_module(module), cls)(task_of(name), spec.config.of(more), **spec.fixed)


def same(one, other):
    mine, theirs = one.state_dict(), other.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[key], theirs[key]) for key in mine)


@pytest.fixture
def crowded(monkeypatch):
    """Before every draw of this thread another one draws from the global generator, sets its seed, and builds, with a seed and without."""
    own, count = threading.current_thread(), []

    def others():
        torch.manual_seed(len(count))
        torch.rand(3)
        build_model("rnn", hidden_size=2)
        build_model("rnn", hidden_size=2, seed=0)

    def before(draw):
        def drawing(*args, **named):
            if threading.current_thread() is own:
                count.append(draw.__name__)
                other = threading.Thread(target=others)
                other.start()
                other.join()
            return draw(*args, **named)

        return drawing

    for name in ("uniform_", "normal_", "bernoulli_", "random_"):
        monkeypatch.setattr(torch.Tensor, name, before(getattr(torch.Tensor, name)))
    for name in ("rand", "randn", "randint", "randperm", "normal", "bernoulli"):
        monkeypatch.setattr(torch, name, before(getattr(torch, name)))
    return count


@pytest.mark.parametrize(("name", "more"), VARIANTS)
def test_weights_depend_on_the_seed_alone(name, more, request):
    expected = quietly(name, 7, more)
    draws = request.getfixturevalue("crowded")
    assert same(build_model(name, task_of(name), seed=7, **more), expected) and len(draws) > 1


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize(("name", "more"), VARIANTS)
def test_weights_are_those_of_a_quiet_process(name, more, seed):
    assert same(build_model(name, task_of(name), seed=seed, **more), quietly(name, seed, more))
    assert not same(build_model(name, task_of(name), seed=seed + 1, **more), quietly(name, seed, more))


def test_images_as_a_source_too():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        expected = import_module("core.models.encoder_decoder").EncoderDecoder(PICTURES, MODELS["transformer"].config.of({}))
    assert same(build_model("transformer", PICTURES, seed=3), expected)


@pytest.mark.parametrize("name", MODELS)
def test_builds_in_several_threads_do_not_wait_for_or_touch_each_other(name, monkeypatch):
    expected = [quietly(name, seed, {}) for seed in range(3)]
    jobs = [lambda seed=seed: build_model(name, task_of(name), seed=seed) for seed in range(3)]
    for place in ("uniform_", "normal_"):
        try:
            found = in_turns(jobs, monkeypatch, torch.Tensor, place)
        except AssertionError as error:  # not every model draws from both
            assert "was not called" in str(error)
            continue
        assert all(map(same, found, expected))


def test_the_global_generator_is_left_alone():
    torch.manual_seed(11)
    before = torch.get_rng_state()
    for name in MODELS:
        build_model(name, task_of(name), seed=2)
    assert torch.equal(torch.get_rng_state(), before)


def test_without_a_seed_the_global_generator_decides():
    def built():
        torch.manual_seed(5)
        return build_model("gru"), build_model("gru")

    (one, two), (again, _) = built(), built()
    assert same(one, again) and not same(one, two)


def test_one_build_in_another():
    with building(4):
        outer = nn.Linear(3, 3).weight
        with building(5):
            inner = nn.Linear(3, 3).weight
        with building(None):
            rest = torch.randperm(9), torch.normal(0.0, 1.0, (2,)), torch.rand(2), torch.bernoulli(torch.full((9,), 0.5))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        expected = nn.Linear(3, 3).weight
        others = torch.randperm(9), torch.normal(0.0, 1.0, (2,)), torch.rand(2), torch.bernoulli(torch.full((9,), 0.5))
        torch.manual_seed(5)
        assert torch.equal(inner, nn.Linear(3, 3).weight)
    assert torch.equal(outer, expected) and all(map(torch.equal, rest, others))


def test_what_draws_is_known_by_its_kind():
    draw = [torch.Tensor.uniform_, torch.Tensor.exponential_, torch.rand, torch.multinomial, nn.init.trunc_normal_, nn.init.orthogonal_]
    assert all(map(takes_generator, draw))
    assert not any(map(takes_generator, [torch.zeros, torch.Tensor.mul_, torch.Tensor.shape.__get__, nn.init.zeros_, torch.matmul]))
