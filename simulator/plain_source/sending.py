"""Acts: bulletins on their way to approval, and what devices are told."""

from collections.abc import Mapping
from typing import Any

from .book import APPRAISED, APPROVED, DRAFT, RETURNED, Bulletin
from .office import AREA, Act, Office, Words, known
from .people import Account
from .reading import (
    MALFORMED,
    MILLISECOND,
    NAME,
    NOT_ALLOWED,
    NOT_NOW,
    SECOND,
    UNKNOWN,
    Refused,
    Rule,
    one_of,
    part,
    several,
    text,
    whole,
)
from .wire import content, play, schedule

READING_MS = 30_000
"""How long a text is shown that says nothing else."""

DAY_MS = 24 * 60 * 60_000
MOST_AHEAD_MS, LONGEST_VALID_MS, USUALLY_VALID_MS = 31 * DAY_MS, 7 * DAY_MS, 10 * 60_000

# ---- Bulletins ----------------------------------------------------------------------------------


def _compose(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    if (asked["AmThanh"] is None) == (asked["VanBan"] is None):
        raise Refused(MALFORMED, "cần AmThanh hoặc VanBan / expected one of both")
    if asked["CapDo"] and asked["MucDoUuTien"] != 1:
        raise Refused(MALFORMED, "CapDo: chỉ với khẩn cấp / for an emergency alone")
    bulletin: dict[str, Any] = {
        "title": asked["TieuDe"],
        "mode": asked["CheDo"] or "Actual",
        "priority": asked["MucDoUuTien"],
        "severity": asked["CapDo"] or 0,
        "duration_ms": READING_MS,
        "text": asked["VanBan"],
        "sound": asked["AmThanh"],
    }
    if asked["AmThanh"] is not None:
        size_bytes, duration_ms = known(office.sounds, asked["AmThanh"])
        bulletin |= {"size_bytes": size_bytes, "duration_ms": duration_ms}
    return {"BanTinID": office.make(who, now_ms, "soan", "T", asked, tin=bulletin)}


def _appraise(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    return _step(office, who, asked, now_ms, (DRAFT,), APPRAISED)


def _approve(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    return _step(office, who, asked, now_ms, (APPRAISED,), APPROVED)


def _return(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    return _step(office, who, asked, now_ms, (DRAFT, APPRAISED), RETURNED)


def _step(
    office: Office, who: Account, asked: Words, now_ms: int, before: tuple[str, ...], after: str
) -> Words:
    bulletin = _theirs(office, who, asked["BanTinID"])
    if bulletin.author == who.login:
        raise Refused(NOT_ALLOWED, "tin của chính mình / their own bulletin")
    if bulletin.state not in before:
        raise Refused(NOT_NOW, f"tin đang {bulletin.state} / the bulletin is in that state")
    words = {"trang-thai": after, "ly-do": asked.get("LyDo", "")}
    office.book.write(now_ms, who.login, "buoc", id=bulletin.id, **words)
    return {}


def _theirs(office: Office, who: Account, name: str) -> Bulletin:
    """A bulletin of their commune, or of the province, which all may send on."""
    bulletin = known(office.book.bulletins, name)
    author = office.book.accounts[bulletin.author]
    if author.level == "xa":
        who.needs_commune(author.place)
    return bulletin


# ---- Sending ------------------------------------------------------------------------------------


def _send(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    bulletin = _theirs(office, who, asked["BanTinID"])
    if bulletin.state != APPROVED:
        raise Refused(NOT_NOW, f"tin đang {bulletin.state} / not approved")
    commands = _commands(office, bulletin, asked, now_ms)
    words = _order(bulletin, office.reached(who, asked), commands, is_slot=False)
    return {"LenhID": office.make(who, now_ms, "gui", "L", asked, **words)}


def _commands(office: Office, bulletin: Bulletin, asked: Words, now_ms: int) -> list[Any]:
    """One for each play."""
    from_ms = max(asked["KhongPhatTruocMs"] or now_ms, now_ms)
    if from_ms > now_ms + MOST_AHEAD_MS:
        raise Refused(MALFORMED, "KhongPhatTruocMs: quá xa / too far ahead")
    gap_ms, valid_ms = asked["CachNhauMs"] or 0, asked["HieuLucMs"] or USUALLY_VALID_MS
    name, said, commands = office.book.next("L"), content(bulletin, office.address), []
    for number in range(asked["SoLan"] or 1):
        item, begins_ms = f"{name}-{number + 1}", from_ms + number * gap_ms
        until_ms = begins_ms + valid_ms
        told = play(said, item, begins_ms, until_ms, asked["ThuTu"] or 0)
        commands.append([item, until_ms, told])
    return commands


def _emergency(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    """Written, approved and sent in one act, by who may approve: there is no time for more."""
    if asked["MucDoUuTien"] != 1:
        raise Refused(MALFORMED, "MucDoUuTien: cần / expected 1")
    devices = office.reached(who, asked)
    name = _compose(office, who, {**asked, "MaYeuCau": None}, now_ms)["BanTinID"]
    office.book.write(now_ms, who.login, "buoc", id=name, **{"trang-thai": APPROVED})
    bulletin = office.book.bulletins[name]
    commands = _commands(office, bulletin, dict.fromkeys(_PLAYS), now_ms)
    words = _order(bulletin, devices, commands, is_slot=False)
    return {"LenhID": office.make(who, now_ms, "gui", "L", asked, **words)}


def _add_slot(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    """Of an own sound, or of an approved bulletin."""
    if (asked["AmThanh"] is None) == (asked["BanTinID"] is None):
        raise Refused(MALFORMED, "cần AmThanh hoặc BanTinID / expected one of both")
    begins_s = sorted(set(asked["ThoiGianBatDau"]))
    if not now_ms <= begins_s[0] * 1000 <= begins_s[-1] * 1000 <= now_ms + MOST_AHEAD_MS:
        raise Refused(MALFORMED, "ThoiGianBatDau: đã qua hoặc quá xa / past or too far ahead")
    name, title = office.book.next("K"), asked["TenLichPhat"]
    if asked["BanTinID"] is None:
        size_bytes, length_ms = known(office.sounds, asked["AmThanh"])
        own = (length_ms, who.login, None, asked["AmThanh"], size_bytes)
        bulletin = Bulletin(name, title, asked["CheDo"] or "Actual", 3, 0, *own)
    else:
        bulletin = _theirs(office, who, asked["BanTinID"])
        if bulletin.state != APPROVED or bulletin.priority == 1:
            raise Refused(NOT_NOW, "tin chưa duyệt hoặc khẩn cấp / not approved, or an emergency")
    body = schedule(name, title, content(bulletin, office.address), begins_s)
    commands = [[name, begins_s[-1] * 1000 + bulletin.duration_ms, body]]
    words = _order(bulletin, office.reached(who, asked), commands, is_slot=True)
    return {"LichPhatID": office.make(who, now_ms, "gui", "K", asked, **words)}


def _order(
    bulletin: Bulletin, devices: list[str], commands: list[Any], *, is_slot: bool
) -> dict[str, Any]:
    return {
        "ban-tin": bulletin.id,
        "che-do": bulletin.mode,
        "muc-do": bulletin.priority,
        "cum-loa": devices,
        "lenh": commands,
        "la-lich": is_slot,
    }


def _cancel_order(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    return _cancel(office, who, asked["LenhID"], now_ms, "HuyBanTin", "LuotPhatID")


def _cancel_slot(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    return _cancel(office, who, asked["LichPhatID"], now_ms, "HuyLichPhat", "LichPhatID")


def _cancel(office: Office, who: Account, name: str, now_ms: int, word: str, place: str) -> Words:
    """Devices that have it are told, and those that have not yet asked for it never get it."""
    order = known(office.book.orders, name)
    if order.is_slot != (word == "HuyLichPhat"):
        raise Refused(UNKNOWN, "không có / there is no such thing")
    for commune in order.communes:
        who.needs_commune(commune)
    if not order.cancelled:
        until_ms = now_ms + MOST_AHEAD_MS + LONGEST_VALID_MS
        commands = [[f"{n}-huy", until_ms, {word: {place: n}}] for n in order.commands]
        words = {"lenh": commands, "che-do": office.book.commands[order.commands[0]].mode}
        office.book.write(now_ms, who.login, "huy", id=order.id, **words)
    return {}


def _control(office: Office, who: Account, asked: Words, now_ms: int) -> Words:
    devices = office.reached(who, asked)
    body = {"DieuKhienThietBi": asked["DieuKhienThietBi"]}
    command = [office.book.next("D"), now_ms + USUALLY_VALID_MS, body]
    words = {"cum-loa": devices, "lenh": command}
    return {"LenhID": office.make(who, now_ms, "dieu-khien", "D", asked, **words)}


# ---- What they say ------------------------------------------------------------------------------

_MODE = one_of("Actual", "Exercise", "Test")
_NAMED: Mapping[str, Rule] = {"BanTinID": NAME}
_WRITTEN: Mapping[str, Rule] = {"TieuDe": text(500, 1), "MucDoUuTien": one_of(1, 2, 3)}
_WRITTEN_MORE: Mapping[str, Rule] = {
    "CheDo": _MODE,
    "CapDo": whole(0, 3),
    "AmThanh": text(64, 64),
    "VanBan": text(4_000, 1),
}
_PLAYS: Mapping[str, Rule] = {
    **AREA,
    "KhongPhatTruocMs": MILLISECOND,
    "SoLan": whole(1, 96),
    "CachNhauMs": whole(0, DAY_MS),
    "HieuLucMs": whole(1_000, LONGEST_VALID_MS),
    "ThuTu": whole(-1_000, 1_000),
}
_SLOT: Mapping[str, Rule] = {
    "TenLichPhat": text(500, 1),
    "ThoiGianBatDau": several(SECOND, 96, 1),
}
_SLOT_MORE: Mapping[str, Rule] = {
    **AREA,
    "CheDo": _MODE,
    "AmThanh": text(64, 64),
    "BanTinID": NAME,
}
_CONTROL = part({"MaLenh": one_of("0"), "ThamSo": one_of(*map(str, range(101)))})
_RETURN: Mapping[str, Rule] = {**_NAMED, "LyDo": text(500, 1)}

ACTS: Mapping[str, Act] = {
    "SoanTin": Act(_compose, ("soan",), _WRITTEN, _WRITTEN_MORE, "BanTinID"),
    "ThamDinh": Act(_appraise, ("tham-dinh",), _NAMED),
    "DuyetTin": Act(_approve, ("duyet",), _NAMED),
    "TraLai": Act(_return, ("tham-dinh", "duyet"), _RETURN),
    "GuiTin": Act(_send, ("van-hanh",), _NAMED, _PLAYS, "LenhID"),
    "PhatKhanCap": Act(_emergency, ("duyet",), _WRITTEN, {**_WRITTEN_MORE, **AREA}, "LenhID"),
    "HuyTin": Act(_cancel_order, ("van-hanh",), {"LenhID": NAME}),
    "ThemLichPhat": Act(_add_slot, ("van-hanh",), _SLOT, _SLOT_MORE, "LichPhatID"),
    "HuyLichPhat": Act(_cancel_slot, ("van-hanh",), {"LichPhatID": NAME}),
    "DieuKhien": Act(_control, ("van-hanh",), {"DieuKhienThietBi": _CONTROL}, AREA, "LenhID"),
}
