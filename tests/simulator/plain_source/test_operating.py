"""People at the plain source system: what they may do, and what they may not."""

import time

from tests.simulator.plain_source.conftest import Office, Running, tone

MALFORMED, NOT_LOGGED_IN, NOT_ALLOWED, UNKNOWN, NOT_NOW, TOO_OFTEN = range(11, 17)
NOW = {"TuMs": 1_700_000_000_000, "DenMs": 4_000_000_000_000}


def test_a_bulletin_is_written_appraised_approved_and_sent_in_this_order(office: Office) -> None:
    words = {"TieuDe": "Thử nghiệm", "MucDoUuTien": 3, "CheDo": "Test", "VanBan": "Thử nghiệm"}
    name = office.writer.done("SoanTin", **words)["BanTinID"]
    assert office.approver.refused("DuyetTin", BanTinID=name) == NOT_NOW
    assert office.approver.refused("GuiTin", BanTinID=name, TatCa=True) == NOT_NOW
    assert office.writer.refused("ThamDinh", BanTinID=name) == NOT_ALLOWED
    office.approver.done("ThamDinh", BanTinID=name)
    assert office.approver.refused("GuiTin", BanTinID=name, TatCa=True) == NOT_NOW
    office.approver.done("DuyetTin", BanTinID=name)
    assert office.approver.done("GuiTin", BanTinID=name, TatCa=True) == {"LenhID": "L1"}


def test_nobody_approves_what_they_wrote_and_what_is_returned_is_not_sent(office: Office) -> None:
    both = office.system.hired("ca.hai", ["soan", "tham-dinh", "duyet", "van-hanh"])
    words = {"TieuDe": "Thử nghiệm", "MucDoUuTien": 3, "VanBan": "Thử nghiệm"}
    name = both.done("SoanTin", **words)["BanTinID"]
    assert both.refused("ThamDinh", BanTinID=name) == NOT_ALLOWED
    office.approver.done("TraLai", BanTinID=name, LyDo="Thử nghiệm")
    assert office.approver.refused("ThamDinh", BanTinID=name) == NOT_NOW
    assert office.approver.refused("GuiTin", BanTinID=name, TatCa=True) == NOT_NOW


def test_a_commune_reaches_nobody_but_itself(office: Office) -> None:
    roles = ["soan", "tham-dinh", "duyet", "van-hanh", "xem", "quan-tri"]
    commune = office.system.hired("xa.21740", roles, commune="21740")
    name = office.approved()
    for area in (
        {"DanhSachDiaBanNhan": ["21741"]},
        {"DanhSachThietBi": {"CumLoaID": ["d1"]}},
        {"DanhSachDiaBanNhan": ["21740", "21741"]},
    ):
        assert commune.refused("GuiTin", BanTinID=name, **area) == NOT_ALLOWED
        words = {"TieuDe": "Thử nghiệm", "MucDoUuTien": 1, "VanBan": "Thử nghiệm"}
        assert commune.refused("PhatKhanCap", **words, **area) == NOT_ALLOWED
    commune.done("GuiTin", BanTinID=name, TatCa=True)
    shown = commune.done("TrangThai")["DanhSach"]
    assert [row["CumLoaID"] for row in shown] == ["d0"]
    assert [row["LenhCho"] for row in office.writer.done("TrangThai")["DanhSach"]] == [1, 0]
    order = office.approver.done("GuiTin", BanTinID=name, TatCa=True)["LenhID"]
    assert commune.refused("HuyTin", LenhID=order) == NOT_ALLOWED
    rows = [{"CumLoaID": "d1", "DiaBanQuanLy": "21740"}]
    assert commune.refused("DangKyThietBi", DanhSach=rows) == NOT_ALLOWED
    account = {"TenDangNhap": "tren", "VaiTro": ["duyet"], "Cap": "tinh"}
    assert commune.refused("TaoTaiKhoan", **account) == NOT_ALLOWED
    assert commune.refused("NhatKyThaoTac") == NOT_ALLOWED


def test_the_same_request_again_is_the_same_thing_and_another_one_is_refused(
    office: Office,
) -> None:
    name = office.approved()
    asked = {"BanTinID": name, "TatCa": True, "MaYeuCau": "k1"}
    assert office.writer.done("GuiTin", **asked) == office.writer.done("GuiTin", **asked)
    assert office.writer.refused("GuiTin", **asked, SoLan=2) == NOT_NOW
    assert [row["LenhCho"] for row in office.writer.done("TrangThai")["DanhSach"]] == [1, 1]
    words = {"TieuDe": "Thử nghiệm", "MucDoUuTien": 1, "CheDo": "Test", "VanBan": "Thử nghiệm"}
    asked = {**words, "TatCa": True, "MaYeuCau": "k2"}
    assert office.approver.done("PhatKhanCap", **asked) == {"LenhID": "L2"}
    assert office.approver.done("PhatKhanCap", **asked) == {"LenhID": "L2"}
    assert office.writer.refused("PhatKhanCap", **asked) == NOT_ALLOWED


def test_wrong_passwords_are_counted_and_the_right_one_does_not_help_then(
    office: Office,
) -> None:
    wrong = {"Username": "nguoi.soan", "Password": "sai"}
    codes = [office.system.stranger().post("/dang-nhap", json=wrong)["MaLoi"] for _ in range(6)]
    assert codes == [NOT_LOGGED_IN] * 5 + [TOO_OFTEN]
    right = wrong | {"Password": office.system.passwords["nguoi.soan"]}
    assert office.system.stranger().post("/dang-nhap", json=right)["MaLoi"] == TOO_OFTEN
    unknown = {"Username": "khong.co", "Password": "sai"}
    assert office.system.stranger().post("/dang-nhap", json=unknown)["MaLoi"] == NOT_LOGGED_IN
    said = office.system.person("quan.tri").done("NhatKyThaoTac")["DanhSach"]
    assert [row["Ai"] for row in said].count("nguoi.soan") >= 5


def test_sessions_end_when_they_are_not_used_when_left_and_when_the_account_is_closed(
    system: Running,
) -> None:
    left = system.hired("ra.ve", ["xem"])
    assert left.post("/dang-xuat", json={})["TrangThaiGui"] == 0
    assert left.refused("TrangThai") == NOT_LOGGED_IN
    closed = system.hired("bi.khoa", ["xem"])
    system.person("quan.tri").done("KhoaTaiKhoan", TenDangNhap="bi.khoa")
    assert closed.refused("TrangThai") == NOT_LOGGED_IN
    system.end()
    system.words = ("--session", "1")
    system.start()
    idle = system.person("ra.ve")
    idle.done("TrangThai")
    time.sleep(1.3)
    assert idle.refused("TrangThai") == NOT_LOGGED_IN


def test_a_changed_password_ends_the_sessions_and_the_old_password(system: Running) -> None:
    person = system.hired("doi", ["xem"])
    person.done("DoiMatKhau", MatKhauMoi="mot-mat-khau-khac")
    assert person.refused("TrangThai") == NOT_LOGGED_IN
    system.passwords["doi"] = "mot-mat-khau-khac"
    system.person("doi").done("TrangThai")


def test_feedback_is_received_routed_and_answered_once(office: Office) -> None:
    commune = office.system.hired("xa.21741", ["van-hanh", "xem"], commune="21741")
    asked = {"DiaBan": "21740", "NoiDung": "Thử nghiệm: loa rè"}
    name = office.writer.done("TiepNhanPhanAnh", **asked)["PhanAnhID"]
    assert commune.done("DanhSachPhanAnh")["DanhSach"] == []
    office.writer.done("ChuyenPhanAnh", PhanAnhID=name, Den="21741")
    (row,) = commune.done("DanhSachPhanAnh")["DanhSach"]
    assert (row["PhanAnhID"], row["QuaHan"], row["TraLoi"]) == (name, False, None)
    commune.done("TraLoiPhanAnh", PhanAnhID=name, TraLoi="Thử nghiệm: đã sửa")
    assert commune.refused("TraLoiPhanAnh", PhanAnhID=name, TraLoi="lại") == NOT_NOW
    figures = office.writer.done("ThongKe", **NOW)
    assert (figures["SoPhanAnh"], figures["SoPhanAnhDaTraLoi"]) == (1, 1)


def test_the_yearly_report_counts_the_year(office: Office) -> None:
    office.writer.done("GuiTin", BanTinID=office.approved(priority=2), TatCa=True)
    year = time.gmtime().tm_year
    report = office.writer.done("BaoCaoNam", Nam=year)
    assert (report["BaoCaoID"], report["SoLenhTheoMucDoUuTien"]) == ("B1", {"2": 1})
    assert office.writer.done("BaoCaoNam", Nam=year - 3)["SoLenh"] == 0
    exported = office.writer.done("XuatBaoCao", BaoCaoID="B1")["Csv"].splitlines()
    assert exported[0] == f"Nam,{year}"
    assert "SoLenhTheoMucDoUuTien.2,1" in exported
    commune = office.system.hired("xa.21740", ["xem"], commune="21740")
    assert commune.refused("XuatBaoCao", BaoCaoID="B1") == NOT_ALLOWED
    assert commune.refused("XuatBaoCao", BaoCaoID="B9") == UNKNOWN


def test_a_slot_has_a_sound_or_an_approved_bulletin_that_is_no_emergency(office: Office) -> None:
    slot = {"TenLichPhat": "Thử nghiệm", "TatCa": True, "ThoiGianBatDau": [int(time.time()) + 60]}
    approved, emergency = office.approved(), office.approved(priority=1)
    words = {"TieuDe": "Thử nghiệm", "MucDoUuTien": 3, "VanBan": "Thử nghiệm"}
    draft = office.writer.done("SoanTin", **words)["BanTinID"]
    assert office.writer.done("ThemLichPhat", BanTinID=approved, **slot) == {"LichPhatID": "K1"}
    for name in (draft, emergency):
        assert office.writer.refused("ThemLichPhat", BanTinID=name, **slot) == NOT_NOW
    assert office.writer.refused("ThemLichPhat", BanTinID="T99", **slot) == UNKNOWN
    assert office.writer.refused("ThemLichPhat", **slot) == MALFORMED
    sound = office.writer.post("/am-thanh", content=tone(300))["NoiDung"]["AmThanh"]
    both = {"BanTinID": approved, "AmThanh": sound}
    assert office.writer.refused("ThemLichPhat", **both, **slot) == MALFORMED


BAD_BODIES = (
    b"",
    b"[]",
    b"{",
    b"\xff",
    b"[" * 100_000,
    b'{"TuMs": 1, "TuMs": 1}',
    b'{"TuMs": NaN, "DenMs": 1}',
    b'{"TuMs": 1e999, "DenMs": 1}',
    b'{"TuMs": ' + b"9" * 5_000 + b', "DenMs": 1}',
    b'{"TuMs": 1700000000, "DenMs": 1700000001000}',
    b'{"TuMs": true, "DenMs": 1700000001000}',
    b'{"TuMs": 1700000000000, "DenMs": 1700000001000, "La": 1}',
)


def test_what_is_not_as_described_is_refused_in_one_line(office: Office) -> None:
    for body in BAD_BODIES:
        answer = office.writer.post("/nghiep-vu/ThongKe", content=body)
        assert (answer["TrangThaiGui"], answer["MaLoi"]) == (1, MALFORMED), body[:40]
        assert len(answer["MoTa"]) < 300
        assert "\n" not in answer["MoTa"]
    office.writer.done("TrangThai")


def test_what_is_too_large_is_refused_unread(office: Office) -> None:
    answer = office.system.stranger().post("/nghiep-vu/TrangThai", content=b" " * (2 << 20))
    assert answer["MaLoi"] == MALFORMED


def test_a_sound_is_a_whole_wav_file(office: Office) -> None:
    for wrong in (b"", b"RIFF", tone(100)[:-10], b"\0" * 1_000):
        assert office.writer.post("/am-thanh", content=wrong)["MaLoi"] == MALFORMED
    made = office.writer.post("/am-thanh", content=tone(250))["NoiDung"]
    assert made["ThoiLuongMs"] == 250
    fetched = office.system.client.get(f"{office.system.url}/am-thanh/{made['AmThanh']}.wav")
    assert fetched.content == tone(250)
    assert (
        office.system.client.get(f"{office.system.url}/am-thanh/../nhat-ky.jsonl").status_code
        == 404
    )


def test_nobody_does_anything_without_logging_in(office: Office) -> None:
    stranger = office.system.stranger("khong-phai-the")
    assert stranger.refused("TrangThai") == NOT_LOGGED_IN
    assert stranger.post("/am-thanh", content=tone(10))["MaLoi"] == NOT_LOGGED_IN
