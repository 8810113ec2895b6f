"""Unrolled networks as SVG: every part is there, named, inside the picture, and what is anyone's text is escaped."""

import xml.etree.ElementTree as ET

import pytest

from core.probes.recurrence.unrolled import HEADS, TASKS, stack_graph, task_graph
from dashboard.unrolled.svg import STYLE, RowLabel, links, unrolled_svg, words

SVG = "{http://www.w3.org/2000/svg}"


def drawn(graph, **more):
    return ET.fromstring(unrolled_svg(graph, label="a network", **more))


def inside(svg):
    """Whether every shape is within the picture."""
    width, height = float(svg.get("width")), float(svg.get("height"))
    circles = [(float(c.get("cx")), float(c.get("cy")), float(c.get("r"))) for c in svg.iter(f"{SVG}circle")]
    boxes = [
        (float(r.get("x")), float(r.get("y")), float(r.get("width")), float(r.get("height")))
        for kind in ("rect", "image")
        for r in svg.iter(f"{SVG}{kind}")
    ]
    texts = [(float(t.get("x")), float(t.get("y"))) for t in svg.iter(f"{SVG}text")]
    return (
        all(r <= x <= width - r and r <= y <= height - r for x, y, r in circles)
        and all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
        and all(0 <= x <= width and 8 <= y <= height for x, y in texts)
    )


@pytest.mark.parametrize("columns", [(1, 1), (3, 5), (10, 8)])
@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_drawn_as_a_whole(task, columns):
    graph = task_graph(task, *columns)
    tokens = {node.name: "word" for node in graph.nodes if node.kind != "state"}
    svg = drawn(graph, rows={0: RowLabel("inputs", "(1, 2)"), 1: RowLabel("states")}, tokens=tokens, zeros=["h1"])
    assert {g.get("data-node") for g in svg.iter(f"{SVG}g")} - {None} == {node.name for node in graph.nodes if node.used}
    arrows = [(p.get("data-from"), p.get("data-to")) for p in svg.iter(f"{SVG}path") if p.get("data-from")]
    assert sorted(arrows) == sorted((edge.source, edge.target) for edge in graph.edges) and inside(svg)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize(("layers", "both"), [(1, False), (3, True)])
def test_stacks_are_drawn_as_a_whole_with_what_is_read(layers, both, head):
    graph = stack_graph(8, layers, bidirectional=both, head=head)
    svg = drawn(graph, rows={1: RowLabel("layer 1", "(1, 8, 6)")}, zeros=["f1.1", "b1.8"])
    read = {g.get("data-node") for g in svg.iter(f"{SVG}g") if "read" in (g.get("class") or "").split()}
    assert read == {node.name for node in graph.nodes if node.read} and inside(svg)
    places = [(c.get("cx"), c.get("cy")) for c in svg.iter(f"{SVG}circle")]
    assert len(places) == len(set(places))  # no state lies on another one


def test_text_of_others_is_escaped_and_pictures_are_there():
    graph = task_graph("same-length", 2, 1)
    svg = drawn(graph, tokens={"x1": "<script>&", "gone": "x"}, pictures={"x2": 'data:"><b>'}, style=STYLE)
    assert "<script>&" in [text.text for text in svg.iter(f"{SVG}text")]
    assert [image.get("href") for image in svg.iter(f"{SVG}image")] == ['data:"><b>'] and not list(svg.iter("b"))
    assert svg.find(f"{SVG}style").text == STYLE


def test_words_name_their_parts():
    assert words(task_graph("other-length", 1, 2)) == {
        "inputs": ["x1"], "states": ["h1", "d1", "d2"], "outputs": ["y1", "y2"], "what the head reads": ["d1", "d2"],
        "encoder": ["h1"], "decoder": ["d1", "d2"],
    }  # fmt: skip
    assert words(stack_graph(1, 1, bidirectional=True, head="h[-1]"))["backward"] == ["b1.1"]


def test_links_are_those_of_the_graph():
    assert links(task_graph("many-to-one", 2, 1)) == {
        "x1": {"before": [], "after": ["h1", "h2", "y2"]}, "h1": {"before": ["x1"], "after": ["h2", "y2"]},
        "x2": {"before": [], "after": ["h2", "y2"]}, "h2": {"before": ["h1", "x1", "x2"], "after": ["y2"]},
        "y2": {"before": ["h1", "h2", "x1", "x2"], "after": []},
    }  # fmt: skip
