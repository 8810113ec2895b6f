"""The real download code against a local server with small archives in the formats of CIFAR-10 and Fashion-MNIST."""

import errno
import gzip
import hashlib
import io
import pickle
import socket
import struct
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
import torchvision

import core.data
from core.data import DATASETS, DatasetSpec, download, load_dataset, torchvision_sets, usable
from core.errors import ConfigError, DataError

BATCH = 1100  # images in each of the five batches: 5,000 for validation and 500 to train on


def md5(data):
    return hashlib.md5(data).hexdigest()


class Server:
    """Files by path; `cut` answers only that many bytes of what it announced."""

    def __init__(self):
        self.files, self.cut, self.asked = {}, None, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                if self.path not in outer.files:
                    return self.send_error(404)
                data = outer.files[self.path]
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: outer.cut])

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@cache
def cifar_archive():
    """The files of a small CIFAR-10, {name: content}, and the archive of them."""
    rng = np.random.default_rng(0)
    names = [f"data_batch_{i}" for i in range(1, 6)]
    files = {}
    for name, count in [*((name, BATCH) for name in names), ("test_batch", 20)]:
        data = np.zeros((count, 3072), np.uint8)
        data[:, ::100] = rng.integers(0, 256, (count, 31), np.uint8)  # tells them apart, and is quick to compress
        files[name] = pickle.dumps({"data": data, "labels": rng.integers(0, 10, count).tolist()})
    files["batches.meta"] = pickle.dumps({"label_names": [f"class {k}" for k in range(10)]})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return files, packed.getvalue()


@pytest.fixture
def cifar(server, monkeypatch):
    """torchvision's CIFAR10 with a small archive on the local server; returns (server, files of the archive)."""
    files, packed = cifar_archive()
    server.files["/cifar.tar.gz"] = packed

    class CIFAR10(torchvision.datasets.CIFAR10):
        url = server.url + "cifar.tar.gz"
        filename = "cifar.tar.gz"
        tgz_md5 = md5(packed)
        train_list = [[f"data_batch_{i}", md5(files[f"data_batch_{i}"])] for i in range(1, 6)]  # noqa: RUF012
        test_list = [["test_batch", md5(files["test_batch"])]]  # noqa: RUF012
        meta = {"filename": "batches.meta", "key": "label_names", "md5": md5(files["batches.meta"])}  # noqa: RUF012

    monkeypatch.setattr(torchvision.datasets, "CIFAR10", CIFAR10)
    return server, files


def left_behind(home):
    """What lies in the data folder, but for the lock."""
    return sorted(p.name for p in (home / "data").iterdir() if not p.name.endswith(".lock"))


def test_download_load_and_split(cifar, tmp_path):
    server, files = cifar
    seen = []
    assert not usable("cifar10", tmp_path)
    dataset = load_dataset("cifar10", home=tmp_path, download=True, progress=lambda *step: seen.append(step))
    assert usable("cifar10", tmp_path)
    assert [len(s) for s in (dataset.train, dataset.val, dataset.test)] == [5 * BATCH - 5000, 5000, 20]
    assert dataset.classes == tuple(f"class {k}" for k in range(10))

    source = np.concatenate([pickle.loads(files[f"data_batch_{i}"])["data"] for i in range(1, 6)])
    labels = np.concatenate([pickle.loads(files[f"data_batch_{i}"])["labels"] for i in range(1, 6)])
    label_of = {row.tobytes(): label for row, label in zip(source, labels, strict=True)}
    for split in (dataset.train, dataset.val):
        for image, label in zip(split.images[:200], split.labels, strict=False):
            assert label_of[image.numpy().tobytes()] == label
    together = torch.cat([dataset.train.images, dataset.val.images])
    assert {i.numpy().tobytes() for i in together} == {*label_of}  # every image once

    total = len(server.files["/cifar.tar.gz"])
    assert (total, total, "Downloading cifar10") in seen
    assert not list((tmp_path / "data" / "cifar10").glob("*.gz"))
    assert left_behind(tmp_path) == ["cifar10"]


def test_the_split_follows_its_seed(cifar, tmp_path):
    download("cifar10", tmp_path)
    first, same, other = (load_dataset("cifar10", home=tmp_path, split_seed=s).val.images for s in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_what_is_there_is_not_downloaded_again_but_what_is_damaged_is(cifar, tmp_path):
    server, _ = cifar
    download("cifar10", tmp_path)
    download("cifar10", tmp_path)
    assert len(server.asked) == 1
    (tmp_path / "data/cifar10/cifar-10-batches-py/data_batch_3").write_bytes(b"rubbish")
    with pytest.raises(DataError, match=r"damaged: download it again with: python -m core data download cifar10"):
        load_dataset("cifar10", home=tmp_path)
    download("cifar10", tmp_path)
    assert len(server.asked) == 2
    assert len(load_dataset("cifar10", home=tmp_path).test) == 20


def test_missing_data_says_how_to_get_it(tmp_path):
    with pytest.raises(DataError, match=r"python -m core data download fashion_mnist.*Train page"):
        load_dataset("fashion_mnist", home=tmp_path)


def fails_then_works(home, match, repair):
    """A failed download leaves nothing behind, says why, and a retry works."""
    with pytest.raises(DataError, match=match):
        download("cifar10", home)
    assert left_behind(home) == []
    assert not usable("cifar10", home)
    repair()
    download("cifar10", home)
    assert len(load_dataset("cifar10", home=home).test) == 20


def test_a_download_that_is_cut_short(cifar, tmp_path):
    server, _ = cifar
    server.cut = 10_000
    fails_then_works(tmp_path, r"10,000 of [\d,]+ bytes arrived.*Try again", lambda: setattr(server, "cut", None))


def test_a_download_with_a_wrong_checksum(cifar, tmp_path):
    server, _ = cifar
    good = server.files["/cifar.tar.gz"]
    server.files["/cifar.tar.gz"] = good[:-1] + bytes([good[-1] ^ 1])
    fails_then_works(tmp_path, r"checksum is wrong.*Try again", lambda: server.files.update({"/cifar.tar.gz": good}))


def test_a_server_that_has_no_such_file(cifar, tmp_path):
    server, _ = cifar
    good = server.files.pop("/cifar.tar.gz")
    fails_then_works(tmp_path, r"answered 404 \(Not Found\)", lambda: server.files.update({"/cifar.tar.gz": good}))


def test_no_network(cifar, tmp_path, monkeypatch):
    kind = torchvision.datasets.CIFAR10
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/"
    good = kind.url
    monkeypatch.setattr(kind, "url", nobody)
    fails_then_works(tmp_path, r"did not answer.*refused.*'shapes'", lambda: monkeypatch.setattr(kind, "url", good))


def test_a_server_that_says_nothing(cifar, tmp_path, monkeypatch):
    kind, good = torchvision.datasets.CIFAR10, torchvision.datasets.CIFAR10.url
    monkeypatch.setattr(torchvision_sets, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(kind, "url", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(DataError, match=r"did not answer.*timed out"):
            download("cifar10", tmp_path)
    assert left_behind(tmp_path) == []
    assert good != kind.url


@pytest.mark.parametrize("step", ["download", "unpack"])
def test_a_full_disk(cifar, tmp_path, monkeypatch, step):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        if step == "download":
            patch.setattr(torchvision_sets.hashlib, "md5", lambda **_: type("Digest", (), {"update": full})())
        else:
            patch.setattr(tarfile.TarFile, "extractall", full)
        with pytest.raises(DataError, match=r"cannot be written \(No space left on device\).*Free some disk space"):
            download("cifar10", tmp_path)
    assert left_behind(tmp_path) == []
    download("cifar10", tmp_path)
    assert usable("cifar10", tmp_path)


def test_an_interrupted_download_leaves_nothing(cifar, tmp_path):
    class Stop(Exception):
        pass

    def stop(done, total, what):
        raise Stop

    with pytest.raises(Stop):
        download("cifar10", tmp_path, stop)
    assert left_behind(tmp_path) == []


def test_two_downloads_at_once_fetch_once(cifar, tmp_path):
    server, _ = cifar
    with ThreadPoolExecutor(3) as pool:
        assert [*pool.map(lambda _: download("cifar10", tmp_path), range(3))] == [None] * 3
    assert len(server.asked) == 1


def test_data_sets_without_a_download_say_so(tmp_path):
    assert usable("shapes", tmp_path)
    with pytest.raises(ConfigError, match="'shapes' needs no download"):
        download("shapes", tmp_path)


def idx(array):
    """`array` in the format of MNIST's files, compressed."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes(), 1)


@pytest.fixture
def fashion(server, monkeypatch):
    rng = np.random.default_rng(1)
    arrays = {
        "train-images-idx3-ubyte.gz": rng.integers(0, 256, (5050, 28, 28), np.uint8),
        "train-labels-idx1-ubyte.gz": rng.integers(0, 10, 5050).astype(np.uint8),
        "t10k-images-idx3-ubyte.gz": rng.integers(0, 256, (20, 28, 28), np.uint8),
        "t10k-labels-idx1-ubyte.gz": rng.integers(0, 10, 20).astype(np.uint8),
    }
    packed = {name: idx(array) for name, array in arrays.items()}
    server.files |= {f"/{name}": data for name, data in packed.items()}

    class FashionMNIST(torchvision.datasets.FashionMNIST):
        mirrors = [server.url + "gone/", server.url]  # noqa: RUF012
        resources = [(name, md5(data)) for name, data in packed.items()]  # noqa: RUF012

    monkeypatch.setattr(torchvision.datasets, "FashionMNIST", FashionMNIST)
    return arrays


def test_fashion_mnist_is_padded_to_three_channels_of_32(fashion, tmp_path):
    seen = []
    dataset = load_dataset("fashion_mnist", home=tmp_path, download=True, progress=lambda *step: seen.append(step[2]))
    assert [len(s) for s in (dataset.train, dataset.val, dataset.test)] == [50, 5000, 20]
    assert dataset.classes[9] == "Ankle boot"
    grey = torch.from_numpy(fashion["t10k-images-idx3-ubyte.gz"])
    for channel in range(3):
        assert torch.equal(dataset.test.images[:, channel, 2:30, 2:30], grey)
    assert dataset.test.images.sum() == 3 * grey.sum()  # the rest is black
    assert dataset.test.labels.tolist() == fashion["t10k-labels-idx1-ubyte.gz"].tolist()
    assert "Downloading fashion_mnist (4 of 4)" in seen
    assert not list((tmp_path / "data").rglob("*.gz"))


def test_a_further_set_is_one_row(tmp_path, monkeypatch):
    """A set unlike the others: other arguments, `labels` for `targets`, large images, no names of its classes."""

    class Large(torchvision.datasets.VisionDataset):
        def __init__(self, root, split, download=False):
            super().__init__(root)
            count = {"extra": 60, "test": 10}[split]
            self.data = np.full((count, 3, 96, 96), 7, np.uint8)
            self.labels = np.arange(count) % 5
            if download:
                (root / f"{split}.bin").touch()
            if not (root / f"{split}.bin").exists():
                raise RuntimeError("Dataset not found")

    monkeypatch.setattr(torchvision.datasets, "Large", Large, raising=False)
    fixed = {"cls": "Large", "train": {"split": "extra"}, "test": {"split": "test"}, "validation": 20}
    row = DatasetSpec("Large", "", core.data.TORCHVISION, downloads=True, fixed=fixed)
    monkeypatch.setitem(DATASETS, "large", row)
    download("large", tmp_path)
    dataset = load_dataset("large", home=tmp_path)
    assert [len(s) for s in (dataset.train, dataset.val, dataset.test)] == [40, 20, 10]
    assert dataset.classes == ("0", "1", "2", "3", "4")
    assert dataset.train.images.shape == (40, 3, 32, 32)
    assert (dataset.train.images == 7).all()
