"""Uploads: only what a page has asked for, within bounds while it streams, and gone with its session."""

from __future__ import annotations

import re
import uuid

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dashboard.web import uploads_cap
from dashboard.web.uploads_cap import BoundedUploads
from tests.dashboard.serving import BRIEF, Served, heard, serving, until

SMALL = """
from dashboard.web import uploads_cap
uploads_cap.A_SESSION, uploads_cap.TOGETHER = 300_000, 500_000
"""
BOUNDARY = "b0undary"


def file(name: str, size: int) -> UploadedFileRec:
    return UploadedFileRec(file_id=name, name="x.png", type="image/png", data=bytes(size))


@pytest.fixture
def store(monkeypatch) -> BoundedUploads:
    monkeypatch.setattr(uploads_cap, "A_SESSION", 100)
    monkeypatch.setattr(uploads_cap, "TOGETHER", 150)
    return BoundedUploads("/upload")


def asked(store: BoundedUploads, session: str) -> str:
    return store.get_upload_urls(session, ["x.png"])[0].file_id


def test_what_is_kept_and_what_is_on_its_way_count_together(store):
    store.add_file("a", file(asked(store, "a"), 60))
    assert store.reserve("a", 40) == ""
    assert "You have sent" in store.reserve("a", 1)
    store.release("a", 40)
    assert store.reserve("a", 40) == "" and store.reserve("b", 50) == ""
    assert "The lab keeps as many" in store.reserve("b", 1)
    store.release("a", 40)
    store.remove_session_files("a")
    assert store.reserve("b", 50) == ""


def test_a_file_that_arrives_after_its_session_has_gone_is_not_kept(store):
    late = asked(store, "a")
    assert store.was_asked_for("a", late) and not store.was_asked_for("b", late)
    store.remove_session_files("a")
    store.add_file("a", file(late, 10))
    assert store.get_files("a", [late]) == [] and store.reserve("b", 100) == ""


def test_only_so_many_files_can_be_asked_for(store):
    first = asked(store, "a")
    found = store.get_upload_urls("a", ["x.png"] * 100_000)
    assert len(found) == uploads_cap.ASKED_FOR
    assert not store.was_asked_for("a", first) and store.was_asked_for("a", found[-1].file_id)


def url_for(page) -> str:
    message = BackMsg()
    message.file_urls_request.request_id = uuid.uuid4().hex
    message.file_urls_request.file_names.append("x.png")
    page.send(message.SerializeToString())
    return heard(page, "file_urls_response").file_urls_response.file_urls[0].upload_url


def send(lab: Served, url: str, size: int, *, chunked: bool = False, origin: str = "", person: str = "") -> tuple[int, bytes]:
    """Upload a file as Streamlit's script in a browser does; `chunked` does not say how long it is.

    With an `origin` it is a browser that keeps no cookies, as in a frame of another site.
    """
    token = re.search("_streamlit_xsrf=([^;]+)", lab.get("/_stcore/health")[1]["set-cookie"])[1]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="x"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n'.encode()
    body = head + bytes(size) + f"\r\n--{BOUNDARY}--\r\n".encode()
    sent = iter([body[i : i + 10_000] for i in range(0, len(body), 10_000)]) if chunked else body
    who = {"Origin": origin} if origin else {"Cookie": f"_streamlit_xsrf={token}; {person}", "X_Xsrftoken": token}
    status, _, said = lab.get(
        url, "PUT", sent, **who, Content_Type=f"multipart/form-data; boundary={BOUNDARY}",
        **({"Transfer_Encoding": "chunked"} if chunked else {}),
    )  # fmt: skip
    return status, said


def test_uploads_to_a_server(tmp_path):
    with serving(tmp_path, before=SMALL + BRIEF) as lab, lab.visit() as stays:
        lab.session(stays)
        with lab.visit() as page:
            session = lab.session(page)
            status, said = send(lab, f"/_stcore/upload_file/{session}/{uuid.uuid4()}", 10)
            assert status == 403 and b"No page has asked for this file" in said
            assert send(lab, f"/_stcore/upload_file/{uuid.uuid4()}/{uuid.uuid4()}", 10)[0] == 403
            for chunked in (False, True):
                assert send(lab, url_for(page), 120_000, chunked=chunked) == (204, b"")
            for chunked in (False, True):
                status, said = send(lab, url_for(page), 120_000, chunked=chunked)
                assert status == 413 and b"take a file away" in said
            url = url_for(page)
            assert send(lab, url, 40_000)[0] == 204, "what was refused counts no more"
            assert send(lab, url_for(stays), 240_000)[0] == 429, "280 kB of 500 are kept already"
        until(lambda: send(lab, url_for(stays), 240_000)[0] == 204, "who has left keeps nothing, though nobody comes")
        assert send(lab, url, 10)[0] in (400, 403), "the session is gone"


def test_a_browser_without_cookies_can_send_what_a_page_has_asked_for(tmp_path):
    with serving(tmp_path) as lab, lab.visit() as page:
        session, own = lab.session(page), f"http://127.0.0.1:{lab.port}"
        url = url_for(page)
        assert send(lab, url, 10, origin="http://evil.example")[0] == 403, "a page of another site knows no address, and may not send"
        assert send(lab, url, 10, origin=own) == (204, b"")
        assert lab.get(url, "DELETE", Origin="http://evil.example")[0] == 403
        assert lab.get(url, "DELETE", Origin=own)[0] == 204, "and take it away again"
        assert send(lab, f"/_stcore/upload_file/{session}/{uuid.uuid4()}", 10, origin=own)[0] == 403


FEW = """
from core.classroom.pace import Pace
from dashboard.web import uploads_cap
uploads_cap.OFTEN = Pace(2, 3600.0)
"""


def test_one_person_sends_so_many_files_in_all_tabs(tmp_path):
    with serving(tmp_path, before=FEW) as lab:
        mine, other = (lab.get("/")[1]["set-cookie"].partition(";")[0] for _ in range(2))
        with lab.visit(additional_headers={"Cookie": mine}) as first, lab.visit(additional_headers={"Cookie": mine}) as second:
            assert [send(lab, url_for(page), 10, person=mine)[0] for page in (first, second)] == [204, 204]
            status, said = send(lab, url_for(first), 10, person=mine)
            assert status == 429 and b"wait" in said
        with lab.visit(additional_headers={"Cookie": other}) as third:
            assert send(lab, url_for(third), 10, person=other)[0] == 204, "another one is not kept from it"
