"""The scripts of Streamlit's that every page names for the browser."""

from __future__ import annotations

from dashboard.web import chunks


def test_every_element_and_what_it_imports_is_named_once_and_is_there():
    named = chunks.chunks()
    names = [url.rpartition("/")[2] for url in named]
    assert len(set(names)) == len(names) and all((chunks.FOLDER / name).is_file() for name in names)
    for element in chunks.ELEMENTS:
        assert sum(name.startswith(f"{element}.") for name in names) == 1, f"Streamlit calls {element} by another name now"
    page = (chunks.STATIC / "index.html").read_text("utf-8")
    assert not any(name in page for name in names), "what Streamlit's page names itself is fetched already"
    imported = {one for name in names for one in chunks.IMPORT.findall((chunks.FOLDER / name).read_text("utf-8"))}
    assert {one for one in imported if one not in page} <= set(names)
    assert len(imported) > len(chunks.ELEMENTS)
