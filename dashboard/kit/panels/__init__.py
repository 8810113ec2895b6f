"""Panels of one figure as SVG: st.html would take the SVG out of what it is given.

panels(distances_svg(...), caption="...", key="distances")      # strings made and escaped by the lab itself
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.kit.component import component

_mount = component(__file__, '<figure class="lab-distances"><figcaption></figcaption><div></div></figure>')


def panels(drawings: Sequence[str], caption: str, *, key: str) -> None:
    """Draw or update the figure `key`."""
    _mount(data=[{"drawings": list(drawings), "caption": caption}], key=key)
