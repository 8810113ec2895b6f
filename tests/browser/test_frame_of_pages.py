"""What is around every page: the bar on top, and the menu of a phone."""

import pytest

pytestmark = pytest.mark.browser


def test_what_scrolls_goes_below_the_bar_and_cannot_be_seen_through_it(address, page):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{address}/masks")
        page.get_by_role("heading", name="Masks", level=1).wait_for()
        page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollHeight > 1500")
        bar = "getComputedStyle(document.querySelector('[data-testid=stHeader]')).backgroundColor"
        assert "rgba" not in page.evaluate(bar) and page.evaluate(bar) != "transparent"
        top = page.locator("h1").bounding_box()["y"]
        assert top >= page.get_by_test_id("stHeader").bounding_box()["height"], "the title is not under the bar"
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 400)")
        there = "document.elementFromPoint(600, 30).closest('[data-testid=stHeader]') !== null"
        page.wait_for_function(there)


def test_the_menu_of_a_phone_is_named_and_closes_when_a_page_has_been_chosen(address, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/masks")
    page.get_by_role("heading", name="Masks", level=1).wait_for()
    opener = page.get_by_test_id("stExpandSidebarButton")
    named = """getComputedStyle(document.querySelector('[data-testid=stExpandSidebarButton]'), '::after').content === '"Menu"'"""
    page.wait_for_function(named)  # the lab's style sheet may come after the page's heading
    opener.click()
    page.get_by_role("link", name="Patches").click()
    page.get_by_role("heading", name="Patches", level=1).wait_for()
    page.wait_for_function("document.querySelector('[data-testid=stSidebar]')?.getAttribute('data-collapsed') !== 'false'")
    assert page.evaluate("document.elementFromPoint(150, 400).closest('[data-testid=stSidebar]') === null")


# The color in which an element is drawn on its page, and that of the page: [red, green, blue] from 0 to 1.
COLORS = """(element) => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = (color, alpha) => Object.assign(pen, { fillStyle: color, globalAlpha: alpha }).fillRect(0, 0, 1, 1);
  const seen = () => [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((level) => level / 255);
  paint(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor, 1);
  const page = seen();
  let alpha = 1;
  for (let above = element; above; above = above.parentElement) alpha *= getComputedStyle(above).opacity;
  paint(getComputedStyle(element).color, alpha);
  return [seen(), page];
}"""


def contrast(colors) -> float:
    """The ratio of two colors as WCAG 2.2 defines it: 1 to 21, and 4.5 at least for text."""
    levels = [[c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color] for color in colors]
    dark, light = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in levels)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_print_code_in_it_and_links_can_be_read(address, page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/cell")
    links, captions = page.locator(".lab-try a"), page.get_by_test_id("stCaptionContainer")
    links.first.wait_for()
    for element in (links.first, captions.locator("p").first, captions.locator("code").first):
        assert contrast(element.evaluate(COLORS)) > 5


def test_on_a_phone_nothing_stands_before_the_right_edge_nor_over_a_figure(address, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    phone = context.new_page()
    phone.goto(f"{address}/attention")
    phone.get_by_text("memory, computed").wait_for()
    phone.locator(".modebar-container").wait_for(state="hidden")
    width = phone.get_by_role("heading", level=1).bounding_box()["width"]
    for control in (phone.locator(".st-key-attention_mask"), phone.get_by_test_id("stPlotlyChart")):
        assert control.bounding_box()["width"] == pytest.approx(width, abs=1)
    context.close()


def test_a_page_brings_the_style_of_what_it_alone_draws(address, page):
    """`.lab-went td.text` stands in pages/went/page.css; the theme alone would put cells to the right. The style goes with the page."""
    page.goto(f"{address}/went")
    page.locator(".lab-went td.text").first.wait_for()
    page.wait_for_function("getComputedStyle(document.querySelector('.lab-went td.text')).textAlign === 'left'")
    sheets = "[...document.querySelectorAll('style')].filter((one) => one.textContent.includes('.lab-went')).length"
    assert page.evaluate(sheets) == 1
    page.get_by_test_id("stTopNavSection").filter(has_text="Encoder and decoder").click()
    page.get_by_test_id("stTopNavPopover").get_by_role("menuitem", name="Masks").click()
    page.get_by_role("heading", name="Masks", level=1).wait_for()
    page.wait_for_function(f"{sheets} === 0")
