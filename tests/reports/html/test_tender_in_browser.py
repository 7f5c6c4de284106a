"""The pages of a tender and of vendors side by side: with a screen reader, on a phone."""

from pathlib import Path

import pytest

from conformance import handed_over
from conformance.clauses import ledger
from conformance.tender import asked
from reports import certification_comparison, tender, tender_results

pytestmark = pytest.mark.needs_tool("chromium")

EXAMPLE = Path(__file__).parents[3] / "docs" / "how-to" / "requirements.csv"


@pytest.fixture(scope="module")
def pages(certified_of):
    """Both pages by name and language."""
    good, bad = (handed_over.read(certified_of(device).of.place, ()) for device in (None, "F08"))
    required = asked.read(EXAMPLE, {**ledger(), **good.judged.evidence.clauses})
    told = tender_results.results(required, bad)
    side_by_side = certification_comparison.compared([good, bad] * 3, required)
    return {("tender", language): tender.page(told, language) for language in ("vi", "en")} | {
        ("vendors", language): certification_comparison.page(side_by_side, language)
        for language in ("vi", "en")
    }


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", ["tender", "vendors"])
def test_axe_finds_nothing_serious(opened, pages, name, language):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened(pages[name, language])).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("name", ["tender", "vendors"])
def test_nothing_scrolls_sideways_on_a_narrow_screen(opened, pages, name):
    shown = opened(pages[name, "vi"], width=320)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320
    wide = "[...document.querySelectorAll('.wide')].filter((one) => one.scrollWidth > 300).length"
    assert shown.evaluate(wide) == 0
