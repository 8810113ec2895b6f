"""The table of broken versions follows the source; the runner notices what a test notices, and leaves the working tree alone."""

from collections import Counter

from tests.mutants.table import ROOT, table

ROWS = table()


def test_every_row_still_applies_to_the_source():
    wrong = []
    for row in ROWS:
        try:
            compile(row.applied((ROOT / row.file).read_text("utf-8")), row.file, "exec")
        except (ValueError, SyntaxError) as error:
            wrong.append(f"{row.name}: {error}")
    assert not wrong, "these rows have to follow the code:\n" + "\n".join(wrong)


def test_there_are_enough_rows_and_no_two_have_one_name():
    twice = [name for name, count in Counter(row.name for row in ROWS).items() if count > 1]
    assert len(ROWS) >= 40 and not twice, twice
