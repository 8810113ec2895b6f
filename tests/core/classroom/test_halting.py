"""Pause all is remembered, and says why."""

import pytest

from core.classroom.facts import Facts
from core.classroom.halting import Halting
from core.errors import ConfigError
from core.training.runs.store import Store


def test_pause_all_outlives_the_server(tmp_path):
    store = Store(tmp_path)
    halting = Halting(Facts(store))
    assert not halting.on
    halting.check()
    halting.put(True)
    again = Halting(Facts(store))
    assert again.on
    with pytest.raises(ConfigError, match="paused all runs"):
        again.check()
    again.put(False)
    assert not Halting(Facts(store)).on
    store.close()
