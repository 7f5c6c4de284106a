"""A province's office and a commune's officer, in real browsers, through a day's paperwork."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reference_system.services.units import Unit
from tests.reference_system.web.pages.axe import flaws

pytestmark = [
    pytest.mark.needs_tool("chromium"),
    # The pages are the same whatever the database; what they do there is tested on both.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

AN_TRUNG = Unit("commune", "21613")
TITLE = "Kế hoạch ứng phó bão số 4"


def test_a_document_a_choice_and_a_report_by_hand(
    browser: Callable, known: Callable, lived_in: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "kế hoạch.pdf"
    file.write_bytes(b"%PDF-1.7\n%%EOF\n")
    office = browser(known("bao"))
    officer = browser(known("an", "operate", "view", unit=AN_TRUNG), width=320)
    _send_document(office, file)
    _read_it(officer, tmp_path)
    office.reload()
    assert office.get_by_text("1/1 đã đọc").is_visible()
    _choose(officer)
    _report(office)
    for page in (office, officer):
        assert flaws(page) == []


def _send_document(page, file: Path) -> None:
    page.click("nav >> text=Văn bản")
    page.get_by_role("link", name="Gửi văn bản").click()
    page.fill("#number", "15/KH-UBND")
    page.fill("#title", TITLE)
    page.select_option("#secrecy", "mat")
    page.get_by_text("Huyện An Lão").first.click()
    page.check("input[value='commune:21613']")
    page.click("main button.main")
    page.get_by_role("alert").get_by_text("không được truyền bí mật nhà nước").wait_for()
    assert flaws(page) == []
    page.get_by_role("link", name="Đến mục này").click()
    assert page.input_value("#title") == TITLE, "what was typed is kept"
    assert page.is_checked("input[value='commune:21613']")
    page.select_option("#secrecy", "none")
    page.click("main button.main")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Gửi văn bản").click()
    page.get_by_text("Đã gửi văn bản.").wait_for()


def _read_it(page, folder: Path) -> None:
    page.click("nav >> text=Văn bản")
    page.get_by_role("link", name=TITLE).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Mở văn bản").click()
    waiting.value.save_as(folder / "read.pdf")
    assert (folder / "read.pdf").read_bytes().startswith(b"%PDF-")
    page.reload()
    assert page.get_by_text("Đơn vị này đọc lần đầu").is_visible()
    assert page.get_by_text("chưa đọc").count() == 0


def _choose(page) -> None:
    page.click("nav >> text=Chọn tin")
    row = page.get_by_role("listitem").filter(has_text="Bản tin normal")
    row.get_by_role("button", name="Chọn phát").click()
    page.get_by_role("status").get_by_text("Đã chọn bản tin.").wait_for()
    assert row.get_by_text("đã chọn").is_visible()
    page.locator(".ranked li").nth(1).get_by_role("button", name="Lên").click()
    page.get_by_text("Đã đổi thứ tự.").wait_for()
    assert page.locator(".ranked li").nth(0).get_by_text("Bản tin next").is_visible()


def _report(page) -> None:
    # By keyboard: the menu opens and closes without a mouse, and without scripts of ours.
    menu = page.locator("nav summary")
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports")
    page.get_by_role("button", name="Lập báo cáo").click()
    page.get_by_role("region", name="Số liệu từng đơn vị").wait_for()
    page.get_by_role("button", name="Nộp báo cáo").click()
    page.get_by_text("Đã nộp báo cáo.").wait_for()
    page.get_by_role("button", name="Chia sẻ với hệ thống khác").click()
    page.get_by_text("Đã xếp vào hàng chờ gửi.").wait_for()
    page.goto("/exchange/outgoing")
    assert page.get_by_text("báo cáo năm đến Hệ thống trung ương").is_visible()
