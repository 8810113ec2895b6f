"""A look into a model asks for its memory before it takes it: estimates against what is really allocated, and refusals in a sentence."""

from contextlib import contextmanager
from itertools import repeat

import pytest
import torch
from torch import nn

from core import memory
from core.data.duplicates import near_duplicates
from core.errors import ConfigError
from core.models import Task, build_model
from core.models.seq2seq_task import Seq2SeqTask
from core.models.weightless import Ledger
from core.probes import room as module
from core.probes.attention.maps import gradient_attention, record_attention
from core.probes.memory.run_memory import influence, loss_paths
from core.probes.reading.reading import beliefs
from core.probes.reading.states import record_states
from core.probes.seq2seq.cross_attention import record_seq2seq_attention

IMAGE = torch.zeros(1, 3, 32, 32)
WIDE = {"patch_size": 2, "embed_dim": 32, "hidden_size": 128}  # 256 patches


def made(name, task=None, **hyperparameters):
    return build_model(name, task or Task(), seed=0, **hyperparameters).eval()


def vit():
    return made("vit", patch_size=2, embed_dim=16, num_heads=4, num_layers=3)


def translator():
    task = Seq2SeqTask(vocabulary=20, max_source=400, max_target=400)
    model = made("transformer", task, embed_dim=16, num_heads=4, encoder_layers=2, decoder_layers=2)
    tokens = torch.full((1, 390), 5)
    return model, tokens, tokens


LOOKS = {
    "attention": lambda: (record_attention, vit(), IMAGE.expand(4, -1, -1, -1)),
    "what speaks for a class": lambda: (gradient_attention, vit(), IMAGE.expand(4, -1, -1, -1), 0),
    "attention of an encoder-decoder": lambda: (record_seq2seq_attention, *translator()),
    "beliefs of a GRU that reads both ways": lambda: (beliefs, made("gru", **WIDE, bidirectional=True), IMAGE),
    "beliefs of a ViT": lambda: (beliefs, vit(), IMAGE),
    "states of an LSTM that reads both ways": lambda: (
        record_states, made("lstm", **WIDE, bidirectional=True), IMAGE, [torch.arange(256).numpy()],
    ),
    "influences": lambda: (influence, made("gru", **WIDE), IMAGE),
    "near-duplicates": lambda: (near_duplicates, *repeat(torch.arange(3072, dtype=torch.uint8).view(1, 3, 32, 32).repeat(200, 1, 1, 1), 2)),
}  # fmt: skip


@pytest.fixture
def claimed(monkeypatch):
    """The bytes that are promised, one number a promise, and at the most at a time."""
    asked, now, whole = [], [0], memory.claim

    @contextmanager
    def noting(need, what, remedy=""):
        with whole(need, what, remedy):
            now[0] += need
            asked.append(now[0])
            yield
            now[0] -= need

    monkeypatch.setattr(memory, "claim", noting)
    return asked


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_that_does_not_fit_is_a_sentence_and_leaves_nothing_behind(name, monkeypatch):
    call, *arguments = LOOKS[name]()
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    with pytest.raises(
        ConfigError, match=r"(This look into the model|Comparing 200 images with 200) needs about \d+ MB .* 0 MB are free: choose"
    ):
        call(*arguments)
    assert memory.promised() == 0
    if isinstance(arguments[0], nn.Module):
        assert not any(part._forward_hooks for part in arguments[0].modules())
    monkeypatch.delenv("LAB_MEMORY")
    call(*arguments)
    assert memory.promised() == 0


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "influences"])  # which NumPy computes
def test_what_is_asked_for_is_what_is_taken(name, claimed):
    """At least as much as tensors take at the most, and not many times as much."""
    call, *arguments = LOOKS[name]()
    with Ledger(nn.Identity()) as ledger:
        call(*arguments)
    assert ledger.peak <= max(claimed) + module.SMALL and max(claimed) <= 8 * ledger.peak


def test_what_numpy_takes_for_influences_was_asked_for(claimed):
    import tracemalloc

    call, *arguments = LOOKS["influences"]()
    tracemalloc.start()
    call(*arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= max(claimed) <= 4 * peak


def test_gradients_of_a_loss_are_asked_for_where_a_model_is_large(monkeypatch):
    model = made("gru", **{**WIDE, "hidden_size": 512})
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    with pytest.raises(ConfigError, match="This look into the model needs about"):
        loss_paths(model, IMAGE, 0, readout="last")


def test_small_looks_are_not_asked_for(monkeypatch):
    monkeypatch.setattr(memory, "claim", None)
    record_attention(made("vit", patch_size=4, embed_dim=16, num_heads=4, num_layers=3), IMAGE)
