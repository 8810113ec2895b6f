"""Unrolled networks as graphs: which input, state and output stands where, and which of them feeds which. No torch here: a page draws
them at once; that a network really depends so on its inputs is measured in `task_shapes` and `direction` of this chapter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from core.errors import ConfigError, unknown

TASKS = {  # COURSE part 0: what it is called, examples
    "one-to-one": ("One to one", "a vector is classified: no sequence yet"),
    "one-to-many": ("One to many", "image captioning"),
    "many-to-one": ("Many to one", "classification; text to image"),
    "same-length": ("Many to many, same length", "tagging, denoising"),
    "other-length": ("Many to many, other length", "translation"),
}
READS = {  # which states a head reads
    "one-to-one": "the hidden layer, because there is no state to carry along",
    "one-to-many": "every state, one after the other, and each output is the next input",
    "many-to-one": "only the last state, so this one state must contain everything the answer needs",
    "same-length": "every state, with the same weights",
    "other-length": "every state of the decoder, none of the encoder: the encoder hands over its last state",
}
HEADS = {  # how a head on a stack of layers reads it: what it is called, and in PyTorch, of `states, h = rnn(x)`
    "every": ("every state: tagging", "states"),
    "both": ("the last of both directions", "cat((h[-2], h[-1]), dim=-1)"),
    "h[-1]": ("h[-1] only", "h[-1]"),
    "states[:, -1]": ("the states of the last step", "states[:, -1]"),
    "mean": ("the mean of all states", "states.mean(1)"),
}


@dataclass(frozen=True)
class Node:
    """A part of an unrolled network. `row` counts from the inputs (0) up; a part that is not `used` is drawn faintly."""

    name: str
    kind: str  # "input", "state", "output"
    column: int
    row: int
    used: bool = True
    read: bool = False  # by the head


@dataclass(frozen=True)
class Edge:
    """A value's way from one node to another: "up" a layer, "along" time, or "fed": an output that is the next input."""

    source: str
    target: str
    kind: str


@dataclass(frozen=True)
class Graph:
    """An unrolled network."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @cached_property
    def known(self) -> dict[str, Node]:
        """Every node by its name."""
        return {node.name: node for node in self.nodes}

    def before(self, name: str) -> frozenset[str]:
        """All nodes that `name` depends on: those with a way to it."""
        return self._follow(name, self._backwards)

    def after(self, name: str) -> frozenset[str]:
        """All nodes that depend on `name`."""
        return self._follow(name, self._forwards)

    def named(self, kind: str) -> list[str]:
        """The used nodes of a kind, from left to right."""
        return [n.name for n in sorted(self.nodes, key=lambda n: (n.column, n.row)) if n.kind == kind and n.used]

    @cached_property
    def _backwards(self) -> dict[str, list[str]]:
        return self._ways((edge.target, edge.source) for edge in self.edges)

    @cached_property
    def _forwards(self) -> dict[str, list[str]]:
        return self._ways((edge.source, edge.target) for edge in self.edges)

    @staticmethod
    def _ways(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
        ways: dict[str, list[str]] = {}
        for here, there in pairs:
            ways.setdefault(here, []).append(there)
        return ways

    @staticmethod
    def _follow(name: str, ways: dict[str, list[str]]) -> frozenset[str]:
        reached, waiting = set(), [name]
        while waiting:
            for other in ways.get(waiting.pop(), []):
                if other not in reached:
                    reached.add(other)
                    waiting.append(other)
        return frozenset(reached)


def task_graph(task: str, length: int, outputs: int) -> Graph:
    """The unrolled network of a task of `TASKS` on T = `length` inputs, with S = `outputs` where the task has a length of its own for them.

    Nodes are x1.., h1.., y1.., and d1.. for the states of a decoder. Raises ConfigError for another task, or for no input or output.
    """
    if task not in TASKS:
        raise unknown("task", task, TASKS)
    check_length("T", length)
    check_length("S", outputs)
    if task == "other-length":
        return _translation(length, outputs)
    columns = outputs if task == "one-to-many" else length
    several = {"inputs": task in ("many-to-one", "same-length"), "outputs": task in ("one-to-many", "same-length")}
    nodes, edges = [], []
    for at in range(1, columns + 1):
        alone = task == "one-to-one" and at > 1
        reads_input = not alone and (several["inputs"] or at == 1)
        writes = not alone and (several["outputs"] or at == (columns if task == "many-to-one" else 1))
        nodes += [
            Node(f"x{at}", "input", at, 0, reads_input),
            Node(f"h{at}", "state", at, 1, not alone, writes),
            Node(f"y{at}", "output", at, 2, writes),
        ]
        edges += [Edge(f"x{at}", f"h{at}", "up")] * reads_input + [Edge(f"h{at}", f"y{at}", "up")] * writes
        if at > 1 and not alone:
            edges.append(Edge(f"h{at - 1}", f"h{at}", "along"))
            edges += [Edge(f"y{at - 1}", f"h{at}", "fed")] * (task == "one-to-many")
    return Graph(tuple(nodes), tuple(edges))


def _translation(length: int, outputs: int) -> Graph:
    nodes, edges = [], []
    for at in range(1, length + 1):
        nodes += [Node(f"x{at}", "input", at, 0), Node(f"h{at}", "state", at, 1), Node(f"y-{at}", "output", at, 2, False)]
        edges.append(Edge(f"x{at}", f"h{at}", "up"))
        edges += [Edge(f"h{at - 1}", f"h{at}", "along")] * (at > 1)
    for at in range(1, outputs + 1):
        place = length + at
        nodes += [
            Node(f"x-{at}", "input", place, 0, False),
            Node(f"d{at}", "state", place, 1, read=True),
            Node(f"y{at}", "output", place, 2),
        ]
        edges += [Edge(f"d{at - 1}" if at > 1 else f"h{length}", f"d{at}", "along"), Edge(f"d{at}", f"y{at}", "up")]
        edges += [Edge(f"y{at - 1}", f"d{at}", "fed")] * (at > 1)
    return Graph(tuple(nodes), tuple(edges))


def stack_graph(length: int, layers: int, *, bidirectional: bool, head: str) -> Graph:
    """A stack of recurrent layers on T = `length` inputs, and a head of `HEADS` that reads the top layer.

    Forward states are f1.1 (layer, time).., backward ones b1.1..; the head's outputs y1.., or y alone where it gives one answer.
    Raises ConfigError for another head, and for no input or layer.
    """
    if head not in HEADS:
        raise unknown("head", head, HEADS)
    check_length("T", length)
    check_length("The number of layers", layers)
    directions = "fb"[: 1 + bidirectional]
    times = range(1, length + 1)
    read = _read(length, bidirectional=bidirectional, head=head)
    nodes = [Node(f"x{t}", "input", t, 0) for t in times]
    edges = []
    for layer in range(1, layers + 1):
        for place, way in enumerate(directions):
            row = (layer - 1) * len(directions) + place + 1
            for t in times:
                here = f"{way}{layer}.{t}"
                nodes.append(Node(here, "state", t, row, read=layer == layers and (way, t) in read))
                below = [f"x{t}"] if layer == 1 else [f"{other}{layer - 1}.{t}" for other in directions]
                edges += [Edge(source, here, "up") for source in below]
                before = t - 1 if way == "f" else t + 1
                edges += [Edge(f"{way}{layer}.{before}", here, "along")] * (before in times)
    top = layers * len(directions) + 1
    if head == "every":
        nodes += [Node(f"y{t}", "output", t, top) for t in times]
        edges += [Edge(f"{way}{layers}.{t}", f"y{t}", "up") for way, t in sorted(read)]
    else:
        nodes.append(Node("y", "output", {"mean": (length + 1) // 2, "h[-1]": 1 if bidirectional else length}.get(head, length), top))
        edges += [Edge(f"{way}{layers}.{t}", "y", "up") for way, t in sorted(read)]
    return Graph(tuple(nodes), tuple(edges))


def _read(length: int, *, bidirectional: bool, head: str) -> set[tuple[str, int]]:
    """Which states (direction, time) of the top layer a head reads. The backward direction's last state is that of the first step."""
    directions = "fb"[: 1 + bidirectional]
    if head in ("every", "mean"):
        return {(way, t) for way in directions for t in range(1, length + 1)}
    if head == "states[:, -1]":
        return {(way, length) for way in directions}
    last = {"f": ("f", length), "b": ("b", 1)}
    return {last[directions[-1]]} if head == "h[-1]" else {last[way] for way in directions}


def check_length(what: str, number: int) -> None:
    """Raise ConfigError unless `number` is 1 or more."""
    if number < 1:
        raise ConfigError(f"{what} is {number}: an unrolled network has at least one. Choose 1 or more.")
