"""What people call roles, states, steps and events, beyond the words that services have."""

from collections.abc import Mapping
from typing import Any

from reference_system.dispatch.overlaps import Effect
from reference_system.services.acting import ROLE_NAMES
from reference_system.services.administration.channels import Kind as ChannelKind
from reference_system.services.administration.document_files import Secrecy
from reference_system.services.administration.feedback import Channel
from reference_system.services.administration.feedback import State as FeedbackState
from reference_system.services.broadcasting.orders import State as OrderState
from reference_system.services.broadcasting.programme_items import PartKind
from reference_system.services.content.bulletin_words import (
    CLASS_NAMES,
    FIELD_NAMES,
    STATE_NAMES,
    STATUS_NAMES,
)
from reference_system.services.content.workflow import Step
from reference_system.services.fleet.play_logs import PlayState
from reference_system.services.sharing.exchange import State as OutgoingState
from reference_system.services.units import Level
from scenarios.scenario import Text

ROLES = ROLE_NAMES

ALL_BELOW: Mapping[Level, Text] = {
    "province": Text("mọi tỉnh, thành phố", "every province"),
    "district": Text("mọi huyện", "every district"),
    "commune": Text("mọi xã, phường", "every commune"),
}

SECRECIES: Mapping[Secrecy, Text] = {
    "none": Text("không có dấu mật", "no mark of secrecy"),
    "mat": Text("mật", "confidential (mật)"),
    "toi-mat": Text("tối mật", "secret (tối mật)"),
    "tuyet-mat": Text("tuyệt mật", "top secret (tuyệt mật)"),
}

STEPS: Mapping[Step, Text] = {
    "edit": Text("Sửa", "Edit"),
    "submit": Text("Gửi thẩm định", "Submit for appraisal"),
    "appraise": Text("Thẩm định đạt", "Appraise"),
    "approve": Text("Duyệt", "Approve"),
    "return": Text("Trả lại", "Return"),
    "withdraw": Text("Rút bản tin", "Withdraw"),
    "approve-at-once": Text("Duyệt ngay", "Approve at once"),
}
"""What the buttons say."""

TAKEN: Mapping[str, Text] = {
    "compose": Text("soạn", "composed"),
    "receive": Text("nhận từ hệ thống khác", "received from another system"),
    "edit": Text("sửa", "edited"),
    "speak": Text("cho máy đọc", "spoken by the engine"),
    "submit": Text("gửi thẩm định", "submitted"),
    "appraise": Text("thẩm định đạt", "appraised"),
    "approve": Text("duyệt", "approved"),
    "return": Text("trả lại", "returned"),
    "withdraw": Text("rút", "withdrawn"),
    "replace": Text("được thay bằng phiên bản mới", "replaced by a newer version"),
    "approve-at-once": Text("soạn và duyệt ngay (khẩn cấp)", "approved at once (emergency)"),
}
"""Steps in the history of a bulletin."""

ORDER_STATES: Mapping[OrderState, Text] = {
    "running": Text("đang chạy", "running"),
    "done": Text("đã xong", "done"),
    "cancelled": Text("đã dừng", "cancelled"),
}

DELIVERY_STATES: Mapping[str, Text] = {
    "waiting": Text("chờ gửi", "waiting"),
    "handed": Text("đã gửi, chờ trả lời", "sent, no answer yet"),
    "accepted": Text("thiết bị nhận", "accepted"),
    "refused": Text("thiết bị từ chối", "refused"),
    "expired": Text("hết hạn, không trả lời", "no answer in time"),
    "void": Text("bỏ trước khi gửi", "dropped before it was sent"),
}

ACTIONS: Mapping[str, Text] = {
    "start": Text("phát", "play"),
    "cancel": Text("hủy lượt phát", "withdraw a play"),
    "volume": Text("đặt âm lượng", "set the volume"),
    "stop": Text("dừng phát", "stop"),
    "restart": Text("khởi động lại", "restart"),
}

PRESENCES: Mapping[str, Text] = {
    "online": Text("trực tuyến", "online"),
    "offline": Text("ngoại tuyến", "offline"),
    "lost": Text("mất liên lạc", "lost"),
    "unheard": Text("chưa nghe thấy", "not heard yet"),
}

DEVICE_KINDS: Mapping[str, Text] = {
    "ip-speaker": Text("cụm loa IP", "IP speaker"),
    "fm-converter": Text("bộ chuyển đổi FM ↔ IP", "FM converter"),
    "e-board": Text("bảng tin điện tử", "notice board"),
}

EVENTS: Mapping[str, Text] = {
    **PRESENCES,
    "registered": Text("đăng ký", "registered"),
    "changed": Text("sửa thông tin", "changed"),
    "credential": Text("cấp mã bí mật mới", "new secret"),
    "revoked": Text("thu hồi", "revoked"),
    "status": Text("báo trạng thái khác", "reported another state"),
    "refused": Text("tin không được nhận", "message not taken"),
}

DETAILS: Mapping[str, Text] = {
    "by": Text("người làm", "by"),
    "reason": Text("lý do", "reason"),
    "text": Text("nội dung", "words"),
    "count": Text("số lần", "times"),
    "name": Text("tên", "name"),
    "kind": Text("loại", "kind"),
    "profile": Text("hồ sơ", "profile"),
    "commune": Text("xã, phường", "commune"),
    "supplier": Text("nhà cung cấp", "supplier"),
    "latitude": Text("vĩ độ", "latitude"),
    "longitude": Text("kinh độ", "longitude"),
    "activity": Text("hoạt động", "activity"),
    "volume": Text("âm lượng", "volume"),
    "link": Text("kết nối", "link"),
    "app_version": Text("phần mềm", "software"),
}
"""What an event says besides; of a device's status only what people ask for."""

ACTIVITIES: Mapping[int, Text] = {
    0: Text("đang phát", "playing"),
    1: Text("tạm dừng", "paused"),
    2: Text("không phát", "stopped"),
}

OUTCOMES: Mapping[str, Text] = {
    "played": Text("phát trọn", "played whole"),
    "cut": Text("bị cắt", "cut off"),
    "missed": Text("không phát", "missed"),
    "failed": Text("không có tiếng", "no sound"),
}

PLAY_STATES: Mapping[PlayState, Text] = {
    "whole": Text("phát trọn", "whole"),
    "partly": Text("một phần", "partly"),
    "silent": Text("chưa nghe thấy", "silent"),
}

REASONS: Mapping[str, Text] = {
    "": Text("", ""),
    "waiting": Text("chưa gửi đi", "not handed over yet"),
    "handed": Text("chưa trả lời", "no answer yet"),
    "expired": Text("không trả lời kịp", "no answer in time"),
    "void": Text("thiết bị bị thu hồi trước khi gửi", "revoked before it was sent"),
    "refused": Text("thiết bị từ chối, không nêu lý do", "refused without a reason"),
    "cancelled": Text("đã hủy trước khi phát", "withdrawn before it was heard"),
    "no-log": Text("đã nhận; chưa có nhật ký", "accepted; no log yet"),
    "cut": Text("bị cắt, thiết bị không nêu lý do", "cut off without a reason"),
    "missed": Text("không phát, thiết bị không nêu lý do", "never begun, without a reason"),
    "failed": Text("không có tiếng, thiết bị không nêu lý do", "no sound, without a reason"),
}
"""Of `play_logs.REASONS`; anything else is a device's own words."""

EFFECTS: Mapping[Effect, Text] = {
    "cuts": Text("bị ngắt", "is cut off"),
    "waits": Text("được phát xong trước", "is heard to its end first"),
    "takes-turns": Text("phát lần lượt", "takes turns"),
}
"""What becomes of something that a new order meets."""

PARTS: Mapping[PartKind, Text] = {
    "relay": Text("tiếp âm", "relay"),
    "local": Text("tin của đài", "the station's own"),
    "bulletin": Text("bản tin", "bulletin"),
}

PLANNED: Mapping[str, Text] = {
    "planned": Text("theo lịch", "planned"),
    "sent": Text("đã gửi", "sent"),
    "missed": Text("lỡ", "missed"),
    "withdrawn": Text("đã hủy", "withdrawn"),
}

FEEDBACK_STATES: Mapping[FeedbackState, Text] = {
    "received": Text("đã nhận", "received"),
    "routed": Text("đã chuyển", "routed"),
    "answered": Text("đã trả lời", "answered"),
    "closed": Text("đã đóng", "closed"),
}

CHANNELS: Mapping[Channel, Text] = {
    "web": Text("trang web", "web"),
    "phone": Text("điện thoại", "phone"),
    "paper": Text("văn bản giấy", "paper"),
    "in-person": Text("trực tiếp", "in person"),
}

CHANNEL_KINDS: Mapping[ChannelKind, Text] = {
    "sms": Text("tin nhắn SMS", "SMS"),
    "app": Text("ứng dụng", "app"),
    "social": Text("mạng xã hội", "social network"),
}

ENCODINGS: Mapping[str, Text] = {
    "gsm-7": Text("chữ không dấu (GSM-7)", "plain letters (GSM-7)"),
    "ucs-2": Text("chữ có dấu (UCS-2)", "letters with marks (UCS-2)"),
    "unicode": Text("Unicode", "Unicode"),
}

# ---- Figures ----

PART_NAMES: Mapping[str, Text] = {
    "class": Text("Loại", "Class"),
    "field": Text("Lĩnh vực", "Field"),
    "state": Text("Trạng thái", "State"),
    "status": Text("Chế độ", "Status"),
    "action": Text("Lệnh", "Command"),
    "presence": Text("Kết nối", "Presence"),
    "outcome": Text("Kết quả", "Outcome"),
}

FEEDBACK_OUTCOMES: Mapping[str, Text] = {
    "waiting": Text("chưa trả lời, còn hạn", "waiting, not due yet"),
    "overdue": Text("chưa trả lời, quá hạn", "waiting, overdue"),
    "answered-on-time": Text("đã trả lời đúng hạn", "answered on time"),
    "answered-late": Text("đã trả lời, trễ hạn", "answered late"),
}

_PARTS_EVERYWHERE: Mapping[str, Mapping[Any, Text]] = {
    "class": CLASS_NAMES,
    "field": FIELD_NAMES,
    "status": STATUS_NAMES,
    "action": ACTIONS,
    "presence": {**PRESENCES, "withdrawn": Text("đã thu hồi", "revoked")},
    "outcome": OUTCOMES,
}
_PARTS_OF: Mapping[tuple[str, str], Mapping[Any, Text]] = {
    ("bulletins", "state"): STATE_NAMES,
    ("orders", "state"): ORDER_STATES,
    ("deliveries", "state"): DELIVERY_STATES,
    ("feedback", "outcome"): FEEDBACK_OUTCOMES,
}


def part(section: str, name: str, value: str) -> Text | str:
    """What a figure is counted by, in words; as it came where there are none for it."""
    known = _PARTS_OF.get((section, name)) or _PARTS_EVERYWHERE.get(name, {})
    return known.get(value, value)


# ---- Between systems ----

MESSAGE_KINDS: Mapping[str, Text] = {
    "bulletin": Text("bản tin", "bulletin"),
    "withdrawal": Text("báo rút bản tin", "end of a bulletin"),
    "statistics": Text("số liệu", "figures"),
    "report": Text("báo cáo năm", "yearly report"),
}

OUTGOING_STATES: Mapping[OutgoingState, Text] = {
    "waiting": Text("chờ gửi", "waiting"),
    "sent": Text("đã gửi", "sent"),
    "refused": Text("bên nhận từ chối", "refused by the receiver"),
    "failed": Text("không gửi được", "given up"),
}

WHY_NOT_ORDERED: Mapping[str, Text] = {
    "not-asked": Text("bên gửi không yêu cầu phát", "the sender did not ask for it"),
    "peer-not-trusted": Text(
        "bên gửi chưa được phép ra lệnh phát ở đây", "the sender may not order plays here"
    ),
}
"""Anything else is the code of a refusal."""

DAYS: tuple[Text, ...] = (
    Text("Thứ Hai", "Monday"),
    Text("Thứ Ba", "Tuesday"),
    Text("Thứ Tư", "Wednesday"),
    Text("Thứ Năm", "Thursday"),
    Text("Thứ Sáu", "Friday"),
    Text("Thứ Bảy", "Saturday"),
    Text("Chủ Nhật", "Sunday"),
)

DONE: Mapping[str, Text] = {
    "logged-out": Text("Đã đăng xuất.", "Logged out."),
    "password": Text(
        "Đã đổi mật khẩu. Đăng nhập bằng mật khẩu mới.",
        "The password is changed. Log in with the new one.",
    ),
    "second-factor": Text("Mã xác thực đã sẵn sàng.", "The second factor is ready."),
    "saved": Text("Đã lưu.", "Saved."),
    "removed": Text("Đã xóa.", "Removed."),
    "spoken": Text("Máy đã đọc xong: nghe thử bên dưới.", "Spoken: listen to it below."),
    "uploaded": Text("Đã tải tệp lên.", "The file is uploaded."),
    "submit": Text("Đã gửi thẩm định.", "Submitted for appraisal."),
    "appraise": Text("Đã thẩm định, chờ duyệt.", "Appraised; it waits for approval."),
    "approve": Text("Đã duyệt.", "Approved."),
    "return": Text("Đã trả lại người soạn.", "Returned to who composed it."),
    "withdraw": Text("Đã rút bản tin.", "Withdrawn."),
    "sent": Text("Đã ra lệnh phát.", "The order is given."),
    "cancelled": Text("Đã dừng lệnh phát.", "The order is cancelled."),
    "handled": Text("Đã ghi nhận xử lý cảnh báo.", "The alert is marked as handled."),
    "told": Text("Đã gửi lệnh tới thiết bị.", "The device is being told."),
    "revoked": Text("Đã thu hồi thiết bị.", "The device is revoked."),
    "routed": Text("Đã chuyển phản ánh.", "Routed."),
    "answered": Text("Đã trả lời.", "Answered."),
    "closed": Text("Đã đóng phản ánh.", "Closed."),
    "received": Text("Đã ghi nhận phản ánh.", "The feedback is taken in."),
    "prepared": Text(
        "Đã lập văn bản. Đính kèm tệp để gửi đi.", "Prepared. Attach its file to send it."
    ),
    "document-sent": Text("Đã gửi văn bản.", "The document is sent."),
    "report-made": Text("Đã lập báo cáo.", "The report is made."),
    "report-submitted": Text("Đã nộp báo cáo.", "The report is submitted."),
    "shared": Text("Đã xếp vào hàng chờ gửi.", "It waits to be sent."),
    "seen": Text("Đã ghi nhận là đã xem.", "It is marked as seen."),
    "chosen": Text("Đã chọn bản tin.", "The bulletin is chosen."),
    "left-out": Text("Đã bỏ chọn bản tin.", "The bulletin is left out."),
    "ordered": Text("Đã đổi thứ tự.", "The order is changed."),
    "second-factor-reset": Text(
        "Đã xóa mã xác thực; người này đăng ký lại được.",
        "The second factor is removed; the person can set a new one.",
    ),
}
"""What a page says after something was done, by the word in its address."""
