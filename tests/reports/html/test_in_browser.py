"""What a person meets: with keyboard, phone, screen reader, paper, in either language."""

import re
from collections import Counter

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.needs_tool("chromium")

DAY = "binh-dinh-day"


def speak(shown, language):
    shown.locator(f"#language-{language}").check(force=True)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", [DAY, "ci-smoke"])
def test_axe_finds_nothing_serious(opened, report_of, name, language):
    from axe_playwright_python.sync_playwright import Axe

    shown = opened(report_of(name))
    speak(shown, language)
    shown.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(shown).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_axe_would_find_something(opened, report_of):
    from axe_playwright_python.sync_playwright import Axe

    shown = opened(report_of(DAY).replace(b'<label for="time">', b'<label for="nothing">'))
    assert {one["id"] for one in Axe().run(shown).response["violations"]} & {"label"}


def test_the_slider_moves_by_keyboard_and_says_where_it_is(opened, report_of):
    shown = opened(report_of(DAY))
    slider = shown.locator("#time")
    slider.focus()
    at_first = shown.locator("#map .level-3").get_attribute("d")
    shown.keyboard.press("Home")
    assert slider.get_attribute("aria-valuetext").startswith("sau 0 giây: 0 trên 1.908 thiết bị")
    assert shown.locator("#map .level-3").get_attribute("d") == ""
    shown.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext").startswith("sau 1 giây: ")
    shown.keyboard.press("End")
    spoken = slider.get_attribute("aria-valuetext")
    assert spoken == "đến hết lần chạy: 1.908 trên 1.908 thiết bị đã phát (100 %)"
    assert shown.locator("#readout").inner_text().casefold() == spoken.casefold()
    assert shown.locator("#map .level-3").get_attribute("d") != at_first
    assert shown.locator("#legend [data-count='3']").inner_text() == "159"


def test_the_language_is_switched_by_keyboard_and_everywhere(opened, report_of):
    shown = opened(report_of(DAY))
    assert shown.evaluate("document.documentElement.lang") == "vi"
    assert shown.get_by_text("Các chỉ tiêu", exact=True).is_visible()
    shown.locator("#language-vi").focus()
    shown.keyboard.press("ArrowRight")
    assert shown.evaluate("document.documentElement.lang") == "en"
    assert shown.title().startswith("A day in Bình Định")
    assert shown.get_by_text("Targets", exact=True).is_visible()
    assert not shown.get_by_text("Các chỉ tiêu", exact=True).is_visible()
    assert " devices have sounded" in shown.locator("#time").get_attribute("aria-valuetext")
    assert shown.locator("#timeline").get_attribute("lang") == "en"
    assert "devices" in shown.locator("#timeline").inner_text()
    assert shown.evaluate("localStorage.length + sessionStorage.length") == 0
    visible = "[...document.querySelectorAll('.vi')].filter((one) => one.checkVisibility()).length"
    assert shown.evaluate(visible) == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_scrolls_sideways_on_a_narrow_screen(opened, report_of, language):
    shown = opened(report_of(DAY), width=320)
    speak(shown, language)
    shown.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_commune_is_chosen_by_name_or_on_the_map(opened, report_of):
    shown = opened(report_of(DAY))
    before = shown.locator("#timeline").inner_text()
    shown.locator("#district").select_option(label="Huyện An Lão")
    shown.locator("#commune").select_option(label="Xã An Hưng")
    shown.locator("details:has(#timeline-rows) summary").click()
    rows = shown.locator("#timeline-rows").inner_text()
    assert "storm/1" in rows
    assert re.search(r"cắt|không|mất|trọn vẹn", rows)
    assert before
    box = shown.locator("#map").bounding_box()
    shown.locator("#map").click(position={"x": box["width"] - 2, "y": box["height"] - 2})
    assert shown.locator("#district option:checked").inner_text() != "Huyện An Lão"


def test_rows_tell_every_outcome_of_the_commune_that_missed_most(opened, report_of, bundle_of):
    """Items times devices over the rows, as the table of plays has them."""
    shown = opened(report_of(DAY))
    place = bundle_of(DAY) / "tables"
    devices = pq.read_table(place / "devices.parquet").to_pylist()
    home = {one["device"]: one["commune"] for one in devices}
    plays = pq.read_table(place / "plays.parquet").to_pylist()
    missed = Counter(home[p["device"]] for p in plays if p["first_sound_ms"] is None)
    ((_, most),) = missed.most_common(1)
    told = 0
    for row in shown.locator("#timeline .row").all():
        (number,) = re.findall(r"\d+", row.inner_text().partition("thiết bị")[0])
        outcomes = row.locator("b").inner_text().split(", ")
        assert len(outcomes) > 1
        heard = ("phát trọn vẹn", "phát một phần")
        items = (one.partition(" ") for one in outcomes)
        told += int(number) * sum(int(n) for n, _, word in items if word not in heard)
    assert told == most


def test_paper_has_the_maps_and_every_table(opened, report_of):
    shown = opened(report_of(DAY))
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown.emulate_media(media="print")
    assert shown.locator("#timeline-rows td").count() > 10
    assert shown.locator("#timeline-rows td").first.is_visible()
    assert shown.locator(".still img").count() == 3
    assert shown.locator(".still img").first.is_visible()
    assert not shown.locator(".switch").is_visible()
    assert shown.locator("details:not([open])").count() == 0
    assert shown.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 1_200])
def test_a_national_map_names_both_archipelagos(opened, report_of, width):
    shown = opened(report_of("vietnam-day"), width=width)
    plane = shown.locator(".plane").bounding_box()
    for name in ("Quần đảo Hoàng Sa", "Quần đảo Trường Sa"):
        label = shown.locator(".plane").get_by_text(name).bounding_box()
        assert plane["x"] < label["x"]
        assert label["x"] + label["width"] < plane["x"] + plane["width"]
        assert label["y"] + label["height"] < plane["y"] + plane["height"]
