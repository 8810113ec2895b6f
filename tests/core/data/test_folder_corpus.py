import re

import pytest
import torch

from core.data import load_dataset
from core.data.config import DataConfig
from core.errors import DataError
from core.training.script import imports_of
from core.training.script.data import data_text
from tests.core.data.corpus import CASES, make


@pytest.fixture(scope="module")
def written():
    """What a run's script defines, to read a folder `FOLDER`."""
    text, names = data_text("folder", DataConfig(data="any", split_seed=3)), {}
    exec(f"{imports_of(text)}\nimport torch\n{text}", names)
    return names


def counts(split, classes):
    return tuple(torch.bincount(split.labels, minlength=len(classes)).tolist())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_folder_is_read_right_or_named_with_what_to_do(tmp_path, case):
    root = make(tmp_path / "set", case.lines)
    if case.error:
        with pytest.raises(DataError) as caught:
            load_dataset("folder", data=str(root), home=tmp_path / "home")
        assert re.search(case.error, str(caught.value)), str(caught.value)
        return
    dataset = load_dataset("folder", data=str(root), home=tmp_path / "home")
    said = dataset.left_out.sentences()
    assert dataset.classes == (case.names or tuple(case.classes.split()))
    for part in ("train", "val", "test"):
        if (wanted := getattr(case, part)) is not None:
            assert counts(getattr(dataset, part), dataset.classes) == wanted, (part, said)
    assert all(counts(dataset.train, dataset.classes)), "every class has training images"
    for words in case.says:
        assert any(words in sentence for sentence in said), said
    assert not (case.silent and said), said


@pytest.mark.parametrize("case", [case for case in CASES.values() if not case.error], ids=[n for n, c in CASES.items() if not c.error])
def test_a_runs_script_reads_it_as_the_lab_does(tmp_path, case, written):
    config = DataConfig(data=str(make(tmp_path / "set", case.lines)), split_seed=3)
    dataset = load_dataset("folder", config, home=tmp_path / "home")
    written["FOLDER"] = config.data
    for (images, labels), split in zip(written["load"](), (dataset.train, dataset.val, dataset.test), strict=True):
        assert torch.equal(images, split.images) and torch.equal(labels, split.labels)
