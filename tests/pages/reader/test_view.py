"""What the board of the image reader is told: numbers packed, units chosen, words, and the table to take along."""

import csv
import dataclasses
import io
from base64 import b64decode

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.models.orders import ORDERS, scan_order
from core.probes.reading.states import StateCheck
from dashboard.pictures.choose import Shown
from pages.reader.around_view import plane_words, proof_line, states_csv
from pages.reader.view import (
    GATES,
    LEVELS,
    MOST_UNITS,
    READS,
    Mind,
    message,
    others,
    together,
    told_order,
    words,
)

PICTURE = Shown(np.arange(3072, dtype=np.uint8).reshape(3, 32, 32), "one", "a picture", "=cat")


def mind(way="recurrent", readout="last", cell="GRU", hidden=6, kinds=tuple(ORDERS), patch=8, gates=True, layer=0, layers=1):
    total, draw = (32 // patch) ** 2, np.random.default_rng(3)
    width = hidden * (1 + (way == "bidirectional"))
    states = draw.normal(size=(len(kinds), total + 1, width))
    states[:, 0] = 0
    logits = draw.normal(size=(len(kinds), total + 1, 2))
    beliefs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    fields = {field: draw.uniform(size=(len(kinds), total, hidden)) for field, *_ in GATES[cell]} if gates else {}
    return Mind(
        kinds, np.stack([scan_order(kind, 32 // patch) for kind in kinds]), states, beliefs, (3,) * len(kinds), fields,
        "" if gates else "no gates", ("=cat", 'a "dog", wet'), patch, way, readout, cell, hidden, layer, layers,
    )  # fmt: skip


def told(one, shown="rows"):
    """What the board has when the other orders have followed."""
    board = message(PICTURE, one, shown, what="this", notes=["a note"], why_one="", t=2)
    more = others(PICTURE, one, shown, what="this")
    assert list(board["orders"]) == [shown] and shown not in more["orders"] and more["what"] == board["what"]
    return {**board, "orders": {**board["orders"], **more["orders"]}}


def numbers(strip, units):
    steps = np.frombuffer(b64decode(strip["values"]), "<i2").reshape(-1, units)
    return steps / LEVELS * strip["top"]


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("way", ["recurrent", "bidirectional"])
def test_strips_hold_the_states_and_gates_of_their_units(cell, way):
    one = mind(way=way, cell=cell)
    board = told(one)
    symbols = ["h"] if way == "recurrent" else ["h→", "h←"]
    assert [strip["symbol"] for strip in board["strips"]] == [*symbols, *(symbol for _, symbol, *_ in GATES[cell])]
    expected = [one.states[:, 1:, 6 * k : 6 * k + 6] for k in range(len(symbols))] + [one.gates[field] for field, *_ in GATES[cell]]
    for place, kind in enumerate(one.kinds):
        for strip, sent, whole in zip(board["strips"], board["orders"][kind]["strips"], expected, strict=True):
            assert sorted(strip["units"]) == list(range(6)) and strip["of"] == 6
            found = numbers(sent, 6)
            np.testing.assert_allclose(found, whole[place][:, strip["units"]], atol=sent["top"] / LEVELS)
            assert (sent["low"], sent["high"]) == (whole[place].min(), whole[place].max())


def test_orders_paths_and_beliefs_are_those_of_the_reading():
    one = mind()
    board = told(one)
    own = PCA(2).fit(one.states[0])
    assert board["axes"] == [f"PC {k + 1}: {100 * share:.0f} %" for k, share in enumerate(own.explained_variance_ratio_)]
    for place, kind in enumerate(one.kinds):
        order = board["orders"][kind]
        assert np.frombuffer(b64decode(order["order"]), "<u2").tolist() == scan_order(kind, 4).tolist()
        np.testing.assert_allclose(np.frombuffer(b64decode(order["beliefs"]), "<f4").reshape(17, 2), one.beliefs[place], atol=1e-6)
        path = np.frombuffer(b64decode(order["path"]), "<f4").reshape(17, 2)
        np.testing.assert_allclose(np.abs(path), np.abs(own.transform(one.states[place])), atol=1e-5)
        assert order["known"] == 3 and "patch 3 of 16" in order["knew"]
    shares = own.explained_variance_ratio_
    assert board["orders"]["rows"]["share"] == pytest.approx(shares.sum())
    assert f"17 states of this picture, read in rows as trained). PC 1 has {100 * shares[0]:.0f} %" in plane_words(one)


def test_of_many_units_those_that_move_most_are_shown():
    one = mind(hidden=200)
    one.states[:, :, 40:110] *= 0.01
    units = told(one)["strips"][0]["units"]
    assert len(units) == MOST_UNITS == len(set(units)) and not set(units) & set(range(40, 110))
    loading = one.plane().axes[0]
    assert (np.diff(loading[units]) <= 1e-12).all()


def test_few_large_numbers_do_not_make_all_others_pale():
    one = mind()
    one.states[0, 3, 2] = 50.0
    strip = told(one)["orders"]["rows"]["strips"][0]
    assert strip["top"] == strip["high"] == 50.0 and strip["full"] < 5
    assert told(mind())["orders"]["rows"]["strips"][0]["full"] == told(mind())["orders"]["rows"]["strips"][0]["top"]
    zeros = mind()
    zeros.states[:] = 0
    assert told(zeros)["orders"]["rows"]["strips"][0]["top"] == 1.0


@pytest.mark.parametrize(
    ("reads", "heads"),
    [
        ("recurrent last", ["one"]),
        ("recurrent mean", ["all"]),
        ("bidirectional last", ["one", "one"]),
        ("bidirectional mean", ["one", "one"]),
    ],
)
def test_what_the_head_reads_is_marked_and_said(reads, heads):
    way, readout = reads.split()
    one = mind(way=way, readout=readout)
    strips = told(one)["strips"]
    assert [strip["head"] for strip in strips if strip["head"]] == heads
    assert READS[reads] in "".join(text for text, _ in words(one))
    if way == "bidirectional":
        assert "patches 1 to t" in strips[0]["told"] and "patches t to 1" in strips[1]["told"]
        assert ("mean of its states" in strips[0]["told"]) == (readout == "mean")


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize(("way", "gates"), [("recurrent", True), ("bidirectional", True), ("bidirectional", False)])
def test_words_light_up_parts_that_there_are(cell, way, gates):
    board = told(mind(way=way, cell=cell, gates=gates))
    parts = {"head", "plot", "path", *(strip["symbol"] for strip in board["strips"])}
    assert {part for _, names in board["words"] for part in names.split()} == parts


def test_another_order_than_the_trained_one_is_said():
    assert told_order("rows", "rows") == "Trained in rows, and read here as trained."
    assert told_order("rows", "hilbert") == "Trained in rows; read here along Hilbert's curve: an order that it has never seen."
    snake = mind(kinds=("snake", "rows", "columns"))
    assert snake.own == "snake" and "read as a snake as trained" in plane_words(snake)
    board = told(snake)
    assert board["own"] == "snake" and board["ownPath"] == board["orders"]["snake"]["path"] != board["orders"]["rows"]["path"]
    assert board["orders"]["snake"]["told"] == "Trained as a snake, and read here as trained."


def test_a_layer_below_the_last_one_is_not_what_the_head_reads():
    one = mind(layer=0, layers=2)
    board, text = told(one), "".join(text for text, _ in words(one))
    assert not any(strip["head"] for strip in board["strips"]) and "of layer 2: layer 1 is what the next one reads" in text
    assert {part for _, names in board["words"] for part in names.split()} == {"plot", "path", "h", "r", "z", "n"}
    assert [strip["head"] for strip in told(mind(layer=1, layers=2))["strips"]] == ["one", "", "", ""]


def test_orders_that_were_read_one_by_one_are_put_together():
    one = mind()
    parts = [
        dataclasses.replace(
            one, kinds=(kind,), orders=one.orders[k : k + 1], states=one.states[k : k + 1], beliefs=one.beliefs[k : k + 1], known=(3,),
            gates={field: values[k : k + 1] for field, values in one.gates.items()},
        )
        for k, kind in enumerate(one.kinds)
    ]  # fmt: skip
    assert told(together(parts)) == told(one)


def test_the_proof_line():
    check = StateCheck(2e-7, 3e-8, 1e-7)
    line = proof_line(check, 5)
    assert "in 5 orders" in line.words and "are equal to 7 digits: **passed**." in line.words
    assert "largest difference 2·10⁻⁷" in line.figures and line.figures.endswith("Tolerance 1·10⁻⁵.")
    assert "are different by 0.002: **not passed**." in proof_line(StateCheck(2e-3, 0, None), 1).words
    assert "no gates to compare" in proof_line(StateCheck(0, 0, None), 1).figures


def test_the_table_holds_every_number():
    one = mind()
    rows = list(csv.DictReader(io.StringIO(states_csv(one))))
    assert len(rows) == 5 * 17
    first, row = rows[0], rows[17 * 1 + 6]  # columns, t = 6
    assert (first["order"], first["t"], first["patch"], first["h1"]) == ("rows", "0", "", "0")
    assert (row["order"], row["t"], row["patch"], row["row"], row["column"]) == ("columns", "6", "6", "2", "2")
    np.testing.assert_allclose([float(row[f"h{unit}"]) for unit in range(1, 7)], one.states[1, 6], rtol=1e-5)
    assert float(row["p(=cat)"]) == pytest.approx(one.beliefs[1, 6, 0], rel=1e-5)
    assert row["answer"] in ("'=cat", 'a "dog", wet')  # no formula
    both = next(csv.reader(io.StringIO(states_csv(mind(way="bidirectional")))))
    assert both[-1] == "backwards6" and "forwards1" in both
