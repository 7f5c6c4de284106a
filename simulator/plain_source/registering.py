"""Acts: accounts, and devices with their secrets."""

import secrets
from collections.abc import Mapping

from .devices import digest
from .office import CODE, Act, Office, Words, known
from .people import LEAST_PASSWORD, LEVELS, ROLES, Account, sealed
from .reading import (
    DEVICE,
    MALFORMED,
    NOT_ALLOWED,
    NOT_NOW,
    TEXT,
    Refused,
    one_of,
    part,
    several,
    text,
)


def _change_password(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    salt, kept = sealed(asked["MatKhauMoi"])
    office.book.write(now_ms, who.login, "mat-khau", id=who.login, muoi=salt, bam=kept)
    return {}


def _create_account(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    login, place = asked["TenDangNhap"], asked["DiaBan"] or ""
    if (asked["Cap"] == "xa") != bool(place):
        raise Refused(MALFORMED, "DiaBan: cấp xã có, cấp tỉnh không / for a commune alone")
    _not_above(who, asked["Cap"], place)
    if login in office.book.accounts:
        raise Refused(NOT_NOW, "tên đã có / the name is taken")
    password = secrets.token_urlsafe(15)
    salt, kept = sealed(password)
    words = {"vai-tro": asked["VaiTro"], "cap": asked["Cap"], "dia-ban": place}
    office.book.write(now_ms, who.login, "tai-khoan", id=login, muoi=salt, bam=kept, **words)
    return {"MatKhau": password}


def _close_account(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    closed = known(office.book.accounts, asked["TenDangNhap"])
    _not_above(who, closed.level, closed.place)
    office.book.write(now_ms, who.login, "khoa", id=closed.login)
    return {}


def _not_above(who: Account, level: str, place: str) -> None:
    if level == "tinh" and who.level != "tinh":
        raise Refused(NOT_ALLOWED, "cấp trên / a higher level")
    who.needs_commune(place)


def _register(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    """A device that is known gets a new secret, which ends the old one."""
    given, lines = {}, []
    for row in asked["DanhSach"]:
        name, before = row["CumLoaID"], office.book.devices.get(row["CumLoaID"])
        for commune in {row["DiaBanQuanLy"], before.commune if before else row["DiaBanQuanLy"]}:
            who.needs_commune(commune)
        given[name] = secrets.token_urlsafe(32)
        words = (row["TenThietBi"] or "", row["TenLoaiThietBi"] or "", row["DiaBanQuanLy"])
        lines.append([name, *words, digest(name, given[name])])
    office.book.write(now_ms, who.login, "dang-ky", **{"thiet-bi": lines})
    for name in given:
        office.devices.forget(name)
    return {"DanhSach": [{"CumLoaID": n, "MatKhau": secret} for n, secret in given.items()]}


_LOGIN = {"TenDangNhap": text(60, 3)}
_DEVICE = part(
    {"CumLoaID": DEVICE, "DiaBanQuanLy": CODE}, {"TenThietBi": TEXT, "TenLoaiThietBi": TEXT}
)
_ROLES = several(one_of(*ROLES), len(ROLES), 1)

ACTS: Mapping[str, Act] = {
    "DoiMatKhau": Act(_change_password, (), {"MatKhauMoi": text(200, LEAST_PASSWORD)}),
    "TaoTaiKhoan": Act(
        _create_account,
        ("quan-tri",),
        {**_LOGIN, "VaiTro": _ROLES, "Cap": one_of(*LEVELS)},
        {"DiaBan": CODE},
    ),
    "KhoaTaiKhoan": Act(_close_account, ("quan-tri",), _LOGIN),
    "DangKyThietBi": Act(_register, ("quan-tri",), {"DanhSach": several(_DEVICE, 1_000, 1)}),
}
