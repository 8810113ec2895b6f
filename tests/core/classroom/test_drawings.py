"""What a class draws: taken while the set is open, bounded, nothing but pixels; dropped and put back; kept when the server is killed."""

import threading
import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from core.classroom import drawing_files
from core.classroom import drawings as module
from core.classroom.drawings import Drawings
from core.classroom.facts import Facts
from core.classroom.pace import Pace
from core.data import load_dataset
from core.errors import BusyError, ConfigError, DataError, LabError
from core.training.runs.class_tables import DrawingRow
from core.training.runs.database import Database

CLASSES = ("cat", "dog")


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.delenv("LAB_DATABASE", raising=False)
    made = Database(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def started(database, clock):
    """Starts the drawings of this home, as a server does; again, as the next server does."""

    def start():
        made = Drawings(database, Facts(database), database.home, clock=clock)
        made._pace = Pace(1000, 1.0)
        return made

    return start


@pytest.fixture
def drawings(started):
    made = started()
    made.open("zoo", CLASSES, 180)
    return made


def noise(seed=0, side=32):
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)


def png(seed=0, side=32, **more):
    whole = BytesIO()
    Image.fromarray(noise(seed, side)).save(whole, "PNG", **more)
    return whole.getvalue()


def with_place(seed=0):
    """A photograph that says where and by whom it was taken, in all the ways that JPEG has."""
    about = Image.Exif()
    about[0x010E] = "SECRET-DESCRIPTION"
    about.get_ifd(0x8825)[1] = "N"
    about.get_ifd(0x8825)[29] = "SECRET-PLACE"
    whole = BytesIO()
    Image.fromarray(noise(seed, 64)).save(whole, "JPEG", exif=about, comment=b"SECRET-COMMENT", icc_profile=b"SECRET-PROFILE")
    assert all(secret in whole.getvalue() for secret in (b"SECRET-DESCRIPTION", b"SECRET-PLACE", b"SECRET-COMMENT", b"SECRET-PROFILE"))
    return whole.getvalue()


def files(database):
    return sorted(path.relative_to(database.home / "made").as_posix() for path in (database.home / "made").rglob("*.png"))


def rows(database):
    with database.transaction() as session:
        return {(row.id, row.person, row.label, row.dropped) for row in session.scalars(select(DrawingRow))}


# -- taking pictures ----------------------------------------------------------------------------------------------------


def test_a_picture_is_kept_pixel_by_pixel_with_its_row(drawings, database):
    made = drawings.add("ann", "cat", png(1))
    assert files(database) == [f"zoo/cat/{made.id}.png"] and rows(database) == {(made.id, "ann", "cat", False)}
    assert (np.asarray(Image.open(database.home / "made" / files(database)[0])) == noise(1)).all()
    assert drawings.counts("zoo") == {"cat": 1, "dog": 0} and drawings.sent_by("ann", "zoo") == 1


def test_no_byte_of_what_a_photograph_says_beside_its_pixels_is_written(drawings, database):
    drawings.add("ann", "cat", with_place())
    drawings.add("ann", "cat", png(2, exif=b"Exif\0\0SECRET-EXIF"))
    for file in files(database):
        content = (database.home / "made" / file).read_bytes()
        assert b"SECRET" not in content and b"GPS" not in content and b"Exif" not in content
        chunks, at = [], 8  # of a PNG: its signature, then length, name, data and checksum of each
        while at < len(content):
            chunks.append(content[at + 4 : at + 8])
            at += 12 + int.from_bytes(content[at : at + 4], "big")
        assert {*chunks} == {b"IHDR", b"IDAT", b"IEND"}
        assert Image.open(BytesIO(content)).size == (32, 32)


def bomb():
    """A PNG of a few kilobytes with 400 million pixels."""
    whole = BytesIO()
    Image.new("1", (20_000, 20_000)).save(whole, "PNG")
    return whole.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x" * 100, b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>", b"%PDF-1.7", b"GIF89a", png()[:60], b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"\xff" * 20_000_001,
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_and_leaves_nothing(drawings, database, content):
    with pytest.raises(DataError):
        drawings.add("eve", "cat", content)
    assert files(database) == [] and rows(database) == set()


def test_a_bomb_is_refused_before_it_is_decoded(drawings, database):
    content = bomb()
    assert len(content) < 100_000
    with pytest.raises(DataError, match="too many pixels"):
        drawings.add("eve", "cat", content)
    assert files(database) == []


def test_an_empty_sheet_is_no_drawing(drawings):
    whole = BytesIO()
    Image.new("RGB", (32, 32), "orange").save(whole, "PNG")
    with pytest.raises(DataError, match="nothing in this picture but one colour"):
        drawings.add("ann", "cat", whole.getvalue())


def test_nothing_is_taken_before_after_and_for_another_class(started, clock):
    drawings = started()
    with pytest.raises(ConfigError, match="No pictures are collected"):
        drawings.add("ann", "cat", png())
    drawings.open("zoo", CLASSES, 180)
    with pytest.raises(ConfigError, match="no class '../cat'"):
        drawings.add("ann", "../cat", png())
    clock.now += 181
    assert drawings.now is None and drawings.seconds_left == 0
    assert drawings.add("ann", "cat", png(1))  # it was on its way when the time was over
    clock.now += 5
    with pytest.raises(ConfigError, match="No pictures are collected"):
        drawings.add("ann", "cat", png(2))
    drawings.open("zoo", CLASSES, 180)
    drawings.close()
    with pytest.raises(ConfigError, match="No pictures are collected"):
        drawings.add("ann", "cat", png(3))
    assert drawings.sets() == {"zoo": 1}


def test_nobody_and_no_set_has_more_pictures_than_allowed_also_when_all_send_at_once(drawings, monkeypatch):
    monkeypatch.setattr(module, "MOST_OF_ONE", 5)
    monkeypatch.setattr(module, "MOST_PICTURES", 12)
    refused = []

    def send(person, start):
        for k in range(8):
            try:
                drawings.add(person, CLASSES[k % 2], png(start + k))
            except ConfigError as error:
                refused.append(str(error))

    senders = [threading.Thread(target=send, args=(f"p{n}", 100 * n)) for n in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert drawings.sets() == {"zoo": 12} and len(refused) == 4 * 8 - 12
    assert max(drawings.sent_by(f"p{n}", "zoo") for n in range(4)) <= 5
    assert sum(drawings.counts("zoo").values()) == 12


def test_what_was_dropped_counts_for_its_sender(drawings, monkeypatch):
    monkeypatch.setattr(module, "MOST_OF_ONE", 2)
    for k in range(2):
        drawings.drop(drawings.add("eve", "cat", png(k)).id)
    with pytest.raises(ConfigError, match="You have sent 2 pictures"):
        drawings.add("eve", "cat", png(3))


def test_who_sends_too_fast_waits_and_others_do_not(drawings):
    drawings._pace = Pace(3, 60.0)
    for k in range(3):
        drawings.add("eve", "cat", png(k))
    with pytest.raises(BusyError, match="wait"):
        drawings.add("eve", "cat", png(4))
    drawings.add("ann", "cat", png(5))
    assert drawings.sets() == {"zoo": 4}


# -- dropping, naming, deleting ------------------------------------------------------------------------------------------


def test_a_dropped_picture_is_in_no_data_set_and_comes_back(drawings, database):
    ids = [drawings.add("ann", CLASSES[k % 2], png(k)).id for k in range(8)]
    assert len(load_dataset("made", home=database.home, made="zoo")) == 8
    drawings.drop(ids[0])
    assert len(load_dataset("made", home=database.home, made="zoo")) == 7
    assert drawings.counts("zoo") == {"cat": 3, "dog": 4}
    assert drawings.picture(next(d for d in drawings.recent("zoo") if d.id == ids[0])) == b""
    drawings.drop(ids[0], dropped=False)
    assert drawings.counts("zoo") == {"cat": 4, "dog": 4}
    assert len(load_dataset("made", home=database.home, made="zoo")) == 8
    with pytest.raises(ConfigError, match="not there"):
        drawings.drop("../../lab.sqlite")


def test_recent_tells_what_is_new_once(drawings):
    first = drawings.add("ann", "cat", png(1))
    seen = drawings.version
    assert [d.id for d in drawings.recent("zoo")] == [first.id] and drawings.recent("zoo", seen) == []
    second = drawings.add("bob", "dog", png(2))
    drawings.drop(first.id)
    assert [(d.id, d.dropped) for d in drawings.recent("zoo", seen)] == [(second.id, False), (first.id, True)]
    assert drawings.version > seen


def test_a_set_is_renamed_with_its_pictures_and_deleted_when_it_is_closed(drawings, database, started):
    made = drawings.add("ann", "cat", png(1))
    for refused in (lambda: drawings.rename("zoo", "farm"), lambda: drawings.delete("zoo")):
        with pytest.raises(ConfigError, match="close it first"):
            refused()
    drawings.close()
    with pytest.raises(ConfigError):
        drawings.rename("zoo", "../farm")
    assert drawings.rename("zoo", " farm ") == "farm"
    assert drawings.sets() == {"farm": 1} == started().sets()
    assert drawings.sent_by("ann", "farm") == 1 and files(database) == [f"farm/cat/{made.id}.png"]
    drawings.delete("farm")
    assert drawings.sets() == {} == started().sets() and files(database) == [] and rows(database) == set()


def test_two_sets_never_share_a_folder_and_an_old_one_is_gone_on_with(drawings):
    with pytest.raises(ConfigError, match="'zoo' is open"):
        drawings.open("farm", CLASSES, 60)
    drawings.add("ann", "cat", png(1))
    drawings.close()
    for name, classes in (("ZOO", CLASSES), ("zoo", ("cat", "cow"))):
        with pytest.raises(ConfigError, match="already"):
            drawings.open(name, classes, 60)
    drawings.open("zoo", CLASSES, 60)
    drawings.add("ann", "cat", png(2))
    assert drawings.sets() == {"zoo": 2}


@pytest.mark.parametrize(
    ("name", "classes", "seconds"),
    [("../x", CLASSES, 60), ("", CLASSES, 60), ("x", ("cat",), 60), ("x", ("cat", "Cat"), 60), ("x", ("cat", ".."), 60),
     ("x", [str(k) for k in range(21)], 60), ("x", CLASSES, 1e9), ("x", CLASSES, -5), ("x", CLASSES, float("nan"))],
)  # fmt: skip
def test_what_can_be_no_set_is_refused(started, database, name, classes, seconds):
    with pytest.raises(ConfigError):
        started().open(name, classes, seconds)
    assert files(database) == [] and not [*database.home.glob("made/*")]


def test_an_export_unpacks_to_class_folders_that_are_the_same_data(drawings, database, tmp_path_factory):
    for k in range(12):
        drawings.add("ann", CLASSES[k % 2], png(k))
    drawings.drop(drawings.add("eve", "cat", png(66)).id)
    outside = tmp_path_factory.mktemp("outside")
    with zipfile.ZipFile(BytesIO(drawings.export("zoo"))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        archive.extractall(outside)
    mine, other = load_dataset("made", home=database.home, made="zoo"), load_dataset("folder", data=str(outside / "zoo"))
    assert mine.classes == other.classes == CLASSES
    for part in ("train", "val", "test"):
        assert (mine[part].images == other[part].images).all() and (mine[part].labels == other[part].labels).all()
    with pytest.raises(ConfigError):
        drawings.export("../zoo")


def test_an_export_has_all_but_what_is_dropped_while_it_is_made(drawings, monkeypatch):
    made = [drawings.add("ann", CLASSES[k % 2], png(k)) for k in range(6)]
    left = {drawings.picture(picture) for picture in made[1:]}
    listed = drawing_files.pictures_of

    def listed_and_then_dropped(folder):
        found = listed(folder)
        drawings.drop(made[0].id)
        return found

    monkeypatch.setattr(drawing_files, "pictures_of", listed_and_then_dropped)
    with zipfile.ZipFile(BytesIO(drawings.export("zoo"))) as archive:
        assert {archive.read(name) for name in archive.namelist()} == left
        assert sorted(archive.namelist()) == [f"zoo/{label}/{k:04d}.png" for label, n in (("cat", 2), ("dog", 3)) for k in range(1, n + 1)]


# -- a killed server ----------------------------------------------------------------------------------------------------


def test_the_next_server_goes_on_in_the_middle(drawings, started, clock):
    drawings.add("ann", "cat", png(1))
    clock.now += 100
    again = started()
    assert again.now == drawings.now and again.seconds_left == pytest.approx(80)
    assert again.sent_by("ann", "zoo") == 1
    again.add("ann", "dog", png(2))
    assert again.counts("zoo") == {"cat": 1, "dog": 1}


def test_what_a_killed_server_left_half_done_is_put_right(drawings, started, database):
    kept, lost, dropped, back = (drawings.add("ann", "cat", png(k)).id for k in range(4))
    folder = database.home / "made" / "zoo"
    (folder / "cat" / f"{lost}.png").unlink()  # a row without a file
    (folder / "dog" / "orphan.png").write_bytes(png(9))  # a file without a row
    drawings.drop(back)
    with database.transaction() as session:  # killed between row and file, both ways
        session.get(DrawingRow, dropped).dropped = True
        session.get(DrawingRow, back).dropped = False
    again = started()
    assert {(d.id, d.person, d.dropped) for d in again.recent("zoo")} == {
        (kept, "ann", False), ("orphan", "", False), (dropped, "ann", True), (back, "ann", False),
    }  # fmt: skip
    assert {row[0] for row in rows(database)} == {kept, "orphan", dropped, back}
    assert files(database) == sorted(
        [f"zoo/.dropped/cat/{dropped}.png", f"zoo/cat/{back}.png", f"zoo/cat/{kept}.png", "zoo/dog/orphan.png"]
    )
    assert started().counts("zoo") == again.counts("zoo") == {"cat": 2, "dog": 1}


def test_a_picture_that_cannot_be_written_is_not_counted(drawings, database, monkeypatch):
    monkeypatch.setattr("core.classroom.drawing_files.write_whole", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(LabError, match="cannot be written"):
        drawings.add("ann", "cat", png(1))
    assert drawings.sets() == {"zoo": 0} and rows(database) == set()
