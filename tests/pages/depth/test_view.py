"""Curves and tables of the page Depth and direction."""

import xml.etree.ElementTree as ET

from core.probes.recurrence.direction import measure_leaks, measure_stack
from core.probes.recurrence.later_word import parse_sentence
from core.probes.recurrence.unrolled import stack_graph
from pages.depth.view import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, curve_svg, leaks_html, stack_sentences, strengths, translations_html


def test_curves_stand_where_their_numbers_are():
    svg = ET.fromstring(curve_svg({"a": [(0, 0.0), (10, 1.0)]}, {"a": "run"}, title="<t>", steps=10, guess=0.5))
    (line,) = svg.iter("{http://www.w3.org/2000/svg}polyline")
    assert line.get("points") == f"{LEFT:.1f},{HEIGHT - BOTTOM:.1f} {WIDTH - RIGHT:.1f},{TOP:.1f}" and line.get("class") == "run"
    texts = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "<t>" in texts and "best guess without it: 50 %" in texts
    assert "best guess" not in curve_svg({"a": [(0, 0.0)]}, {"a": "run"}, title="", steps=10)


def test_strengths_are_shares_of_the_largest_one():
    report = measure_stack(cell="gru", length=3, layers=1, bidirectional=True, hidden=2)
    found = strengths(report)
    assert found["f1.1"] == {"x1": 1.0, "x2": 0.0, "x3": 0.0} and max(found["b1.1"].values()) == 1.0 and found["b1.2"]["x1"] == 0
    graph = stack_graph(3, 1, bidirectional=True, head="both")
    told = stack_sentences(graph, report)
    assert set(told) == set(graph.known) and told["y"] == "Output y: depends on all inputs."
    assert told["x1"] == "Input x1: 4 of 6 states depend on it."  # three forward, one backward


def test_a_sentence_word_by_word():
    asked = parse_sentence("the spider turns the clock off")
    answers = [(word.spanish, 0.9) for word in asked.words]
    answers[2] = ("<enciende>", 0.5)
    html = translations_html(asked, {"a": answers}, {"a": "A & B"})
    assert html.count('class="right"') == 5 and html.count('class="wrong"') == 1 and "✗ &lt;enciende&gt;<small>50 %" in html
    assert html.count('class="open"') == 4 and 'title="decided by off">turns' in html and "A &amp; B" in html


def test_leaks_are_marked():
    assert 'class="leak"' not in leaks_html(measure_leaks("gru", batch_first=True), "x")
    assert leaks_html(measure_leaks("gru", batch_first=False), "x").count('class="leak"') == 6
