"""For all tests: what they printed or logged can be handed on, also where it holds what is no valid Unicode; and browsers to drive."""

import pytest

from tests.driven import address, chromium, lab, page, serve, shared_page  # noqa: F401 - fixtures of every test with the mark `browser`


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """pytest-xdist ends with an internal error when it has to pass half a pair of letters on, as tests of hostile names log them."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode("utf-8")) for name, text in report.sections]
    return report
