"""The proof line of the page Memory: it passes, and it would not if a number were wrong."""

import numpy as np
import pytest

from core.probes.memory import flow_check
from core.probes.memory.flow_check import check_flow
from core.probes.memory.gradient_flow import FlowSetup, way


@pytest.mark.parametrize(
    "setup",
    [FlowSetup(), FlowSetup(length=1, units=1), FlowSetup(length=200, radius=0.1, bias=-8), FlowSetup(length=50, radius=4, bias=8, seed=5)],
)
def test_by_hand_and_by_autograd_agree(setup):
    found = check_flow(setup)
    assert found.passed and found.steps == 3 * setup.length


@pytest.mark.parametrize("part", ["state", "memory", "trace"])
def test_a_wrong_number_is_found(monkeypatch, part):
    def wrong(kind, setup):
        found = way(kind, setup)
        if kind != "lstm":
            return found
        if part == "trace":
            states = found.trace.states.copy()
            states[3, 0, 0] += 1e-8
            return found._replace(trace=found.trace._replace(states=states))
        return found._replace(**{part: getattr(found, part) * np.linspace(1, 1 + 1e-8, setup.length)[:, None, None]})

    monkeypatch.setattr(flow_check, "way", wrong)
    assert not check_flow(FlowSetup(length=5)).passed
