"""What a person meets who opens the page of a certification."""

import pytest

from reports.html.certification_page import page

pytestmark = pytest.mark.needs_tool("chromium")

DEVICES = [("F08", "ip-speaker"), ("does-nothing", "ip-speaker"), (None, "e-board")]


@pytest.fixture(scope="module")
def content_of(certified_of):
    return lambda device, role: page(certified_of(device, role), "vi")


def speak(shown, language):
    shown.locator(f"#language-{language}").check(force=True)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("device", "role"), DEVICES)
def test_axe_finds_nothing_serious(opened, content_of, device, role, language):
    from axe_playwright_python.sync_playwright import Axe

    shown = opened(content_of(device, role))
    speak(shown, language)
    shown.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(shown).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_axe_would_find_something(opened, content_of):
    from axe_playwright_python.sync_playwright import Axe

    content = content_of("F08", "ip-speaker").replace(b'<label for="language-en"', b"<label")
    assert {one["id"] for one in Axe().run(opened(content)).response["violations"]} & {"label"}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("device", "role"), DEVICES)
def test_nothing_scrolls_sideways_on_a_narrow_screen(opened, content_of, device, role, language):
    shown = opened(content_of(device, role), width=320)
    speak(shown, language)
    shown.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_language_is_switched_by_keyboard_and_everywhere(opened, content_of):
    shown = opened(content_of("F08", "ip-speaker"))
    assert shown.title().startswith("Phiếu kết quả thử nghiệm: ")
    shown.locator("#language-vi").focus()
    shown.keyboard.press("ArrowRight")
    assert shown.evaluate("document.documentElement.lang") == "en"
    assert shown.title().startswith("Test report: ")
    assert shown.get_by_role("heading", name="Findings").is_visible()
    visible = "[...document.querySelectorAll('.vi')].filter((one) => one.checkVisibility()).length"
    assert shown.evaluate(visible) == 0


def test_the_timeline_has_marks_on_every_line(opened, content_of):
    shown = opened(content_of("F08", "ip-speaker"))
    figure = shown.locator("figure.lanes").first
    for lane in ("orders", "answers"):
        assert figure.locator(f".{lane} line").count() > 0
    assert figure.locator(".sound rect").first.bounding_box()["width"] > 1


def test_paper_has_every_table(opened, content_of):
    shown = opened(content_of("F08", "ip-speaker"))
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown.emulate_media(media="print")
    assert shown.locator("details:not([open])").count() == 0
    assert not shown.locator(".switch").is_visible()
    assert shown.pdf(format="A4").startswith(b"%PDF")
