"""What a person meets on every page: with keyboard, phone, screen reader, in either language."""

import re

import pytest

from tests.reference_system.web.pages.axe import flaws

pytestmark = [
    pytest.mark.needs_tool("chromium"),
    # The pages are the same whatever the database; what they do there is tested on both.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

PAGES = (
    "/",
    "/account",
    "/account/password",
    "/audit?verify=1",
    "/bulletins",
    "/bulletins/new",
    "/bulletins/{approved}",
    "/bulletins/{approved}/proof",
    "/bulletins/{approved}/send",
    "/bulletins/{draft}",
    "/bulletins/{draft}/edit",
    "/bulletins/{submitted}",
    "/bulletins/{normal}/share",
    "/bulletins/{received}",
    "/channels",
    "/channels/{channel}",
    "/choices?commune=21613",
    "/devices",
    "/devices/new",
    "/devices/{device}",
    "/documents",
    "/documents/new",
    "/documents/{document}",
    "/documents/{unsent}",
    "/emergency",
    "/exchange",
    "/exchange/incoming",
    "/exchange/incoming/{incoming_report}",
    "/exchange/incoming/{incoming_statistics}",
    "/exchange/outgoing",
    "/exchange/peers/new",
    "/exchange/peers/{peer}",
    "/feedback",
    "/feedback/new",
    "/feedback/{feedback}",
    "/orders",
    "/orders/{order}",
    "/people",
    "/people/new",
    "/people/{person}",
    "/plays",
    "/programme?commune=21609",
    "/reports",
    "/reports/{report}",
    "/slots/new",
    "/slots/{slot}",
    "/statistics",
    "/devices/no-such-device",
)
SOMETHING = "Nước lũ đang lên nhanh. Bà con vùng trũng di dời ngay."


def speak(page, language):
    if page.get_attribute("html", "lang") != language:
        page.click("button[name=language]")


def reached(page):
    """The pages that are reached by a form: read back, previewed, refused, shown once."""
    yield from _by_emergency(page)
    page.goto("/devices/new")
    page.eval_on_selector("form[action='/devices/new']", "form => form.noValidate = true")
    page.click("main button.main")
    yield "a form that was refused"
    page.goto("/people/new")
    page.fill("#login", f"moi-{page.get_attribute('html', 'lang')}")
    page.fill("#name", "Người mới")
    page.click("main button.main")
    yield "a first password"


def _by_emergency(page):
    page.goto("/emergency")
    page.fill("#title", "Lũ lên")
    page.fill("#text", SOMETHING)
    page.check("input[value=own]")
    page.click("button[value=check]")
    yield "an emergency read back"


@pytest.mark.needs_tool("espeak-ng")
@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing_serious_on_any_page(browser, known, lived_in, language):
    page = browser(known("bao", factor=True))
    speak(page, language)
    found = {}
    for address in PAGES:
        page.goto(address.format(**lived_in))
        assert page.get_attribute("html", "lang") == language
        assert page.locator("h1").count() == 1, address
        found[address] = flaws(page)
    for name in reached(page):
        found[name] = flaws(page)
    page.goto("/bulletins")
    page.get_by_role("button", name=re.compile("Đăng xuất|Log out")).click()
    found["/login"] = flaws(page)
    assert {name: each for name, each in found.items() if each} == {}


def test_axe_would_find_something(browser):
    page = browser()
    page.evaluate("document.querySelector('label').htmlFor = 'nothing'")
    assert {name for name, _ in flaws(page)} & {"label"}


def test_no_page_scrolls_sideways_on_a_small_phone(browser, known, lived_in):
    page = browser(known("bao"), width=320)
    wide = {}
    for address in PAGES:
        page.goto(address.format(**lived_in))
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        wide[address] = page.evaluate("document.documentElement.scrollWidth")
    assert {address: width for address, width in wide.items() if width > 320} == {}


@pytest.mark.needs_tool("espeak-ng")
def test_an_emergency_by_keyboard_alone_and_without_scripts(browser, known, lived_in):
    page = browser(known("bao", factor=True), scripts=False)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    _walk(page, "a.urgent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/emergency")
    _walk(page, "#title")
    page.keyboard.type("Lũ lên")
    page.keyboard.press("Tab")
    page.keyboard.type(SOMETHING)
    _walk(page, "input[value=own]")
    page.keyboard.press("Space")
    _walk(page, "button[value=check]")
    page.keyboard.press("Enter")
    page.locator(".banner").wait_for()
    _walk(page, "button[value=confirm]")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid", "where the focus is must be seen"


def _walk(page, to, steps=120):
    """Press Tab until an element has the focus; nothing on the way may hold it."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        if page.evaluate("to => document.activeElement.matches(to)", to):
            return
    raise AssertionError(f"{to} is not reached by {steps} times Tab")


def test_today_renews_itself_and_can_be_paused(browser, known, lived_in, system):
    page = browser(known("bao"))
    page.clock.install()
    page.goto("/")
    first = page.text_content(".updated time")
    page.wait_for_timeout(1_100)  # the clock of the page stands; that of the server goes on
    page.clock.fast_forward(10_500)
    page.wait_for_function("t => document.querySelector('.updated time').innerText != t", arg=first)
    page.get_by_role("button", name="Tạm dừng cập nhật").click()
    second = page.text_content(".updated time")
    page.wait_for_timeout(1_100)
    page.clock.fast_forward(30_000)
    page.wait_for_timeout(300)
    assert page.text_content(".updated time") == second


def test_the_map_tells_states_by_shape_as_well_as_colour(browser, known, lived_in):
    page = browser(known("bao"))
    key = page.locator(".key li")
    shapes = {key.nth(n).locator("g").inner_html().strip() for n in range(key.count())}
    assert len(shapes) == key.count() >= 3
    page.click("#map-table summary")
    rows = page.locator("#map-table tbody tr")
    assert rows.count() == 3
    assert "không thiết bị nào trực tuyến" in rows.nth(0).inner_text()
