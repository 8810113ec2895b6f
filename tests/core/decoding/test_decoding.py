"""Greedy, sampled and beam decoding, with a cache and without, against brute force."""

import itertools
import math

import numpy as np
import pytest
import torch

from core.decoding.beam import beam
from core.decoding.greedy import greedy, greedy_batch, sampled, sharpened
from core.decoding.prefix import as_numbers
from core.errors import ConfigError, DataError
from core.models.seq2seq_task import Seq2SeqTask
from core.symbols import BOS, EOS, PAD
from tests.core.models.test_encoder_decoder import EVERY, IMAGES, TASK, batch

TINY = Seq2SeqTask(vocabulary=4, max_source=3, max_target=5)


def made(name, task=TASK, seed=0):
    """A random model, whose outputs are told apart by its sources, and sources."""
    model = EVERY[name](task)
    torch.manual_seed(seed)
    return model, batch(task)[0]


def by_hand(model, source, limit):
    """Greedy decoding in five lines: the whole target anew for every token."""
    tokens = [BOS]
    while len(tokens) <= limit and tokens[-1] != EOS:
        tokens.append(int(model(source[None], torch.tensor([tokens]))[0, -1].argmax()))
    return tuple(tokens[1:])


# ---- with a cache and without ----


@pytest.mark.parametrize("task", [TASK, IMAGES], ids=["tokens", "images"])
@pytest.mark.parametrize("name", EVERY)
def test_greedy_is_the_most_probable_token_with_a_cache_and_without(name, task):
    model, sources = made(name, task)
    for source in sources:
        with_cache, without = (greedy(model, source, cached=cached) for cached in (True, False))
        assert with_cache.tokens == without.tokens == by_hand(model, source, task.max_target - 1)
        for one, other in zip(with_cache.steps, without.steps, strict=True):
            np.testing.assert_allclose(one.log_probs, other.log_probs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", EVERY)
def test_beams_are_the_same_with_a_cache_and_without(name):
    model, sources = made(name)
    for source in sources:
        one, other = (beam(model, source, width=3, alpha=0.7, cached=cached) for cached in (True, False))
        assert [(n.parent, n.token, n.kept) for n in one.nodes] == [(n.parent, n.token, n.kept) for n in other.nodes]
        assert max(abs(a.total - b.total) for a, b in zip(one.nodes, other.nodes, strict=True)) < 1e-10
        assert one.leaves == other.leaves


@pytest.mark.parametrize("name", EVERY)
def test_draws_are_the_same_with_a_cache_and_without(name):
    model, sources = made(name)
    drawn = {cached: [sampled(model, s, seed=n, cached=cached).tokens for n, s in enumerate(sources)] for cached in (True, False)}
    assert drawn[True] == drawn[False]


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("name", EVERY)
def test_a_batch_is_decoded_as_each_alone(name, cached):
    model, sources = made(name)
    together = greedy_batch(model, sources, cached=cached)
    alone = [greedy(model, source).tokens for source in sources]
    assert together.shape == (5, max(map(len, alone)))
    for row, tokens in zip(together.tolist(), alone, strict=True):
        assert tuple(row) == tokens + (PAD,) * (together.shape[1] - len(tokens))


def test_models_do_come_to_an_end_in_these_tests():
    """Else none of them would have seen EOS."""
    ended = [greedy(*pair).ended for name in EVERY for seed in range(4) for pair in [(made(name)[0], made(name, seed=seed)[1][seed])]]
    assert 0 < sum(ended) < len(ended)


# ---- beam ----


def every_output(model, source, limit):
    """All outputs that end within `limit` tokens, and all that do not, with their log-probability by teacher forcing."""
    found = {}
    for length in range(1, limit + 1):
        for tokens in itertools.product(range(4), repeat=length):
            if EOS in tokens[:-1] or (tokens[-1] != EOS and length < limit):
                continue
            log_probs = model(source[None], torch.tensor([[BOS, *tokens[:-1]]]))[0].log_softmax(-1)
            found[tokens] = sum(log_probs[t, token].item() for t, token in enumerate(tokens))
    return found


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("name", ["subsequent", "rotary", "2017", "GRU with attention"])
def test_a_beam_of_full_width_finds_what_brute_force_finds(name, alpha):
    model, sources = made(name, TINY)
    outputs = every_output(model, sources[0], 4)
    found = beam(model, sources[0], width=4**4, alpha=alpha)
    leaves = [found.nodes[number] for number in found.leaves]
    assert len(leaves) == len(outputs) == 1 + 3 + 9 + 27 * 4
    for leaf in leaves:
        assert leaf.total == pytest.approx(outputs[found.tokens_of(leaf)], rel=0, abs=1e-10)
    expected = sorted(outputs, key=lambda tokens: (tokens[-1] != EOS, -outputs[tokens] / len(tokens) ** alpha))
    assert [found.tokens_of(leaf) for leaf in leaves] == expected
    assert found.tokens == expected[0]


@pytest.mark.parametrize("name", EVERY)
def test_a_beam_of_width_1_is_greedy(name):
    model, sources = made(name)
    for source in sources:
        found, expected = beam(model, source, width=1, alpha=0.6), greedy(model, source)
        assert found.tokens == expected.tokens
        assert found.best.total == pytest.approx(expected.log_prob, abs=1e-12)
        assert found.end == expected.end


def test_every_step_of_a_beam_by_hand():
    """Two beginnings: of all their continuations the best stay, and one that ends takes its place with it."""
    model, sources = made("GRU with attention")
    found = beam(model, sources[0], width=3, branches=11)
    live, places = [((), 0.0)], 3
    for depth in range(1, 7):
        grown = []
        for tokens, total in live:
            log_probs = model(sources[:1], torch.tensor([[BOS, *tokens]]))[0, -1].log_softmax(-1)
            grown += [((*tokens, token), total + log_probs[token].item()) for token in range(11)]
        grown.sort(key=lambda pair: -pair[1])
        step = found.step(depth)
        assert [found.tokens_of(node) for node in step] == [tokens for tokens, _ in grown]
        assert [node.kept for node in step] == [place < places for place in range(len(grown))]
        live = [pair for pair in grown[:places] if pair[0][-1] != EOS]
        places -= sum(tokens[-1] == EOS for tokens, _ in grown[:places])
        if not live:
            break


def test_a_tree_is_whole():
    model, sources = made("subsequent")
    found = beam(model, sources[0], width=2, alpha=0.5, branches=4)
    assert found.nodes[0].token == BOS and [node.number for node in found.nodes] == list(range(len(found.nodes)))
    for node in found.nodes[1:]:
        parent = found.nodes[node.parent]
        assert parent.kept and not parent.ended and parent.number < node.number and node.depth == parent.depth + 1
        assert node.total == pytest.approx(parent.total + node.log_prob, abs=1e-12)
        assert node.score == pytest.approx(node.total / math.sqrt(node.depth), abs=1e-12)
    for parent in found.nodes:
        children = [node for node in found.nodes if node.parent == parent.number]
        assert len(children) in (0, 4)
    assert all(sum(node.kept for node in found.step(depth)) <= 2 for depth in range(1, 7))


def test_a_wider_beam_can_find_what_greedy_misses():
    gains = []
    for name, seed in itertools.product(("subsequent", "GRU with attention"), range(6)):
        model, sources = made(name, TINY, seed)
        torch.nn.init.normal_(model.output.weight, std=0.5)
        gains += [beam(model, s, width=256).best.total - greedy(model, s).log_prob for s in sources if greedy(model, s).ended]
    assert len(gains) > 5 and min(gains) > -1e-12 and max(gains) > 0.01


# ---- sampled ----


def test_sharpened_by_hand():
    log_probs = np.log(np.array([0.1, 0.4, 0.3, 0.2]))
    np.testing.assert_allclose(sharpened(log_probs), [0.1, 0.4, 0.3, 0.2])
    np.testing.assert_allclose(sharpened(log_probs, 0.5), np.array([1, 16, 9, 4]) / 30)
    np.testing.assert_allclose(sharpened(log_probs, top_k=2), [0, 4 / 7, 3 / 7, 0])
    np.testing.assert_allclose(sharpened(log_probs, 2.0, 3), np.sqrt([0, 4, 3, 2]) / np.sqrt([4, 3, 2]).sum())


def test_tokens_are_drawn_as_often_as_they_are_probable():
    model, sources = made("subsequent")
    expected = sharpened(greedy(model, sources[0]).steps[0].log_probs, 3.0, 6)
    draws = 1500
    first = [sampled(model, sources[0], temperature=3.0, top_k=6, seed=n, limit=1).tokens[0] for n in range(draws)]
    counts = np.bincount(first, minlength=11)
    assert np.count_nonzero(expected) == 6 and not counts[expected == 0].any()
    deviation = np.sqrt(draws * expected * (1 - expected))
    assert (np.abs(counts - draws * expected) <= 4.5 * deviation).all()


def test_one_token_to_draw_from_is_greedy():
    for name in EVERY:
        model, sources = made(name)
        assert sampled(model, sources[1], temperature=5.0, top_k=1).tokens == greedy(model, sources[1]).tokens
        assert sampled(model, sources[1], temperature=1e-4).tokens == greedy(model, sources[1]).tokens


def test_draws_depend_on_the_seed_alone():
    model, sources = made("subsequent")
    torch.manual_seed(1)
    state = torch.get_rng_state()
    drawn = [sampled(model, sources[0], temperature=4.0, seed=seed).tokens for seed in (0, 0, 1, 2, 3)]
    assert torch.equal(state, torch.get_rng_state())
    assert drawn[0] == drawn[1] and len(set(drawn)) > 2


# ---- ends and limits ----


def test_why_it_ended_is_said():
    model, sources = made("subsequent")
    short = greedy(model, sources[0], limit=1)
    assert len(short.tokens) == 1 and short.limit == 1
    assert greedy(model, sources[0]).limit == 6
    model.output.bias.data[EOS] = 1e3
    ended = greedy(model, sources[0])
    assert ended.tokens == (EOS,) and ended.ended and ended.end == "The model wrote the end after 0 tokens."
    model.output.bias.data[EOS] = -1e3
    cut = greedy(model, sources[0], limit=28)
    assert len(cut.tokens) == 28 and not cut.ended and cut.end.startswith("Stopped at 28 tokens without an end")
    assert greedy_batch(model, sources).shape == (5, 6)


def test_top_candidates():
    step = greedy(*(made("subsequent")[0], made("subsequent")[1][0])).steps[0]
    assert [p for _, p in step.top(3)] == sorted(step.probabilities, reverse=True)[:3]
    assert step.top(1)[0] == (step.token, step.probability)
    assert step.probabilities.sum() == pytest.approx(1, abs=1e-12)


def test_bad_input_is_explained():
    model, sources = made("subsequent")
    for limit in (0, 29):
        with pytest.raises(ConfigError, match="choose 1 to 28"):
            greedy(model, sources[0], limit=limit)
    for wrong in ({"temperature": 0.0}, {"temperature": math.inf}, {"top_k": 0}):
        with pytest.raises(ConfigError, match="choose"):
            sampled(model, sources[0], **wrong)
    for wrong in ({"width": 0}, {"alpha": -1.0}, {"branches": -1}):
        with pytest.raises(ConfigError, match="out of range"):
            beam(model, sources[0], **wrong)
    with pytest.raises(ConfigError, match="train mode"):
        greedy_batch(model.train(), sources)


def test_weights_that_failed_are_explained():
    model, sources = made("GRU")
    torch.nn.init.constant_(model.output.bias, torch.nan)
    for decode in (greedy, sampled, beam):
        with pytest.raises(DataError, match="no finite numbers"):
            decode(model, sources[0])


def test_one_beginning_without_numbers_is_enough_to_say_so():
    rows = torch.tensor([[-0.5, -1.0], [math.nan, -1.0], [-math.inf, 0.0]], dtype=torch.float64)
    with pytest.raises(DataError, match="give no finite numbers"):
        as_numbers(rows)
    assert as_numbers(rows[[0, 2]]).tolist() == [[-0.5, -1.0], [-math.inf, 0.0]]  # minus infinity is a log-probability
