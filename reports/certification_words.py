"""What only certifications say, in both languages."""

from collections.abc import Mapping
from typing import Final

from conformance.certification import By
from conformance.clauses import Method, Role
from conformance.seal import How, Signer
from conformance.verdicts import Reason, Verdict
from conformance.witness import WhyNot
from reports.words import REASONS, VERDICTS
from scenarios.scenario import Text

WHY: Final[Mapping[Reason, Text]] = {
    **REASONS,
    Reason.MET: Text("đúng yêu cầu", "as required"),
    Reason.NO_EVIDENCE: Text("không có kết quả", "no result"),
    Reason.NO_OBSERVATION: Text("không quan sát được", "not observed"),
    Reason.NOT_MEASURED: Text("không đo độ trễ", "latency not measured"),
}

ROLES: Final[Mapping[Role, Text]] = {
    "ip-speaker": Text("loa IP", "IP speaker"),
    "fm-converter": Text("bộ chuyển đổi FM ↔ IP", "FM converter"),
    "e-board": Text("bảng tin điện tử", "notice board"),
    "station-software": Text("phần mềm đài", "station software"),
    "source-system": Text("hệ thống nguồn", "source system"),
    "source-system-province": Text("hệ thống thông tin nguồn cấp tỉnh", "provincial source system"),
    "source-system-central-exchange": Text(
        "trao đổi với hệ thống thông tin nguồn trung ương",
        "exchange with the central source system",
    ),
    "operator": Text("người vận hành", "operator"),
}

OVERALL: Final[Mapping[Verdict, Text]] = {
    **VERDICTS,
    Verdict.NOT_APPLICABLE: Text("không có: hồ sơ thử nghiệm", "none: experimental profile"),
}
"""The verdict over all clauses."""

METHODS: Final[Mapping[Method, Text]] = {
    "test": Text("thử", "test"),
    "measurement": Text("đo", "measurement"),
    "inspection": Text("xem xét", "inspection"),
    "declaration": Text("khai báo", "declaration"),
}

BY: Final[Mapping[By, Text]] = {
    "tested": Text("ca thử", "case"),
    "measured": Text("số đọc", "reading"),
    "laboratory": Text("phòng thử nghiệm", "laboratory"),
    "inspected": Text("xem xét", "inspection"),
    "declared": Text("khai báo", "declaration"),
}

NATURES: Final = {
    "law": Text("Pháp luật", "Law"),
    "profile": Text("Hồ sơ, không phải luật", "Profile, not law"),
}

RUN_BY: Final = {
    "vendor": Text("hãng tự thử", "vendor-run"),
    "witnessed": Text("hãng thử, có chứng kiến", "vendor-run, witnessed"),
    "province": Text("tỉnh thử", "province-run"),
}

SIGNERS: Final[Mapping[Signer, Text]] = {
    "trusted": Text("ký bằng khóa được tin cậy", "signed by a trusted key"),
    "self-signed": Text(
        "chỉ khóa trong gói tự bảo đảm; hãy nêu --trust",
        "vouched for by its own key alone; give --trust",
    ),
    "unknown": Text(
        "khóa ký không nằm trong --trust", "signed by a key that --trust does not name"
    ),
    "unsigned": Text("không có chữ ký", "not signed"),
    "forged": Text("chữ ký sai", "the signature does not fit"),
}

WITNESS: Final[Mapping[WhyNot, Text]] = {
    "no-capture": Text("không bắt gói tin", "no packets were captured"),
    "encrypted": Text("đường truyền mã hóa", "the wire is encrypted"),
    "incomplete": Text("gói tin không đủ để so", "packets are missing, so they cannot tell"),
}

CHANGES: Final[Mapping[How, Text]] = {
    "changed": Text("bị sửa", "changed"),
    "added": Text("thêm vào", "added"),
    "missing": Text("bị mất", "missing"),
    "not-a-plain-file": Text("không phải tệp thường", "not a plain file"),
    "another-than-planned": Text("khác với kế hoạch", "another than planned"),
}
