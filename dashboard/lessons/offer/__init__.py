"""The offer of a tour on a first visit. The browser remembers that it was made: it is never made again once taken or declined."""

from __future__ import annotations

from core.home import number_setting
from dashboard.kit.component import component
from dashboard.shell import beside, services

HTML = """
<div class="tour-offer" role="region" aria-label="Offer of a tour" hidden>
  <p>Is this your first visit? A tour shows you the lab in ten stops and ten minutes.</p>
  <a class="tour-take" href="?lesson=tour&step=1" target="_self">Start the tour</a>
  <button type="button" class="tour-decline">No, thank you</button>
</div>
"""
_mount = component(__file__, HTML)


def offer_tour() -> None:
    """Offer the tour, unless this browser has been asked before; nobody is asked in a class or in a lesson. LAB_TOUR=0 never asks."""
    if beside.beside() is None and not services.class_is_open() and number_setting("LAB_TOUR", 1):
        _mount(key="tour_offer", height=1)
