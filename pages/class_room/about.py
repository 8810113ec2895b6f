"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Everybody who joins by the code can vote, train, and follow the instructor's page, and **nobody but the instructor stops the "
        "run of somebody else.**"
    ),
    experiments={},
    words=(
        "join",
        "code",
        "QR code",
        "pseudonym",
        "students",
        "queue",
        "limits",
        "status of the server",
        "pulse",
    ),
)
