"""The terms of the unit: none is missing, each is said in plain sentences, and none has the name of another one."""

import re
from collections import Counter

import pytest

from core.errors import ConfigError
from core.guide.tasks import TASKS
from core.guide.terms import TERMS, term_named

# What a student met on the pages without a word on it, and what the unit teaches by name.
UNEXPLAINED = ("ReNet", "Muon", "one-vs-rest", "Rollout", "Grad × att.", "‖J‖", "nats", "PC 1", "spectral radius", "fused kernel", "top-1")
TAUGHT = (
    "one-to-one", "one-to-many", "image captioning", "many-to-one", "many-to-many of different length", "tagging", "denoising", "padding",
    "masking", "one-hot", "learned embedding", "convolution over time", "3-D convolution", "unrolling", "hidden state", "stacking",
    "bidirectional", "Elman RNN", "LSTM", "GRU", "cell state", "reset gate", "update gate", "sigmoid", "tanh", "logits", "CIFAR-10",
    "validation set", "test set", "patch embedding", "class token", "strided convolution", "LayerNorm", "confusion matrix", "TP", "FN",
    "FP", "TN", "count", "frequency", "recall", "precision", "F1", "Dice", "IoU", "Jaccard", "support-weighted mean", "epoch", "best epoch",
    "hand-in", "transformer encoder layer", "permutation", "equivariance", "invariance", "eval mode", "float64", "positional encoding",
    "sine and cosine", "learned positions", "adding the index", "scaled dot-product attention", "query", "key", "value", "softmax",
    "multi-head", "residual connection", "quadratic in T", "receptive field", "ViT", "memory", "cross-attention", "square subsequent mask",
    "padding mask", "nn.Transformer", "decoding one token at a time", "BERT", "GPT-3", "DeBERTa", "Image Transformer", "iGPT", "DETR",
    "SETR", "IPT", "BoTNet", "PVT", "VTN", "TimeSformer", "Cloud Transformers", "PCT", "Point Transformer", "Linformer", "Longformer",
)  # fmt: skip


@pytest.mark.parametrize("name", [*UNEXPLAINED, *TAUGHT])
def test_a_word_of_the_unit_or_of_a_page_is_in_the_table(name):
    found = term_named(name)
    assert name.casefold() in {known.casefold() for known in (found.name, *found.names)}


def test_there_are_many_and_no_name_is_two_things():
    assert len(TERMS) > 100
    counts = Counter(name.casefold() for term in TERMS.values() for name in (term.name, *term.names))
    assert [name for name, count in counts.items() if count > 1] == []
    assert max(Counter(term.anchor for term in TERMS.values()).values()) == 1


@pytest.mark.parametrize("term", TERMS.values(), ids=lambda term: term.anchor)
def test_a_meaning_is_one_to_three_short_sentences(term):
    sentences = re.split(r"(?<=[.?]) (?=[A-Z0-9])", term.meaning)
    assert term.meaning.endswith(".") and len(sentences) <= 3
    assert max(len(sentence.split()) for sentence in sentences) <= 30, "too long for who reads English as a second language"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", term.anchor)


def test_a_name_that_is_none_is_answered_with_the_nearest_one():
    with pytest.raises(ConfigError, match="There is no term named 'Equivarience'. Did you mean 'Equivariance'?"):
        term_named("Equivarience")


def test_the_six_tasks_of_the_unit():
    assert [task.name for task in TASKS] == ["Task 1.1", "Task 1.2", "Task 2.1", "Task 2.2", "Task 3.1", "Task 3.2"]
    assert [task.page for task in TASKS] == ["sequences", "cell", "patches", "train", "shuffle", "vit"]
