"""What may need much memory, asked for in a process that may not have much: a sentence each time, and the process lives and answers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
resource = pytest.importorskip("resource", reason="only POSIX limits the memory of a process")

WIDE_VIT = {"model": "vit", "patch_size": 1, "embed_dim": 512, "num_heads": 8, "num_layers": 12}
TOO_LARGE = {
    "a wide ViT on patches of one pixel": WIDE_VIT,
    "six layers of 1024 units both ways": {"model": "gru", "hidden_size": 1024, "num_layers": 6, "bidirectional": True},
    "the same for sequences": {"model": "seq2seq-gru-attention", "hidden_size": 1024, "num_layers": 4, "batch_size": 4096},
    "a ViT of 1,024 tokens": {"model": "vit", "patch_size": 1},
    "a CNN of 512 channels": {"model": "cnn", "width": 512},
    "a batch of 4096": {"model": "vit", "batch_size": 4096},
    "attention by hand": {"model": "vit", "patch_size": 2, "dropout": 0.1, "num_layers": 12, "batch_size": 512},
    "the widest ReNet": {"model": "renet", "patch_size": 1, "width": 192},
}

SCRIPT = """
import json, resource, sys, tempfile, threading
from io import BytesIO
from pathlib import Path

import psutil
from PIL import Image

from core.data import load_dataset
from core.data.uploads import read_upload
from core.errors import LabError
from core.training import RunConfig, RunManager
from core.training.loop.device import use_threads
from core.training.runs.forecast import forecast
from core.training.runs.speed import training_speed

asked = json.load(sys.stdin)
home = Path(tempfile.mkdtemp())
use_threads(1)
manager = RunManager(home)
SMALL = RunConfig.of(model="gru", patch_size=8, hidden_size=4, epochs=1, train_fraction=0.01, batch_size=32, threads=1, kernel="torch")


def train():
    run = manager.submit(SMALL)
    while manager.snapshot(run).active:
        manager.engine.join(run, 0.1)
    return manager.snapshot(run).status


def answer(work):
    try:
        return f"done: {work()}"
    except LabError as error:
        return str(error)


def tell(**what):
    print(json.dumps(what), flush=True)


tell(before=train())
picture = BytesIO()
Image.new("RGB", (7000, 7000), "red").save(picture, "webp")
allowed = BytesIO()
Image.new("RGBA", (3400, 3400), "blue").save(allowed, "webp", lossless=True)
most = psutil.Process().memory_info().vms + asked["bytes"]
resource.setrlimit(resource.RLIMIT_AS, (most, most))

for name, values in asked["configs"].items():
    config = RunConfig.of(**values)
    tell(name=name, submit=answer(lambda: manager.submit(config)), speed=answer(lambda: training_speed(config)),
         forecast=answer(lambda: forecast(config, home, lambda *_: None)))

for name, content in (("refused", picture), ("read", allowed)):
    answers = []

    def read():
        answers.append(answer(lambda: read_upload(content.getvalue()).pixels.shape))

    threads = [threading.Thread(target=read) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    tell(pictures=name, answers=answers)

tell(after=train(), runs=len(manager.runs()))
manager.shutdown()
"""


@pytest.fixture(scope="module")
def told():
    """What a process says that may take 1.2 GB more than it has: a line of JSON after the other."""
    asked = json.dumps({"bytes": 1_200_000_000, "configs": TOO_LARGE})
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=asked, capture_output=True, text=True, timeout=600, check=False, encoding="utf-8", cwd=ROOT
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-3000:])
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", TOO_LARGE)
@pytest.mark.parametrize("way", ["submit", "speed", "forecast"])
def test_what_is_too_large_is_refused_with_its_size_and_what_would_help(told, name, way):
    (found,) = [row for row in told if row.get("name") == name]
    assert "needs about" in found[way] and "of memory, and" in found[way] and "are free" in found[way], found[way]
    assert ": choose " in found[way]


def test_eight_pictures_of_49_million_pixels_at_once_are_refused(told):
    (found,) = [row for row in told if row.get("pictures") == "refused"]
    assert len(found["answers"]) == 8 and all("too many pixels" in text for text in found["answers"]), found


def test_eight_pictures_as_large_as_may_be_are_read_one_after_the_other(told):
    (found,) = [row for row in told if row.get("pictures") == "read"]
    assert found["answers"] == ["done: (3, 32, 32)"] * 8


def test_the_process_lives_and_trains_on(told):
    assert told[0] == {"before": "finished"} and told[-1] == {"after": "finished", "runs": 2}  # nothing that was refused left a run
