"""The page itself: its size, its outline, what becomes of hostile texts."""

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.bundle_reading import read
from reports.findings.communes import Commune
from reports.findings.found import Found
from reports.html.page import page

SNAPSHOTS = Path(__file__).parent / "snapshots"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}\u2028\x07"

MOST_BYTES = 5_000_000
MOST_SECONDS = 5


class Outline(HTMLParser):
    """Sections, headings, charts, controls and tables by name, as they stand in the page."""

    def __init__(self):
        super().__init__()
        self.lines, self.attributes, self._heading = [], [], None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.attributes.append((tag, attributes))
        if re.fullmatch("h[1-6]", tag):
            self._heading = [tag]
        elif tag in ("select", "input", "table", "summary", "figure", "svg", "fieldset"):
            name = attributes.get("id") or attributes.get("aria-labelledby")
            if name:
                self.lines.append(f"{tag} {name}")

    def handle_data(self, data):
        if self._heading and data.strip():
            self._heading.append(" ".join(data.split()))

    def handle_endtag(self, tag):
        if self._heading and tag == self._heading[0]:
            self.lines.append(f"{tag} {' | '.join(self._heading[1:])}")
            self._heading = None


def outline_of(content):
    outline = Outline()
    outline.feed(content.decode())
    return outline


def test_outline(report_of):
    shown = "".join(f"{line}\n" for line in outline_of(report_of("binh-dinh-day")).lines)
    snapshot = SNAPSHOTS / "outline.txt"
    assert shown == snapshot.read_text("utf-8"), f"to accept it: write it to {snapshot}"


def test_size_and_time(bundle_of):
    begun = time.process_time()
    content = page(Found.of(read(bundle_of("binh-dinh-day"))), "vi")
    assert time.process_time() - begun < MOST_SECONDS
    assert len(content) < MOST_BYTES


@pytest.mark.slow
def test_the_country_fits_in_a_page(bundle_of):
    content = page(Found.of(read(bundle_of("vietnam-day"))), "vi")
    assert len(content) < MOST_BYTES
    assert "Quần đảo Hoàng Sa" in content.decode()
    assert "Quần đảo Trường Sa" in content.decode()


def test_the_same_bundle_gives_the_same_page(bundle_of):
    first, second = (page(Found.of(read(bundle_of("ci-smoke"))), "en") for _ in range(2))
    assert first == second


def test_nothing_comes_from_outside(report_of):
    for tag, attributes in outline_of(report_of("binh-dinh-day")).attributes:
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)
    assert b"url(http" not in report_of("binh-dinh-day")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_page_opens_in_the_language_asked_for(bundle_of, language):
    found = outline_of(page(Found.of(read(bundle_of("ci-smoke"))), language)).attributes
    assert ("html", {"lang": language}) in found
    (checked,) = (one["value"] for tag, one in found if tag == "input" and "checked" in one)
    assert checked == language


def test_a_limit_missed_as_expected_is_not_told_as_met(report_of):
    shown = report_of("reconnect-storm").decode()
    (title,) = re.findall(r'<h4 id="target-PROFILE-T4-P95">.*</h4>', shown)
    assert "không đạt, đúng như dự kiến" in title
    assert "mark-expected-failure" in title
    (other,) = re.findall(r'<h4 id="target-PROFILE-NO-DUPLICATES">.*</h4>', shown)
    assert ">đạt<" in other


def test_places_of_the_same_figures_share_a_line(report_of, bundle_of):
    """And every commune stands in one."""
    shown = report_of("binh-dinh-day").decode()
    table = shown.partition('aria-labelledby="reached-1">')[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row" class="names" lang="vi">(.*?)</th><td>(\d+)</td>', table)
    names = [name for names, _ in rows for name in re.findall(r"\((\d+)\)", names)]
    communes = read(bundle_of("binh-dinh-day")).tables["communes"].names("commune").names
    assert sorted(names) == sorted(communes)
    assert sum(int(number) for _, number in rows) == len(communes) > 3 * len(rows)


def hostile(results):
    changed = json.loads(results)
    changed["scenario"]["title"] = {"vi": HOSTILE, "en": HOSTILE}
    changed["scenario"]["name"] = changed["engine"] = HOSTILE
    changed["verdict"]["sentence"] = {"vi": HOSTILE, "en": HOSTILE}
    changed["fleet"]["by_link"][HOSTILE] = 1
    for target in changed["targets"]:
        target["why"] = target["source"] = HOSTILE
    return json.dumps(changed).encode()


@pytest.fixture
def hostile_page(changed):
    found = Found.of(read(changed("ci-smoke", "results.json", hostile)))
    evil = tuple(
        Commune(one.code, HOSTILE, HOSTILE, one.latitude, one.longitude)
        for one in found.communes.all
    )
    object.__setattr__(found.communes, "all", evil)
    return page(found, "vi")


def test_hostile_texts_stay_texts(hostile_page, report_of):
    expected = [tag for tag, _ in outline_of(report_of("ci-smoke")).attributes]
    found = outline_of(hostile_page).attributes
    assert [tag for tag, _ in found].count("script") == expected.count("script") == 2
    assert not any(name.startswith("on") for _, attributes in found for name in attributes)
    assert "{{7*7}}" in hostile_page.decode()
    assert b"\x07" not in hostile_page


@pytest.mark.needs_tool("chromium")
def test_hostile_texts_do_nothing_in_a_browser(opened, hostile_page):
    shown = opened(hostile_page)
    assert "<script>alert(1)</script>" in shown.locator("h1").inner_text()
    assert "<img src=x" in shown.locator("#commune").inner_text()
    shown.locator("#language-en").check(force=True)
    assert "onerror" in shown.title()
