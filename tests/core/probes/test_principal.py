"""Two principal components: against scikit-learn, and where there are fewer directions than two."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.probes.principal import principal_plane


def points(count=40, size=7, seed=0):
    draw = np.random.default_rng(seed)
    return draw.normal(size=(count, size)) @ draw.normal(size=(size, size)) + 3.0


@pytest.mark.parametrize(("count", "size"), [(40, 7), (5, 25), (257, 2), (2, 4), (65, 128)])
def test_the_plane_is_that_of_scikit_learn(count, size):
    ours, others = points(count, size), points(11, size, seed=1)
    kept = min(2, count - 1)
    theirs = PCA(n_components=kept, svd_solver="full").fit(ours)
    plane = principal_plane(ours)
    np.testing.assert_allclose(plane.shares[:kept], theirs.explained_variance_ratio_[:kept], atol=1e-12)
    signs = np.sign((plane.axes[:kept] * theirs.components_).sum(1))
    assert (np.abs(signs) == 1).all()
    for some in (ours, others):
        np.testing.assert_allclose(plane.place(some)[:, :kept] * signs, theirs.transform(some), atol=1e-9)
    np.testing.assert_allclose(plane.axes[:kept] @ plane.axes[:kept].T, np.eye(kept), atol=1e-12)


def test_the_share_of_its_own_points_is_the_sum_of_the_axes():
    ours = points()
    plane = principal_plane(ours)
    assert plane.share(ours) == pytest.approx(plane.shares.sum())
    other = points(30, seed=5)
    around = other - other.mean(0)
    assert plane.share(other) == pytest.approx(np.trace(plane.axes @ np.cov(around.T) @ plane.axes.T) / np.trace(np.cov(around.T)))


def test_the_sign_is_always_the_same():
    ours = points()
    one, two = principal_plane(ours), principal_plane(ours[::-1])
    np.testing.assert_allclose(one.axes, two.axes, atol=1e-9)
    assert all(axis[np.abs(axis).argmax()] > 0 for axis in one.axes)


@pytest.mark.parametrize("ours", [np.ones((5, 3)), np.zeros((2, 1)), np.ones((1, 4))])
def test_points_that_are_all_the_same_have_no_direction(ours):
    plane = principal_plane(ours)
    assert plane.shares.tolist() == [0, 0] and plane.share(ours) == 0
    assert np.isfinite(plane.axes).all() and (plane.place(ours) == 0).all()


def test_one_dimension_is_one_axis():
    plane = principal_plane(np.array([[0.0], [1.0], [2.0]]))
    assert plane.shares.tolist() == [1, 0]
    np.testing.assert_allclose(plane.place(np.array([[3.0]])), [[2.0, 0.0]])
