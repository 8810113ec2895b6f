import pytest
import torch
import torch.nn.functional as F

from core.data.augment import cutout, random_crop_flip
from core.data.splits import Dataset, Split, channel_statistics, normalize, random_parts, stratified_parts, unnormalize
from tests.support import random_images


def test_statistics_are_those_of_a_float_copy():
    pictures = random_images(5000)  # more than one chunk
    pictures[:, 1] //= 3
    mean, std = channel_statistics(pictures)
    copy = pictures.double() / 255
    assert mean == pytest.approx(copy.mean((0, 2, 3)).tolist(), abs=1e-9)
    assert std == pytest.approx(copy.std((0, 2, 3), correction=0).tolist(), abs=1e-9)


def test_statistics_come_from_the_training_images_only():
    dark, light = torch.zeros(4, 3, 32, 32, dtype=torch.uint8), torch.full((4, 3, 32, 32), 255, dtype=torch.uint8)
    labels = torch.zeros(4, dtype=torch.int64)
    dataset = Dataset.of("d", Split(dark, labels), Split(light, labels), Split(light, labels), ["a"])
    assert dataset.mean == (0, 0, 0)
    assert normalize(dark, dataset.mean, dataset.std).isfinite().all()


def test_normalized_images_have_mean_0_and_deviation_1():
    pictures = random_images(200)
    floats = normalize(pictures, *channel_statistics(pictures))
    assert floats.dtype == torch.float32
    assert floats.mean((0, 2, 3)).abs().max() < 1e-4
    assert (floats.std((0, 2, 3)) - 1).abs().max() < 1e-4


def test_unnormalize_gives_back_every_value_exactly():
    pictures = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).repeat(2, 3, 1, 1)
    mean, std = (0.4915, 0.4823, 0.4468), (0.2470, 0.2435, 0.2616)
    assert torch.equal(unnormalize(normalize(pictures, mean, std), mean, std), pictures)
    assert torch.equal(unnormalize(normalize(pictures[0], mean, std), mean, std), pictures[0])
    wrong = unnormalize(normalize(pictures, mean, std), (0.5,) * 3, (0.25,) * 3)
    assert not torch.equal(wrong, pictures)


def test_random_parts_are_disjoint_seeded_and_leave_the_global_generator_alone():
    state = torch.get_rng_state()
    first, second = random_parts(100, (70, 20), seed=3)
    assert (len(first), len(second)) == (70, 20)
    assert len({*first.tolist(), *second.tolist()}) == 90
    assert torch.equal(random_parts(100, (70, 20), seed=3)[0], first)
    assert not torch.equal(random_parts(100, (70, 20), seed=4)[0], first)
    assert torch.equal(torch.get_rng_state(), state)


def test_split_indexing_keeps_image_and_label_together():
    split = Split(random_images(6), torch.arange(6))
    part = split[torch.tensor([4, 1])]
    assert len(part) == 2
    assert part.labels.tolist() == [4, 1]
    assert torch.equal(part.images[0], split.images[4])
    assert part.to("meta").images.device.type == "meta"


def draws(count, padding, seed):
    """The shifts and mirrors that random_crop_flip draws, in its order."""
    generator = torch.Generator().manual_seed(seed)
    shift = torch.randint(-padding, padding + 1, (2, count, 1), generator=generator)
    return shift.squeeze(2).tolist(), torch.randint(0, 2, (count, 1), generator=generator).squeeze(1).tolist()


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("padding", [0, 1, 4])
def test_crop_and_flip_equals_padding_cutting_and_flipping_one_by_one(dtype, padding):
    pictures = random_images(32).to(dtype)
    (down, right), mirror = draws(32, padding, seed=7)
    made = random_crop_flip(pictures, padding=padding, generator=torch.Generator().manual_seed(7))
    assert made.dtype == dtype
    for i in range(32):
        padded = F.pad(pictures[i : i + 1].float(), (padding,) * 4, mode="reflect")[0]
        top, left = padding + down[i], padding + right[i]
        cut = padded[:, top : top + 32, left : left + 32]
        expected = cut.flip(2) if mirror[i] else cut
        assert torch.equal(made[i].float(), expected), i
    assert {*mirror} == {0, 1}


def test_crop_and_flip_reaches_all_shifts_and_is_seeded():
    pictures = random_images(1).expand(600, -1, -1, -1)
    made = random_crop_flip(pictures, padding=1, generator=torch.Generator().manual_seed(0))
    assert len({m.numpy().tobytes() for m in made}) == 9 * 2
    assert torch.equal(random_crop_flip(pictures, padding=1, generator=torch.Generator().manual_seed(0)), made)


def test_crop_and_flip_keeps_non_square_shapes():
    assert random_crop_flip(torch.zeros(2, 1, 8, 20), generator=torch.Generator()).shape == (2, 1, 8, 20)


def test_cutout_greys_one_square_of_each_image():
    images = torch.randint(1, 255, (64, 3, 32, 32), dtype=torch.uint8)
    images[images == 100] = 101
    out = cutout(images, 8, torch.tensor([100.0, 100.0, 100.0]), generator=torch.Generator().manual_seed(0))
    assert out.shape == images.shape and out.dtype == images.dtype
    hidden = (out == 100).all(1)  # (B, H, W)
    assert torch.equal(out.movedim(1, -1)[~hidden], images.movedim(1, -1)[~hidden])
    for square in hidden:
        rows, columns = square.any(1).nonzero().flatten(), square.any(0).nonzero().flatten()
        assert 4 <= len(rows) <= 8 and 4 <= len(columns) <= 8  # its centre lies in the image, its edge may not
        assert square[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    assert len({tuple(square.nonzero()[0].tolist()) for square in hidden}) > 30
    with_same_seed = cutout(images, 8, torch.tensor([100.0] * 3), generator=torch.Generator().manual_seed(0))
    assert torch.equal(out, with_same_seed)


def labels_of(*counts):
    """So many labels of each class, in a mixed order."""
    found = torch.cat([torch.full((n,), k) for k, n in enumerate(counts)])
    return found[torch.randperm(len(found), generator=torch.Generator().manual_seed(1))]


@pytest.mark.parametrize("counts", [(1, 50, 50), (60, 60, 3, 2, 1), (40, 40, 40, 40), (2, 2, 2, 2), (1, 1, 1, 97), (5,), (3, 4, 5)])
@pytest.mark.parametrize("shares", [(0.1, 0.1), (0.01, 0.2), (0.3, 0.0)])
def test_every_class_gives_its_share_and_keeps_a_training_image(counts, shares):
    labels = labels_of(*counts)
    sizes = [min(round(share * len(labels)), (len(labels) - len(counts)) // 2) for share in shares]
    for seed in range(60):
        parts = stratified_parts(labels, sizes, seed)
        assert [len(part) for part in parts[1:]] == sizes
        assert sorted(torch.cat(parts).tolist()) == list(range(len(labels)))
        for k, count in enumerate(counts):
            found = [int((labels[part] == k).sum()) for part in parts]
            assert found[0] >= 1
            if min(counts) >= 10:  # no class is short of images: then none gives one more or less than its share
                assert all(abs(n - size * count / len(labels)) < 1 for n, size in zip(found[1:], sizes, strict=True))


def test_a_stratified_split_is_seeded_and_mixed():
    labels = labels_of(30, 30)
    first, again, other = (stratified_parts(labels, (6, 6), seed) for seed in (3, 3, 4))
    assert all(map(torch.equal, first, again)) and not torch.equal(first[1], other[1])
    assert labels[first[0]][:24].unique().tolist() == [0, 1], "training images are in random order"
