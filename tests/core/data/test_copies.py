"""Known data sets as their authors give them, in small."""

import gzip
import io
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
import torchvision

from core import folders
from core.cli import main
from core.data import copies, load_dataset
from core.data.copies import CIFAR, copy_at, has_copy
from core.data.copy_files import unpickled
from core.data.folder import fingerprint, labelled_split
from core.errors import DataError
from core.training.config import RunConfig
from tests.cifar_copies import NAMES, batch, packed, python_files, write


def old_python(data, labels):
    """A batch as Python 2 pickled it: texts without an encoding."""
    raw = data.tobytes()
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\1b\x87R(K\1K" + bytes([len(data)]) + b"M\0\x0c\x86cnumpy\ndtype\n"
        b"U\2u1K\0K\1\x87R(K\3U\1|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T" + len(raw).to_bytes(4, "little") + raw + b"tb"
    )
    return b"\x80\2}(U\4data" + array + b"U\6labels](" + b"".join(b"K" + bytes([k]) for k in labels) + b"eu."


def binary_files():
    rows = [np.hstack([np.array(labels, np.uint8)[:, None], data]).tobytes() for data, labels in map(batch, range(6))]
    return {f"{name}.bin": row for name, row in zip(NAMES, rows, strict=True)}


def ways(tmp_path):
    """Every form in which CIFAR-10 may lie on a stick."""
    old = {name: old_python(*batch(k)) for k, name in enumerate(NAMES)}
    python = write(tmp_path / "a" / "cifar-10-batches-py", python_files())
    yield from (python, python.parent, packed(tmp_path / "cifar-10-python.tar.gz", python), tmp_path)
    yield packed(tmp_path / "cifar-10-python (1).tar.gz", python)
    yield packed(tmp_path / "cifar10.zip", python)
    yield write(tmp_path / "b" / "old", old)
    yield write(tmp_path / "b" / "new", python_files(5))
    binary = write(tmp_path / "c" / "cifar-10-batches-bin", binary_files())
    yield from (binary, packed(tmp_path / "binary.tar.gz", binary))
    (tmp_path / "d").mkdir()
    packed(tmp_path / "d" / "cifar-10-python.tar.gz", python)
    yield tmp_path / "d"
    write(tmp_path / "e" / "cifar-10-python" / "cifar-10-batches-py", python_files())
    yield tmp_path / "e"
    (tmp_path / "f").mkdir()
    packed(tmp_path / "f" / "cifar-10-python (1).zip", python)
    yield tmp_path / "f"
    for name in ("cifar-10-python", "cifar-10-python.gz", "cifar-10-python.tar.gz.download"):  # endings that a browser takes off, or adds
        (tmp_path / "g" / name).mkdir(parents=True)
        packed(tmp_path / "cifar-10-python.tar.gz", python).rename(tmp_path / "g" / name / name)
        yield from (tmp_path / "g" / name / name, tmp_path / "g" / name)
    packed(tmp_path / "cifar-10-python.tar.gz", python)


def test_cifar10_is_read_where_it_lies_and_nothing_is_written(tmp_path):
    wanted = np.concatenate([batch(k)[0] for k in range(5)]).reshape(-1, 3, 32, 32)
    for path in ways(tmp_path):
        dataset = load_dataset("cifar10", data=str(path), home=tmp_path / "home")
        assert dataset.classes == CIFAR and (len(dataset.train), len(dataset.val), len(dataset.test)) == (180, 20, 40)
        order = torch.randperm(200, generator=torch.Generator().manual_seed(0))
        assert np.array_equal(dataset.val.images, wanted[order[180:]]), path
        assert np.array_equal(dataset.test.images.reshape(40, -1), batch(5)[0]) and dataset.test.labels.tolist() == batch(5)[1]
        of_folder = load_dataset("folder", data=str(path), home=tmp_path / "home")
        assert of_folder.classes == CIFAR and (len(of_folder.train), len(of_folder.test)) == (180, 40)
        assert torch.bincount(of_folder.val.labels).tolist() == [2] * 10
        judged, _ = labelled_split(path, CIFAR, home=tmp_path / "home")
        assert torch.equal(judged.images, dataset.test.images) and fingerprint(path)
    assert not (tmp_path / "home" / "data").exists()


def test_the_checksums_are_those_of_torchvision():
    assert dict([*torchvision.datasets.CIFAR10.train_list, *torchvision.datasets.CIFAR10.test_list]) == copies.MD5
    assert tuple(torchvision.datasets.FashionMNIST.classes) == copies.OF_MNISTS_KIND["fashion_mnist"]


def test_a_copy_that_is_not_the_authors_own_is_said(tmp_path, monkeypatch):
    folder = write(tmp_path / "cifar-10-batches-py", python_files())
    assert "data_batch_1, data_batch_2" in load_dataset("cifar10", data=str(folder), home=tmp_path).left_out.sentences()[0]
    own = {name: copies.hashlib.md5((folder / name).read_bytes()).hexdigest() for name in NAMES}
    monkeypatch.setattr(copies, "FORMS", (replace(copies.FORMS[0], md5=own),))
    assert load_dataset("cifar10", data=str(folder), home=tmp_path).left_out.sentences() == []


class Evil:
    def __reduce__(self):
        return exec, ("raise SystemExit('it ran')",)


@pytest.mark.parametrize("protocol", range(6))
def test_nothing_in_a_pickle_is_run(tmp_path, protocol):
    with pytest.raises(pickle.UnpicklingError, match="it names"):
        unpickled(pickle.dumps({"data": Evil()}, protocol))
    files = python_files() | {"data_batch_3": pickle.dumps({b"data": Evil(), b"labels": []}, protocol)}
    with pytest.raises(DataError, match="is damaged, or is not what its names say: copy it again.*cifar-10-python.tar.gz"):
        load_dataset("cifar10", data=str(write(tmp_path / "x", files)), home=tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x", pickle.dumps([1]), pickle.dumps({b"data": b"", b"labels": [], b"filenames": []}),
        pickle.dumps({b"data": np.zeros((2, 3072)), b"labels": [0, 1]}),
        pickle.dumps({b"data": np.zeros((2, 3072), np.uint8), b"labels": [0]}),
        pickle.dumps({b"data": np.zeros((2, 3072), np.uint8), b"labels": [0, 99]}), python_files()["test_batch"][:-1000],
    ],
    ids=range(8),
)  # fmt: skip
def test_a_damaged_copy_is_said(tmp_path, content):
    folder = write(tmp_path / "cifar-10-batches-py", python_files() | {"test_batch": content})
    for path in (folder, packed(tmp_path / "c.tar.gz", folder)):
        for name in ("cifar10", "folder"):
            with pytest.raises(DataError, match="is damaged, or is not what its names say"):
                load_dataset(name, data=str(path), home=tmp_path)


def test_an_archive_that_is_cut_short_is_said(tmp_path):
    path = packed(tmp_path / "c.tar.gz", write(tmp_path / "cifar-10-batches-py", python_files()))
    path.write_bytes(path.read_bytes()[:-50_000])
    with pytest.raises(DataError, match="is damaged"):
        load_dataset("cifar10", data=str(path), home=tmp_path)


def idx(array):
    head = b"\0\0\x08" + bytes([array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return head + array.tobytes()


@pytest.mark.parametrize(("end", "dash"), [("", "-"), (".gz", "-"), ("", ".")])
@pytest.mark.parametrize("below", ["", "raw", "FashionMNIST/raw"])
def test_fashion_mnist_is_read_from_its_four_files(tmp_path, end, dash, below):
    files, random = {}, np.random.default_rng(0)
    for part, count in (("train", 60), ("t10k", 20)):
        for what, array in (
            ("images-idx3", random.integers(0, 256, (count, 28, 28), np.uint8)),
            ("labels-idx1", np.arange(count, dtype=np.uint8) % 10),
        ):
            content = idx(array)
            files[f"{part}-{what.replace('-', '-', 1).replace('-idx', dash + 'idx')}-ubyte{end}"] = (
                gzip.compress(content) if end else content
            )
    write(tmp_path / "stick" / below if below else tmp_path / "stick", files)
    dataset = load_dataset("fashion_mnist", data=str(tmp_path / "stick"), home=tmp_path / "home")
    assert dataset.classes[0] == "T-shirt/top" and (len(dataset.train), len(dataset.val), len(dataset.test)) == (54, 6, 20)
    assert (dataset.test.images[:, :, :2] == 0).all() and torch.equal(dataset.test.images[:, 0], dataset.test.images[:, 2])
    assert load_dataset("folder", data=str(tmp_path / "stick"), home=tmp_path / "home").classes == tuple("0123456789")


def mnist_files(labels):
    """The four files, unpacked, under the names that their authors give them."""
    shown, tests = np.zeros((len(labels), 28, 28), np.uint8), np.arange(20, dtype=np.uint8) % 10
    return {
        "train-images-idx3-ubyte": idx(shown), "train-labels-idx1-ubyte": idx(labels),
        "t10k-images-idx3-ubyte": idx(shown[:20]), "t10k-labels-idx1-ubyte": idx(tests),
    }  # fmt: skip


def test_files_of_mnists_kind_may_be_named_in_mixed_ways_and_lie_in_folders_of_their_names(tmp_path):
    files = mnist_files(np.arange(60, dtype=np.uint8) % 10)
    images = files.pop("train-images-idx3-ubyte")
    write(tmp_path / "mixed", files | {"train-images.idx3-ubyte.gz": gzip.compress(images)})
    for name, content in (files | {"train-images-idx3-ubyte": images}).items():
        write(tmp_path / "each" / name, {name: content})
    for folder in ("mixed", "each"):
        dataset = load_dataset("fashion_mnist", data=str(tmp_path / folder), home=tmp_path / "home")
        assert (len(dataset.train), len(dataset.test)) == (54, 20) and fingerprint(tmp_path / folder)


def test_the_digits_are_not_taken_for_clothes(tmp_path):
    write(tmp_path / "raw", mnist_files(np.repeat(np.arange(10, dtype=np.uint8), copies.DIGITS)))
    with pytest.raises(DataError, match="are the digits of MNIST.*choose the data set 'folder' for them"):
        load_dataset("fashion_mnist", data=str(tmp_path), home=tmp_path / "home")


def test_files_that_a_copy_lacks_are_named(tmp_path):
    files = python_files()
    del files["data_batch_3"]
    folder = write(tmp_path / "cifar-10-batches-py", files)
    archive = packed(tmp_path / "some.tar.gz", folder)
    clothes = mnist_files(np.zeros(20, np.uint8))
    del clothes["t10k-labels-idx1-ubyte"]
    cases = [(folder, "data_batch_3"), (tmp_path, "data_batch_3"), (archive, "data_batch_3")]
    for place, lacks in [*cases, (write(tmp_path / "m" / "raw", clothes), "t10k-labels-idx1-ubyte")]:
        for name in ("cifar10" if "data" in lacks else "fashion_mnist", "folder"):
            with pytest.raises(DataError, match=f"lacks {lacks}: unpack it again"):
                load_dataset(name, data=str(place), home=tmp_path / "home")


def test_cifar100_is_no_cifar10_but_can_be_read(tmp_path):
    names = [f"class {k}" for k in range(100)]
    labels = {"train": [k % 100 for k in range(400)], "test": [k % 100 for k in range(100)]}
    files = {
        part: pickle.dumps({b"data": np.zeros((len(found), 3072), np.uint8), b"fine_labels": found, b"coarse_labels": found}, 2)
        for part, found in labels.items()
    } | {"meta": pickle.dumps({b"fine_label_names": [name.encode() for name in names]}, 2)}
    folder = write(tmp_path / "cifar-100-python", files)
    with pytest.raises(DataError, match="There is no copy of CIFAR-10 in .*cifar-10-python.tar.gz"):
        load_dataset("cifar10", data=str(folder), home=tmp_path)
    assert load_dataset("folder", data=str(folder), home=tmp_path).classes == tuple(names)


def test_what_is_no_copy_is_told_how_one_is_called(tmp_path):
    (tmp_path / "pets" / "cat").mkdir(parents=True)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("pets/cat/0.png", b"x")
    (tmp_path / "pets.zip").write_bytes(buffer.getvalue())
    for path in (tmp_path / "pets", tmp_path / "pets.zip", tmp_path / "gone"):
        assert copy_at(str(path)) is None
        with pytest.raises(DataError, match=r"name cifar-10-python\.tar\.gz, or the folder cifar-10-batches-py"):
            load_dataset("cifar10", data=str(path), home=tmp_path)
    with pytest.raises(DataError, match="is a file, not a folder: unpack it"):
        load_dataset("folder", data=str(tmp_path / "pets.zip"), home=tmp_path)
    assert not has_copy(str(tmp_path / "pets"))


def test_without_a_network_it_is_said_where_a_copy_may_lie(tmp_path):
    with pytest.raises(
        DataError,
        match=r"without a network, say where cifar-10-python\.tar\.gz.*lies: with the command python -m core data place cifar10 PATH",
    ):
        load_dataset("cifar10", home=tmp_path)


def test_a_stranger_reads_no_copy_outside_the_named_folders(tmp_path, monkeypatch):
    folder = write(tmp_path / "cifar-10-batches-py", python_files())
    monkeypatch.setattr(folders, "_stranger", lambda: True)
    assert RunConfig.of(dataset="cifar10", data=str(folder)).folder == str(folder)
    for name in ("cifar10", "folder"):
        with pytest.raises(DataError, match="Only the machine's own user, or in a class the instructor, opens any folder"):
            load_dataset(name, data=str(folder), home=tmp_path)


def test_the_command_line_takes_the_archive(tmp_path, capsys):
    path = packed(tmp_path / "cifar-10-python.tar.gz", write(tmp_path / "cifar-10-batches-py", python_files()))
    for words in (["data", "info", "cifar10"], ["data", "info", "folder"], ["train", "--dataset", "cifar10", "--epochs", "1"]):
        assert main([*words, "--data", str(path), "--home", str(tmp_path / "home")]) == 0, capsys.readouterr()
