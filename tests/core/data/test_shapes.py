import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from core.data import load_dataset
from core.data.shapes import CLASSES, PARTS, SHAPES, draw


@pytest.fixture(scope="module")
def drawn():
    return draw(range(2000))


def test_an_image_depends_on_seed_and_index_only(drawn):
    images, labels = drawn
    some = np.array([1203, 5, 777])
    again, again_labels = draw(some)
    assert np.array_equal(again, images[some])
    assert np.array_equal(again_labels, labels[some])
    assert not np.array_equal(draw(some, seed=1)[0], again)


def test_every_ten_images_hold_each_class_once_in_changing_order(drawn):
    tens = drawn[1].reshape(-1, 10)
    assert (np.sort(tens, 1) == np.arange(10)).all()
    assert len({tuple(t) for t in tens.tolist()}) > 150


def test_the_data_set_has_its_sizes_and_its_parts_differ():
    dataset = load_dataset("shapes", split_seed=3)
    assert [len(s) for s in (dataset.train, dataset.val, dataset.test)] == [10_000, 2000, 2000]
    assert dataset.classes == CLASSES
    images, labels = draw(PARTS["val"][:16], seed=3)  # what a page shows before torch is loaded
    assert torch.equal(dataset.val.images[:16], torch.from_numpy(images))
    assert torch.equal(dataset.val.labels[:16], torch.from_numpy(labels))
    assert len({i.numpy().tobytes() for s in (dataset.train, dataset.val, dataset.test) for i in s.images}) == 14_000


def test_drawing_is_quick():
    start = time.process_time()
    draw(range(1000))
    assert time.process_time() - start < 0.75  # 14,000 in a second and a half on a free core


@pytest.mark.parametrize("name", CLASSES)
def test_a_silhouette_is_negative_inside_and_grows_by_one_a_unit_outside(name):
    axis = np.linspace(-2, 2, 201)
    x, y = np.meshgrid(axis, axis)
    distance = SHAPES[name](x, y)
    inside = distance < 0
    assert 0.5 < inside.mean() * 16 < 3.2  # area, against pi of the unit circle
    assert np.hypot(x, y)[inside].max() < 1.25
    slope = np.hypot(*np.gradient(distance, axis, axis))
    edge = np.abs(distance) < 0.1
    assert np.median(slope[edge]) == pytest.approx(1, abs=0.05)


def test_ink_stands_out_from_paper_either_way(drawn):
    """The middle of a circle against the corners, in lightness."""
    images, labels = drawn
    circles = images[labels == CLASSES.index("circle")].astype(float)
    light = np.tensordot(circles, [0.299, 0.587, 0.114], (1, 0))  # (N, 32, 32)
    contrast = np.median(light[:, 13:19, 13:19], (1, 2)) - np.median(light[:, [0, 0, -1, -1], [0, -1, 0, -1]], 1)
    assert (np.abs(contrast) > 40).mean() > 0.9  # the others lie off the middle
    assert 0.4 < (contrast > 0).mean() < 0.6


def test_neither_colors_nor_pixels_nor_one_patch_give_the_class_away(drawn):
    images, labels = drawn
    images = images.astype(np.float32) / 255

    def accuracy(features, strength=1.0):
        features = features.reshape(len(features), -1)
        model = LogisticRegression(max_iter=300, C=strength).fit(features[:1500], labels[:1500])
        return model.score(features[1500:], labels[1500:])

    colors = np.concatenate([images.mean((2, 3)), images.std((2, 3)), images.min((2, 3)), images.max((2, 3))], 1)
    colors = (colors - colors.mean(0)) / colors.std(0)
    assert accuracy(colors) < 0.3
    assert accuracy(images[:, :, 14:18, 14:18] - 0.5, 0.1) < 0.3
    assert accuracy(images[:, :, ::2, ::2] - 0.5, 0.01) < 0.4


def test_drawing_and_the_table_need_no_torch():
    code = (
        "import sys, core.data; from core.data.shapes import draw, PARTS; draw(PARTS['val'][:16]); core.data.data_spec('cifar10'); "
        "print([m for m in ('torch', 'torchvision', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
