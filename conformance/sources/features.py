"""What a source system can be declared to have beyond the core that every one must have."""

from collections.abc import Mapping

from scenarios.scenario import Text

FEATURES: Mapping[str, Text] = {
    "text_bulletins": Text("bản tin dạng chữ", "bulletins of text"),
    "programme": Text("chương trình phát theo khung giờ", "programme slots"),
    "repeats": Text("phát lại nhiều lần", "repeated plays"),
    "second_factor": Text(
        "xác thực hai lớp trước khi phát khẩn cấp", "a second factor before an emergency"
    ),
    "device_states": Text("theo dõi trạng thái thiết bị", "states of devices"),
    "play_log": Text("nhật ký phát", "a play log"),
    "statistics": Text("thống kê", "statistics"),
    "yearly_report": Text("báo cáo năm", "a yearly report"),
    "feedback": Text("tiếp nhận, xử lý phản ánh", "feedback received and handled"),
    "exchange": Text("chia sẻ với hệ thống ngang, trên", "exchange with peers"),
    "audit": Text("nhật ký thao tác", "an audit log"),
}
"""By the names that cases and clauses know (`needs`)."""

SHOWN_BY: Mapping[str, str] = {
    "device_states": "source-shows-online",
    "play_log": "source-log-complete",
}
"""The check that shows whether a feature is there; those of others come with their cases."""
