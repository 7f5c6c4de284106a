"""What a person meets who opens the page of a plan, or two plans side by side."""

import pytest

from reports import rollout_comparison
from reports.findings.rollout import Rollout
from reports.html.rollout_page import page
from reports.rollout_reading import read

pytestmark = pytest.mark.needs_tool("chromium")

OPEN = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


@pytest.fixture(scope="module")
def content(plan_bundle_of):
    return page(Rollout(read(plan_bundle_of())), "vi")


@pytest.fixture(scope="module")
def beside(plan_bundle_of):
    more = ("binh-dinh-2022-2025", "--no-phases")
    two = (read(plan_bundle_of(*more)), read(plan_bundle_of(*more, "--base", "remaining")))
    return rollout_comparison.page(rollout_comparison.compared(*two), "vi")


def speak(shown, language):
    shown.locator(f"#language-{language}").check(force=True)


def violations(shown):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(shown).response["violations"]
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("width", [320, 1_200])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing_serious(opened, content, language, width):
    shown = opened(content, width=width)
    speak(shown, language)
    shown.evaluate(OPEN)
    assert violations(shown) == []


def test_axe_would_find_something(opened, content):
    assert violations(opened(content.replace(b' aria-labelledby="timetable"', b"")))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_scrolls_sideways_on_a_narrow_screen(opened, content, language):
    shown = opened(content, width=320)
    speak(shown, language)
    shown.evaluate(OPEN)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_language_is_switched_everywhere_in_pictures_too(opened, content):
    shown = opened(content)
    assert shown.title().startswith("Bình Định chuyển đổi")
    speak(shown, "en")
    assert shown.title().startswith("Bình Định converts")
    visible = "[...document.querySelectorAll('.vi')].filter((one) => one.checkVisibility()).length"
    assert shown.evaluate(visible) == 0
    assert shown.locator("img.en").first.is_visible()


def test_paper_has_every_table_and_picture(opened, content):
    shown = opened(content)
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown.emulate_media(media="print")
    assert shown.locator("details:not([open])").count() == 0
    assert not shown.locator(".switch").is_visible()
    assert shown.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("width", [320, 1_200])
def test_two_plans_side_by_side(opened, beside, width):
    shown = opened(beside, width=width)
    assert violations(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.locator("#vi .worlds figure").first.is_visible()
