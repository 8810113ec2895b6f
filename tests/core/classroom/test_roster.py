"""A pasted list of names and those that people typed: case, order, accents and spaces do not matter, and nothing is guessed."""

import pytest

from core.classroom.roster import MOST_LINES, matched, roster_lines


@pytest.mark.parametrize(
    ("listed", "typed"),
    [
        ("Müller, Zoë", "zoe mueller"), ("Müller, Zoë", "ZOË  MÜLLER"),
        ("Nguyễn Thị Ánh", "anh thi nguyen"), ("O'Neil, Sean", "Sean ONeil"),
        ("Łukasz Żak", "lukasz zak"), ("Groß, Jan", "Jan Gross"), ("4711; Silva; João", "João Silva"),
        ("Meyer-Lee, Kim", "kim meyer lee"),
        ("Schmidt, Anna Maria", "Anna Schmidt"), ("Schmidt, Anna", "Anna M. Schmidt"),
    ],
)  # fmt: skip
def test_one_name_written_in_two_ways(listed, typed):
    found = matched(["Other, Name", listed], {"a": typed})
    assert found.line("a") == listed and found.missing == ["Other, Name"]


def test_what_could_be_two_people_is_nobody():
    found = matched(["Schmidt, Anna", "Schmidt, Ben"], {"a": "Schmidt", "b": "Anna Schmid"})
    assert found.places == {} and found.missing == ["Schmidt, Anna", "Schmidt, Ben"]
    found = matched(["Anna Maria Schmidt"], {"a": "Anna Schmidt", "b": "Maria Schmidt"})
    assert found.places == {}, "either may be meant"
    assert matched(["Anna Maria Schmidt"], {"a": "Anna Schmidt", "b": "Maria Anna Schmidt"}).places == {"b": 0}


def test_equal_lines_are_taken_in_turn_and_one_line_may_have_two_devices():
    assert matched(["Kim Lee", "Ann Bo", "Lee, Kim"], {"a": "Kim Lee", "b": "Lee Kim"}).places == {"a": 0, "b": 2}
    assert matched(["Kim Lee", "Ann Bo"], {"a": "Kim Lee", "b": "kim lee"}).places == {"a": 0, "b": 0}


def test_what_is_pasted_is_bounded_and_clean():
    assert roster_lines("  Lee,\tKim \r\n\n42\n--\n\u202eOdd One\n") == ["Lee, Kim", "\ufffd202EOdd One"]
    assert len(roster_lines("Kim Lee\n" * 5_000)) == MOST_LINES
    assert max(map(len, roster_lines("x" * 10_000))) == 100
    assert matched([], {"a": "Kim"}).line("a") == ""
