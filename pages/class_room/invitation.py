"""What the projector shows while a class joins: the address, the code, the QR code."""

from __future__ import annotations

import streamlit as st

from core.classroom.people import CODE_LETTERS
from dashboard.classroom.inviting import join_link, qr_image
from dashboard.kit.wording import escape
from dashboard.shell import services
from dashboard.shell.link import lab_address


def invitation_panel() -> None:
    """Code and QR code, as large as the last row needs them."""
    code = services.classroom().people.code
    address = lab_address() or services.address()
    link = join_link(code, address)
    half = CODE_LETTERS // 2
    st.html(
        '<div class="lab-invitation">'
        f'<div><p>Open</p><p class="address">{escape(address)}</p><p>and type the code</p>'
        f'<p class="code" aria-label="{" ".join(code)}">{code[:half]}<span> </span>{code[half:]}</p></div>'
        f'<img class="qr" alt="QR code of {escape(link)}" src="{qr_image(link)}"></div>'
    )


def private_panel() -> None:
    """What a lab says that is no class."""
    st.markdown(
        "**This lab is private: whoever uses this machine is its instructor.** The pages of a class work here for you alone, so that you "
        "can try a question, a wall and a set of drawings before the lesson. Stop the lab and start it with this command to open it to "
        "your class:"
    )
    st.code("make class", language="bash")
    st.caption(
        "Or: python -m dashboard --class. It prints the address and a code for the students, and a link that makes you the instructor."
    )
