"""What a source system can be declared to have beyond the core that every one must have."""

from collections.abc import Mapping

from scenarios.scenario import Text

FEATURES: Mapping[str, Text] = {
    "text_bulletins": Text("bản tin dạng chữ", "bulletins of text"),
    "programme": Text("chương trình phát theo khung giờ", "programme slots"),
    "districts": Text("cấp huyện (đến 30/6/2025)", "the district level (until 30/6/2025)"),
    "repeats": Text("phát lại nhiều lần", "repeated plays"),
    "second_factor": Text(
        "xác thực hai lớp trước khi phát khẩn cấp", "a second factor before an emergency"
    ),
    "registry": Text("danh mục thiết bị", "a register of devices"),
    "device_states": Text("theo dõi trạng thái thiết bị", "states of devices"),
    "play_log": Text("nhật ký phát", "a play log"),
    "statistics": Text("thống kê", "statistics"),
    "yearly_report": Text("báo cáo năm", "a yearly report"),
    "documents": Text("gửi văn bản xuống cấp dưới", "documents sent downward"),
    "feedback": Text("tiếp nhận, xử lý phản ánh", "feedback received and handled"),
    "exchange": Text("chia sẻ với hệ thống ngang, trên", "exchange with peers"),
    "audit": Text("nhật ký thao tác", "an audit log"),
    "broker": Text("máy chủ MQTT riêng", "a broker of its own"),
    "network": Text("nối qua mạng, không chỉ trong một máy", "reached over a network"),
}
"""By the names that cases and clauses know (`needs`)."""

SHOWN_BY: Mapping[str, str] = {
    "text_bulletins": "source-board-shows",
    "programme": "source-slot-at-its-time",
    "districts": "source-district-sends",
    "repeats": "source-as-often-as-asked",
    "second_factor": "source-second-factor-needed",
    "registry": "source-registry-complete",
    "device_states": "source-shows-online",
    "play_log": "source-log-complete",
    "statistics": "source-statistics-true",
    "yearly_report": "source-report-exported",
    "documents": "source-document-same",
    "feedback": "source-feedback-answered",
    "exchange": "from-above-taken",
    "audit": "source-audit-names",
    "broker": "source-broker-outage",
}
"""The check that shows whether a feature is there."""

SEEN = frozenset({"network"})
"""What is seen from the addresses in a target, and nobody's to declare."""
