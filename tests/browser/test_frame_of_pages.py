"""What is around every page: the bar on top, and the menu of a phone."""

import pytest

from tests.colors import contrast
from tests.driven import APP, Servers, at_rest

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_print_code_in_it_and_links_can_be_read(address, page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/patches")
    links, captions = page.locator(".lab-try a"), page.get_by_test_id("stCaptionContainer")
    links.first.wait_for()
    for element in (links.first, captions.locator("p").first, captions.locator("code").first):
        assert contrast(*element.evaluate(COLORS)) > 5


def test_on_a_phone_nothing_stands_before_the_right_edge_nor_over_a_figure(address, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    phone = context.new_page()
    phone.goto(f"{address}/attention")
    phone.get_by_text("memory, computed").wait_for()
    phone.locator(".modebar-container").wait_for(state="hidden")
    width = phone.locator(".st-key-opening").bounding_box()["width"]
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


def test_the_tab_bears_the_name_of_the_page_and_the_bar_its_section(address, page):
    page.goto(f"{address}/masks")
    page.wait_for_function("document.title === 'Masks · Sequence Lab'")
    bold = "[...document.querySelectorAll('[data-testid=stTopNavSection]')].filter((one) => getComputedStyle(one).fontWeight === '600')"
    page.wait_for_function(f"{bold}.length === 1")
    assert page.evaluate(f"{bold}[0].innerText").startswith("Encoder and decoder")
    page.get_by_test_id("stTopNavSection").filter(has_text="Attention").click()
    menu = page.get_by_test_id("stTopNavPopover")
    menu.get_by_text("Move the patches of a picture around").wait_for()
    menu.get_by_text("Move the patches of a picture around").click(force=True)  # the whole row is the link
    page.get_by_role("heading", name="Shuffle test", level=1).wait_for()
    page.wait_for_function("document.title === 'Shuffle test · Sequence Lab'")
    page.locator(".find-open").wait_for()
    page.get_by_test_id("stLogoLink").click()
    page.get_by_role("heading", name="Home", level=1).wait_for()
    page.wait_for_function("location.pathname === '/'")


def test_pages_lead_to_their_neighbours_and_lend_their_address(address, page):
    page.goto(f"{address}/masks?layers=2")
    page.locator(".st-key-opening_title").get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    page.locator(".st-key-closing").get_by_role("link", name="Translate").click()
    page.get_by_role("heading", name="Translate", level=1).wait_for()
    page.locator(".st-key-opening_title").get_by_role("link", name="Masks").click()
    page.get_by_role("heading", name="Masks", level=1).wait_for()


@pytest.mark.parametrize("how", ["chip", "address"])
def test_an_experiment_goes_to_what_it_changes(address, page, how):
    link = "head=h%5B-1%5D"
    page.goto(f"{address}/depth" + ("" if how == "chip" else f"?{link}#depth_heads"))
    page.get_by_role("heading", name="Depth and direction", level=1).wait_for()
    if how == "chip":
        page.get_by_role("button", name="Trap 3").first.click()
        page.wait_for_function("location.search.includes('head=')")
    page.locator(".st-key-depth_heads.pointed-at").wait_for()
    page.wait_for_function("document.querySelector('.st-key-depth_heads').getBoundingClientRect().top < innerHeight")


def test_a_picture_is_covered_until_its_question_is_answered(page, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("LAB_PREDICT", "1")
    servers = Servers(tmp_path_factory)
    try:
        page.goto(f"{servers.start(APP)}/went")
        board = page.locator(".st-key-lab")
        page.get_by_role("button", name="Show me").wait_for()
        board.wait_for(state="attached")
        assert not board.is_visible() and page.locator(".st-key-page").bounding_box()["height"] < 500
        page.get_by_text("the subsequent mask", exact=True).click()
        page.get_by_role("button", name="Reveal").click()
        page.get_by_text("Not quite. The answer is: no mask between the 100").wait_for()
        board.wait_for()
        page.goto("about:blank")  # before the server leaves it alone
    finally:
        servers.end()


# Adds up how far what a person sees jumps while a page is built, as browsers measure it: below 0.1 counts as good.
SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
}).observe({ type: 'layout-shift', buffered: true });"""


def test_nothing_jumps_while_a_page_is_built_for_a_newcomer(newcomers_lab, page):
    page.add_init_script(SHIFTS)
    for name in ("cell", "went", "shuffle"):
        page.goto(f"{newcomers_lab.url}{name}")
        page.get_by_role("button", name="Show me").wait_for()
        page.locator(".lab-board").first.wait_for(state="attached")
        at_rest(page)
        assert page.evaluate("shifted") < 0.1, name


def test_a_button_with_a_help_text_has_as_much_room_as_one_without(address, page):
    page.goto(f"{address}/train")
    room = "(button) => { const { paddingLeft, height } = getComputedStyle(button); return [paddingLeft, height]; }"
    helped, plain = (page.locator(f".st-key-{key}").get_by_role("button").first for key in ("play", "train_predict-reveal"))
    plain.wait_for()
    assert helped.evaluate(room) == plain.evaluate(room)
