"""The page of a live run: two worlds side by side, and the picture of an e-board."""

import shutil
import struct
import zlib

import pytest

from reports.bundle_reading import read
from reports.findings.found import Found
from reports.html.page import page
from scenarios.problems import BadInput
from tests.reports.worlds import BOARD, lived_bundle

HOSTILE = "</figure><img src=x onerror=alert(1)>\"'&\x07"


def chunk(name, content):
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    chunk(name, content)
    for name, content in (
        (b"IHDR", struct.pack(">IIBBBBB", 16, 9, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress((b"\0" + b"\x80" * 16) * 9)),
        (b"IEND", b""),
    )
)


@pytest.fixture
def live_bundle(tmp_path, bundle_of):
    """Makes the bundle of a live run."""

    def of(**options):
        place = tmp_path / "live"
        shutil.copytree(bundle_of("ci-smoke"), place)
        return lived_bundle(place, **{"png": PNG, **options})

    return of


def test_a_virtual_run_has_neither(report_of):
    told = report_of("ci-smoke").decode()
    assert "worlds-title" not in told
    assert "board-title" not in told


def test_worlds_and_board_stand_in_the_page(live_bundle):
    told = page(Found.of(read(live_bundle())), "vi").decode()
    assert "VƯỢT dung sai" in told
    assert "BEYOND the tolerance" in told
    assert told.count("<polyline class=") == 2 * 2  # emergencies, worlds
    assert "rendered storm/1: board/21550-01.png" in told
    assert 'alt="KHẨN CẤP / EMERGENCY' in told
    assert "own choice" in told


def test_a_board_without_a_picture_says_why(live_bundle):
    board = {"device": "21550-01", "rendered": False, "why": "no browser", "browser": None}
    told = page(Found.of(read(live_bundle(board=board))), "vi").decode()
    assert "not rendered (no browser)" in told
    assert 'class="board"' not in told


@pytest.mark.parametrize(
    ("board", "png", "wrong"),
    [
        (BOARD, b"GIF89a", "no picture"),
        (BOARD | {"picture": "../../board/x.png"}, PNG, "what the schema of results says"),
    ],
)
def test_what_is_no_picture_of_the_bundle_is_refused(tmp_path, live_bundle, board, png, wrong):
    (tmp_path / "x").mkdir()
    (tmp_path.parent / "board").mkdir(exist_ok=True)
    with pytest.raises(BadInput, match=wrong):
        read(live_bundle(board=board, png=png))


@pytest.mark.needs_tool("chromium")
@pytest.mark.parametrize("width", [320, 1_280])
def test_in_a_browser(opened, live_bundle, width):
    from axe_playwright_python.sync_playwright import Axe

    place = live_bundle(board=BOARD | {"words": HOSTILE}, curve=HOSTILE)
    shown = opened(page(Found.of(read(place)), "vi"), width=width)
    shown.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    plot = shown.locator(".worlds figure > div").first.bounding_box()
    for mark in shown.locator(".worlds figure").first.locator("i").all():
        box = mark.bounding_box()
        assert plot["x"] - 8 < box["x"] + box["width"] / 2 < plot["x"] + plot["width"] + 8
        assert plot["y"] - 8 < box["y"] + box["height"] / 2 < plot["y"] + plot["height"] + 8
    assert shown.locator(".board img").evaluate("(one) => one.naturalWidth") == 16
    assert "<img src=x" in shown.locator(".worlds figcaption").first.inner_text()
    found = Axe().run(shown).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
