"""The button that copies the address of a page with all that it shows: pages keep the address bar up to date."""

from __future__ import annotations

from dashboard.kit.component import component

HTML = """
<button type="button" class="copy-link" disabled>
  <span class="copy-link-words" aria-live="polite">Copy link</span>
</button>
"""
_mount = component(__file__, HTML)


def copy_link() -> None:
    """Draw the button. It asks the server for nothing."""
    _mount(key="copy_link", width="content")
