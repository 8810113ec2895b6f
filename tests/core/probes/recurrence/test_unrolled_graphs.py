"""Graphs of unrolled networks, against the definition of each task."""

import pytest

from core.errors import ConfigError
from core.probes.recurrence.unrolled import HEADS, READS, TASKS, stack_graph, task_graph


def inputs_before(graph, name):
    return {int(n[1:]) for n in graph.before(name) if n.startswith("x")}


def test_the_map_has_the_five_tasks_of_the_course():
    assert list(TASKS) == list(READS) == ["one-to-one", "one-to-many", "many-to-one", "same-length", "other-length"]


@pytest.mark.parametrize(
    ("task", "inputs", "states", "outputs", "read"),
    [
        ("one-to-one", ["x1"], ["h1"], ["y1"], {"h1"}),
        ("one-to-many", ["x1"], ["h1", "h2", "h3"], ["y1", "y2", "y3"], {"h1", "h2", "h3"}),
        ("many-to-one", ["x1", "x2", "x3", "x4"], ["h1", "h2", "h3", "h4"], ["y4"], {"h4"}),
        ("same-length", ["x1", "x2", "x3", "x4"], ["h1", "h2", "h3", "h4"], ["y1", "y2", "y3", "y4"], {"h1", "h2", "h3", "h4"}),
        ("other-length", ["x1", "x2", "x3", "x4"], ["h1", "h2", "h3", "h4", "d1", "d2", "d3"], ["y1", "y2", "y3"], {"d1", "d2", "d3"}),
    ],
)
def test_what_lights_up_and_what_is_read(task, inputs, states, outputs, read):
    graph = task_graph(task, 4, 3)
    assert (graph.named("input"), graph.named("state"), graph.named("output")) == (inputs, states, outputs)
    assert {node.name for node in graph.nodes if node.read} == read


def test_who_depends_on_whom():
    tagged = task_graph("same-length", 5, 1)
    assert [inputs_before(tagged, f"y{t}") for t in range(1, 6)] == [set(range(1, t + 1)) for t in range(1, 6)]
    translated = task_graph("other-length", 3, 4)
    assert inputs_before(translated, "y1") == {1, 2, 3} and "y3" in translated.before("y4") and "y4" not in translated.before("y3")
    assert translated.after("x3") == {"h3", "d1", "d2", "d3", "d4", "y1", "y2", "y3", "y4"}
    assert {e.kind for e in task_graph("one-to-many", 1, 3).edges if e.source.startswith("y")} == {"fed"}


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_forward_reads_the_past_and_both_directions_read_all(layers):
    one, both = (stack_graph(4, layers, bidirectional=way, head="every") for way in (False, True))
    for t in range(1, 5):
        assert inputs_before(one, f"y{t}") == set(range(1, t + 1))
        assert inputs_before(both, f"y{t}") == {1, 2, 3, 4}
        assert inputs_before(both, f"b1.{t}") == set(range(t, 5))
    assert len(both.named("state")) == 2 * layers * 4


@pytest.mark.parametrize(
    ("head", "read"),
    [
        ("both", {"f2.3", "b2.1"}),
        ("h[-1]", {"b2.1"}),
        ("states[:, -1]", {"f2.3", "b2.3"}),
        ("mean", {"f2.1", "f2.2", "f2.3", "b2.1", "b2.2", "b2.3"}),
    ],
)
def test_which_states_of_two_directions_a_head_reads(head, read):
    graph = stack_graph(3, 2, bidirectional=True, head=head)
    assert {node.name for node in graph.nodes if node.read} == read == {e.source for e in graph.edges if e.target == "y"}


def test_with_one_direction_the_last_states_are_the_same_one():
    for head in ("both", "h[-1]", "states[:, -1]"):
        graph = stack_graph(3, 2, bidirectional=False, head=head)
        assert [node.name for node in graph.nodes if node.read] == ["f2.3"]


@pytest.mark.parametrize("head", HEADS)
def test_every_edge_joins_nodes_that_are_there(head):
    for bidirectional in (False, True):
        graph = stack_graph(1, 1, bidirectional=bidirectional, head=head)
        assert all(e.source in graph.known and e.target in graph.known for e in graph.edges)


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ConfigError, match="T is 0"):
        task_graph("same-length", 0, 1)
    with pytest.raises(ConfigError, match="S is 0"):
        task_graph("other-length", 1, 0)
    with pytest.raises(ConfigError, match="Did you mean 'one-to-many'"):
        task_graph("one-to-mny", 1, 1)
    with pytest.raises(ConfigError, match="layers is 0"):
        stack_graph(3, 0, bidirectional=True, head="both")
    with pytest.raises(ConfigError, match="no head named"):
        stack_graph(3, 1, bidirectional=True, head="h[0]")
