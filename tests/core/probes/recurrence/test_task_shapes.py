"""The five tasks really run: their shapes, and that outputs depend on inputs exactly as drawn."""

import numpy as np
import pytest

from core.errors import ConfigError
from core.models.recurrent import CELLS
from core.probes.recurrence.task_shapes import Sizes, run_task
from core.probes.recurrence.task_sizes import MOST
from core.probes.recurrence.unrolled import TASKS

COURSE = Sizes(B=2, T=10, S=4, C=3, H=50, K=7)


def shapes_of(task, sizes=COURSE, **more):
    return [(name, shape) for name, shape, _ in run_task(task, sizes, **more).shapes]


def test_the_shapes_of_the_course():
    """COURSE parts 0 and 1: B=2, T=10, C=3, H=50, K=7."""
    assert shapes_of("one-to-one") == [("inputs x", (2, 3)), ("hidden layer h", (2, 50)), ("logits y", (2, 7))]
    assert shapes_of("many-to-one") == [
        ("inputs x", (2, 10, 3)), ("states h", (2, 10, 50)), ("the last state", (2, 50)), ("logits y", (2, 7)),
    ]  # fmt: skip
    assert shapes_of("same-length") == [("inputs x", (2, 10, 3)), ("states h", (2, 10, 50)), ("logits y", (2, 10, 7))]
    found = run_task("one-to-many", COURSE).shapes
    assert found == (
        ("inputs x", (2, 3), 1), ("first state", (2, 50), 1), ("state of a step", (2, 1, 50), 4), ("logits of a step", (2, 1, 7), 4),
        ("logits y", (2, 4, 7), 1),
    )  # fmt: skip
    assert shapes_of("other-length") == [
        ("inputs x", (2, 10, 3)), ("states h of the encoder", (2, 10, 50)), ("handed over", (1, 2, 50)),
        ("state d of a step", (2, 1, 50)), ("logits of a step", (2, 1, 7)), ("logits y", (2, 4, 7)),
    ]  # fmt: skip


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", TASKS)
def test_outputs_depend_on_inputs_as_the_map_says(task, cell):
    sizes = Sizes(B=2, T=6, S=4, C=3, H=8, K=5)
    found = run_task(task, sizes, cell=cell)
    expected = {
        "one-to-one": np.ones((1, 1)), "one-to-many": np.ones((4, 1)), "many-to-one": np.ones((1, 6)),
        "same-length": np.tril(np.ones((6, 6))), "other-length": np.ones((4, 6)),
    }[task]  # fmt: skip
    assert np.array_equal(found.reach, expected.astype(bool)) and found.differing(task, sizes) == 0


def test_a_wrong_map_is_noticed():
    sizes = Sizes(T=4, S=4)
    assert run_task("other-length", sizes).differing("same-length", sizes) == 6  # the upper triangle


def test_weights_are_counted():
    """Of nn.GRU 3H (C + H) + 6H, of the head HK + K."""
    assert run_task("many-to-one", COURSE).weights == 3 * 50 * 53 + 300 + 357


@pytest.mark.parametrize("task", TASKS)
def test_the_smallest_and_the_largest(task):
    for sizes in (Sizes(1, 1, 1, 1, 1, 1), Sizes(**MOST)):
        found = run_task(task, sizes)
        assert found.differing(task, sizes) == 0 and found.shapes[-1][1][-1] == sizes.K


@pytest.mark.parametrize(("name", "value"), [("T", 0), ("T", 10_000), ("H", 0), ("B", -1), ("K", 21)])
def test_sizes_that_are_not_on_offer(name, value):
    with pytest.raises(ConfigError, match=f"{name} = {value}: choose 1 to"):
        run_task("same-length", Sizes(**{name: value}))


def test_another_task():
    with pytest.raises(ConfigError, match="no task named"):
        run_task("none", COURSE)
