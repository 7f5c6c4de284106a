"""What somebody is asked to do at a source system, in Vietnamese and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.sources import acts as a
from scenarios import territory
from scenarios.scenario import Text
from scenarios.units import duration_text
from simulator.live.desk import moment

REFUSED = ("refused:", "từ chối:")
"""How an answer begins that says that the system said no; the rest is its reason."""

NOT_POSSIBLE = "not-possible"
DONE = "done"

_HOW_REFUSED = Text(
    "Nếu hệ thống từ chối: nhập «từ chối: lý do».", "Where the system says no: type “refused: why”."
)
_IDENTIFIED = Text(
    "Nhập mã (ID) mà hệ thống đặt cho việc này, đúng như thiết bị nhận được trong lệnh.",
    "Type the id that the system gives it, as devices are told it in their commands.",
)
_ROLES: Mapping[a.PersonRole, Text] = {
    "compose": Text("soạn tin", "compose"),
    "appraise": Text("thẩm định", "appraise"),
    "approve": Text("duyệt", "approve"),
    "operate": Text("vận hành", "operate"),
    "view": Text("xem", "view"),
    "administer": Text("quản trị", "administer"),
}
_CLASSES = {
    "emergency": Text("KHẨN CẤP", "EMERGENCY"),
    "priority": Text("ưu tiên", "priority"),
    "normal": Text("thông thường", "normal"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What is asked; the answer is the id of what came of it where it is `identified`."""

    text: Text
    identified: bool = False


def wording(who: a.Person, act: a.Act, era: str, sound: str | None) -> Wording | None:
    """How a person is asked for an act; None where there are no words for it. `sound` is the file
    that is to be played, where the act has one."""
    match act:
        case a.LogIn(wrong):
            said = (
                Text("Thử đăng nhập bằng mật khẩu SAI.", "Try to log in with a WRONG password.")
                if wrong
                else Text("Đăng xuất rồi đăng nhập lại.", "Log out, and log in again.")
            )
        case a.LogOut():
            said = Text("Đăng xuất.", "Log out.")
        case a.CloseAccount(person):
            said = Text(f"Khóa tài khoản «{person.name}».", f"Close the account “{person.name}”.")
        case a.Compose():
            said = _compose(act, sound)
        case a.Issue():
            said = _issue(act, era)
        case a.Return(bulletin, reason):
            said = Text(
                f"Trả lại bản tin {bulletin}, lý do «{reason}».",
                f"Return the bulletin {bulletin}, for the reason “{reason}”.",
            )
        case a.Submit(bulletin) | a.Appraise(bulletin) | a.Approve(bulletin):
            step = _STEPS[type(act)]
            said = Text(f"{step.vi} bản tin {bulletin}.", f"{step.en} the bulletin {bulletin}.")
        case a.Cancel(order):
            said = Text(
                f"Hủy lệnh phát {order}, cho mọi thiết bị.",
                f"Cancel the order {order}, for all its devices.",
            )
        case _:
            return None
    identified = isinstance(act, a.Compose | a.Issue)
    return Wording(_lines(_who(who, era), said, identified), identified)


_STEPS: Mapping[type[a.Act], Text] = {
    a.Submit: Text("Gửi thẩm định (nếu hệ thống có bước này)", "Submit (if there is such a step)"),
    a.Appraise: Text("Thẩm định đạt", "Appraise as fit"),
    a.Approve: Text("Duyệt", "Approve"),
}


def _lines(who: Text, said: Text, identified: bool) -> Text:
    parts = (who, said, *((_IDENTIFIED,) if identified else ()), _HOW_REFUSED)
    return Text("\n".join(each.vi for each in parts), "\n".join(each.en for each in parts))


def _who(who: a.Person, era: str) -> Text:
    roles = [_ROLES[role] for role in who.roles]
    vi, en = ", ".join(each.vi for each in roles), ", ".join(each.en for each in roles)
    at = Text("", "")
    if who.place is not None:
        name = _unit(who.place, era)
        at = Text(f"; đơn vị {name}", f"; unit {name}")
    return Text(
        f"Bằng tài khoản «{who.name}» (vai trò: {vi}{at.vi}):",
        f"With the account “{who.name}” (roles: {en}{at.en}):",
    )


def _compose(act: a.Compose, sound: str | None) -> Text:
    of, about = _CLASSES[act.bulletin_class], Text("", "")
    if act.bulletin_class == "emergency":
        about = Text(f", cấp độ {act.severity}", f", of severity {act.severity}")
    content = (
        Text(f"Lời: «{act.text}».", f"Words: “{act.text}”.")
        if act.text is not None
        else Text(f"Âm thanh: tệp {sound}.", f"Sound: the file {sound}.")
    )
    return Text(
        f"Soạn bản tin {of.vi}{about.vi}, chế độ THỬ NGHIỆM, tiêu đề «{act.title}». {content.vi}",
        f"Compose a bulletin of class {of.en}{about.en}, of status TEST, titled “{act.title}”. "
        f"{content.en}",
    )


def _issue(act: a.Issue, era: str) -> Text:
    where, when = _where(act.area, era), Text("ngay", "at once")
    if act.not_before_ms is not None:
        at = f"{moment(act.not_before_ms):%H:%M:%S %d/%m/%Y}"
        when = Text(f"lúc {at}", f"at {at}")
    plays = Text("", "")
    if act.times > 1:
        plays = Text(
            f", {act.times} lần, cách nhau {duration_text(act.gap_ms)}",
            f", {act.times} times, every {duration_text(act.gap_ms)}",
        )
    code = (
        Text("Nhập mã xác thực nếu hệ thống hỏi.", "Show the second factor if it is asked for.")
        if act.confirmed
        else Text("KHÔNG nhập mã xác thực.", "Do NOT show a second factor.")
    )
    return Text(
        f"Phát bản tin {act.bulletin} {when.vi}{plays.vi}; nơi phát: {where.vi}. Còn được bắt đầu "
        f"trong {duration_text(act.valid_ms)}, thứ tự {act.play_order}. {code.vi}",
        f"Send the bulletin {act.bulletin} {when.en}{plays.en}; where: {where.en}. It may begin "
        f"within {duration_text(act.valid_ms)}, play order {act.play_order}. {code.en}",
    )


def _where(area: a.Area, era: str) -> Text:
    if area.everywhere:
        return Text("toàn bộ", "everywhere")
    communes = [_unit(a.Place("commune", code), era) for code in area.communes]
    named: Sequence[str] = [*communes, *area.devices]
    return Text(", ".join(named), ", ".join(named))


def _unit(place: a.Place, era: str) -> str:
    known = territory.load(era)
    if place.level == "commune" and place.code in known.communes:
        return f"{known.communes[place.code].full_name} ({place.code})"
    return f"{place.level} {place.code}"
