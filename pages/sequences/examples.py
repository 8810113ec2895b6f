"""One sentence and one picture under each shape of task: what goes in and what should come out. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.probes.recurrence.unrolled import Graph
from dashboard.pictures.html import png_uri

# By the number of words: each with its word class, and how it is said in Spanish.
CLASSES = {
    "spider": "NOUN",
    "man": "NOUN",
    "runs": "VERB",
    "home": "ADV",
    "fast": "ADV",
    "very": "ADV",
    "now": "ADV",
    "again": "ADV",
    "and": "CONJ",
    "old": "ADJ",
    "hello": "INTJ",
}
SENTENCES = (
    ("hello", "hola"),
    ("spider man", "el hombre araña"),
    ("spider man runs", "el hombre araña corre"),
    ("spider man runs home", "el hombre araña corre a casa"),
    ("spider man runs home fast", "el hombre araña corre rápido a casa"),
    ("spider man runs home very fast", "el hombre araña corre muy rápido a casa"),
    ("now spider man runs home very fast", "ahora el hombre araña corre muy rápido a casa"),
    ("now spider man runs home very fast again", "ahora el hombre araña corre otra vez muy rápido a casa"),
    ("and now spider man runs home very fast again", "y ahora el hombre araña corre otra vez muy rápido a casa"),
    ("and now old spider man runs home very fast again", "y ahora el viejo hombre araña corre otra vez muy rápido a casa"),
)
END = "⟨end⟩"
NOISE = 60  # of 255, added to each pixel that is to be denoised
EXPLAINED = {  # by task: of words, of a picture
    "one-to-one": ("one word → its word class", "the picture as one vector → its class"),
    "one-to-many": ("one vector, what it is about → a sentence", "the picture as one vector → its caption"),
    "many-to-one": ("a sentence → its language", "the picture read in T strips from the top → its class"),
    "same-length": ("a word → its word class, T times", "a noisy strip → the strip without noise, T times"),
    "other-length": ("a sentence in English → in Spanish", "T strips of the picture → its caption"),
}


@dataclass(frozen=True)
class Example:
    """What stands at the inputs and outputs of a graph, by node: words, and pictures as data URIs."""

    words: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)


def sentence_of(length: int) -> tuple[list[str], list[str]]:
    """The sentence of so many words, and its translation."""
    english, spanish = SENTENCES[length - 1]
    return english.split(), spanish.split()


def text_example(task: str, graph: Graph) -> Example:
    """The sentence that has a word for each input of the task; where a vector goes in, that of five words."""
    inputs, outputs = graph.named("input"), graph.named("output")
    several = task in ("many-to-one", "same-length", "other-length")
    english, spanish = sentence_of(len(inputs) if several else 5)
    given = dict(zip(inputs, english, strict=False)) if task != "one-to-many" else {"x1": "topic"}
    targets = {
        "one-to-one": [CLASSES[english[0]]],
        "one-to-many": english,
        "many-to-one": ["English"],
        "same-length": [CLASSES[word] for word in english],
        "other-length": spanish,
    }[task]
    return Example(given | _written(outputs, targets))


def picture_example(task: str, graph: Graph, pixels: np.ndarray, label: str) -> Example:
    """A picture (3, 32, 32) uint8 in as many strips as the task has inputs; `label` is its class, "" where nobody knows."""
    inputs, outputs = graph.named("input"), graph.named("output")
    strips = np.array_split(pixels, len(inputs), axis=1)  # each (3, about 32 / T, 32)
    seen = [_noisy(strip, at) for at, strip in enumerate(strips)] if task == "same-length" else strips
    pictures = {name: png_uri(strip) for name, strip in zip(inputs, seen, strict=True)}
    if task == "same-length":
        return Example({}, pictures | {name: png_uri(strip) for name, strip in zip(outputs, strips, strict=True)})
    caption = ["a", "picture", *(["of", "a", label] if label else [])]
    return Example(_written(outputs, [label or "?"] if task in ("one-to-one", "many-to-one") else caption), pictures)


def _written(outputs: list[str], words: list[str]) -> dict[str, str]:
    """Words for the outputs; after the last one the end is written, and then nothing that counts."""
    return {name: words[at] if at < len(words) else END if at == len(words) else "·" for at, name in enumerate(outputs)}


def _noisy(strip: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, NOISE, strip.shape)
    return np.clip(strip + noise, 0, 255).astype(np.uint8)
