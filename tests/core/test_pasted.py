import os
from pathlib import Path

import pytest

from core.cli import main
from core.data.config import DataConfig
from core.data.folder_scan import scan
from core.errors import DataError
from core.folders import is_there, whole_path
from core.home import lab_home
from core.pasted import pasted
from core.training.config import RunConfig
from tests.core.data.corpus import make


@pytest.fixture
def pets(tmp_path):
    """A folder whose name has a space, as many have."""
    folder = tmp_path / "my pets"
    folder.mkdir()
    return folder


WAYS = {
    "as it is": "{path}",
    "Copy as path of Windows": '"{path}"',
    "single quotes of a terminal": "'{path}'",
    "quotes of a word processor": "“{path}”",
    "quotes of a German one": "„{path}“",
    "quotes of a chat": "`{path}`",
    "a space behind": "{path} ",
    "a space before and quotes": ' "{path}" ',
    "a line end": "{path}\n",
    "a no-break space": "\u00a0{path}",
    "a mark of the direction of writing, as the properties of a file in Windows give it": "\u202a{path}\u202c",
    "a byte order mark": "\ufeff{path}",
    "zero width": "\u200b{path}\u200b",
    "quotes twice": "'\"{path}\"'",
    "a slash behind": "{path}/",
    "a URL": "file://{url}",
    "a URL of this machine": "file://localhost{url}",
    "a URL with one slash": "file:{url}",
    "a URL in quotes": '"FILE://{url}"',
    "the path of a URL": "{url}",
    "dragged into a terminal": "{escaped}",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_pasted_path_is_the_folder_that_is_meant(pets, way):
    text = way.format(path=pets, url=str(pets).replace(" ", "%20"), escaped=str(pets).replace(" ", "\\ "))
    assert Path(whole_path(text)) == pets
    assert is_there(text)
    if "\n" not in text:
        assert Path(DataConfig(data=text).data) == pets
        assert Path(RunConfig.of(dataset="folder", data=text).folder) == pets


def test_a_home_in_quotes_is_the_home(pets, monkeypatch):
    monkeypatch.setenv("HOME", str(pets.parent))
    assert Path(whole_path('"~/my pets"')) == Path(whole_path("~/my pets ")) == pets


def test_the_labs_own_folder_may_be_pasted_too(pets):
    assert lab_home(f'"{pets}/lab"') == pets / "lab" and (pets / "lab").is_dir()


@pytest.mark.parametrize("name", ['"quoted"', "'", "a b ", " a", "100%25", "%20", "back\\ slash", "`", "file:", "\u200b", "\u202ax"])
def test_a_folder_that_is_called_so_is_opened_as_it_is_called(tmp_path, name, monkeypatch):
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert whole_path(str(tmp_path / name)) == str(tmp_path / name)
    assert whole_path(name) == str(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('"/gone/pets"', "/gone/pets"),
        ("/gone/50%", "/gone/50%"),
        ("/gone/my%20pets", "/gone/my%20pets"),
        ("file:///C:/Photos/my%20pets", "C:/Photos/my pets"),
        ("file://server/share/pets", "//server/share/pets"),
        ('"C:\\Photos\\pets"', "C:\\Photos\\pets"),
        ("it's", "it's"),
        ('"', '"'),
        ("", ""),
    ],
)
def test_what_is_not_here_is_named_without_its_wrapping(text, meant):
    assert pasted(text) == meant


def test_what_is_quoted_and_missing_is_told_without_quotes(tmp_path):
    with pytest.raises(DataError, match="No folder is named"):
        whole_path('""')
    assert os.path.basename(whole_path(f'"{tmp_path}/gone"')) == "gone"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"D:\data\pets", "is a path of Windows, and the lab runs on another system"),
        (r"\\server\share\pets", "is a path of Windows"),
        ("https://example.org/pets", "is an address, no folder: download what is there, unpack it"),
    ],
)
def test_what_can_be_no_folder_here_is_said_to_be_none(text, said):
    with pytest.raises(DataError, match=said):
        scan(text)


def test_the_line_end_behind_a_pasted_path_is_taken_off_on_the_command_line(pets, tmp_path, capsys):
    make(pets, "cat 5\ndog 5")
    assert main(["data", "info", "folder", "--data", f"{pets}\n", "--home", str(tmp_path / "home")]) == 0, capsys.readouterr()
