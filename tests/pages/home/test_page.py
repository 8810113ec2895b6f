"""The page Home: recorded numbers for its picture, a door to every page, and a first run at the press of a button."""

import json
import re
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest
import streamlit as st
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.classroom.rights import GUEST, STUDENT
from core.records.overview import overview
from core.records.published_systems import SYSTEMS
from core.records.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from core.training.history import RunSummary
from dashboard.kit.component import name_of
from dashboard.navigation import CLASS, PAGES
from dashboard.pictures.small import WIDE
from dashboard.shell import orders, visitor
from pages.home.panels import done
from pages.home.view import map_html, result
from tests.pages.support import APP, components, html_of, message_to, open_page, press, printed_by, texts, unpacked

SVG = "http://www.w3.org/2000/svg"
BOARD, MAP = "pages/home/board", "pages/home/board/map"


def numbers(message, name, *shape):
    return unpacked({"numbers": message[name], "parts": [["all", int(np.prod(shape))]]})["all"].reshape(shape)


@pytest.mark.parametrize(("query", "kind", "epoch"), [({}, "gru", 16), ({"reader": "vit"}, "vit", 15), ({"weights": "first"}, "gru", 0)])
def test_the_picture_moves_with_what_was_recorded(query, kind, epoch):
    message, reader = message_to(open_page("home", **query), BOARD), overview().readers[kind, epoch]
    assert message["kind"] == kind and np.array_equal(numbers(message, "beliefs", 65, 10), reader.beliefs)
    assert np.array_equal(numbers(message, "tokens", 64, 12), reader.tokens)
    inside = reader.states if kind == "gru" else reader.attention
    assert np.array_equal(numbers(message, "inside", *inside.shape), inside)
    assert message["result"] == result(overview(), reader, kind)


def test_what_comes_out_is_said_in_a_sentence():
    record = overview()
    assert result(record, record.readers["gru", 16], "gru") == (
        "After all 64 patches this GRU, recorded after epoch 17, says heart with 99.7 %: that is right."
    )
    wrong = result(record, record.readers["gru", 0], "gru")
    assert wrong.endswith(f"{100 * record.readers['gru', 0].beliefs[-1].max():.1f} %: but it is a heart.")


def test_the_map_has_a_door_to_every_other_page_with_its_claim():
    text = unescape(map_html())
    doors = re.findall(r'<a href="\./([a-z_]+)" data-page="([a-z_]+)">([^<]+)</a>(?:<svg.*?</svg>)?<p>(.*?)</p>', text)
    others = [page for page in PAGES if page.url_path != "home"]
    assert {(page, title) for address, page, title, _ in doors if address == page} == {(page.url_path, page.title) for page in others}
    claims = {page: re.sub(r"</?b>", "", claim) for _, page, _, claim in doors}
    assert claims == {page.url_path: page.about.claim.replace("**", "") for page in others}
    parts = re.findall(r'data-part="([^"]+)"', text)
    assert parts == ["Recurrence", "Images as tokens", "Attention", "Encoder and decoder", "Lab", CLASS], "in the order of the unit"


def test_every_other_page_has_a_small_picture_in_the_inks_of_the_theme():
    for page in PAGES:
        if page.url_path == "home":
            continue
        picture = ElementTree.fromstring(page.small().replace("<svg", f'<svg xmlns="{SVG}"'))
        marks = [mark for mark in picture.iter() if mark is not picture]
        assert marks and picture.get("aria-hidden") == "true" and len(page.small()) < 8_000, page.title
        for mark in marks:
            assert mark.tag == f"{{{SVG}}}image" or mark.get("class")[-1] in "abcp", page.title
            assert not {"fill", "stroke", "style"} & {*mark.attrib}, "its colours are the theme's"
            numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", mark.get("d", ""))]
            assert all(-WIDE <= number <= WIDE for number in numbers), page.title
        assert page.small() in map_html()


def test_small_pictures_show_what_was_recorded():
    matrix = recorded_run("shapes-gru").epochs[4].val_confusion
    cells = re.findall("M", page_of("evaluate").small())
    shares = matrix / matrix.sum(1, keepdims=True)
    off = shares * (1 - np.eye(10))
    assert len(cells) == 10 + (np.rint(5 * off / off.max()) > 0).sum()
    losses = [one.train_loss for one in recorded_run("shapes-gru").epochs]
    *_, line = re.findall('class="line-a" d="M([^"]+)"', page_of("train").small())
    heights = np.array(line.split(), float)[1::2]
    assert heights == pytest.approx([4 + 48 * (1 - loss / max(losses)) for loss in losses], abs=0.06)
    sizes = {one: recorded_run(one).parameters for one in recorded_names() if one.startswith("cifar10")}
    assert page_of("wall").small().count("h0") == len(sizes)
    assert page_of("went").small().count("h0") == len(SYSTEMS)


def page_of(address):
    return next(page for page in PAGES if page.url_path == address)


def test_guests_see_no_doors_to_pages_of_a_class(monkeypatch):
    assert message_to(open_page("home"), MAP) == {"hidden": []}
    monkeypatch.setattr(visitor, "role", lambda: GUEST)
    assert message_to(open_page("home"), MAP)["hidden"] == [page.url_path for page in PAGES if page.section == CLASS]


@pytest.mark.parametrize(("component", "opened"), [(BOARD, "reader"), (MAP, "masks"), (MAP, "nowhere"), (BOARD, 7)])
def test_a_door_opens_its_page_and_nothing_else_does(component, opened, monkeypatch):
    went = []
    monkeypatch.setattr(st, "switch_page", lambda page: went.append(page.parent.name))
    (board,) = components(open_page("home"), component)
    sent, app = WidgetStates(), AppTest.from_file(str(APP), default_timeout=60)
    event = json.dumps([{"event": "open", "value": opened}])
    sent.widgets.append(WidgetState(id=_make_trigger_id(board.id, "events"), json_trigger_value=event))
    assert board.component_name == name_of(component) and not app._run(sent).exception
    assert went == ([opened] if opened in ("reader", "masks") else [])


def test_the_button_starts_a_run_and_opens_it_on_train(monkeypatch):
    begun, went = [], []
    monkeypatch.setattr(orders, "submit", lambda config: begun.append(config) or "gru-1")
    monkeypatch.setattr(st, "switch_page", lambda page, query_params=(): went.append((page.parent.name, dict(query_params))))
    app = open_page("home")
    assert "This browser has trained nothing yet." in texts(app)
    press(app, "home_run")
    assert begun == [RunConfig.of()] and went == [("train", {"run": "gru-1"})]


def test_the_tour_and_the_lessons_begin_here():
    app = press(open_page("home"), "home_tour")
    assert app.title[0].value == "Sequences" and "Step 1 of 10" in html_of(app, "Step 1")
    assert press(open_page("home"), "home_lessons").title[0].value == "Lessons"


def test_what_this_browser_has_done_is_counted_without_what_others_did():
    def row(run_id, best):
        return RunSummary(**{**dict.fromkeys(RunSummary.__dataclass_fields__), "run_id": run_id, "best_val_top1": best})

    nan = float("nan")
    assert done([]) == "This browser has trained nothing yet."
    assert done([row("gru-1", nan)]) == "This browser has trained 1 run."
    said = done([row("gru-1", 0.5), row("vit-2", 0.875), row("gru-3", nan)])
    assert said == "This browser has trained 3 runs. The best one, vit-2, reached 87.5 % on validation images."


def test_who_may_not_train_finds_the_button_off(monkeypatch):
    monkeypatch.setattr(visitor, "role", lambda: GUEST)
    off = open_page("home").button(key="home_run").disabled
    monkeypatch.setattr(visitor, "role", lambda: STUDENT)
    assert off == (not visitor.rights.may(GUEST, visitor.rights.Act.START)) and not open_page("home").button(key="home_run").disabled


def test_its_picture_needs_no_torch():
    code = "import sys\nimport pages.home.panels\nfrom core.records.overview import overview\noverview()\nprint('torch' in sys.modules)"
    assert printed_by(code).split()[-1] == "False"
