"""The table of published systems: complete, of known words, and true to the facts that papers agree on."""

import re

import pytest

from core.probes.attention.pairs import KINDS
from core.records.published_systems import FIELDS, MASKS, PARTS, SYSTEMS

COURSE = (
    "BERT, GPT-3, DeBERTa, Image Transformer, iGPT, ViT, DETR, SETR, IPT, BoTNet, PVT, VTN, TimeSformer, Cloud Transformers, PCT, "
    "Point Transformer, Linformer, Longformer"
)
ARXIV = {
    "transformer": "1706.03762", "bert": "1810.04805", "longformer": "2004.05150", "gpt3": "2005.14165", "deberta": "2006.03654",
    "linformer": "2006.04768", "image_transformer": "1802.05751", "detr": "2005.12872", "vit": "2010.11929", "ipt": "2012.00364",
    "setr": "2012.15840", "botnet": "2101.11605", "pvt": "2102.12122", "vtn": "2102.00719", "timesformer": "2102.05095",
    "cloud": "2007.11679", "pct": "2012.09688", "point": "2012.09164",
}  # fmt: skip


def test_every_system_of_the_course_is_there():
    assert {system.name for system in SYSTEMS.values()} == {"Transformer", *COURSE.split(", ")}


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_row_uses_known_words_and_leaves_nothing_out(name):
    system = SYSTEMS[name]
    assert system.field in FIELDS and system.part in PARTS and system.kind in KINDS
    assert system.masks and set(system.masks) <= set(MASKS) and ("none" not in system.masks or len(system.masks) == 1)
    assert all(getattr(system, text) for text in ("goes_in", "comes_out", "mask_words", "cheaper", "differs", "paper"))
    assert re.search(r"\w+.*: .+[.?] .*20\d\d", system.paper)


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_date_is_that_of_the_number_in_the_archive(name):
    """An archive number begins with year and month. iGPT was published without one."""
    numbers = re.findall(r"arXiv (\d{4}\.\d{5})", SYSTEMS[name].paper)
    assert numbers == ([ARXIV[name]] if name in ARXIV else [])
    if numbers:
        assert SYSTEMS[name].published == (2000 + int(numbers[0][:2]), int(numbers[0][2:4]))


def test_only_what_writes_one_after_the_other_has_the_subsequent_mask():
    writers = {name for name, system in SYSTEMS.items() if "subsequent" in system.masks}
    assert writers == {"transformer", "gpt3", "image_transformer", "igpt"}
    assert all(SYSTEMS[name].part != "encoder" for name in writers)


def test_cheaper_attention_is_where_the_course_puts_it():
    cheap = {name: system.kind for name, system in SYSTEMS.items() if system.kind not in ("full", "subsequent")}
    assert cheap == {
        "longformer": "window", "linformer": "projected", "gpt3": "banded", "image_transformer": "blocks", "pvt": "reduced",
        "vtn": "window", "timesformer": "divided", "cloud": "rasterised", "point": "neighbors",
    }  # fmt: skip
