"""The dose-response figure shows the numbers that were measured."""

import csv
from io import StringIO

import pytest

from core.evaluation.dose_records import kept_response
from core.evaluation.shuffled import KINDS
from core.training.runs.manager import RunManager
from pages.shuffle.doses_view import dose_csv, dose_figure


@pytest.fixture
def responses(tmp_path):
    manager = RunManager(tmp_path)
    yield {name: kept_response(manager, f"recorded-{name}") for name in ("shapes-gru", "shapes-vit")}
    manager.shutdown()


@pytest.mark.parametrize("kind", KINDS)
def test_points_and_intervals(responses, kind):
    figure = dose_figure(kind, responses, 0.1)
    assert [trace.name for trace in figure.data] == list(responses)
    for trace, response in zip(figure.data, responses.values(), strict=True):
        doses = response.doses[kind]
        assert list(trace.y) == [dose.accuracy.value for dose in doses]
        assert [y + up for y, up in zip(trace.y, trace.error_y.array, strict=True)] == pytest.approx([d.accuracy.high for d in doses])
        assert [y - down for y, down in zip(trace.y, trace.error_y.arrayminus, strict=True)] == pytest.approx(
            [d.accuracy.low for d in doses]
        )
        assert list(trace.x) == (["32", "16", "8", "4"] if kind == "blocks" else [dose.moved for dose in doses])
    assert figure.layout.shapes[0].y0 == 0.1


def test_all_numbers_to_take_along(responses):
    rows = list(csv.DictReader(StringIO(dose_csv(responses))))
    assert len(rows) == len(responses) * sum(len(kind.doses) for kind in KINDS.values())
    first = responses["shapes-gru"].doses["swaps"][0]
    assert (rows[0]["model"], rows[0]["moved"], float(rows[0]["top1"]), rows[0]["n"]) == ("shapes-gru", "0.0", first.accuracy.value, "2000")


def test_names_of_runs_are_shown_letter_by_letter(responses):
    """Plotly reads tags, entities, formulas and %{places} in names and in what stands over a point."""
    name = "<b>a</b> %{y} &amp; $x$\u202e"
    (trace,) = dose_figure("swaps", {name: responses["shapes-gru"]}, None).data
    safe = "&lt;b&gt;a&lt;/b&gt; %&#123;y} &amp;amp; &#36;x&#36;\ufffd202E"
    assert trace.name == safe and trace.hovertemplate == f"%{{text}}<extra>{safe}</extra>"
