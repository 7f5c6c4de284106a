"""What the page of a plan says."""

import re
from html import unescape

import pytest

from reports import rollout_report_words as words
from reports.findings.rollout import STATES, Rollout
from reports.html.rollout_page import page
from reports.rollout_reading import read
from scenarios.rollout.plan import STATION_KINDS, WORK_KINDS
from simulator.rollout.figures import figures
from tests.conformance.rollout.plans import plan


def text_of(content, language):
    """The words of a page in one language."""
    shown = re.sub("<style>.*?</style>|<script>.*?</script>", "", content.decode(), flags=re.S)
    other = {"vi": "en", "en": "vi"}[language]
    shown = re.sub(f'<span class="{other}" lang="{other}">.*?</span>', "", shown)
    return " ".join(unescape(re.sub("<[^>]*>", " ", shown)).split())


@pytest.fixture(scope="module")
def found(plan_bundle_of):
    return Rollout(read(plan_bundle_of()))


@pytest.fixture(scope="module")
def shown(found):
    return page(found, "vi")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_assumed_stands_before_every_figure(shown, found, language):
    text = text_of(shown, language)
    notes = [note[language] for note in found.results["plan"]["notes"]]
    first_target = text.index("BD-PA-100")
    assert notes
    for note in (*notes, getattr(words.HOUSEHOLDS_ASSUMED, language)):
        assert text.index(note) < first_target


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_binding_target_and_every_note_is_told(shown, found, language):
    text = text_of(shown, language)
    for target in found.results["targets"]:
        if target["how"] != "not-binding":
            assert f"{target['id']}: {target['title'][language]}" in text
    assert found.results["summary"]["sentence"][language] in text


def test_households_and_devices_stand_apart_and_assumed_is_said(shown):
    text = text_of(shown, "en")
    assert re.search(r"stations converted [\d.]+ %; households in communes with IP [\d.]+ %", text)
    assert "(assumed)" in text
    assert "Households that hear the emergency" in text
    assert "Devices that sound the emergency" in text


def test_parts_that_were_not_computed_are_told_so(plan_bundle_of, shown):
    without = page(Rollout(read(plan_bundle_of("binh-dinh-2022-2025", "--no-phases"))), "en")
    said = words.NOT_COMPUTED.en
    assert text_of(without, "en").count(said) == text_of(shown, "en").count(said) + 1 == 2


def test_every_picture_is_told_in_words(shown):
    told = set(re.findall(rb'<figcaption id="([^"]+)"><b>.+?</b> (?=.)', shown))
    pictures = re.findall(rb'<img [^>]*aria-labelledby="([^"]+)"', shown)
    assert len(set(pictures)) > 15
    assert set(pictures) <= told


def test_names_of_others_are_text(changed_plan):
    strange = "<script>alert(1)</script>\u202e\x1b"

    def change(data):
        for text in (data["plan"]["title"], data["plan"]["notes"][0], data["money"][0]["title"]):
            text.update(vi=strange, en=strange)
        data["works"][0]["name"] = data["plan"]["provinces"][0]["name"] = strange

    content = page(Rollout(read(changed_plan(change))), "vi")
    assert b"<script>alert" not in content
    assert b"\x1b" not in content
    assert "\u202e" not in content.decode()


def test_nothing_comes_from_outside(shown):
    assert b"default-src 'none'" in shown
    assert not re.findall(rb'(?:src|href)="(?!#|data:)', shown)


def test_a_plan_without_targets_and_works_has_a_page(changed_plan):
    def bare(data):
        data.update(targets=[], works=[], swings=[], money=[])

    text = text_of(page(Rollout(read(changed_plan(bare))), "en"), "en")
    assert "There are none." in text
    assert words.NOTHING_SWINGS.en in text


def test_everything_that_can_be_told_has_words():
    assert set(words.STATES) == set(STATES)
    assert set(words.STATIONS) == set(STATION_KINDS)
    assert set(words.WORKS) == set(WORK_KINDS)
    assert set(words.FIGURES) == {name for name in figures(plan()) if not name.startswith("cut.")}
    assert words.figure_name("cut.x", [{"source": "x", "title": {"vi": "a", "en": "b"}}]).en == (
        "cuts: b"
    )
