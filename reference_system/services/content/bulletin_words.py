"""The words that bulletins are described with: closed lists, and what people call each.

Classes are those of Circular 39/2020/TT-BTTTT. The numbers of fields and kinds are those that
provincial systems share on the wire; no official document known to us fixes them.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from reference_system.interface.vocabulary import Field, Status
from scenarios.scenario import BulletinClass, Text

Kind = Literal["text", "image", "audio", "video", "relay"]
State = Literal["draft", "submitted", "appraised", "approved", "returned", "withdrawn"]
FieldName = Literal["general", "unexpected", "policy", "direction", "knowledge", "example"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STATUSES: tuple[Status, ...] = get_args(Status)
STATES: tuple[State, ...] = get_args(State)
FIELDS: tuple[FieldName, ...] = get_args(FieldName)

FIELD_NUMBERS: Mapping[FieldName, Field] = {
    "general": 1,
    "unexpected": 2,
    "policy": 3,
    "direction": 4,
    "knowledge": 5,
    "example": 6,
}
"""`LoaiLinhVuc` on the wire."""

CLASS_NAMES: Mapping[BulletinClass, Text] = {
    "emergency": Text("khẩn cấp", "emergency"),
    "priority": Text("ưu tiên", "priority"),
    "normal": Text("thông thường", "normal"),
}
SEVERITY_NAMES: tuple[Text, ...] = (
    Text("cực kỳ nghiêm trọng", "extreme"),
    Text("nghiêm trọng", "severe"),
    Text("trung bình", "moderate"),
    Text("nhẹ", "minor"),
)
"""Of an emergency, by its severity from 0."""

FIELD_NAMES: Mapping[FieldName, Text] = {
    "general": Text("thông tin chung", "general"),
    "unexpected": Text("thông tin đột xuất", "unexpected events"),
    "policy": Text("chủ trương, chính sách của Đảng và Nhà nước", "policy of Party and State"),
    "direction": Text("chỉ đạo, điều hành của địa phương", "local direction"),
    "knowledge": Text("phổ biến kiến thức", "knowledge"),
    "example": Text("gương người tốt, việc tốt", "good examples"),
}
KIND_NAMES: Mapping[Kind, Text] = {
    "text": Text("văn bản", "text"),
    "image": Text("hình ảnh", "image"),
    "audio": Text("âm thanh", "audio"),
    "video": Text("video", "video"),
    "relay": Text("tiếp âm", "relay"),
}
STATUS_NAMES: Mapping[Status, Text] = {
    "Actual": Text("thật", "actual"),
    "Exercise": Text("diễn tập", "exercise"),
    "Test": Text("thử nghiệm", "test"),
}
STATE_NAMES: Mapping[State, Text] = {
    "draft": Text("bản thảo", "draft"),
    "submitted": Text("chờ thẩm định", "submitted"),
    "appraised": Text("chờ duyệt", "appraised"),
    "approved": Text("đã duyệt", "approved"),
    "returned": Text("bị trả lại", "returned"),
    "withdrawn": Text("đã rút", "withdrawn"),
}
