"""Every page for everyone: with all parts unfolded axe-core finds nothing serious or critical, on a projector and on a dark phone; whoever
cannot see a figure hears what it shows; and nothing has to be scrolled sideways, with letters of twice their size and on a narrow phone.
"""

from __future__ import annotations

from importlib.resources import files

import axe_playwright_python
import pytest

from dashboard.navigation import PAGES
from tests.driven import at_rest

pytestmark = pytest.mark.browser

PROJECTOR, PHONE = {"width": 1024, "height": 768}, {"width": 390, "height": 844}
# What is in a figure of Plotly's is one picture with one text alternative: nobody comes to its thousands of elements.
FIGURES = ".main-svg"
# Whatever axe finds that is serious or critical. The second time, with other colors and another width, only what these change is asked.
# A page takes a moment to take on other colors, and its boards to be drawn: what is found then is looked for again, and counts if it stays.
CHECK = """async ([without, rules]) => {
  const only = rules.length ? { runOnly: { type: 'rule', values: rules } } : {};
  const told = ({ html, any }) => [html.slice(0, 300), ...any.map(({ message }) => message)].join(' ');
  let bad = [];
  for (let looked = 0; looked < 5; looked += 1) {
    if (looked) await new Promise((resolve) => setTimeout(resolve, 1000));
    const { violations } = await axe.run({ exclude: [without] }, { resultTypes: ['violations'], preload: false, ...only });
    bad = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    if (!bad.length) break;
  }
  return bad.map(({ id, nodes }) => [`${id} (${nodes.length})`, ...nodes.slice(0, 4).map(told)].join('\\n  '));
}"""
SEEN = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
# Figures without a name: none of their own, nor of a part around them. A picture in a button or a cell goes by the words beside it.
# A chart says numbers, too: its result.
UNNAMED = """() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
  const named = '[aria-label], [aria-labelledby], figure:has(> figcaption:not(:empty)), svg:has(> title)';
  const beside = 'button, a, label, td, th, li, summary, [aria-hidden=true], [role=option], [role=radio], [data-testid^=stAlert], '
    + '[data-testid=stDataFrame]';
  const charts = '.js-plotly-plot, .live-chart-plot, .time-chart-plot';
  const main = document.querySelector('[data-testid=stMainBlockContainer]');
  const figures = [...main.querySelectorAll(`canvas, svg:not(svg svg, .main-svg, .js-plotly-plot svg), ${charts}`)];
  const said = (one) => (one.getAttribute('aria-label') || one.textContent).trim();
  return figures.filter((one) => shown(one) && !one.closest(beside)).filter((one) => {
    const holder = one.closest(named);
    if (!holder || !main.contains(holder) || said(holder).length < 8) return true;
    return one.matches(charts) && !/[0-9]/.test(said(holder));
  }).map((one) => `no text alternative: ${one.outerHTML.slice(0, 200)}, in ${one.parentElement.outerHTML.slice(0, 100)}`);
}"""
# What a page needs more room for than there is. Boards are drawn anew a moment after the window has another width: then it is looked again.
SIDEWAYS = """async () => {
  const parts = ['html', '[data-testid=stMain]'].map((name) => document.querySelector(name));
  const wide = () => parts.some((one) => one.scrollWidth > one.clientWidth + 1);
  for (let looked = 0; looked < 30 && wide(); looked += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  const scrolls = (one) => getComputedStyle(one).overflowX !== 'visible' && one.dataset.testid !== 'stMain';
  const inBox = (one) => one && one.dataset.testid !== 'stMain' && (scrolls(one) || inBox(one.parentElement));
  const beyond = (one) => one.getBoundingClientRect().right > innerWidth + 1 && !inBox(one.parentElement);
  const found = wide() ? [...document.querySelectorAll('[data-testid=stMainBlockContainer] *')].filter(beyond) : [];
  return found.slice(0, 3).map((one) => one.outerHTML.slice(0, 200));
}"""
NARROW = {"a phone of 320 px": {"width": 320, "height": 640}, "letters of twice their size": {"width": 512, "height": 384}}
FOLDED = "[data-testid=stMainBlockContainer] details:not([open]) > summary"


def open_all(page) -> None:
    """Open what is folded, also what lies in it. Opening a part may make the server draw it anew."""
    for _ in range(10):
        folded = page.evaluate_handle(f"[...document.querySelectorAll('{FOLDED}')]")
        if not page.evaluate("(folded) => folded.map((summary) => summary.click()).length", folded):
            return
        page.wait_for_function("(folded) => folded.every((one) => !one.isConnected || one.parentElement.open)", arg=folded)
        at_rest(page)
    raise AssertionError("there is always another part to open")


def look(page, size: dict[str, int], scheme: str) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def faults(page, rules: list[str]) -> list[str]:
    at_rest(page)
    return page.evaluate(CHECK, [FIGURES, rules])


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.url_path)
def test_a_page_is_for_everyone(address, shared_page, one):
    page = shared_page
    look(page, PROJECTOR, "light")
    page.goto(f"{address}/{one.url_path}")
    page.get_by_role("heading", name=one.title, level=1, exact=True).wait_for()
    at_rest(page)
    open_all(page)
    page.evaluate(files(axe_playwright_python).joinpath("axe.min.js").read_text("utf-8"))
    found = faults(page, [])
    found += page.evaluate(UNNAMED)
    look(page, PHONE, "dark")
    found += [f"on a dark phone: {fault}" for fault in faults(page, SEEN)]
    for what, size in NARROW.items():
        look(page, size, "dark")
        at_rest(page)
        found += [f"{what} scrolls sideways: {one}" for one in page.evaluate(SIDEWAYS)]
    assert not found, "\n".join(found)


# What the eye sees of an element, of those around it and of those in it: whether it has the focus must change some of it.
LOOK = """async (element) => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  const around = [element];
  for (let n = 0; n < 5 && around[n].parentElement; n += 1) around.push(around[n].parentElement);
  const look = (one) => ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'borderColor', 'backgroundColor', 'textDecoration']
    .map((name) => getComputedStyle(one)[name]).join();
  return [...around, ...[...element.querySelectorAll('*')].slice(0, 4)].map(look).join(';');
}"""
STOPS = 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_is_seen(address, shared_page, scheme):
    page = shared_page
    look(page, PROJECTOR, scheme)
    page.goto(f"{address}/masks")
    page.get_by_role("heading", name="Masks", level=1, exact=True).wait_for()
    at_rest(page)
    unseen, names = [], set()
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate_handle("document.activeElement").as_element()
        focused = stop.evaluate(LOOK)
        names.add(stop.evaluate("(one) => one.outerHTML"))
        stop.evaluate("(one) => one.blur()")
        if stop.evaluate(LOOK) == focused:
            unseen.append(stop.evaluate("(one) => one.outerHTML.slice(0, 200)"))
        stop.evaluate("(one) => one.focus()")
    assert len(names) > STOPS / 2, "there is no way on"
    assert not unseen, "\n".join(unseen)


def test_nothing_moves_for_who_has_asked_for_no_movement(address, shared_page):
    page = shared_page
    look(page, PROJECTOR, "light")
    page.goto(f"{address}/reading")
    scrub = page.locator(".reading-scrub")
    scrub.wait_for()
    at_rest(page)
    scrub.fill("0")
    page.locator("[data-act=play]").click()
    assert scrub.input_value() == scrub.get_attribute("max"), "a player goes to its end at once"
    running = "document.getAnimations().filter((one) => one.playState === 'running' && one.effect.getComputedTiming().duration > 1).length"
    assert page.evaluate(running) == 0
    page.goto(f"{address}/train")
    page.locator(".live-chart-plot .main-svg").first.wait_for()
    assert page.locator(".live-chart-replay").is_hidden()
