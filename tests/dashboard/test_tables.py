"""The table of scores per class: as HTML and as CSV, against counts made by hand."""

import csv
import io
import math
import re

import numpy as np
import pytest

from core.evaluation.judged import Judged
from core.scores import ClassScores
from dashboard.shell.tables import class_table_csv, class_table_html, image_table_csv

MATRIX = np.array([[7, 2, 1], [0, 5, 0], [3, 1, 1]])  # rows true
CLASSES = ("cat", "<dog>", "ship")
COUNTED = {"cat": (10, 7, 3, 3, 7), "<dog>": (5, 5, 0, 3, 12), "ship": (5, 1, 4, 1, 14)}  # n, TP, FN, FP, TN


def rows(text):
    return re.findall(r"<tr.*?</tr>", text)


@pytest.mark.parametrize("k", range(3))
def test_counts_stand_behind_the_scores(k):
    found = rows(class_table_html(ClassScores(MATRIX), CLASSES, caption="x", counts=True))[1 + k]
    cells = re.findall(r"<td>(.*?)</td>", found)
    n, tp, fn, fp, tn = COUNTED[CLASSES[k]]
    assert cells[0] == str(n) and cells[6:] == [f"{100 * n / 20:.1f}", str(tp), str(fn), str(fp), str(tn)]
    recall, precision, f1, iou, rest = tp / (tp + fn), tp / (tp + fp), 2 * tp / (2 * tp + fp + fn), tp / (tp + fp + fn), (tp + tn) / 20
    assert cells[1:6] == [f"{100 * score:.1f}" for score in (recall, precision, f1, iou, rest)]


def test_every_row_has_a_cell_for_each_heading():
    for counts in (False, True):
        head, *body = rows(class_table_html(ClassScores(MATRIX), CLASSES, caption="x", counts=counts))
        assert {len(re.findall("<t[dh]", row)) for row in body} == {len(re.findall("<th", head))}


def test_the_row_of_the_chosen_class_alone_is_marked_and_names_are_escaped():
    text = class_table_html(ClassScores(MATRIX), CLASSES, caption="<b>", chosen=1)
    assert [place for place, row in enumerate(rows(text)) if "chosen" in row] == [2]
    assert "&lt;dog&gt;" in text and "<dog>" not in text and "<b>" not in text


def test_the_csv_has_every_count_and_score():
    found = list(csv.DictReader(io.StringIO(class_table_csv(ClassScores(MATRIX), CLASSES))))
    for row in found:
        n, tp, fn, fp, tn = COUNTED[row["class"]]
        counts = (row["count"], row["true_positives"], row["false_negatives"], row["false_positives"], row["true_negatives"])
        assert tuple(map(int, counts)) == (n, tp, fn, fp, tn)
        assert float(row["iou"]) == pytest.approx(tp / (tp + fp + fn)) and float(row["frequency"]) == n / 20


def test_a_class_that_does_not_occur_has_dashes_and_no_scores_in_the_csv():
    scores = ClassScores(np.array([[9, 0, 0], [1, 8, 0], [0, 0, 0]]))
    found = rows(class_table_html(scores, CLASSES, caption="x"))
    assert re.findall(r"<td>(.*?)</td>", found[3]) == ["0", *"–––––"]
    assert re.findall(r"<td>(.*?)</td>", found[4])[1] == f"{100 * (1 + 8 / 9) / 2:.1f}"
    absent = list(csv.DictReader(io.StringIO(class_table_csv(scores, CLASSES))))[2]
    assert (absent["count"], absent["true_negatives"], absent["recall"], absent["f1"]) == ("0", "18", "", "")


def test_the_table_of_images_has_a_line_each_and_no_name_is_a_formula():
    logits = np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 3.0]], np.float32)
    lines = list(csv.reader(io.StringIO(image_table_csv(Judged(logits, np.array([0, 0, 1])), ("=cat", "dog")))))
    assert lines[0][:4] == ["image", "true_class", "predicted_class", "correct"]
    assert [line[:4] for line in lines[1:]] == [
        ["0", "'=cat", "'=cat", "True"],
        ["1", "'=cat", "dog", "False"],
        ["2", "dog", "dog", "True"],
    ]
    assert [float(line[4]) for line in lines[1:]] == pytest.approx([1 / (1 + math.exp(-gap)) for gap in (2, 1, 3)])
    assert float(lines[2][6]) == pytest.approx(math.log(1 + math.e))
