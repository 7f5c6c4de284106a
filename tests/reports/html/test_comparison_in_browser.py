"""The page of a comparison: with a screen reader, on a phone."""

import pytest

from conformance.comparison import compare
from reports.comparison_html import page
from ttcs import finished_runs

pytestmark = pytest.mark.needs_tool("chromium")


@pytest.fixture(scope="module")
def comparison(bundle_of):
    return compare(*(finished_runs.load(bundle_of(name)) for name in ("ci-smoke", "binh-dinh-day")))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing_serious(opened, comparison, language):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened(page(comparison, language))).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_scrolls_sideways_on_a_narrow_screen(opened, comparison, language):
    shown = opened(page(comparison, language), width=320)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320
    wide = "[...document.querySelectorAll('.wide')].filter((one) => one.scrollWidth > 300).length"
    assert shown.evaluate(wide) == 0
