"""Path lengths against a walk over the graph of steps; what a token reaches, measured."""

from collections import deque
from itertools import pairwise

import pytest
import torch

from core.probes.recurrence.paths import one_sequence, reached, reading_times, sweeps


def farthest(side, rows_and_columns):
    """The longest of all shortest ways between two tokens, by breadth-first search over (token, sweep): a step costs 1, taking a state over
    into the next sweep nothing."""
    lines = [[(r, c) for c in range(side)] for r in range(side)], [[(r, c) for r in range(side)] for c in range(side)]
    if not rows_and_columns:
        lines = ([[token for line in lines[0] for token in line]],)
    neighbours = {}
    for sweep, all_lines in enumerate(lines):
        for line in all_lines:
            for one, other in pairwise(line):
                neighbours.setdefault((one, sweep), []).append((other, sweep))
                neighbours.setdefault((other, sweep), []).append((one, sweep))
    worst = 0
    for start in [(r, c) for r in range(side) for c in range(side)]:
        best, waiting = {(start, 0): 0}, deque([(start, 0)])
        while waiting:
            token, sweep = waiting.popleft()
            ways = [(place, 1) for place in neighbours.get((token, sweep), [])]
            ways += [((token, sweep + 1), 0)] if sweep + 1 < len(lines) else []
            for place, cost in ways:
                if best[token, sweep] + cost < best.get(place, 10**9):
                    best[place] = best[token, sweep] + cost
                    (waiting.append if cost else waiting.appendleft)(place)
        worst = max(worst, *(cost for (_, sweep), cost in best.items() if sweep == len(lines) - 1))
    return worst


@pytest.mark.parametrize("side", [2, 3, 5])
def test_the_longest_path_is_that_of_the_graph(side):
    assert one_sequence(side).longest_path == farthest(side, False)
    assert sweeps(side).longest_path == farthest(side, True)


def test_the_numbers_of_the_lecture():
    flat, swept = one_sequence(16), sweeps(16)
    assert (flat.sequences, flat.steps, flat.longest_path) == (1, 256, 255)
    assert (swept.sequences, swept.steps, swept.longest_path) == (16, 32, 30)
    assert swept.updates == 2 * flat.updates


def test_a_row_sweep_reaches_the_row_and_a_column_sweep_then_everything():
    rows_only = reached(6, columns_too=False, row=2, column=3)
    expected = torch.zeros(6, 6, dtype=torch.bool)
    expected[2] = True
    assert torch.equal(rows_only, expected)
    assert reached(6, columns_too=True, row=2, column=3).all()


def test_short_sequences_at_the_same_time_are_faster():
    flat, swept = reading_times(side=16, width=8, images=1, rounds=3)
    assert flat > swept > 0
